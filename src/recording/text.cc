// See text.h. Well-formed UTF-8 is that of the Unicode Standard, table 3-7: no overlong forms, no surrogates.
#include "recording/text.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <iterator>

namespace lwptrace::recording {
namespace {

// Bytes that stand in a JSON string as they are. Most strings are nothing else.
constexpr std::array<bool, 256> plain = [] {
  std::array<bool, 256> table{};
  for (int c = 0x20; c < 0x7F; ++c) table[c] = c != '"' && c != '\\';
  return table;
}();

// How many bytes the well-formed sequence at the start of `s` has; 0 when there is none. `s` is not empty.
std::size_t utf8_length(std::string_view s) {
  const auto at = [s](std::size_t i) { return i < s.size() ? static_cast<std::uint8_t>(s[i]) : std::uint8_t{0}; };
  const auto in = [&at](std::size_t i, int low, int high) { return at(i) >= low && at(i) <= high; };
  const int lead = at(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return in(1, 0x80, 0xBF) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const bool second = in(1, lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF);
    return second && in(2, 0x80, 0xBF) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const bool second = in(1, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF);
    return second && in(2, 0x80, 0xBF) && in(3, 0x80, 0xBF) ? 4 : 0;
  }
  return 0;
}

void append_escaped(std::string& out, unsigned code) {
  switch (code) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\r':
      out += "\\r";
      return;
    default:
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", code);
  }
}

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

bool append_json_string(std::string& out, std::string_view bytes) {
  bool exact = true;
  out += '"';
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t run = i;
    while (i < bytes.size() && plain[static_cast<std::uint8_t>(bytes[i])]) ++i;
    out.append(bytes, run, i - run);
    if (i == bytes.size()) break;

    const std::size_t length = utf8_length(bytes.substr(i));
    if (length == 0) {
      out += replacement;
      exact = false;
      ++i;
      continue;
    }
    const auto last = static_cast<std::uint8_t>(bytes[i + length - 1]);
    const bool c1 = length == 2 && static_cast<std::uint8_t>(bytes[i]) == 0xC2 && last < 0xA0;
    if (length == 1 || c1) {
      append_escaped(out, last);
    } else {
      out.append(bytes, i, length);
    }
    i += length;
  }
  out += '"';
  return exact;
}

void append_base64(std::string& out, std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::string_view group = bytes.substr(i, 3);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k) bits = bits << 8 | (k < group.size() ? static_cast<std::uint8_t>(group[k]) : 0);
    for (std::size_t k = 0; k < 4; ++k) out += k <= group.size() ? alphabet[bits >> (18 - 6 * k) & 63] : '=';
  }
}

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 4) {
    std::string_view group = text.substr(i, 4);
    if (i + 4 == text.size()) {
      if (group.ends_with('=')) group.remove_suffix(1);
      if (group.ends_with('=')) group.remove_suffix(1);
    }
    if (group.size() < 2) return std::nullopt;
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const std::size_t digit = k < group.size() ? alphabet.find(group[k]) : 0;
      if (digit == std::string_view::npos) return std::nullopt;
      bits = bits << 6 | static_cast<std::uint32_t>(digit);
    }
    for (std::size_t k = 0; k + 1 < group.size(); ++k) bytes += static_cast<char>(bits >> (16 - 8 * k) & 0xFF);
  }
  return bytes;
}

}  // namespace lwptrace::recording
