// What scenes are played with: chance, words, gates, waits. Nothing here makes an LWP.
#define _GNU_SOURCE
#include <linux/futex.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/pidfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "random_program.h"

struct shared* shared;

uint64_t number(struct self* me) {  // splitmix64
  uint64_t x = me->random += 0x9e3779b97f4a7c15;
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
  x = (x ^ x >> 27) * 0x94d049bb133111eb;
  return x ^ x >> 31;
}

unsigned pick(struct self* me, unsigned below) { return number(me) % below; }

void oops(const char* what) {
  fprintf(stderr, "random_program is wrong: %s: %s\n", what, strerror(errno));
  kill(0, SIGKILL);
}

pid_t born(pid_t pid) {
  if (pid < 0) oops("a birth");
  return pid;
}

void say(struct self* me, const char* format, ...) {
  struct script* script = me->script;
  va_list words;
  va_start(words, format);
  const size_t room = sizeof script->text - script->used;
  const int size = vsnprintf(script->text + script->used, room, format, words);
  va_end(words);
  script->used += size < (int)room ? size : (int)room - 1;
}

void say_status(struct self* me, const char* who, int status) {
  if (status < 0)
    say(me, " %s:%s", who, strerrorname_np(-status));
  else if (WIFEXITED(status))
    say(me, " %s:%d", who, WEXITSTATUS(status));
  else if (WIFSIGNALED(status))
    say(me, " %s:SIG%s", who, sigabbrev_np(WTERMSIG(status)));
  else if (WIFSTOPPED(status))
    say(me, " %s:stopped-%s", who, sigabbrev_np(WSTOPSIG(status)));
  else
    say(me, " %s:continued", who);
}

struct script* new_script(const char* path) {
  const unsigned index = shared->scripts++;
  if (index >= most_scripts) oops("too many actors");
  snprintf(shared->script[index].path, sizeof shared->script[index].path, "%s", path);
  return &shared->script[index];
}

gate* new_gate(void) {
  const unsigned index = shared->gates++;
  if (index >= most_gates) oops("too many gates");
  return &shared->gate[index];
}

void open_gate(gate* which) {
  atomic_fetch_add(which, 1);
  syscall(SYS_futex, which, FUTEX_WAKE, most_gates, NULL, NULL, 0);
}

void await(gate* which, unsigned times) {
  for (unsigned seen; (seen = *which) < times;) syscall(SYS_futex, which, FUTEX_WAIT, seen, NULL, NULL, 0);
}

void busy(unsigned turns) {
  for (volatile unsigned turn = 0; turn < turns; turn++) {
  }
}

int reap(pid_t pid, int options) {
  int status;
  pid_t got;
  while ((got = wait4(pid, &status, options, NULL)) < 0 && errno == EINTR) {
  }
  return got < 0 ? -errno : status;
}

static int look(idtype_t by, id_t id, int options) {
  siginfo_t info = {0};
  int error;
  while ((error = waitid(by, id, &info, options | __WALL)) < 0 && errno == EINTR) {
  }
  if (error < 0) return -errno;
  return info.si_code == CLD_EXITED ? info.si_status << 8 : info.si_status | (info.si_code == CLD_DUMPED ? 0x80 : 0);
}

int await_child(struct self* me, pid_t pid) {
  switch (pick(me, 4)) {
    case 0:
      return look(P_PID, pid, WEXITED);
    case 1: {
      const int seen = look(P_PID, pid, WEXITED | WNOWAIT);
      const int status = reap(pid, __WALL | WNOHANG);
      if (seen != status) say(me, " WNOWAIT-differs");
      return status;
    }
    case 2: {
      const int fd = pidfd_open(pid, 0);
      const int status = look(P_PIDFD, fd, WEXITED);
      close(fd);
      return status;
    }
    default:
      return reap(pid, __WALL);
  }
}

void tell_thread(pid_t tid, int signal) { syscall(SYS_tgkill, getpid(), tid, signal); }

sigset_t just(int signal) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal);
  return set;
}

void mask(int how, int signal) {
  const sigset_t set = just(signal);
  pthread_sigmask(how, &set, NULL);
}

noreturn void stand(void) {
  for (;;) pause();
}
