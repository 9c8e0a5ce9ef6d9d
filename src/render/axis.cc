// The ticks of axis.h: 1, 2 or 5 times a power of ten, in minutes and hours the steps of a clock.
#include "render/axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "render/text.h"

namespace lwptrace::render {

namespace {

constexpr Nanos kSecond = 1'000'000'000;
constexpr Nanos kHour = 3600 * kSecond;
constexpr std::size_t kRoomy = 9;  // columns between ticks, at least

std::vector<Nanos> round_steps() {
  std::vector<Nanos> steps;
  for (Nanos power = 1; power <= 10 * kSecond; power *= 10) {
    for (const Nanos digit : {1, 2, 5}) {
      if (digit * power <= 20 * kSecond) steps.push_back(digit * power);
    }
  }
  for (const Nanos minutes : {1, 2, 5, 10, 20, 30}) steps.push_back(minutes * 60 * kSecond);
  for (Nanos power = 1; power <= 100'000; power *= 10) {
    for (const Nanos digit : {1, 2, 5}) steps.push_back(digit * power * kHour);
  }
  return steps;
}

}  // namespace

Axis::Axis(Nanos whole, std::size_t columns)
    : whole_(std::clamp<Nanos>(whole, 0, INT64_MAX / 2)), columns_(std::max<std::size_t>(columns, 1)) {
  const auto ticks = static_cast<double>(columns_) / static_cast<double>(kRoomy);
  for (const Nanos step : round_steps()) {
    if (static_cast<double>(step) * ticks < static_cast<double>(whole_)) continue;
    step_ = step;
    break;
  }
  if (whole_ == 0) step_ = 0;
}

std::size_t Axis::column(Nanos t) const {
  if (whole_ == 0 || t <= 0) return 0;
  const double share = static_cast<double>(t) / static_cast<double>(whole_);
  return std::min(columns_ - 1, static_cast<std::size_t>(share * static_cast<double>(columns_)));
}

std::string Axis::label(Nanos t) const {
  if (t == 0) return "0";
  if (whole_ >= 120 * kSecond && step_ % (60 * kSecond) == 0) {
    return step_ % kHour == 0 ? fmt::format("{} h", t / kHour) : fmt::format("{} min", t / (60 * kSecond));
  }
  const Nanos unit = whole_ < 1'000 ? 1 : whole_ < 1'000'000 ? 1'000 : whole_ < kSecond ? 1'000'000 : kSecond;
  const char* name = unit == 1 ? "ns" : unit == 1'000 ? "µs" : unit == 1'000'000 ? "ms" : "s";
  int decimals = 0;
  for (Nanos of = unit; step_ % of != 0 && of > 1; of /= 10) ++decimals;
  return fmt::format("{:.{}f} {}", static_cast<double>(t) / static_cast<double>(unit), decimals, name);
}

std::string Axis::labels() const {
  std::string line = fit("0", columns_);
  for (Nanos t = step_; step_ > 0 && t <= whole_; t += step_) {
    const std::string name = label(t);
    const std::size_t at = column(t);
    const std::size_t used = display_width(line);
    if (at <= used || at + display_width(name) > columns_) continue;
    line += std::string(at - used, ' ') + name;
  }
  return line;
}

std::string Axis::ruler() const {
  std::vector<bool> tick(columns_);
  tick[0] = true;
  for (Nanos t = step_; step_ > 0 && t < whole_; t += step_) tick[column(t)] = true;
  std::string line;
  for (const bool here : tick) line += here ? "┬" : "─";
  return line;
}

}  // namespace lwptrace::render
