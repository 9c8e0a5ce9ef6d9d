// Before a golden and a run are compared: what does not count is taken out of both, the crowds, whose number the golden
// leaves open, are as many as in the run, and the LWPs of the run are called as in the golden, though one more or one
// less among their siblings has moved their numbers; and the order of reapings, and who joins whom, count where both
// tell it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "golden/portrait.h"

namespace lwptrace::golden {

struct Numbered {  // "1/2.13" is "1/2." and 13
  std::string_view before;
  std::uint64_t number = 0;
};
[[nodiscard]] std::optional<Numbered> numbered(std::string_view path);

// Whether it is the next sibling of the same kind.
[[nodiscard]] bool follows(std::string_view path, std::string_view former);

using Names = std::unordered_map<std::string, std::string>;  // of LWPs: as they are → as they are to be called
void rename(Gallery& gallery, const Names& names);           // in the facts as well

void fit(Gallery& wanted, Gallery& actual);

}  // namespace lwptrace::golden
