// A score as it is kept beside others, so that it need not be found out again: JSON, one object.
#pragma once

#include <optional>
#include <string>

#include "grade/score.h"

namespace lwptrace::grade {

struct Kept {
  std::string submission;
  std::string digest;  // of all that the score depends on
  std::string rubric;  // of that without the submission and the machine: the same in all of a class
  Score score;
};

[[nodiscard]] std::string write_kept(const Kept& kept);

// Nothing: this is no such text, or one of another version.
[[nodiscard]] std::optional<Kept> read_kept(const std::string& text);

}  // namespace lwptrace::grade
