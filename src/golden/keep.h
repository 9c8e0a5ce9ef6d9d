// What an author has written into a golden stays when the golden is written anew, as far as it still holds.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "golden/portrait.h"

namespace lwptrace::golden {

// `fresh`, with the alternatives, patterns and open numbers of `old` in the places of what they allow. It is still what
// `runs` have in common; where it would not be, it is `fresh`.
[[nodiscard]] Gallery with_tolerances(const Gallery& old, const Gallery& fresh, const std::vector<Gallery>& runs);

struct Remarked {
  std::string text;
  std::vector<std::string> dropped;  // comments whose line is gone, and tolerances that do not hold
};

// The golden file `fresh`, with the comments of the file `old` above the lines that they stood above.
[[nodiscard]] Remarked with_comments(std::string_view old, std::string_view fresh);

}  // namespace lwptrace::golden
