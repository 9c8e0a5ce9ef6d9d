// Scenes of group-stops and of kills from outside.
#define _GNU_SOURCE
#include <linux/sched.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "random_program.h"

static void* stoppable(void* kind) {
  const struct timespec short_while = {0, 100000};
  for (;;) {
    if ((intptr_t)kind == 0) pause();
    if ((intptr_t)kind == 1) sched_yield();
    if ((intptr_t)kind == 2) nanosleep(&short_while, NULL);
  }
  return NULL;
}

void stops(struct self* me) {
  static const int stopping[] = {SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU};
  gate* ready = new_gate();
  const int threads = me->budget > 3 ? pick(me, 3) : 0, times = 1 + pick(me, 2);
  const bool by_itself = pick(me, 3) == 0;
  const int signal = stopping[pick(me, COUNT(stopping))];
  const intptr_t kind = pick(me, 3);
  me->budget -= threads;
  const pid_t child = born(fork());
  if (child == 0) {
    pthread_t thread;
    setpgid(0, 0);  // the group of a session leader's child is no orphan: it may be stopped
    for (int i = 0; i < threads; i++) pthread_create(&thread, NULL, stoppable, (void*)((kind + i) % 3));
    open_gate(ready);
    for (int i = 0; by_itself && i < times; i++) tell_thread(gettid(), signal);
    stoppable((void*)kind);
  }
  await(ready, 1);
  for (int i = 0; i < times; i++) {
    if (!by_itself) kill(child, signal);
    siginfo_t info = {0};
    if (pick(me, 2)) {
      while (waitid(P_PID, child, &info, WSTOPPED | WNOWAIT) < 0 && errno == EINTR) {
      }
      say(me, " seen %d", info.si_code == CLD_STOPPED);
    }
    say_status(me, "child", reap(child, WUNTRACED));
    if (i == times - 1 && pick(me, 3) == 0) break;  // killed in its stop
    if (by_itself && i == times - 1) break;
    kill(child, SIGCONT);
    if (!by_itself) say_status(me, "child", reap(child, WCONTINUED));
  }
  kill(child, SIGKILL);
  say_status(me, "child", await_child(me, child));
}

void kill_newborn(struct self* me) {
  const unsigned how = pick(me, 3);
  const pid_t child = born(how == 0 ? clone_process(CLONE_FILES, SIGCHLD, NULL, NULL) : fork());
  if (child == 0) stand();
  if (how == 2) busy(pick(me, 20000));
  kill(child, pick(me, 2) ? SIGKILL : SIGTERM);
  say_status(me, "child", await_child(me, child));
}

void kill_group(struct self* me) {
  gate* ready = new_gate();
  pid_t children[3];
  for (int i = 0; i < 3; i++) {
    children[i] = born(fork());
    if (children[i] == 0) {
      await(ready, 1);
      stand();
    }
    setpgid(children[i], children[0]);
  }
  open_gate(ready);
  say(me, " %s", ERROR(kill(-children[0], pick(me, 2) ? SIGTERM : SIGKILL)));
  for (int i = 2; i >= 0; i--) say_status(me, "child", await_child(me, children[i]));
}
