// Looked at before anything is run, written when all is done.
#include "cli/grade_reports.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/files.h"

namespace lwptrace::cli {

namespace {

bool is_printed(const WantedReports::value_type& wanted) { return wanted.second == "-"; }

}  // namespace

const std::vector<Report>& reports() {
  static const std::vector<Report> all{
      {"--html", "write a page: of one submission for its student,\nof a class for the teacher", grade::class_page,
       grade::student_page},
      {"--csv", "write a line a submission as CSV", grade::csv_report, nullptr},
      {"--json", "write all that is known as JSON", grade::json_report, nullptr},
      {"--junit", "write JUnit's XML: a suite is a submission", grade::junit_report, nullptr},
      {"--gradescope", "write Gradescope's results.json, of one submission", nullptr, grade::gradescope_report}};
  return all;
}

std::string what_is_wrong(const WantedReports& wanted, bool of_class) {
  if (std::ranges::count_if(wanted, is_printed) > 1) return "stdout takes one report; name files for the others";
  for (const Report& report : reports()) {
    const std::string& name = wanted.at(report.option);
    if (name.empty()) continue;
    if (of_class && report.of_class == nullptr) {
      return fmt::format("{} is of one submission, not of a class", report.option);
    }
    if (name == "-") continue;
    const std::string why = why_not_replaceable(name);
    if (!why.empty()) return fmt::format("{} {}: cannot be written: {}; nothing was run", report.option, name, why);
  }
  return "";
}

bool one_is_printed(const WantedReports& wanted) { return std::ranges::any_of(wanted, is_printed); }

Ending write_reports(const WantedReports& wanted, const grade::Class& all, bool of_class) {
  Ending ending;
  for (const Report& report : reports()) {
    const std::string& name = wanted.at(report.option);
    if (name.empty()) continue;
    const bool as_class = of_class || report.of_one == nullptr;
    const std::string text = as_class ? report.of_class(all) : report.of_one(all[0]);
    if (name == "-") {
      ending.status = std::max(ending.status, print(text).status);
      continue;
    }
    const std::string why = replace_file(name, text);
    if (why.empty()) continue;
    complain(fmt::format("grade: {} {}: cannot be written: {}", report.option, name, why));
    ending.status = exit_failed;
  }
  return ending;
}

}  // namespace lwptrace::cli
