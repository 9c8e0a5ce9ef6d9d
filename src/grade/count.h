// How many: 10, 2..4, at least 2, at most 3, none, every.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "grade/yaml.h"

namespace lwptrace::grade {

struct Count {
  static constexpr std::uint64_t kAny = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t least = 1, most = kAny;
  bool every = false;  // all that are chosen, and at least one is

  [[nodiscard]] bool holds(std::uint64_t seen) const { return seen >= least && seen <= most; }
  // Whether it may hold because something was not seen: it says nothing of a run that was ended.
  [[nodiscard]] bool by_absence() const { return every || least == 0; }
  // Whether one more could have broken it.
  [[nodiscard]] bool bounded() const { return every || most != kAny; }
  // Of 1, for partial points.
  [[nodiscard]] double share(std::uint64_t seen) const;
  // "exactly 10 births"; `more` is the plural.
  [[nodiscard]] std::string words(const std::string& one, const std::string& more) const;
  // "is" or "are", of those words.
  [[nodiscard]] const char* verb() const { return noun_is_one() ? "is" : "are"; }

 private:
  [[nodiscard]] bool noun_is_one() const { return every || most <= 1 || (least == 1 && most == kAny); }
};

[[nodiscard]] Count read_count(const Yaml& node);

}  // namespace lwptrace::grade
