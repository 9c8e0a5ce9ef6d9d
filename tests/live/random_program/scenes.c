// The table of scenes: each is one behaviour of the kernel, with what it promises said in the script. A scene leaves
// everything as it found it: masks, handlers, children. Its children and threads that are no actors say nothing; they
// show what they have seen by how they end. To add one, write a function in the file that fits and a row here.
#define _GNU_SOURCE
#include <sys/wait.h>
#include <unistd.h>

#include "random_program.h"

void names(struct self* me);
void vforks(struct self* me);
void vm_process(struct self* me);
void raw_thread(struct self* me);
void failed_births(struct self* me);
void failed_execs(struct self* me);
void unshares(struct self* me);
void own_signals(struct self* me);
void queue_to_self(struct self* me);
void process_signals(struct self* me);
void faults(struct self* me);
void interrupted_poll(struct self* me);
void alarm_clock(struct self* me);
void letters_to_thread(struct self* me);
void signals_to_child(struct self* me);
void signals_from_child(struct self* me);
void exit_signals(struct self* me);
void stops(struct self* me);
void kill_newborn(struct self* me);
void kill_group(struct self* me);
void waits(struct self* me);
void other_threads_child(struct self* me);
void orphans(struct self* me);
void siblings(struct self* me);
void own_sibling(struct self* me);
void auto_reap(struct self* me);
void parents_death(struct self* me);
void pid_namespace(struct self* me);
void races(struct self* me);

static void makes_thread(struct self* me) { birth_of_thread(me, false); }
static void makes_detached(struct self* me) { birth_of_thread(me, true); }

static void becomes(struct self* me) {
  settle(me);
  mask(SIG_BLOCK, counted);
  mask(SIG_BLOCK, queued);
  const int times = pick(me, 4);
  for (int i = 0; i < times; i++) kill(getpid(), counted), raise(queued);
  me->depth++;
  become(me);
}

enum { anywhere, when_alone, when_alone_below };  // below: not as the root, who prints

static const struct scene {
  const char* name;
  void (*play)(struct self* me);
  int births;
  int where;
  int weight;
} scenes[] = {
    {"names", names, 0, anywhere, 2},
    {"child", birth_of_child, 1, anywhere, 14},
    {"thread", makes_thread, 1, anywhere, 10},
    {"detached", makes_detached, 1, anywhere, 4},
    {"becomes", becomes, 0, when_alone_below, 3},
    {"settle", settle, 0, anywhere, 3},
    {"vfork", vforks, 2, anywhere, 4},
    {"vm-process", vm_process, 1, anywhere, 3},
    {"raw-thread", raw_thread, 1, anywhere, 4},
    {"failed-birth", failed_births, 0, anywhere, 3},
    {"failed-exec", failed_execs, 0, anywhere, 2},
    {"unshare", unshares, 0, anywhere, 2},
    {"own-signals", own_signals, 0, anywhere, 4},
    {"queue", queue_to_self, 0, anywhere, 3},
    {"process-signals", process_signals, 0, when_alone, 3},
    {"fault", faults, 0, when_alone, 3},
    {"poll", interrupted_poll, 0, anywhere, 2},
    {"alarm", alarm_clock, 0, when_alone, 1},
    {"letters", letters_to_thread, 1, anywhere, 3},
    {"to-child", signals_to_child, 1, anywhere, 3},
    {"from-child", signals_from_child, 1, when_alone, 3},
    {"exit-signal", exit_signals, 1, when_alone, 4},
    {"stops", stops, 1, anywhere, 6},
    {"kill-newborn", kill_newborn, 1, anywhere, 4},
    {"kill-group", kill_group, 3, anywhere, 3},
    {"waits", waits, 1, anywhere, 3},
    {"other-thread's-child", other_threads_child, 2, anywhere, 3},
    {"orphans", orphans, 3, anywhere, 4},
    {"siblings", siblings, 2, anywhere, 4},
    {"own-sibling", own_sibling, 1, anywhere, 3},
    {"auto-reap", auto_reap, 3, anywhere, 3},
    {"parent's-death", parents_death, 2, anywhere, 3},
    {"pid-namespace", pid_namespace, 3, when_alone, 3},
    {"race", races, 14, anywhere, 5},
};

void play(struct self* me) {
  unsigned all = 0;
  for (unsigned i = 0; i < COUNT(scenes); i++) all += scenes[i].weight;
  int chosen = pick(me, all);
  const struct scene* scene = scenes;
  while (chosen >= scene->weight) chosen -= scene++->weight;
  if (scene->births > me->budget) return;
  if (scene->where != anywhere && !alone(me)) return;
  if (scene->where == when_alone_below && (me->depth == 0 || me->depth > 3)) return;
  say(me, "\n   %s:", scene->name);
  me->budget -= scene->births;
  scene->play(me);
}
