// What the terminal sends (Ctrl-C, Ctrl-\, hang-up) reaches the program's own process group as well, so only what was
// sent to lwptrace by kill(2) has to be passed on.
#include "engine/interrupts.h"

#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace lwptrace::engine {

namespace {

volatile sig_atomic_t to_forward = 0;
volatile sig_atomic_t sender = 0;
volatile sig_atomic_t came = 0;
volatile sig_atomic_t ended = 0;
// Read by the outputs' thread too.
std::atomic<int> requests = 0;
std::atomic<int> late = 0;
static_assert(std::atomic<int>::is_always_lock_free);

constexpr int watched[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP};
constexpr int changed[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGALRM, SIGPIPE, SIGCHLD};

void note(int signal, siginfo_t* info, void*) {
  if (info->si_code <= 0) {
    to_forward = signal;
    sender = info->si_pid;
  }
  came = 1;
  ++requests;
  if (ended != 0) ++late;
}

void wake(int) { came = 1; }

void set_timer(long microseconds) {
  const itimerval period{{0, microseconds}, {0, microseconds}};
  ::setitimer(ITIMER_REAL, &period, nullptr);
}

}  // namespace

SignalState save_signals() {
  SignalState state;
  ::sigprocmask(SIG_SETMASK, nullptr, &state.mask);
  for (int signal : changed) {
    struct sigaction action {};
    ::sigaction(signal, nullptr, &action);
    state.actions.emplace_back(signal, action);
  }
  for (int which : {ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF}) {
    ::getitimer(static_cast<__itimer_which_t>(which), &state.timers[which]);
  }
  return state;
}

void watch_interrupts() {
  struct sigaction action {};
  sigemptyset(&action.sa_mask);
  action.sa_sigaction = note;
  action.sa_flags = SA_SIGINFO;  // no SA_RESTART: a wait returns
  sigset_t unblock;
  sigemptyset(&unblock);
  for (int signal : watched) {
    struct sigaction former {};
    ::sigaction(signal, nullptr, &former);
    if (former.sa_handler == SIG_IGN) continue;  // nohup, or a shell's background job: stays ignored
    ::sigaction(signal, &action, nullptr);
    sigaddset(&unblock, signal);
  }
  action.sa_handler = wake;
  action.sa_flags = 0;
  ::sigaction(SIGALRM, &action, nullptr);
  sigaddset(&unblock, SIGALRM);
  action.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &action, nullptr);
  ::sigprocmask(SIG_UNBLOCK, &unblock, nullptr);
  set_timer(100'000);
  const itimerval none{};
  ::setitimer(ITIMER_VIRTUAL, &none, nullptr);  // whoever set these before executing lwptrace meant the program
  ::setitimer(ITIMER_PROF, &none, nullptr);
}

void unwatch_interrupts() { set_timer(0); }

bool interrupted() { return came != 0; }

Interrupts take_interrupts() {
  came = 0;
  Interrupts taken;
  taken.to_forward = Sent{to_forward, sender};
  to_forward = 0;
  taken.late = late;
  return taken;
}

int requests_to_end() { return requests; }

int late_requests_to_end() { return late; }

void program_ended() { ended = 1; }

}  // namespace lwptrace::engine
