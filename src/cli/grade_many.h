// Submissions graded side by side: a class, or one alone. What is finished is kept, and not done again.
#pragma once

#include "cli/cli.h"
#include "cli/grade_one.h"
#include "grade/report.h"

namespace lwptrace::cli {

struct ClassOptions {
  std::string results;  // a folder: a file for each, and summary.csv; empty: nothing is kept
  std::size_t parallel = 1;
  std::string about;       // all that a score depends on besides the submission
  std::string rubric;      // a digest of that without the machine
  std::string class_list;  // grade_merge.h
};

struct ClassGraded {
  grade::Class all;  // each submission, those too that there was no time for
  Ending ending;     // a signal: somebody asked to end; 125: something could not be done, and was said
};

// The folders and files in `folder`, but those whose names begin with a dot.
[[nodiscard]] Result<std::vector<Submission>> list_submissions(const std::string& folder);

[[nodiscard]] ClassGraded grade_class(const grade::Rubric& rubric, const std::vector<Submission>& submissions,
                                      const ClassOptions& o, const Surroundings& around);

}  // namespace lwptrace::cli
