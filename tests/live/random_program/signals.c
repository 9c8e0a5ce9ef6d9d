// Scenes of signals: to oneself, between threads, to and from children, and of faults.
#define _GNU_SOURCE
#include <linux/sched.h>
#include <poll.h>
#include <setjmp.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "random_program.h"

void own_signals(struct self* me) {
  static const int some[] = {counted, interrupting, queued, ignored, SIGURG, SIGCONT, 0, 65, -1};
  const int signal = some[pick(me, COUNT(some))];
  const bool known = signal > 0 && signal < 65;
  const int before = known ? taken[signal] : 0;
  const bool blocked = known && pick(me, 2);
  const int times = 1 + pick(me, 4);
  if (blocked) mask(SIG_BLOCK, signal);
  for (int i = 0; i < times; i++) say(me, " %s", ERROR(syscall(SYS_tgkill, getpid(), gettid(), signal)));
  if (blocked) {
    sigset_t pending;
    sigpending(&pending);
    say(me, " pending %d", sigismember(&pending, signal));
    mask(SIG_UNBLOCK, signal);
  }
  if (known) say(me, " SIG%s taken %d", sigabbrev_np(signal) ? sigabbrev_np(signal) : "RT", taken[signal] - before);
}

void queue_to_self(struct self* me) {
  const int times = 1 + pick(me, 40);
  const int before = taken[queued];
  int64_t sum = 0;
  mask(SIG_BLOCK, queued);
  for (int i = 1; i <= times; i++) {
    siginfo_t info = {.si_signo = queued, .si_code = SI_QUEUE, .si_pid = getpid(), .si_uid = getuid()};
    info.si_value.sival_int = i;
    syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), queued, &info);
  }
  const sigset_t set = just(queued);
  const int waited = pick(me, times + 1);
  for (int i = 0; i < waited;) {  // in the order of sending
    siginfo_t info;
    if (sigwaitinfo(&set, &info) > 0) sum = sum * 3 + info.si_value.sival_int, i++;
  }
  if (waited < times && pick(me, 2)) {
    const int fd = signalfd(-1, &set, SFD_CLOEXEC);
    struct signalfd_siginfo info;
    read(fd, &info, sizeof info);
    sum = sum * 3 + info.ssi_int;
    close(fd);
  }
  mask(SIG_UNBLOCK, queued);
  say(me, " %d queued, sum %lld, handled %d", times, (long long)sum, taken[queued] - before);
}

void process_signals(struct self* me) {
  const int before = taken[counted], before_queued = taken[queued], times = 1 + pick(me, 3);
  const int fd = pidfd_open(getpid(), 0);
  for (int i = 0; i < times; i++) {
    switch (pick(me, 4)) {
      case 0:
        kill(getpid(), counted);
        break;
      case 1:
        sigqueue(getpid(), queued, (union sigval){.sival_int = i});
        break;
      case 2:
        pidfd_send_signal(fd, counted, NULL, 0);
        break;
      default:
        raise(queued);
    }
  }
  close(fd);
  say(me, " taken %d+%d", taken[counted] - before, taken[queued] - before_queued);
}

static sigjmp_buf fault_over;
static volatile int fault_code;
static void faulted(int signal, siginfo_t* info, void* context) {
  (void)context;
  fault_code = info->si_code;
  if (signal != SIGTRAP) siglongjmp(fault_over, 1);
}

void faults(struct self* me) {
  static const int kinds[] = {SIGSEGV, SIGILL, SIGFPE, SIGTRAP, SIGBUS};
  const int signal = kinds[pick(me, COUNT(kinds))];
  struct sigaction action = {.sa_sigaction = faulted, .sa_flags = SA_SIGINFO}, former;
  sigaction(signal, &action, &former);
  fault_code = 0;
  if (sigsetjmp(fault_over, 1) == 0) {
    if (signal == SIGSEGV) *(volatile int*)16 = 1;
    if (signal == SIGILL) __asm__ volatile("ud2");
    if (signal == SIGFPE)
      __asm__ volatile("xor %%edx, %%edx; mov $1, %%eax; xor %%ecx, %%ecx; div %%ecx" ::: "eax", "ecx", "edx");
    if (signal == SIGTRAP) __asm__ volatile("int3");
    if (signal == SIGBUS) raise(SIGBUS);
  }
  sigaction(signal, &former, NULL);
  say(me, " SIG%s code %d", sigabbrev_np(signal), fault_code);
}

