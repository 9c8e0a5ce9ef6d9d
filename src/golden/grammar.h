// Words of the golden file, and of the facts that stand in it.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace lwptrace::golden {

constexpr std::string_view kFirst = "lwptrace golden 1";
constexpr std::string_view kMakes = "makes ";
constexpr std::string_view kTimes = "×";

// Whom the fact "makes 1/2" has made; nothing of any other fact, "makes nobody …" too.
[[nodiscard]] constexpr std::string_view child_made(std::string_view fact) {
  if (!fact.starts_with(kMakes)) return {};
  const std::string_view child = fact.substr(kMakes.size());
  return !child.empty() && child[0] >= '0' && child[0] <= '9' ? child : std::string_view();
}

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
