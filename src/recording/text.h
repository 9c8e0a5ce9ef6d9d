// Bytes as text: JSON strings out of bytes that may not be UTF-8, and base64 for the exact bytes (RFC 4648, section 4).
// It parses no JSON: that is json_line.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lwptrace::recording {

// What stands for a byte that is no part of well-formed UTF-8: U+FFFD, in UTF-8.
inline constexpr std::string_view replacement = "\xEF\xBF\xBD";

// Appends `bytes` as a JSON string, quotes included. Control characters (C0, DEL, C1) are escaped; each byte that is
// no part of well-formed UTF-8 becomes U+FFFD. False when there was such a byte: the string alone has lost it.
bool append_json_string(std::string& out, std::string_view bytes);

void append_base64(std::string& out, std::string_view bytes);

// Nothing when `text` is not base64 with its padding.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

}  // namespace lwptrace::recording
