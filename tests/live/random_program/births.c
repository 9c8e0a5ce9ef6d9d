// Scenes of births that are not actors, of failed births and execs, and of names.
#define _GNU_SOURCE
#include <linux/sched.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "random_program.h"

void names(struct self* me) {
  static const char* const some[] = {"worker", "a b", "(paren)", "ünïcödé", "fifteen bytes!!", "tab\there", ""};
  char got[16];
  prctl(PR_SET_NAME, some[pick(me, COUNT(some))]);
  prctl(PR_GET_NAME, got);
  say(me, " %s", got);
}

void vforks(struct self* me) {
  const unsigned how = pick(me, 5);
  const int code = pick(me, 256);
  const pid_t child = vfork();
  if (child == 0) {
    if (how == 0) execl("/bin/true", "true", NULL);
    if (how == 1) execl("/nowhere", "nowhere", NULL);
    if (how == 2) kill(getpid(), SIGKILL);
    if (how == 3 && vfork() == 0) _exit(1);
    _exit(code);
  }
  say_status(me, "vfork", await_child(me, child));
}

static int leaf(void* code) {
  syscall(SYS_exit_group, (intptr_t)code);
  return 0;
}

void vm_process(struct self* me) {
  static const int flags[] = {0, CLONE_FILES | CLONE_FS, CLONE_SIGHAND, CLONE_VFORK | CLONE_SIGHAND, CLONE_SYSVSEM};
  static const int signals[] = {SIGCHLD, 0, SIGURG};
  char* stack = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  const int how = CLONE_VM | flags[pick(me, COUNT(flags))] | signals[pick(me, COUNT(signals))];
  const pid_t child = clone(leaf, stack + 65536, how, (void*)(intptr_t)pick(me, 256));
  say_status(me, "vm", await_child(me, child));
  munmap(stack, 65536);
}

static int thread_leaf(void* word) {
  atomic_fetch_add((atomic_int*)word, 1);
  syscall(SYS_exit, 0);
  return 0;
}

void raw_thread(struct self* me) {
  static __thread pid_t tid, told;
  atomic_int ran = 0;
  char* stack = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  int flags = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | CLONE_PARENT_SETTID;
  if (pick(me, 2)) flags |= CLONE_FS | CLONE_FILES;
  if (pick(me, 2)) flags |= CLONE_SYSVSEM;
  if (pick(me, 4) == 0) flags |= CLONE_VFORK;
  if (sees_untraced && pick(me, 4) == 0) flags |= CLONE_UNTRACED;
  tid = -1;
  const pid_t thread = clone(thread_leaf, stack + 65536, flags, &ran, &told, NULL, &tid);
  for (pid_t now; (now = *(volatile pid_t*)&tid) != 0;)
    syscall(SYS_futex, &tid, 0 /* FUTEX_WAIT */, now, NULL, NULL, 0);
  say(me, " ran %d, told %d", ran, told == thread);
  munmap(stack, 65536);
}

void failed_births(struct self* me) {
  static const uint64_t wrong[] = {
      CLONE_THREAD,
      CLONE_SIGHAND,
      CLONE_THREAD | CLONE_SIGHAND,
      CLONE_FS | CLONE_NEWNS,
      CLONE_NEWUSER | CLONE_FS,
      CLONE_NEWIPC | CLONE_SYSVSEM,
      CLONE_NEWPID | CLONE_THREAD,
      CLONE_VM | CLONE_THREAD,
      CLONE_PIDFD | clone_detached,
      CLONE_PIDFD | CLONE_PARENT_SETTID,
  };
  static const struct clone_args none;
  switch (pick(me, 6)) {
    case 0:
      say(me, " %s", ERROR(syscall(SYS_clone3, NULL, sizeof none)));
      break;
    case 1:
      say(me, " %s", ERROR(syscall(SYS_clone3, &none, 8)));
      break;
    case 2:
      say(me, " %s", ERROR(syscall(SYS_clone3, &none, 65536)));
      break;
    case 3: {
      const struct clone_args args = {.flags = 1ULL << (40 + pick(me, 24))};
      say(me, " %s", ERROR(syscall(SYS_clone3, &args, sizeof args)));
      break;
    }
    default:
      say(me, " %s", ERROR(clone_process(wrong[pick(me, COUNT(wrong))], SIGCHLD, NULL, NULL)));
  }
}

void failed_execs(struct self* me) {
  static const char* const files[] = {"/nowhere", "/etc/passwd", "/", "/dev/null", "/etc/passwd/x", ""};
  char* const argv[] = {"x", NULL};
  say(me, " %s", ERROR(execv(files[pick(me, COUNT(files))], argv)));
  if (pick(me, 2)) say(me, " %s", ERROR(syscall(SYS_execve, 8, argv, NULL)));
}

void unshares(struct self* me) {
  static const int what[] = {CLONE_NEWUTS, CLONE_NEWIPC, CLONE_FS, CLONE_FILES, CLONE_SYSVSEM, CLONE_NEWUTS | CLONE_FS,
                             CLONE_PTRACE};
  say(me, " %s", ERROR(unshare(what[pick(me, COUNT(what))])));
}
