// Until there are more reports, these are what grade itself needs: lines for a terminal, and CSV.
#include "cli/grade_reports.h"

#include <fmt/format.h>

#include "render/text.h"

namespace lwptrace::cli {

namespace {

// RFC 4180; a sheet that opens it is not to take a name for a formula.
std::string cell(const std::string& text) {
  std::string quoted = "\"";
  if (!text.empty() && std::string("=+-@\t\r").find(text[0]) != std::string::npos) quoted += '\'';
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

}  // namespace

std::string csv(const Class& all) {
  std::string text = "submission,points,of";
  for (const auto& check : all.empty() ? std::vector<grade::CheckScore>() : all[0].score.checks) {
    text += "," + cell(check.name);
  }
  text += ",remarks\n";
  for (const auto& [name, score] : all) {
    text += fmt::format("{},{},{}", cell(name), score.earned, score.points);
    for (const auto& check : score.checks) text += fmt::format(",{}", check.earned);
    std::string remarks;
    for (const std::string& remark : score.remarks) remarks += (remarks.empty() ? "" : "; ") + remark;
    text += "," + cell(render::printable(remarks)) + "\n";
  }
  return text;
}

std::string for_terminal(const grade::Score& score, bool color) {
  std::string text;
  for (const grade::CheckScore& check : score.checks) {
    const auto ink = check.passed ? render::Ink::good : render::Ink::bad;
    text += fmt::format("{} {}  {}\n",
                        check.name + " " + std::string(check.name.size() < 40 ? 40 - check.name.size() : 0, '.'),
                        render::paint(check.passed ? "passed" : "FAILED", ink, color), check.earned);
    if (!check.passed) text += "  " + render::printable(check.failed) + "\n";
    for (const std::string& event : check.events) text += "    " + render::printable(event) + "\n";
    if (!check.passed && !check.hint.empty()) text += "  hint: " + check.hint + "\n";
  }
  for (const std::string& remark : score.remarks) text += "remark: " + render::printable(remark) + "\n";
  return text + fmt::format("{} / {}\n", score.earned, score.points);
}

const std::vector<Report>& reports() {
  static const std::vector<Report> all{{"--csv", "write a line a submission as CSV", csv}};
  return all;
}

}  // namespace lwptrace::cli
