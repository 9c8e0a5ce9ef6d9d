// Words of the golden file, and of the facts that stand in it.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace lwptrace::golden {

constexpr std::string_view kFirst = "lwptrace golden 1";
constexpr std::string_view kMakes = "makes ";
constexpr std::string_view kReaps = "reaps ";
constexpr std::string_view kTimes = "×";
constexpr std::string_view kOr = " or ";

// Whether a golden's value or line leaves something open.
[[nodiscard]] constexpr bool is_tolerant(std::string_view text) {
  return text == "any" || text.find('*') != std::string_view::npos || text.find(kOr) != std::string_view::npos;
}

// Whom "makes 1/2" is about, or "reaps 1.2 or none"; nobody: another fact, "makes nobody …" too.
[[nodiscard]] constexpr std::string_view whom(std::string_view fact, std::string_view verb) {
  if (!fact.starts_with(verb)) return {};
  const std::string_view path = fact.substr(verb.size(), fact.find(' ', verb.size()) - verb.size());
  return !path.empty() && path[0] >= '0' && path[0] <= '9' ? path : std::string_view();
}

[[nodiscard]] constexpr std::string_view child_made(std::string_view fact) { return whom(fact, kMakes); }
[[nodiscard]] constexpr std::string_view child_reaped(std::string_view fact) { return whom(fact, kReaps); }

[[nodiscard]] inline std::vector<std::string> words_of(std::string_view text) {  // what stands between single blanks
  std::vector<std::string> words;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    words.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

}  // namespace lwptrace::golden
