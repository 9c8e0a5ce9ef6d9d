// Listening and asking. A signal that comes between the last question and the sleep is pending, and ends the sleep at
// once: that is why SIGCHLD stays blocked (deaths.h).
#include "engine/hints.h"

#include <sys/prctl.h>

#include <algorithm>
#include <cerrno>

#include "engine/clock.h"

namespace lwptrace::engine {

// Patience is a timer, and one that expires before all others has to be told to the hardware, at each sleep: as long
// as it may be late by a tick (4 ms, CONFIG_HZ=250) it never is the first while the CPU is busy.
void Hints::turn(bool on) {
  constexpr unsigned long a_tick = 4'000'000, as_before = 0;  // ns
  ::prctl(PR_SET_TIMERSLACK, on ? a_tick : as_before);
  on_ = on;
  hear_of_stops(on);
  heard_.clear();
  quiet_ = 0;
  finds_ = false;
}

bool Hints::listen(Nanos patience) {
  const auto sigchld = take_sigchld(patience);
  if (!sigchld) return false;
  if (sigchld->death) died_(*sigchld->death);
  if (on_) {
    ++counts_.taken;
    heard_.push_back(sigchld->tid);
  }
  return true;
}

void Hints::remember(const siginfo_t& reported) {
  if (is_death(reported)) return;
  auto* place = std::find(lately_.begin(), lately_.end() - 1, reported.si_pid);  // or that of the oldest
  std::move_backward(lately_.begin(), place, place + 1);
  lately_.front() = reported.si_pid;
}

bool Hints::ask(Tid tid, siginfo_t& info, int how) {
  if (tid == 0) return false;
  ++counts_.asked;
  info.si_pid = 0;
  return ::waitid(P_PID, static_cast<id_t>(tid), &info, how | WNOHANG) == 0 && info.si_pid != 0;
}

bool Hints::ask_in_turn(siginfo_t& info, int how) {
  const Nanos began = clock_now();
  if (began < turn_at_) return false;
  if (in_turn_.empty()) in_turn_ = some_();
  while (!in_turn_.empty()) {
    const Tid tid = in_turn_.back();
    in_turn_.pop_back();
    if (ask(tid, info, how)) return true;
  }
  constexpr Nanos share = 64, longest = 4'000'000;
  const Nanos ended = clock_now();
  turn_at_ = ended + std::min(share * (ended - began), longest);
  return false;
}

int Hints::wait(siginfo_t& info, int how, std::size_t tasks) {
  constexpr std::size_t few = 64;
  if (on_ ? tasks < few / 2 : tasks > few) turn(!on_);
  if (!on_ || (how & WNOHANG) != 0) return ::waitid(P_ALL, 0, &info, how);
  if (ask_in_turn(info, how)) return remember(info), 0;
  for (bool asked_all = false;;) {
    while (!heard_.empty()) {
      const Tid tid = heard_.front();
      heard_.pop_front();
      if (ask(tid, info, how)) return remember(info), 0;
      asked_all = false;
    }
    if (listen(0)) continue;
    if (!asked_all) {
      for (const Tid tid : lately_) {
        if (ask(tid, info, how)) return remember(info), 0;
      }
    }
    if (!finds_) {
      if (listen(asked_all ? forever : quiet_)) continue;
      if (errno == EINTR) return -1;
    }
    const Nanos began = clock_now();
    ++counts_.sweeps;
    info.si_pid = 0;
    if (const int failed = ::waitid(P_ALL, 0, &info, how | WNOHANG)) return failed;
    finds_ = info.si_pid != 0;
    if (finds_) return remember(info), 0;
    constexpr Nanos share = 4;  // at most one part in five of the time
    quiet_ = share * (clock_now() - began);
    asked_all = true;
  }
}

}  // namespace lwptrace::engine
