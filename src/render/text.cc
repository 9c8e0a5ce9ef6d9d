// How the helpers of text.h count and cut. Widths come from short tables of ranges (Unicode 15: East Asian Wide and
// Fullwidth, emoji, combining marks) instead of wcwidth(3), whose answers hang on the locale of whoever runs us.
#include "render/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace lwptrace::render {

namespace {

struct Range {
  char32_t first, last;
};

constexpr auto kWide = std::to_array<Range>(
    {{0x1100, 0x115f},   {0x231a, 0x231b},   {0x2329, 0x232a},   {0x23e9, 0x23ec},   {0x23f0, 0x23f0},
     {0x23f3, 0x23f3},   {0x25fd, 0x25fe},   {0x2614, 0x2615},   {0x2648, 0x2653},   {0x267f, 0x267f},
     {0x2693, 0x2693},   {0x26a1, 0x26a1},   {0x26aa, 0x26ab},   {0x26bd, 0x26be},   {0x26c4, 0x26c5},
     {0x26ce, 0x26ce},   {0x26d4, 0x26d4},   {0x26ea, 0x26ea},   {0x26f2, 0x26f3},   {0x26f5, 0x26f5},
     {0x26fa, 0x26fa},   {0x26fd, 0x26fd},   {0x2705, 0x2705},   {0x270a, 0x270b},   {0x2728, 0x2728},
     {0x274c, 0x274c},   {0x274e, 0x274e},   {0x2753, 0x2755},   {0x2757, 0x2757},   {0x2795, 0x2797},
     {0x27b0, 0x27b0},   {0x27bf, 0x27bf},   {0x2b1b, 0x2b1c},   {0x2b50, 0x2b50},   {0x2b55, 0x2b55},
     {0x2e80, 0x303e},   {0x3041, 0x33ff},   {0x3400, 0x4dbf},   {0x4e00, 0x9fff},   {0xa000, 0xa4cf},
     {0xa960, 0xa97f},   {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe10, 0xfe19},   {0xfe30, 0xfe6f},
     {0xff00, 0xff60},   {0xffe0, 0xffe6},   {0x16fe0, 0x18cff}, {0x1b000, 0x1b2ff}, {0x1f004, 0x1f004},
     {0x1f0cf, 0x1f0cf}, {0x1f18e, 0x1f18e}, {0x1f191, 0x1f19a}, {0x1f200, 0x1f320}, {0x1f32d, 0x1f335},
     {0x1f337, 0x1f37c}, {0x1f37e, 0x1f393}, {0x1f3a0, 0x1f3ca}, {0x1f3cf, 0x1f3d3}, {0x1f3e0, 0x1f3f0},
     {0x1f3f4, 0x1f3f4}, {0x1f3f8, 0x1f43e}, {0x1f440, 0x1f440}, {0x1f442, 0x1f4fc}, {0x1f4ff, 0x1f53d},
     {0x1f54b, 0x1f54e}, {0x1f550, 0x1f567}, {0x1f57a, 0x1f57a}, {0x1f595, 0x1f596}, {0x1f5a4, 0x1f5a4},
     {0x1f5fb, 0x1f64f}, {0x1f680, 0x1f6c5}, {0x1f6cc, 0x1f6cc}, {0x1f6d0, 0x1f6d2}, {0x1f6d5, 0x1f6d7},
     {0x1f6dc, 0x1f6df}, {0x1f6eb, 0x1f6ec}, {0x1f6f4, 0x1f6fc}, {0x1f7e0, 0x1f7eb}, {0x1f7f0, 0x1f7f0},
     {0x1f90c, 0x1f93a}, {0x1f93c, 0x1f945}, {0x1f947, 0x1f9ff}, {0x1fa70, 0x1faff}, {0x20000, 0x3fffd}});

constexpr auto kCombining = std::to_array<Range>(
    {{0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd},  {0x0610, 0x061a}, {0x064b, 0x065f}, {0x06d6, 0x06dc},
     {0x0900, 0x0902}, {0x093c, 0x093c}, {0x0941, 0x0948},  {0x094d, 0x094d}, {0x0e31, 0x0e31}, {0x0e34, 0x0e3a},
     {0x0e47, 0x0e4e}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff},  {0x20d0, 0x20ff}, {0x302a, 0x302d}, {0x3099, 0x309a},
     {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xe0100, 0xe01ef}});

