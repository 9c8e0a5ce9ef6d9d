// How near two words are, in slips of the fingers.
#include "decoders/tables/nearest.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace lwptrace::tables {
namespace {

std::string lower(std::string_view word) {
  std::string text(word);
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

// Edits that turn `a` into `b`, two neighbours in the wrong order counting as one.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::string nearest(std::string_view wrong, const std::vector<std::string>& known) {
  constexpr std::size_t longest = 64;  // no name that we know is longer, and the table grows with the square
  if (wrong.size() < 2 || wrong.size() > longest) return "";
  const std::string wanted = lower(wrong);
  std::string best;
  std::size_t least = std::max<std::size_t>(1, wanted.size() / 4) + 1;
  std::vector<std::string> begun;
  for (const std::string& candidate : known) {
    const std::string name = lower(candidate);
    if (name.starts_with(wanted)) begun.push_back(candidate);
    const std::size_t steps = distance(wanted, name);
    if (steps < least) {
      least = steps;
      best = candidate;
    }
  }
  return begun.size() == 1 ? begun[0] : best;
}

std::string did_you_mean(std::string_view wrong, const std::vector<std::string>& known) {
  const std::string meant = nearest(wrong, known);
  return meant.empty() ? "" : fmt::format("; did you mean {}?", meant);
}

}  // namespace lwptrace::tables
