// Counts that are impossible, or that always hold, are no counts.
#include "grade/count.h"

#include <fmt/format.h>

#include <string_view>

#include "grade/read.h"

namespace lwptrace::grade {

namespace {

constexpr std::uint64_t kMost = 1'000'000;
constexpr const char* kRightCount = "10, 2..4, at least 2, at most 3, none or every";

std::uint64_t number(const Yaml& node, std::string_view text) {
  std::uint64_t n = 0;
  if (!whole_number(text, n) || n > kMost) wrong(node, fmt::format("count is {}", shown(node.text)), kRightCount);
  return n;
}

}  // namespace

double Count::share(std::uint64_t seen) const {
  if (holds(seen)) return 1;
  const auto of = [](std::uint64_t part, std::uint64_t whole) {
    return static_cast<double>(part) / static_cast<double>(whole);
  };
  if (seen < least) return of(seen, least);
  const std::uint64_t over = seen - most;
  return over < most ? 1 - of(over, most) : 0;
}

std::string Count::words(const std::string& one, const std::string& more) const {
  if (every) return "every " + one;
  if (most == 0) return "no " + one;
  const std::string& noun = noun_is_one() ? one : more;
  if (least == most) return fmt::format("exactly {} {}", least, noun);
  if (most == kAny) return fmt::format("at least {} {}", least, noun);
  if (least == 0) return fmt::format("at most {} {}", most, noun);
  return fmt::format("{} to {} {}", least, most, noun);
}

Count read_count(const Yaml& node) {
  if (node.kind != Yaml::Kind::text) wrong(node, "count is no number", kRightCount);
  const std::string_view text = node.text;
  if (text == "every" || text == "all") return {1, Count::kAny, true};
  if (text == "none") return {0, 0, false};
  if (text.starts_with("at least ")) {
    const std::uint64_t least = number(node, text.substr(9));
    if (least == 0) wrong(node, "at least 0 always holds", "at least 1, or none");
    return {least, Count::kAny, false};
  }
  if (text.starts_with("at most ")) return {0, number(node, text.substr(8)), false};
  const std::size_t dots = text.find("..");
  if (dots == std::string_view::npos) {
    const std::uint64_t exactly = number(node, text);
    return {exactly, exactly, false};
  }
  const Count range{number(node, text.substr(0, dots)), number(node, text.substr(dots + 2)), false};
  if (range.least > range.most) {
    wrong(node, fmt::format("no number is {}", shown(text)), "the smaller comes first: 2..4");
  }
  return range;
}

}  // namespace lwptrace::grade
