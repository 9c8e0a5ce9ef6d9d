// The page of one submission. Who reads it is not to see hidden checks, nor those of after the due date, which nobody
// here knows; their points are in the sum, as Gradescope has it, and that there are such checks is said.
#include <fmt/format.h>

#include <algorithm>

#include "grade/report.h"
#include "grade/report_html.h"
#include "grade/report_words.h"
#include "render/text.h"

namespace lwptrace::grade {

namespace {

std::string section(const CheckScore& check, const Score& score) {
  std::string text = fmt::format(
      "<section class=\"check {}\">\n<div class=\"head\"><h3>{}</h3><span>{} <span class=\"n\">{} / {}</span></span>"
      "</div>\n<dl><dt>Passes if</dt><dd>{}</dd>\n",
      outcome(check), escaped(check.name), html_outcome(check), number(check.earned), number(check.points),
      escaped(check.wanted));
  if (check.passed) {
    text += check.runs > 1 ? fmt::format("<dt>Found</dt><dd>so it was in {} of {} runs</dd>\n", check.held, check.runs)
                           : "<dt>Found</dt><dd>so it was</dd>\n";
  } else if (score.ran) {
    text += html_failure(check, found_for_student(check, score));
  }
  return text + "</dl>\n</section>\n";
}

}  // namespace

std::string student_page(const Graded& one) {
  const Score& score = one.score;
  std::string body = fmt::format("<h1>{}</h1>\n<p class=\"soft\">{}</p>\n<p class=\"score\">{} / {}</p>\n{}\n",
                                 escaped(score.title), escaped(one.submission), number(score.earned),
                                 number(score.points), html_bar(score.points > 0 ? score.earned / score.points : 1));
  body += html_remarks(score);
  for (const CheckScore& check : score.checks) {
    if (check.visibility == Visibility::visible) body += section(check, score);
  }
  const auto others = std::ranges::count_if(
      score.checks, [](const CheckScore& check) { return check.visibility != Visibility::visible; });
  if (others > 0) {
    body += fmt::format("<p class=\"soft\">{} not shown here; the score has {} points in it.</p>\n",
                        render::counted(static_cast<std::uint64_t>(others), "check is", "checks are"),
                        others == 1 ? "its" : "their");
  }
  return html_page(score.title, body);
}

}  // namespace lwptrace::grade
