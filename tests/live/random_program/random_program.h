// The frame of the seeded random program: actors (LWPs that play scenes), what they say, and gates to wait at.
// main.c: births and ends of actors. stage.c: what scenes are played with. scenes.c: the table of scenes, which are in
// births.c, signals.c, stops.c, families.c and races.c.
//
// What an actor says goes into memory that the whole tree shares, and the root prints all of it, in order of the
// actors' paths, when everybody else has ended. So output depends on the seed alone, provided that actors say only
// what the kernel promises: no tids, no times, no counts that the scheduler decides.
#ifndef RANDOM_PROGRAM_H
#define RANDOM_PROGRAM_H

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/types.h>

enum { most_births = 50, most_children = 16, most_scripts = 200, most_gates = 1000 };
enum { clone_detached = 0x00400000 };  // a flag that does nothing; the headers name it no longer
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

// Which signals are whose: the scenes count those that they send, and nobody else may send them.
enum {
  counted = SIGUSR2,     // a handler with SA_RESTART
  interrupting = SIGIO,  // a handler without
  ignored = SIGHUP,
  exit_signal = SIGUSR1,  // of children in scenes; a handler with SA_RESTART
  queued = 35,            // a real-time signal with such a handler
  noise = 36              // exit signal of actors, who end at any time; the same
};

struct script {  // what an actor has said
  char path[64];
  unsigned used;
  char text[2000];
};

struct self {
  struct script* script;
  uint64_t random;
  int budget;      // how many LWPs it may still make, with all that those make
  int depth;       // 0: the root
  int actors;      // born of it so far
  bool is_thread;  // not the leader of its process
  pid_t children[most_children];
  int child_count;
  pthread_t threads[most_children];
  int thread_count;
};

typedef atomic_uint gate;

extern struct shared {
  atomic_uint scripts, gates;
  gate gate[most_gates];
  struct script script[most_scripts];
} * shared;

extern bool sees_untraced;             // whether CLONE_UNTRACED may be asked for
extern __thread volatile int taken[];  // by number: how many signals this thread has handled

uint64_t number(struct self* me);                // random
unsigned pick(struct self* me, unsigned below);  // random, 0 … below-1
void say(struct self* me, const char* format, ...) __attribute__((format(printf, 2, 3)));
void say_status(struct self* me, const char* who, int status);  // as wait4 gives it
void oops(const char* what);                                    // the program itself is wrong: says so and ends all

pid_t born(pid_t pid);  // what a birth that cannot fail gave: no pid below 0, which a kill would send to many

// Whether nobody else runs in this process, so that signals to the process and handlers are this actor's alone.
bool alone(const struct self* me);

struct script* new_script(const char* path);
gate* new_gate(void);                         // closed; shared by the whole tree
void open_gate(gate* which);                  // once more
void await(gate* which, unsigned times);      // until it has been opened so often
int await_child(struct self* me, pid_t pid);  // by one of several calls; the status as wait4 gives it
int reap(pid_t pid, int options);             // by wait4; -errno
void busy(unsigned turns);                    // a delay that orders nothing

// Actors. A child inherits half of the budget at most.
void birth_of_child(struct self* me);
void birth_of_thread(struct self* me, bool detached);
void become(struct self* me);  // exec this program, which goes on as the same actor
void settle(struct self* me);  // joins and waits for whom it has made
long clone_process(uint64_t flags, int signal, pid_t* parent_tid, pid_t* child_tid);

void play(struct self* me);  // some scene

// For scenes.
#define ERROR(call) ((call) < 0 ? strerrorname_np(errno) : "ok")
noreturn void stand(void);                // until it is killed
void tell_thread(pid_t tid, int signal);  // of this process
void mask(int how, int signal);
sigset_t just(int signal);

#endif
