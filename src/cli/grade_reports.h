// The reports that grade writes to files: a row each in reports(). What a report looks like is src/grade/report_*.cc's.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/cli.h"
#include "grade/report.h"

namespace lwptrace::cli {

struct Report {
  const char* option;
  const char* what;                              // in the help
  std::string (*of_class)(const grade::Class&);  // null: there is none of a class
  std::string (*of_one)(const grade::Graded&);   // null: as of a class of one
};

[[nodiscard]] const std::vector<Report>& reports();

using WantedReports = std::map<std::string, std::string>;  // the option, and its file; "-" is stdout, "" is none

// Why they cannot be had, or "".
[[nodiscard]] std::string what_is_wrong(const WantedReports& wanted, bool of_class);

[[nodiscard]] bool one_is_printed(const WantedReports& wanted);

// `all` is a class, or the one submission that was graded. What could not be written was said.
[[nodiscard]] Ending write_reports(const WantedReports& wanted, const grade::Class& all, bool of_class);

}  // namespace lwptrace::cli
