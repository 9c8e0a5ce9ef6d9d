// A random program: from a seed a tree of threads and processes that make, signal, stop, end and await one another in
// the ways that the kernel allows, odd ones included. It ends by itself, and prints the same whenever it is run.
//
//   random_program SEED [births]      births: for a tracer that sees no call's entry: no CLONE_UNTRACED
//
// Each actor plays a few scenes (scenes.c), settles, and ends in some way. Read random_program.h first.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "random_program.h"

enum { deepest = 4 };

bool sees_untraced = true;
__thread volatile int taken[65];
static char program[4096];  // this executable; /proc/self/exe is nobody's when the leader is gone
static int memory_fd;
static atomic_uint detached_alive;  // in this process
static bool detached_ever;

bool alone(const struct self* me) { return !me->is_thread && me->thread_count == 0 && !detached_ever; }

static void count(int signal) { taken[signal]++; }

static void set_up_signals(void) {
  struct sigaction action = {.sa_handler = count};
  sigaction(interrupting, &action, NULL);
  action.sa_flags = SA_RESTART;
  sigaction(exit_signal, &action, NULL);
  sigaction(noise, &action, NULL);
  sigaction(counted, &action, NULL);
  sigaction(queued, &action, NULL);
  signal(ignored, SIG_IGN);
}

void settle(struct self* me) {
  char who[16];
  for (int i = 0; i < me->thread_count; i++) {
    void* answer;
    pthread_join(me->threads[i], &answer);
    say(me, " joined:%d", (int)(intptr_t)answer);
  }
  for (int i = 0; i < me->child_count; i++) {
    snprintf(who, sizeof who, "child%d", i);
    say_status(me, who, await_child(me, me->children[i]));
  }
  me->thread_count = me->child_count = 0;
}

// ---- actors: their births

static struct self* heir(struct self* me, char mark) {
  struct self* child = calloc(1, sizeof *child);
  char path[sizeof me->script->path];
  if (snprintf(path, sizeof path, "%s%c%d", me->script->path, mark, ++me->actors) >= (int)sizeof path) oops("path");
  child->script = new_script(path);
  child->random = number(me);
  child->depth = me->depth + 1;
  if (child->depth < deepest) child->budget = pick(me, me->budget / 2 + 1);
  me->budget -= child->budget;
  return child;
}

static void act(struct self* me) {
  for (int scenes = 2 + pick(me, 4); scenes > 0; scenes--) play(me);
}

static void* thread_actor(void* self) {
  struct self* me = self;
  act(me);
  settle(me);
  const intptr_t answer = pick(me, 100);
  if (pick(me, 2)) pthread_exit((void*)answer);
  return (void*)answer;
}

static void* detached_actor(void* self) {
  act(self);
  settle(self);
  atomic_fetch_sub(&detached_alive, 1);
  syscall(SYS_futex, &detached_alive, FUTEX_WAKE, most_births, NULL, NULL, 0);
  return NULL;
}

static noreturn void end_process(struct self* me);

static noreturn void process_actor(struct self* me) {
  detached_alive = 0;
  detached_ever = false;
  set_up_signals();
  act(me);
  settle(me);
  end_process(me);
}

void birth_of_thread(struct self* me, bool detached) {
  if (me->thread_count == most_children) return;
  struct self* child = heir(me, '/');
  child->is_thread = true;
  pthread_t thread;
  detached_ever = detached_ever || detached;
  if (detached) atomic_fetch_add(&detached_alive, 1);
  if (pthread_create(&thread, NULL, detached ? detached_actor : thread_actor, child) != 0) oops("pthread_create");
  if (detached)
    pthread_detach(thread);
  else
    me->threads[me->thread_count++] = thread;
}

long clone_process(uint64_t flags, int signal, pid_t* parent_tid, pid_t* child_tid) {
  return syscall(SYS_clone, flags | signal, NULL, parent_tid, child_tid, 0);
}

