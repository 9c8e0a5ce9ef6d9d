// The wait for any of many. waitid(P_ALL) looks at every task each time it is called and each time it is woken, which
// at ten thousand costs more than all the rest of a stop. Above a few dozen, SIGCHLD says who has something to report,
// and only that one is asked. Signals merge while one is pending, so those who stopped lately are asked too, and all of
// them when nobody has been heard of for a while that is long beside what asking them costs, as long as that finds
// somebody; nobody sleeps for longer before all have been asked since the last signal. Among many who report all the
// time one whose signal was merged would wait for ever, so a few are asked in turn as well, whatever is heard.
#pragma once

#include <lwptrace/event.h>
#include <lwptrace/ids.h>

#include <sys/wait.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <utility>
#include <vector>

#include "engine/deaths.h"

namespace lwptrace::engine {

struct HintCounts {
  std::uint64_t taken = 0;   // SIGCHLD
  std::uint64_t asked = 0;   // whether one has something to report
  std::uint64_t sweeps = 0;  // whether anybody has
};

class Hints {
 public:
  // `died`: is told of the announcements of deaths. `some`: names a few of the traced, and all of them in turn.
  Hints(std::function<void(const AnnouncedDeath&)> died, std::function<std::vector<Tid>()> some)
      : died_(std::move(died)), some_(std::move(some)) {}

  // As waitid(P_ALL, 0, &info, how), for who traces about `tasks` tasks. Signals other than SIGCHLD interrupt it.
  [[nodiscard]] int wait(siginfo_t& info, int how, std::size_t tasks);

  // Takes a SIGCHLD, if it comes within so many ns; else errno says EAGAIN, or EINTR when another signal came.
  bool listen(Nanos patience);

  // Whether it asks those that it has heard of, in the order of their reports.
  [[nodiscard]] bool on() const { return on_; }

  [[nodiscard]] const HintCounts& counts() const { return counts_; }

 private:
  void turn(bool on);
  [[nodiscard]] bool ask_in_turn(siginfo_t& info, int how);
  [[nodiscard]] bool ask(Tid tid, siginfo_t& info, int how);
  void remember(const siginfo_t& reported);

  std::function<void(const AnnouncedDeath&)> died_;
  std::function<std::vector<Tid>()> some_;
  HintCounts counts_;
  bool on_ = false;
  std::deque<Tid> heard_;
  std::array<Tid, 8> lately_{};  // who reported last, and lives; the latest first
  std::vector<Tid> in_turn_;     // are asked next
  Nanos turn_at_ = 0;            // CLOCK_MONOTONIC: when some more are
  Nanos quiet_ = 0;              // when nobody has reported for so long, all are asked
  bool finds_ = false;           // asking all of them has just found somebody: there may be more
};

}  // namespace lwptrace::engine