void interrupted_poll(struct self* me) {
  const int signal = pick(me, 2) ? counted : interrupting, before = taken[signal];
  sigset_t open;
  mask(SIG_BLOCK, signal);
  tell_thread(gettid(), signal);
  pthread_sigmask(SIG_SETMASK, NULL, &open);
  sigdelset(&open, signal);
  say(me, " %s", ERROR(ppoll(NULL, 0, NULL, &open)));
  tell_thread(gettid(), signal);
  say(me, " %s", ERROR(sigsuspend(&open)));
  mask(SIG_UNBLOCK, signal);
  say(me, " taken %d", taken[signal] - before);
}

void alarm_clock(struct self* me) {
  const struct itimerval soon = {{0, 0}, {0, 500}};
  const sigset_t set = just(SIGALRM);
  siginfo_t info = {0};
  mask(SIG_BLOCK, SIGALRM);
  setitimer(ITIMER_REAL, &soon, NULL);
  while (sigwaitinfo(&set, &info) < 0) {
  }
  mask(SIG_UNBLOCK, SIGALRM);
  say(me, " code %d", info.si_code);
}

struct letters {
  gate* ready;
  int count;
  int64_t sum;
  pid_t tid;
};

static void* read_letters(void* all) {
  struct letters* letters = all;
  const sigset_t set = just(queued);
  mask(SIG_BLOCK, queued);
  letters->tid = gettid();
  open_gate(letters->ready);
  for (int i = 0; i < letters->count;) {
    siginfo_t info;
    if (sigwaitinfo(&set, &info) > 0) letters->sum = letters->sum * 3 + info.si_value.sival_int, i++;
  }
  return NULL;
}

void letters_to_thread(struct self* me) {
  struct letters letters = {new_gate(), 1 + pick(me, 20), 0, 0};
  pthread_t thread;
  pthread_create(&thread, NULL, read_letters, &letters);
  await(letters.ready, 1);
  for (int i = 1; i <= letters.count; i++) {
    siginfo_t info = {.si_signo = queued, .si_code = SI_QUEUE, .si_pid = getpid(), .si_uid = getuid()};
    info.si_value.sival_int = i;
    syscall(SYS_rt_tgsigqueueinfo, getpid(), letters.tid, queued, &info);
  }
  pthread_join(thread, NULL);
  say(me, " sum %lld", (long long)letters.sum);
}

void signals_to_child(struct self* me) {
  gate* ready = new_gate();
  const int times = 1 + pick(me, 20);
  const bool slowly = pick(me, 2);  // each when the one before has been handled: then none is merged
  const int signal = slowly ? counted : queued;
  const pid_t child = born(fork());
  if (child == 0) {
    const int before = taken[signal];
    sigset_t open;
    mask(SIG_BLOCK, signal);
    pthread_sigmask(SIG_SETMASK, NULL, &open);
    sigdelset(&open, signal);
    open_gate(ready);
    while (taken[signal] - before < times) {
      sigsuspend(&open);
      if (slowly) open_gate(ready);
    }
    _exit(taken[signal] - before);
  }
  await(ready, 1);
  for (int i = 1; i <= times; i++) {
    slowly ? kill(child, signal) : sigqueue(child, signal, (union sigval){.sival_int = i});
    if (slowly) await(ready, 1 + i);
  }
  say_status(me, "child", await_child(me, child));
}

void signals_from_child(struct self* me) {
  const int times = 1 + pick(me, 10), before = taken[queued];
  const pid_t parent = getpid(), child = born(fork());
  if (child == 0) {
    for (int i = 0; i < times; i++) sigqueue(parent, queued, (union sigval){.sival_int = i});
    _exit(0);
  }
  int status = 0;
  say(me, " %s", ERROR(waitpid(child, &status, 0)));  // SA_RESTART: never EINTR
  say(me, " %d, taken %d", status, taken[queued] - before);
}

void exit_signals(struct self* me) {
  static const int signals[] = {exit_signal, exit_signal, 0, SIGURG, SIGCHLD, 0xff};
  const int signal = signals[pick(me, COUNT(signals))], before = taken[exit_signal];
  const pid_t child = born(clone_process(pick(me, 2) ? CLONE_FS : CLONE_VFORK, signal, NULL, NULL));
  if (child == 0) _exit(4);
  if (signal != SIGCHLD) say(me, " %s", ERROR(waitpid(child, NULL, WNOHANG)));  // not a child to a plain wait
  const int seen = reap(child, pick(me, 2) ? __WALL : signal == SIGCHLD ? 0 : __WCLONE);
  say_status(me, "child", seen);
  say(me, " taken %d", taken[exit_signal] - before);
}
