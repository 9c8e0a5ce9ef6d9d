// The handler behind deaths.h writes a ring that the loop reads. lwptrace has one thread, so a handler never runs
// beside itself or beside the loop, only between two of its instructions.
#include "engine/deaths.h"

#include <algorithm>
#include <atomic>
#include <csignal>

#include <sys/wait.h>

namespace lwptrace::engine {

namespace {

constexpr std::uint64_t ring_size = 1024;
volatile Tid ring[ring_size];
std::atomic<std::uint64_t> announced{0};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "a signal handler may not lock");
std::uint64_t taken = 0;

void note(int, siginfo_t* info, void*) {
  const std::uint64_t number = announced.load(std::memory_order_relaxed);
  ring[number % ring_size] = info->si_pid;
  announced.store(number + 1, std::memory_order_release);
}

}  // namespace

void watch_deaths() {
  struct sigaction action {};
  sigemptyset(&action.sa_mask);
  action.sa_sigaction = note;
  action.sa_flags = SA_SIGINFO | SA_RESTART | SA_NOCLDSTOP;
  ::sigaction(SIGCHLD, &action, nullptr);
  sigset_t unblock;
  sigemptyset(&unblock);
  sigaddset(&unblock, SIGCHLD);
  ::sigprocmask(SIG_UNBLOCK, &unblock, nullptr);
}

std::uint64_t deaths_announced() { return announced.load(std::memory_order_acquire); }

void take_announced_deaths(const std::function<void(std::uint64_t, Tid)>& one) {
  const std::uint64_t end = deaths_announced();
  // The oldest slot may be overwritten while it is read: it counts as lost.
  taken = std::max(taken, end < ring_size ? 0 : end - ring_size + 1);
  for (; taken < end; ++taken) one(taken, ring[taken % ring_size]);
}

bool is_death(const siginfo_t& info) {
  return info.si_code == CLD_EXITED || info.si_code == CLD_KILLED || info.si_code == CLD_DUMPED;
}

int death_status(const siginfo_t& info) {
  if (info.si_code == CLD_EXITED) return (info.si_status & 0xff) << 8;
  return info.si_status | (info.si_code == CLD_DUMPED ? 0x80 : 0);
}

Status decode_wait_status(int wait_status) {
  Status status;
  if (WIFEXITED(wait_status)) {
    status.code = WEXITSTATUS(wait_status);
  } else {
    status.signal = WTERMSIG(wait_status);
    status.core = WCOREDUMP(wait_status);
  }
  return status;
}

}  // namespace lwptrace::engine
