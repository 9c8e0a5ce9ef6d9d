// A check that does not pass is a failure; one that was not looked at is skipped; if nothing was run, all are errors.
#include <fmt/format.h>

#include <algorithm>

#include "grade/report.h"
#include "grade/report_words.h"

namespace lwptrace::grade {

namespace {

const char* element(const CheckScore& check, const Score& score) {
  if (check.passed) return "";
  if (!score.ran) return "error";
  return check.looked_at ? "failure" : "skipped";
}

std::size_t count(const Score& score, std::string_view which) {
  return static_cast<std::size_t>(
      std::ranges::count_if(score.checks, [&](const CheckScore& check) { return element(check, score) == which; }));
}

std::string remarks(const Score& score) {
  std::string text;
  for (const std::string& remark : score.remarks) {
    for (const std::string& line : lines_of(remark)) text += escaped(line) + "\n";
  }
  return text;
}

std::string words(const CheckScore& check) {
  std::string text = fmt::format("{} of {} points\nit passes if {}\n", number(check.earned), number(check.points),
                                 escaped(check.wanted));
  text += escaped(check.failed) + "\n";
  for (const std::string& event : check.events) text += "    " + escaped(event) + "\n";
  for (const std::string& line : lines_of(check.hint)) text += "hint: " + escaped(line) + "\n";
  return text;
}

std::string test_case(const CheckScore& check, const Graded& one) {
  const std::string what = element(check, one.score);
  std::string text =
      fmt::format("    <testcase classname=\"{}\" name=\"{}\"", escaped(one.submission), escaped(check.name));
  if (what.empty()) return text + "/>\n";
  if (what == "skipped") return text + fmt::format("><skipped message=\"{}\"/></testcase>\n", escaped(check.failed));
  const bool ran = one.score.ran || one.score.remarks.empty();
  const std::string message = escaped(ran ? check.failed : lines_of(one.score.remarks[0])[0]);
  return text + fmt::format(">\n      <{0} message=\"{1}\">{2}</{0}>\n    </testcase>\n", what, message, words(check));
}

std::string suite(const Graded& one) {
  const Score& score = one.score;
  std::string text = fmt::format(
      "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">\n    <properties>\n"
      "      <property name=\"points\" value=\"{}\"/>\n      <property name=\"of\" value=\"{}\"/>\n    </properties>\n",
      escaped(one.submission), score.checks.size(), count(score, "failure"), count(score, "error"),
      count(score, "skipped"), number(score.earned), number(score.points));
  for (const CheckScore& check : score.checks) text += test_case(check, one);
  if (!score.remarks.empty()) text += fmt::format("    <system-err>{}</system-err>\n", remarks(score));
  return text + "  </testsuite>\n";
}

}  // namespace

std::string junit_report(const Class& all) {
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"lwptrace grade\">\n";
  for (const Graded& one : all) text += suite(one);
  return text + "</testsuites>\n";
}

}  // namespace lwptrace::grade
