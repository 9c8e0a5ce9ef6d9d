// Which child of a run is which child of the golden: by place among the siblings, and by what they are.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "golden/portrait.h"

namespace lwptrace::golden {

struct Sibling {
  const Portrait* lwp = nullptr;
  bool certain = true;  // not one of a crowd that may be smaller
};

// For each of `actual` which of `wanted` it stands for, in ascending order; nothing: it is new.
[[nodiscard]] std::vector<std::optional<std::size_t>> recognise(const std::vector<Sibling>& wanted,
                                                                const std::vector<const Portrait*>& actual);

}  // namespace lwptrace::golden