// A copy of this process made by flags of which glibc knows nothing.
static long odd_process(struct self* me) {
  static const uint64_t some[] = {CLONE_FILES,
                                  CLONE_FS,
                                  CLONE_FILES | CLONE_FS,
                                  CLONE_IO,
                                  CLONE_SYSVSEM,
                                  CLONE_VFORK,
                                  CLONE_PTRACE,
                                  CLONE_PARENT_SETTID,
                                  CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID,
                                  clone_detached};
  static const int signals[] = {SIGCHLD, SIGCHLD, 0, noise, SIGURG, SIGWINCH};
  static pid_t parent_tid, child_tid;
  uint64_t flags = some[pick(me, COUNT(some))] | (pick(me, 3) == 0 ? some[pick(me, COUNT(some))] : 0);
  const int signal = signals[pick(me, COUNT(signals))];
  if (sees_untraced && pick(me, 4) == 0) flags |= CLONE_UNTRACED;
  if (pick(me, 2)) {
    struct clone_args args = {.flags = flags & ~clone_detached, .exit_signal = signal};
    args.flags |= pick(me, 3) == 0 ? CLONE_CLEAR_SIGHAND : 0;
    args.parent_tid = (uintptr_t)&parent_tid;
    args.child_tid = (uintptr_t)&child_tid;
    const long pid = syscall(SYS_clone3, &args, sizeof args);
    if (pid >= 0 || errno != ENOSYS) return pid;
  }
  return clone_process(flags, signal, &parent_tid, &child_tid);
}

// The words that make this program go on as an actor after an exec.
struct words {
  char fd[12], script[12], random[24], budget[12], depth[12];
  char* argv[9];
};

static void words_for(const struct self* me, struct words* words) {
  snprintf(words->fd, sizeof words->fd, "%d", memory_fd);
  snprintf(words->script, sizeof words->script, "%d", (int)(me->script - shared->script));
  snprintf(words->random, sizeof words->random, "%llx", (unsigned long long)me->random);
  snprintf(words->budget, sizeof words->budget, "%d", me->budget);
  snprintf(words->depth, sizeof words->depth, "%d", me->depth);
  char* argv[] = {"random_program",
                  "go-on",
                  words->fd,
                  words->script,
                  words->random,
                  words->budget,
                  words->depth,
                  sees_untraced ? NULL : "births",
                  NULL};
  memcpy(words->argv, argv, sizeof argv);
}

void become(struct self* me) {
  struct words words;
  words_for(me, &words);
  execv(program, words.argv);
  oops("execv");
}

void birth_of_child(struct self* me) {
  if (me->child_count == most_children) return;
  const bool may_copy = alone(me);  // otherwise glibc's locks may be somebody's in a copy that it does not know of
  struct self* child = heir(me, '.');
  struct words words;
  words_for(child, &words);
  pid_t pid = -1;
  switch (pick(me, 6)) {
    case 0:
      pid = vfork();
      if (pid == 0) {
        execv(program, words.argv);
        _exit(99);
      }
      break;
    case 1:
      if (posix_spawn(&pid, program, NULL, NULL, words.argv, environ) != 0) oops("posix_spawn");
      break;
    case 2:
    case 3:
      pid = may_copy ? odd_process(me) : fork();
      break;
    default:
      pid = fork();
  }
  if (pid == 0) process_actor(child);
  free(child);
  me->children[me->child_count++] = born(pid);
}

// ---- actors: their ends

static noreturn void last_word(struct self* me, bool may_become) {
  static const int deadly[] = {SIGKILL, SIGTERM, SIGINT, SIGABRT, SIGSEGV, SIGALRM, 60};
  const int code = pick(me, 256);
  switch (pick(me, may_become ? 7 : 5)) {
    case 0:
      exit(code);
    case 1:
    case 2:
      _exit(code);
    case 3:
      raise(SIGKILL);
      break;
    case 4:
      kill(getpid(), deadly[pick(me, COUNT(deadly))]);
      stand();
    case 5:
      execl("/bin/true", "true", NULL);
      oops("/bin/true");
      break;
    default:
      me->depth++;
      become(me);
  }
  abort();
}

struct cast {             // who ends a process, and those who only stand there
  struct self me;         // not on the stack of a leader that leaves
  unsigned leader_lives;  // cleared by the kernel: glibc does not know the leader of a copy that it did not make
  bool leader_goes_first, may_become;
  unsigned kind;
  gate* standing;
};

