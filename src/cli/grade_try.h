// grade --try: a reference solution is run as a submission would be, and what held of all its runs is proposed as
// checks.
#pragma once

#include "cli/cli.h"
#include "cli/grade_one.h"

namespace lwptrace::cli {

// Prints them. A signal: somebody asked to end, and what had begun is the caller's to end.
[[nodiscard]] Ending try_reference(const grade::Rubric& rubric, const Submission& reference,
                                   const Surroundings& around);

}  // namespace lwptrace::cli
