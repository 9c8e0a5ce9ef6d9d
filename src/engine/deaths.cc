// A handler would cost more than the rest of a death together: SIGCHLD stays blocked, and is taken when a death is
// found.
#include "engine/deaths.h"

#include <csignal>
#include <ctime>

#include <sys/wait.h>

namespace lwptrace::engine {

namespace {

std::uint64_t announced = 0, deaths = 0;

sigset_t only_sigchld() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  return set;
}

}  // namespace

void hear_of_stops(bool stops) {
  struct sigaction action {};
  sigemptyset(&action.sa_mask);
  // Never called. To set SIG_DFL or SIG_IGN would take back a pending announcement: by default SIGCHLD is ignored.
  action.sa_handler = [](int) {};
  action.sa_flags = stops ? 0 : SA_NOCLDSTOP;
  ::sigaction(SIGCHLD, &action, nullptr);
}

void watch_deaths() {
  hear_of_stops(false);
  const sigset_t set = only_sigchld();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

std::uint64_t announcements() { return announced; }

std::uint64_t deaths_announced() { return deaths; }

std::optional<Sigchld> take_sigchld(Nanos patience) {
  const sigset_t set = only_sigchld();
  const timespec timeout{patience / 1'000'000'000, patience % 1'000'000'000};
  siginfo_t info{};
  if (::sigtimedwait(&set, &info, patience == forever ? nullptr : &timeout) != SIGCHLD) return std::nullopt;
  Sigchld taken{info.si_pid, {}};
  const std::uint64_t number = announced++;
  if (!is_death(info)) return taken;
  ++deaths;
  taken.death = AnnouncedDeath{number, info.si_pid};
  return taken;
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
