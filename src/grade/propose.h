// Checks that a reference solution's own runs propose: what held of all of them, as YAML for a rubric. They are a
// beginning: which of them a task is about, and what each is worth, only its author knows.
#pragma once

#include <span>
#include <string>

#include "grade/evidence.h"

namespace lwptrace::grade {

// "checks:" and a list; what was not the same in all runs stands in comments. Of runs that were seen to their ends.
[[nodiscard]] std::string propose(std::span<const Evidence> runs);

}  // namespace lwptrace::grade
