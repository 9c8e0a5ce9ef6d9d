// Many LWPs in few words: runs of siblings ("1/1–1/8") in place of lists, and counts where even runs are too many.
// The order is the caller's; a run is what stands side by side in it and has successive numbers.
#pragma once

#include <string>
#include <vector>

#include "analysis/lives.h"

namespace lwptrace::render {

using Members = std::vector<LwpId>;  // never empty

// "1, 1/1–1/8, 1.9 and 12 more": the first three runs.
[[nodiscard]] std::string members_words(const analysis::Lives& lives, const Members& members);

// The same, or "46 LWPs" where there are more.
[[nodiscard]] std::string few_or_count(const analysis::Lives& lives, const Members& members);

// In at most `room` columns where that can be: "1/1–1/8", "1.1 and 12 more", "1.1 +12".
[[nodiscard]] std::string who_words(const analysis::Lives& lives, const Members& members, std::size_t room);

}  // namespace lwptrace::render
