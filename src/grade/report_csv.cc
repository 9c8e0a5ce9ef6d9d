// RFC 4180; a sheet that opens it is not to take a name or a remark for a formula.
#include <fmt/format.h>

#include "grade/report.h"
#include "render/text.h"

namespace lwptrace::grade {

namespace {

// What Excel, LibreOffice and Google take for the beginning of a formula, with blanks before it and in wide letters
// too.
bool begins_a_formula(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  for (const std::string_view sign : {"=", "+", "-", "@", "＝", "＋", "－", "＠"}) {
    if (text.starts_with(sign)) return true;
  }
  return false;
}

std::string cell(std::string_view text) {
  const std::string seen = render::printable(text);
  std::string quoted = begins_a_formula(seen) ? "\"'" : "\"";
  for (const char c : seen) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string points(double number) { return fmt::format("{:.10g}", number); }

}  // namespace

std::string csv_report(const Class& all) {
  std::string text = "submission,points,of";
  for (const auto& check : all.empty() ? std::vector<CheckScore>() : all[0].score.checks) {
    text += "," + cell(check.name);
  }
  text += ",remarks\n";
  for (const auto& [name, score] : all) {
    text += fmt::format("{},{},{}", cell(name), points(score.earned), points(score.points));
    for (const auto& check : score.checks) text += "," + points(check.earned);
    std::string remarks;
    for (const std::string& remark : score.remarks) remarks += (remarks.empty() ? "" : "; ") + remark;
    text += "," + cell(remarks) + "\n";
  }
  return text;
}

}  // namespace lwptrace::grade
