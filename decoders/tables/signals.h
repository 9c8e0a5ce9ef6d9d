// What a signal tells, in words. Its name, number and default action are in lwptrace/names.h.
#pragma once

#include <string_view>

namespace lwptrace::tables {

// One clause without a full stop; empty for a number that is no signal.
[[nodiscard]] std::string_view signal_meaning(int signo);

}  // namespace lwptrace::tables
