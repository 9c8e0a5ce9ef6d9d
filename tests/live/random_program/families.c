// Scenes of parents and children: who may wait for whom and how, orphans, siblings, a pid namespace.
#define _GNU_SOURCE
#include <linux/sched.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "random_program.h"

void waits(struct self* me) {
  gate* go = new_gate();
  const pid_t child = born(fork());
  if (child == 0) {
    await(go, 1);
    _exit(9);
  }
  int status = 77;
  say(me, " %d", waitpid(child, &status, WNOHANG));
  say(me, " %s", ERROR(waitpid(child, &status, __WCLONE)));
  siginfo_t info = {0};
  say(me, " %s %d", ERROR(waitid(P_PID, child, &info, WEXITED | WNOHANG)), info.si_pid);
  say(me, " %s", ERROR(waitid(P_PID, child, &info, 0)));
  open_gate(go);
  const int times = pick(me, 3);
  for (int i = 0; i < times; i++) {
    while (waitid(P_PID, child, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR) {
    }
    say(me, " %d", info.si_status);
  }
  say_status(me, "child", await_child(me, child));
  say(me, " %s", ERROR(waitpid(child, &status, 0)));
}

static void* wait_for_other_threads_child(void* child) {
  const pid_t pid = (intptr_t)child;
  const int mine = reap(pid, __WNOTHREAD);
  return (void*)(intptr_t)(mine == -ECHILD ? reap(pid, 0) : -1);
}

void other_threads_child(struct self* me) {
  const pid_t child = born(fork());
  if (child == 0) _exit(6);
  pthread_t thread;
  void* status;
  pthread_create(&thread, NULL, wait_for_other_threads_child, (void*)(intptr_t)child);
  pthread_join(thread, &status);
  say_status(me, "child", (intptr_t)status);
}

void orphans(struct self* me) {
  gate *there = new_gate(), *adopted = new_gate();
  const int code = pick(me, 200);
  const bool inherits = pick(me, 2);
  const pid_t keeper = born(fork());
  if (keeper == 0) {
    if (inherits) prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    const pid_t middle = born(fork());
    if (middle == 0) {
      const pid_t orphan = born(pick(me, 2) ? fork() : clone_process(CLONE_FS, 0, NULL, NULL));
      if (orphan == 0) {
        const pid_t parent = getppid();
        open_gate(there);
        while (getppid() == parent) sched_yield();
        open_gate(adopted);
        _exit(code);
      }
      await(there, 1);
      _exit(1);
    }
    reap(middle, 0);
    await(adopted, 1);
    const int status = reap(-1, __WALL);
    _exit(status < 0 ? 255 : WEXITSTATUS(status));
  }
  say_status(me, "keeper", await_child(me, keeper));
}

void siblings(struct self* me) {
  gate* tid = new_gate();
  const int how = CLONE_PARENT | (pick(me, 2) ? CLONE_FILES : 0);
  const int signal = pick(me, 2) ? SIGCHLD : exit_signal;
  const pid_t child = born(fork());
  if (child == 0) {
    const pid_t sibling = born(clone_process(how, signal, NULL, NULL));
    if (sibling == 0) _exit(12);
    atomic_store(tid, sibling);
    _exit(13);
  }
  say_status(me, "child", await_child(me, child));
  say_status(me, "its sibling", await_child(me, atomic_load(tid)));
}

// Who is a child of somebody who does not expect it: the root's parent waits for it, or whoever inherits it.
void own_sibling(struct self* me) {
  gate* here = new_gate();
  const pid_t sibling = born(clone_process(CLONE_PARENT, pick(me, 2) ? SIGCHLD : 0, NULL, NULL));
  if (sibling == 0) {
    open_gate(here);
    _exit(8);
  }
  await(here, 1);
  say(me, " %s", ERROR(waitpid(sibling, NULL, __WALL)));
}

void auto_reap(struct self* me) {
  const bool by_flag = pick(me, 2);
  const int signal = pick(me, 3) ? SIGCHLD : 0;
  const pid_t keeper = born(fork());
  if (keeper == 0) {
    const struct sigaction action = {.sa_handler = by_flag ? SIG_DFL : SIG_IGN, .sa_flags = by_flag ? SA_NOCLDWAIT : 0};
    sigaction(SIGCHLD, &action, NULL);
    for (int i = 0; i < 2; i++) {
      if (clone_process(0, signal, NULL, NULL) == 0) _exit(1);
    }
    int reaped = 0;
    while (reap(-1, __WALL) >= 0) reaped++;
    _exit(reaped);
  }
  say_status(me, "keeper", await_child(me, keeper));
}

struct parent_thread {
  gate* ready;
  pid_t child;
};

static void* parent_for_a_while(void* all) {
  struct parent_thread* parent = all;
  parent->child = born(fork());
  if (parent->child == 0) {
    const sigset_t set = just(counted);
    int got;
    mask(SIG_BLOCK, counted);
    prctl(PR_SET_PDEATHSIG, counted);
    open_gate(parent->ready);
    sigwait(&set, &got);
    _exit(got == counted ? 5 : 6);
  }
  await(parent->ready, 1);
  return NULL;
}

void parents_death(struct self* me) {
  struct parent_thread parent = {new_gate(), 0};
  pthread_t thread;
  pthread_create(&thread, NULL, parent_for_a_while, &parent);
  pthread_join(thread, NULL);
  say_status(me, "child", await_child(me, parent.child));
}

void pid_namespace(struct self* me) {
  const bool killed = pick(me, 2), stays = pick(me, 2);
  gate* ready = new_gate();
  const pid_t init = clone_process(CLONE_NEWPID, SIGCHLD, NULL, NULL);
  if (init != 0) say(me, " %s", ERROR(init));
  if (init < 0) return;
  if (init == 0) {
    const pid_t child = born(fork());
    if (child == 0) {
      if (fork() == 0) {
        open_gate(ready);
        if (stays) stand();
        _exit(getppid() == 1 ? 0 : 1);
      }
      await(ready, 1);
      if (stays && getpid() == 2) stand();
      _exit(2);
    }
    await(ready, 1);
    if (killed) stand();
    _exit(getpid() == 1 ? 3 : 4);
  }
  await(ready, 1);
  if (killed) kill(init, SIGKILL);
  say_status(me, "init", await_child(me, init));
}
