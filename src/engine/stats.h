// What tracing cost, counted: stops by kind with the ptrace calls that each took, waits, and where the time went. The
// counters are always kept, which costs nothing that could be measured; the clock is read for those who ask
// (EngineOptions::times). It does not say how they look: src/cli/stats.cc.
#pragma once

#include <lwptrace/ids.h>
#include <lwptrace/observation.h>

#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "engine/clock.h"
#include "engine/hints.h"

namespace lwptrace::engine {

// What a stop turned out to be.
enum class StopKind : std::uint8_t {
  launch,         // before the program's first instruction: its exec, and what leads to it; attach: taking hold
  birth_entry,    // a filter's verdict, or the entry, of fork, vfork, clone and clone3
  birth,          // the creator's event
  newborn,        // its own first stop, right after that event
  newborn_alone,  // … before it, or with somebody else's birth between the two: it has to be read by itself
  entry,          // the same as birth_entry, of any other call
  call_return,
  exec,
  signal,
  group_stop,
  trap,
  passed_over,  // attached: calls that are not told; killed before it could be read
  count
};

struct Counted {
  std::uint64_t times = 0;
  std::uint64_t ptrace_calls = 0;  // to read it, to act on it and to resume
};

struct Stats {
  [[nodiscard]] Counted& stop(StopKind kind) { return stops[static_cast<std::size_t>(kind)]; }
  [[nodiscard]] const Counted& stop(StopKind kind) const { return stops[static_cast<std::size_t>(kind)]; }

  std::array<Counted, static_cast<std::size_t>(StopKind::count)> stops{};
  Counted deaths;
  std::uint64_t deaths_announced = 0;                               // by SIGCHLD
  std::vector<std::pair<const char*, std::uint64_t>> ptrace_calls;  // by request, those that were made
  std::uint64_t waits_for_any = 0, waits_for_one = 0;               // until somebody has something to report
  std::uint64_t asked = 0;                                          // whether one has
  std::uint64_t taken = 0;                                          // stops and deaths, from the kernel
  HintCounts hints;                                                 // of the waits for any, among many
  std::uint64_t proc_reads = 0;
  Nanos total = 0, waiting = 0, model = 0, telling = 0;  // 0 where nobody asked for times
};

[[nodiscard]] StopKind kind_of(const std::optional<Fact>& fact);

// Adds the time for which it lives to `part`; without one it reads no clock.
class Timed {
 public:
  explicit Timed(Nanos* part) : part_(part), since_(part != nullptr ? clock_now() : 0) {}
  ~Timed() {
    if (part_ != nullptr) *part_ += clock_now() - since_;
  }
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;

 private:
  Nanos* part_;
  Nanos since_;
};

}  // namespace lwptrace::engine
