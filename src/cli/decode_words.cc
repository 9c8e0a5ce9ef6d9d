// Reading words and laying out text for `lwptrace decode`.
#include "cli/decode_words.h"

#include <fmt/format.h>
#include <lwptrace/names.h>

#include <algorithm>
#include <cctype>
#include <charconv>

namespace lwptrace::cli {
namespace {

constexpr char kTextBegins = '\t';

// Appends `text` to a line of `indent` columns, and goes on below it.
void fold(std::string& out, std::string_view text, std::size_t indent, std::size_t columns) {
  std::size_t column = indent;
  bool first = true;
  while (!text.empty()) {
    const std::size_t stop = text.find_first_of(" |");
    const std::size_t length = stop == std::string_view::npos ? text.size() : stop + (text[stop] == '|' ? 1 : 0);
    const std::string_view piece = text.substr(0, length);
    const bool blank = !first && out.back() != '|';
    if (!first && column + (blank ? 1 : 0) + piece.size() > columns) {
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

std::string did_you_mean_signal(std::string_view word) {
  const std::size_t cut = upper(word).starts_with("SIG") ? 0 : 3;
  Words names;
  for (int signo = 1; signo <= kLastSignal; ++signo) names.push_back(signal_name(signo).substr(cut));
  return tables::did_you_mean(word, names);
}

std::string paragraph(std::string_view label, std::size_t indent, std::string_view text) {
  return fmt::format("{:<{}}{}{}\n", label, indent, kTextBegins, text);
}

std::string lay_out(std::string_view paragraphs, std::size_t columns) {
  std::string out;
  while (!paragraphs.empty()) {
    const std::string_view line = paragraphs.substr(0, paragraphs.find('\n'));
    paragraphs.remove_prefix(line.size() + 1);
    const std::size_t begins = line.find(kTextBegins);
    if (begins == std::string_view::npos) {
      out.append(line);
    } else {
      out.append(line.substr(0, begins));
      fold(out, line.substr(begins + 1), begins, columns);
    }
    out += '\n';
  }
  return out;
}

}  // namespace lwptrace::cli
