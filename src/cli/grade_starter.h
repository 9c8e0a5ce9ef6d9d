// A rubric to begin with, commented, for `grade --new`.
#pragma once

namespace lwptrace::cli {

extern const char* const starting_rubric;

}  // namespace lwptrace::cli
