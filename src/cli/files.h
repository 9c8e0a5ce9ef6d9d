// Files as a whole. They are written whole or not at all: beside what was there, and then by a rename in its place.
// What is no regular file (a device, a pipe) is written to as it is.
#pragma once

#include <lwptrace/result.h>

#include <string>

namespace lwptrace::cli {

// At most 256 MiB: it may be a device without an end.
[[nodiscard]] Result<std::string> whole_file(const std::string& name);

// Why it cannot be, or "". Nothing is left changed.
[[nodiscard]] std::string why_not_replaceable(const std::string& name);

// Why it could not be, or "".
[[nodiscard]] std::string replace_file(const std::string& name, const std::string& text);

}  // namespace lwptrace::cli
