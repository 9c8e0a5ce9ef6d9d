// The tracing half of grading: a submission's program is run and traced in the first process of a run within walls,
// and what is left of it is read as evidence.
#pragma once

#include <cstdint>
#include <string>

#include "contain/walls.h"
#include "grade/evidence.h"
#include "grade/rubric.h"

namespace lwptrace::cli {

// Where a rubric sets no limit there is one all the same: a program that nobody has seen is not to have all of the
// machine. 256 LWPs at once, 4,096 in all, 4 GiB of memory, 1 GiB written and printed, an hour.
[[nodiscard]] grade::Limits bounded(grade::Limits limits);

[[nodiscard]] contain::Rights rights_of(const grade::Rubric& rubric, const contain::Walls& walls,
                                        const std::string& folder);

// What all processes of a run or a build may have together: as much memory as one of them, and the tasks of the rubric.
[[nodiscard]] contain::Together together(const grade::Rubric& rubric, std::uint64_t memory);
[[nodiscard]] std::string too_much_memory(std::uint64_t memory);  // in words

// One run of the rubric's command on a fresh copy of the working copy. Each of its limits is set: bounded().
[[nodiscard]] grade::Evidence trace_once(const grade::Rubric& rubric, const contain::Walls& walls);

}  // namespace lwptrace::cli
