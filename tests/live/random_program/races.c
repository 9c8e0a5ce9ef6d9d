// Races: births against an end. What happens to whom is not promised; how it ends for the process is.
#define _GNU_SOURCE
#include <linux/sched.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "random_program.h"

struct race {
  gate* running;
  int how, births;
  unsigned delay;
  uint64_t random;
};

static void* nothing(void* unused) { return unused; }

static int raw_nothing(void* unused) {
  (void)unused;
  syscall(SYS_exit, 0);
  return 0;
}

static void* racer(void* all) {
  struct race* race = all;
  struct self dice = {.random = race->random + gettid()};  // here the schedule rules anyway
  pthread_t thread;
  open_gate(race->running);
  for (int i = 0; i < race->births; i++) {
    switch (pick(&dice, 6)) {
      case 0:
        if (fork() == 0) _exit(0);
        break;
      case 1:
        if (vfork() == 0) _exit(0);
        break;
      case 2:
        if (clone_process(CLONE_FILES, 0, NULL, NULL) == 0) _exit(0);
        break;
      case 3: {
        char* stack = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        clone(raw_nothing, stack + 16384, CLONE_VM | CLONE_SIGHAND | CLONE_THREAD, NULL);
        break;
      }
      case 4:
        if (pthread_create(&thread, NULL, nothing, NULL) == 0) pthread_join(thread, NULL);
        break;
      default:
        if (pthread_create(&thread, NULL, nothing, NULL) == 0) pthread_detach(thread);
    }
  }
  stand();
}

static void* ends_race(void* all) {
  struct race* race = all;
  await(race->running, 1);
  busy(race->delay);
  if (race->how == 0) _exit(33);
  if (race->how == 1) execl("/bin/true", "true", NULL);
  if (race->how == 2) *(volatile int*)8 = 1;
  if (race->how == 3) raise(SIGKILL);
  return NULL;
}

void races(struct self* me) {
  enum { racers = 3, from_outside = 4, in_a_stop, by_leader, all_ways };
  static struct race running;  // not on the stack of a leader that leaves
  struct race race = {new_gate(), pick(me, all_ways), 1 + pick(me, 3), pick(me, 60000), number(me)};
  const bool by_thread = race.how < from_outside, leader_leaves = by_thread && pick(me, 4) == 0;
  const int deadly = pick(me, 2) ? SIGKILL : SIGTERM;
  const pid_t child = born(fork());
  if (child == 0) {
    pthread_t thread;
    running = race;
    for (int i = 0; i < racers; i++) pthread_create(&thread, NULL, racer, &running);
    if (by_thread) pthread_create(&thread, NULL, ends_race, &running);
    if (leader_leaves) pthread_exit(NULL);
    if (race.how == by_leader) {
      busy(race.delay);
      _exit(44);
    }
    stand();
  }
  if (race.how == from_outside || race.how == in_a_stop) {
    await(race.running, 1);
    busy(race.delay);
    if (race.how == in_a_stop) {
      kill(child, SIGSTOP);
      say_status(me, "race", reap(child, WUNTRACED));
      if (pick(me, 2)) {
        kill(child, SIGCONT);
        say_status(me, "race", reap(child, WCONTINUED));
      }
      kill(child, SIGKILL);
    } else {
      kill(child, deadly);
    }
  }
  say_status(me, "race", await_child(me, child));
}
