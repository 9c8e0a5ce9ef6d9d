// Reading words and laying out text for `lwptrace decode`.
#include "cli/decode_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>

namespace lwptrace::cli {
namespace {

constexpr std::size_t kColumns = 96;

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

std::optional<std::uint64_t> read_number(std::string_view word) {
  int base = 10;
  if (word.starts_with("0x") || word.starts_with("0X")) {
    base = 16;
    word.remove_prefix(2);
  } else if (word.size() > 1 && word[0] == '0') {
    base = 8;
    word.remove_prefix(1);
  }
  std::uint64_t value = 0;
  const auto [end, failure] = std::from_chars(word.data(), word.data() + word.size(), value, base);
  if (failure != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  return value;
}

std::string upper(std::string_view word) {
  std::string text(word);
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

std::string did_you_mean(std::string_view word, const Words& candidates) {
  const std::string wanted = upper(word);
  const std::size_t tolerated = std::max<std::size_t>(1, wanted.size() / 4);
  std::size_t best = std::numeric_limits<std::size_t>::max();
  std::string_view nearest;
  for (const std::string& candidate : candidates) {
    const std::size_t d = distance(wanted, upper(candidate));
    if (d < best) {
      best = d;
      nearest = candidate;
    }
  }
  return best <= tolerated ? fmt::format("; did you mean {}?", nearest) : "";
}

std::string paragraph(std::string_view label, std::size_t indent, std::string_view text) {
  std::string out = fmt::format("{:<{}}", label, indent);
  std::size_t column = out.size();
  bool first = true;
  while (!text.empty()) {
    const std::size_t stop = text.find_first_of(" |");
    const std::size_t length = stop == std::string_view::npos ? text.size() : stop + (text[stop] == '|' ? 1 : 0);
    const std::string_view piece = text.substr(0, length);
    const bool blank = !first && out.back() != '|';
    if (!first && column + (blank ? 1 : 0) + piece.size() > kColumns) {
      out += '\n' + std::string(indent, ' ');
      column = indent;
    } else if (blank) {
      out += ' ';
      ++column;
    }
    out += piece;
    column += piece.size();
    first = false;
    text.remove_prefix(length);
    if (text.starts_with(' ')) text.remove_prefix(1);
  }
  return out + '\n';
}

}  // namespace lwptrace::cli
