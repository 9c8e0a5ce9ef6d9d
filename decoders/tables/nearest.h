// The one place that guesses what a mistyped word meant: a verb, an option, a format, a flag, a signal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lwptrace::tables {

// The word of `known` that a slip of the fingers would turn into `wrong`, or that `wrong` begins; "" when none is near.
// Upper and lower case are one.
[[nodiscard]] std::string nearest(std::string_view wrong, const std::vector<std::string>& known);

// "; did you mean WORD?" for such a word, or "".
[[nodiscard]] std::string did_you_mean(std::string_view wrong, const std::vector<std::string>& known);

}  // namespace lwptrace::tables
