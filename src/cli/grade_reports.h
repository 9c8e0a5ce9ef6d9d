// The reports that grade writes to files: a row each in kReports. What a report looks like is src/grade/report_*.cc's.
#pragma once

#include <string>
#include <vector>

#include "grade/score.h"

namespace lwptrace::cli {

struct Graded {
  std::string submission;
  grade::Score score;
};

using Class = std::vector<Graded>;

struct Report {
  const char* option;
  const char* what;  // in the help
  std::string (*write)(const Class& all);
};

[[nodiscard]] const std::vector<Report>& reports();

// What is printed of one submission.
[[nodiscard]] std::string for_terminal(const grade::Score& score, bool color);

// A line a submission: points, and each check's.
[[nodiscard]] std::string csv(const Class& all);

}  // namespace lwptrace::cli