// What steers a terminal or a text's direction without being seen: written out by printable().
constexpr auto kUnseen = std::to_array<Range>({{0x00, 0x1f},
                                               {0x7f, 0x9f},
                                               {0xad, 0xad},
                                               {0x061c, 0x061c},
                                               {0x115f, 0x1160},
                                               {0x180e, 0x180e},
                                               {0x200b, 0x200f},
                                               {0x2028, 0x202e},
                                               {0x2060, 0x206f},
                                               {0x3164, 0x3164},
                                               {0xfeff, 0xfeff},
                                               {0xfff9, 0xfffb},
                                               {0xe0000, 0xe007f}});

template <std::size_t N>
bool in(const std::array<Range, N>& ranges, char32_t c) {
  const auto after = std::upper_bound(ranges.begin(), ranges.end(), c,
                                      [](char32_t value, const Range& range) { return value < range.first; });
  return after != ranges.begin() && c <= std::prev(after)->last;
}

struct Letter {
  char32_t code = 0;
  std::size_t bytes = 1;
  bool valid = false;  // else one byte that begins no UTF-8 character
};

Letter letter_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || at + bytes > text.size()) return {lead, 1, false};
  char32_t code = lead & (0x7fU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {lead, 1, false};
    code = code << 6 | (byte(i) & 0x3fU);
  }
  constexpr std::array<char32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < smallest.at(bytes) || code > 0x10ffff || surrogate) return {lead, 1, false};
  return {code, bytes, true};
}

// Bytes of the colour that paint() put at `at`, 0 for any other text.
std::size_t colour_at(std::string_view text, std::size_t at) {
  if (text.substr(at, 2) != "\x1b[") return 0;
  const std::size_t end = text.find_first_not_of("0123456789;", at + 2);
  return end != std::string_view::npos && text[end] == 'm' ? end + 1 - at : 0;
}

std::size_t columns_of(const Letter& letter) {
  if (!letter.valid) return 1;
  if (letter.code < 0x300) return 1;
  if (in(kCombining, letter.code)) return 0;
  return in(kWide, letter.code) ? 2 : 1;
}

constexpr std::string_view kReset = "\x1b[0m";

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (const std::size_t colour = colour_at(text, at)) {
      at += colour;
      continue;
    }
    const Letter letter = letter_at(text, at);
    columns += columns_of(letter);
    at += letter.bytes;
  }
  return columns;
}

std::string fit(std::string_view text, std::size_t columns) {
  if (columns == 0) return {};
  std::size_t used = 0;
  std::size_t cut = 0;  // where the text ends that leaves room for the …
  bool coloured = false;
  bool coloured_at_cut = false;
  for (std::size_t at = 0; at < text.size();) {
    if (const std::size_t colour = colour_at(text, at)) {
      coloured = text.substr(at, colour) != kReset;
      at += colour;
      if (used < columns) {
        cut = at;
        coloured_at_cut = coloured;
      }
      continue;
    }
    const Letter letter = letter_at(text, at);
    used += columns_of(letter);
    at += letter.bytes;
    if (used > columns) return std::string(text.substr(0, cut)) + "…" + (coloured_at_cut ? std::string(kReset) : "");
    if (used < columns) {
      cut = at;
      coloured_at_cut = coloured;
    }
  }
  return std::string(text);
}

std::string pad(std::string_view text, std::size_t columns) {
  std::string fitted = fit(text, columns);
  fitted.append(columns - std::min(columns, display_width(fitted)), ' ');
  return fitted;
}

std::string pad_left(std::string_view text, std::size_t columns) {
  const std::string fitted = fit(text, columns);
  return std::string(columns - std::min(columns, display_width(fitted)), ' ') + fitted;
}

std::vector<std::string> packed(std::span<const std::string> parts, std::string_view glue, std::size_t columns) {
  std::vector<std::string> lines;
  std::size_t used = 0;
  for (const std::string& part : parts) {
    const std::string fitted = fit(part, columns);
    const std::size_t width = display_width(fitted);
    if (!lines.empty() && used + display_width(glue) + width <= columns) {
      lines.back() += glue;
      lines.back() += fitted;
      used += display_width(glue) + width;
    } else {
      lines.push_back(fitted);
      used = width;
    }
  }
  return lines;
}

