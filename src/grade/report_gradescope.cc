// https://gradescope-autograders.readthedocs.io/en/latest/specs/#output-format. A test that was not looked at has
// failed there, for it has no other word. The autograder's own stdout is never shown: it may have hidden checks in it.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "grade/report.h"
#include "grade/report_words.h"
#include "grade/score_json.h"
#include "render/text.h"

namespace lwptrace::grade {

namespace {

using nlohmann::ordered_json;

std::string words(const CheckScore& check, const Score& score) {
  std::string text = fmt::format("It passes if {}.", check.wanted);
  if (check.passed) return text;
  text += "\n" + found_for_student(check, score);
  for (const std::string& event : check.events) text += "\n    " + event;
  if (!check.hint.empty()) text += "\nHint: " + check.hint;
  return text;
}

std::string printable_lines(const std::string& text) {
  std::string all;
  for (const std::string& line : lines_of(text)) all += (all.empty() ? "" : "\n") + line;
  return all;
}

}  // namespace

std::string gradescope_report(const Graded& one) {
  auto tests = ordered_json::array();
  for (const CheckScore& check : one.score.checks) {
    tests.push_back({{"name", render::printable(check.name)},
                     {"score", check.earned},
                     {"max_score", check.points},
                     {"status", check.passed ? "passed" : "failed"},
                     {"output", printable_lines(words(check, one.score))},
                     {"output_format", "text"},
                     {"visibility", word_of(check.visibility)}});
  }
  std::string output;
  for (const std::string& remark : one.score.remarks) output += remark + "\n";
  return text_of({{"score", one.score.earned},
                  {"output", printable_lines(output)},
                  {"output_format", "text"},
                  {"visibility", "visible"},
                  {"stdout_visibility", "hidden"},
                  {"tests", tests}});
}

}  // namespace lwptrace::grade