static void* bystander(void* all) {
  struct cast* cast = all;
  open_gate(cast->standing);
  if (cast->kind == 0 && vfork() == 0) _exit(3);
  if (cast->kind == 1) await(cast->standing, most_gates);
  stand();
}

static void* ender(void* all) {
  struct cast* cast = all;
  while (cast->leader_goes_first && *(volatile unsigned*)&cast->leader_lives != 0) {
    syscall(SYS_futex, &cast->leader_lives, FUTEX_WAIT, 1, NULL, NULL, 0);
  }
  last_word(&cast->me, cast->may_become);
}

static void await_detached(void) {
  for (unsigned left; (left = detached_alive) != 0;)
    syscall(SYS_futex, &detached_alive, FUTEX_WAIT, left, NULL, NULL, 0);
}

static noreturn void end_process(struct self* me) {
  await_detached();
  const bool root = me->depth == 0;
  const int bystanders = pick(me, 3);
  const bool may_become = !root && me->depth < deepest;
  if (me->budget < 2 * bystanders + 2 || pick(me, 2)) last_word(me, may_become);

  pthread_t thread;
  static struct cast cast;
  me->budget -= 2 * bystanders + 1;
  cast = (struct cast){*me, 1, pick(me, 2), may_become, pick(me, 3), new_gate()};
  for (int i = 0; i < bystanders; i++) pthread_create(&thread, NULL, bystander, &cast);
  await(cast.standing, bystanders);
  if (bystanders != 0 && pick(me, 3) == 0) last_word(me, may_become);
  const bool leaves = cast.leader_goes_first;
  if (leaves) syscall(SYS_set_tid_address, &cast.leader_lives);
  pthread_create(&thread, NULL, ender, &cast);
  if (leaves) pthread_exit(NULL);
  stand();
}

// ---- the root

static int by_path(const void* a, const void* b) {
  return strcmp(((const struct script*)a)->path, ((const struct script*)b)->path);
}

static noreturn void root(uint64_t seed) {
  struct self me = {.random = seed, .budget = most_births};
  me.script = new_script("1");
  setsid();
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  set_up_signals();
  act(&me);
  act(&me);
  settle(&me);
  await_detached();  // they may wait for children of their own
  while (wait4(-1, NULL, __WALL, NULL) > 0 || errno == EINTR) {
  }
  qsort(shared->script, shared->scripts, sizeof shared->script[0], by_path);
  for (unsigned i = 0; i < shared->scripts; i++) printf("%s%s\n", shared->script[i].path, shared->script[i].text);
  fflush(stdout);
  end_process(&me);
}

int main(int count, char** words) {
  const struct rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  if (count < 2) return 2;
  dlopen("libgcc_s.so.1", RTLD_NOW);  // for pthread_exit; a fork while another thread loads it would leave half of it
  const bool goes_on = strcmp(words[1], "go-on") == 0;
  sees_untraced = words[count - 1][0] != 'b';
  if (readlink("/proc/self/exe", program, sizeof program - 1) < 0) oops("/proc/self/exe");
  memory_fd = goes_on ? atoi(words[2]) : memfd_create("scripts", 0);
  if (!goes_on) ftruncate(memory_fd, sizeof *shared);
  shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, memory_fd, 0);
  if (shared == MAP_FAILED) oops("mmap");
  if (!goes_on) root(strtoull(words[1], NULL, 0));
  struct self me = {.script = &shared->script[atoi(words[3])], .random = strtoull(words[4], NULL, 16)};
  me.budget = atoi(words[5]);
  me.depth = atoi(words[6]);
  sigset_t mask;
  sigprocmask(SIG_SETMASK, NULL, &mask);
  say(&me, " exec:mask-%d%d", sigismember(&mask, counted), sigismember(&mask, queued));
  sigemptyset(&mask);
  set_up_signals();
  sigprocmask(SIG_SETMASK, &mask, NULL);
  say(&me, " pending:%d,%d", taken[counted], taken[queued]);
  process_actor(&me);
}