std::string duration(Nanos ns) {
  if (ns < 0) return "-" + duration(ns == INT64_MIN ? INT64_MAX : -ns);
  if (ns == 0) return "0 s";
  if (ns < 1'000) return fmt::format("{} ns", ns);
  struct Unit {
    double ns;
    const char* name;
  };
  for (const Unit& unit : {Unit{1e3, "µs"}, Unit{1e6, "ms"}, Unit{1e9, "s"}}) {
    const double value = static_cast<double>(ns) / unit.ns;
    const bool seconds = unit.ns == 1e9;
    if (value < 9.995) return fmt::format("{:.2f} {}", value, unit.name);
    if (value < (seconds ? 59.95 : 99.95)) return fmt::format("{:.1f} {}", value, unit.name);
    if (value < 999.5 && !seconds) return fmt::format("{:.0f} {}", value, unit.name);
  }
  const std::int64_t seconds = ns / 1'000'000'000 + (ns % 1'000'000'000 >= 500'000'000 ? 1 : 0);
  if (seconds < 3600) return fmt::format("{} min {:02} s", seconds / 60, seconds % 60);
  return fmt::format("{} h {:02} min", seconds / 3600, seconds % 3600 / 60);
}

std::string thousands(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string counted(std::uint64_t number, std::string_view noun, std::string_view plural) {
  if (number == 1) return fmt::format("1 {}", noun);
  return plural.empty() ? fmt::format("{} {}s", thousands(number), noun)
                        : fmt::format("{} {}", thousands(number), plural);
}

std::string paint(std::string_view text, Ink ink, bool color) {
  if (!color || text.empty()) return std::string(text);
  const char* code = "0";
  switch (ink) {
    case Ink::plain:
      return std::string(text);
    case Ink::bold:
      code = "1";
      break;
    case Ink::faint:
      code = "2";
      break;
    case Ink::process:
      code = "1;36";
      break;
    case Ink::thread:
      code = "36";
      break;
    case Ink::good:
      code = "32";
      break;
    case Ink::warn:
      code = "33";
      break;
    case Ink::bad:
      code = "1;31";
      break;
    case Ink::name:
      code = "35";
      break;
  }
  return fmt::format("\x1b[{}m{}{}", code, text, kReset);
}

std::string printable(std::string_view text) {
  const auto plain = [](char c) { return c >= ' ' && c <= '~'; };
  std::string seen;
  for (std::size_t at = 0; at < text.size();) {
    const auto* const from = text.begin() + at;
    const auto* const to = std::find_if_not(from, text.end(), plain);
    if (to != from) {
      seen.append(from, to);
      at += static_cast<std::size_t>(to - from);
      continue;
    }
    const Letter letter = letter_at(text, at);
    if (!letter.valid) {
      seen += fmt::format("\\x{:02x}", static_cast<std::uint32_t>(letter.code));
    } else if (letter.code == '\n') {
      seen += "\\n";
    } else if (letter.code == '\t') {
      seen += "\\t";
    } else if (in(kUnseen, letter.code)) {
      const auto code = static_cast<std::uint32_t>(letter.code);
      seen += code < 0x100 ? fmt::format("\\x{:02x}", code) : fmt::format("\\u{:04x}", code);
    } else {
      seen += text.substr(at, letter.bytes);
    }
    at += letter.bytes;
  }
  return seen;
}

std::string short_command(std::span<const std::string> argv, bool cut) {
  std::string command;
  for (const std::string& word : argv) {
    std::string_view shown = word;
    if (&word == &argv.front()) {
      const std::size_t slash = shown.rfind('/');
      if (slash != std::string_view::npos && slash + 1 < shown.size()) shown.remove_prefix(slash + 1);
    } else {
      command += ' ';
    }
    const bool quoted = shown.empty() || shown.find_first_of(" \t\n'\"") != std::string_view::npos;
    const char* quote = !quoted ? "" : shown.find('\'') == std::string_view::npos ? "'" : "\"";
    command += quote + printable(shown) + quote;
  }
  return cut ? command + " …" : command;
}

}  // namespace lwptrace::render
