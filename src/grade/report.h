// The reports: one file each, report_*.cc, a pure function of what was graded. Nothing here knows a file or a terminal.
// Words of a program, of a submission's name and of a rubric are made printable and escaped by whoever writes them.
#pragma once

#include <string>
#include <vector>

#include "grade/score.h"

namespace lwptrace::grade {

struct Graded {
  std::string submission;
  Score score;
};

using Class = std::vector<Graded>;  // all by one rubric

// A line a check and what is wrong with those that fail, for a terminal of so many columns.
[[nodiscard]] std::string terminal_report(const Score& score, int columns, bool color);
// A line a submission.
[[nodiscard]] std::string terminal_report(const Class& all);

// What CI systems read, as Jenkins's junit-10.xsd has it: a suite is a submission, a case a check.
[[nodiscard]] std::string junit_report(const Class& all);

// docs/grade.schema.json.
[[nodiscard]] std::string json_report(const Class& all);

// results.json of Gradescope's autograders.
[[nodiscard]] std::string gradescope_report(const Graded& one);

// A line a submission: its points, and each check's.
[[nodiscard]] std::string csv_report(const Class& all);

// An HTML page for the student: of checks that are not visible it has the number alone.
[[nodiscard]] std::string student_page(const Graded& one);

// An HTML page for the teacher.
[[nodiscard]] std::string class_page(const Class& all);

}  // namespace lwptrace::grade
