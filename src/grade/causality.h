// What had to come before what, whatever the scheduler does: an LWP's own events in their order, a birth before all of
// the newborn's, an end before its reap or join, a send before its delivery. Times prove nothing.
#pragma once

#include <lwptrace/event.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace lwptrace::grade {

class Causality {
 public:
  explicit Causality(std::span<const Event> events);

  using Index = std::uint32_t;  // of an event in the trace
  struct Answer {
    bool known = true;                                 // false: they are too many to be compared
    std::optional<std::pair<Index, Index>> unordered;  // one of `first` that did not have to come before one of `then`
  };
  // Whether all of `first` come before all of `then`.
  [[nodiscard]] Answer all_before(const std::vector<Index>& first, const std::vector<Index>& then) const;

 private:
  static constexpr Index kNone = ~Index{0};
  std::span<const Event> events_;
  std::vector<std::array<Index, 3>> before_;  // what each comes after at once: all are earlier in the trace
};

}  // namespace lwptrace::grade
