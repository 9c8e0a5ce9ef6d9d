// Options that users of strace have in their fingers and that lwptrace does not have: what to do here instead.
#pragma once

#include <string>

namespace lwptrace::cli {

// The hint for "-f", "-p" or "--follow-forks"; "" for what is no option of strace, or one without a counterpart.
[[nodiscard]] std::string strace_habit(const std::string& option);

}  // namespace lwptrace::cli
