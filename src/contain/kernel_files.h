// Files that are words to the kernel: what is written to them is taken or refused as a whole.
#pragma once

#include <string>

namespace lwptrace::contain {

// In one write(2). `at` is a folder's descriptor, or AT_FDCWD. 0 or an errno.
[[nodiscard]] int write_file(int at, const std::string& name, const std::string& text);

// What there is of it; nothing where it cannot be read.
[[nodiscard]] std::string read_file(int at, const std::string& name);

}  // namespace lwptrace::contain
