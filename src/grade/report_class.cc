// The page of a class, for the teacher: how the points are distributed, what most have wrong, and each submission, all
// in one file. Of a large class less is told of each, so that the page stays one that a browser opens at once.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "grade/report.h"
#include "grade/report_html.h"
#include "grade/report_words.h"
#include "render/text.h"

namespace lwptrace::grade {

namespace {

double share(double earned, double points) { return points > 0 ? earned / points : 1; }

std::string tiles(const Class& all) {
  std::vector<double> points;
  for (const Graded& one : all) points.push_back(one.score.earned);
  std::ranges::sort(points);
  const std::size_t half = points.size() / 2;
  const double median = points.size() % 2 == 1 ? points[half] : (points[half - 1] + points[half]) / 2;
  const double mean = std::accumulate(points.begin(), points.end(), 0.0) / static_cast<double>(points.size());
  const auto count = [&](auto is_it) { return std::ranges::count_if(all, is_it); };
  const auto full = count([](const Graded& one) { return one.score.earned >= one.score.points; });
  const auto not_run = count([](const Graded& one) { return !one.score.ran; });
  std::string text = "<div class=\"tiles\">";
  const auto tile = [&text](const std::string& value, const char* what) {
    text += fmt::format("<div><b>{}</b>{}</div>", value, what);
  };
  tile(fmt::format("{}", all.size()), all.size() == 1 ? "submission" : "submissions");
  tile(number(mean), "average");
  tile(number(median), "median");
  tile(fmt::format("{}", full), "full marks");
  tile(fmt::format("{}", not_run), "could not be run");
  return text + "</div>\n";
}

// Ten parts of the points, and all of them.
std::string histogram(const Class& all) {
  constexpr std::size_t bins = 11, width = 50, height = 120, top = 20;
  std::vector<std::size_t> counts(bins);
  for (const Graded& one : all) {
    const double part = std::clamp(share(one.score.earned, one.score.points), 0.0, 1.0);
    ++counts[static_cast<std::size_t>(part * (bins - 1))];
  }
  const std::size_t most = std::max<std::size_t>(1, *std::ranges::max_element(counts));
  std::string text = fmt::format(
      "<svg viewBox=\"0 0 {0} {1}\" role=\"img\" aria-label=\"How many submissions have how many percent of the "
      "points\">\n<line x1=\"0\" x2=\"{0}\" y1=\"{2}\" y2=\"{2}\"/>\n",
      bins * width, top + height + 24, top + height);
  for (std::size_t i = 0; i < bins; ++i) {
    const std::size_t bar = counts[i] * height / most, middle = i * width + width / 2, y = top + height - bar;
    const std::string label = i + 1 == bins ? "100 %" : fmt::format("{}–{}", 10 * i, 10 * i + 9);
    text += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>", i * width + 4, y, width - 8, bar);
    if (counts[i] > 0) text += fmt::format("<text x=\"{}\" y=\"{}\">{}</text>", middle, y - 5, counts[i]);
    text += fmt::format("<text x=\"{}\" y=\"{}\">{}</text>\n", middle, top + height + 17, label);
  }
  return text + "</svg>\n";
}

const char* who_sees(const CheckScore& check) {
  if (check.visibility == Visibility::hidden) return "hidden";
  return check.visibility == Visibility::after_due_date ? "after the due date" : "";
}

// The most failed ones first.
std::string checks(const Class& all) {
  const std::vector<CheckScore>& known = all[0].score.checks;
  std::vector<std::size_t> failed(known.size()), order(known.size());
  std::vector<double> earned(known.size());
  std::iota(order.begin(), order.end(), 0);
  for (const Graded& one : all) {
    for (std::size_t i = 0; i < known.size(); ++i) {
      failed[i] += one.score.checks[i].passed ? 0 : 1;
      earned[i] += one.score.checks[i].earned;
    }
  }
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return failed[a] > failed[b]; });
  const auto members = static_cast<double>(all.size());
  std::string text =
      "<div class=\"wide\"><table>\n<tr><th>check</th><th class=\"n\">failed</th><th class=\"n\">average</th>"
      "<th>passed</th></tr>\n";
  for (const std::size_t i : order) {
    text += fmt::format(
        "<tr><td>{}. {} <small>{}</small><br><small>passes if {}</small></td><td class=\"n\">{}</td><td class=\"n\">{} "
        "/ "
        "{}</td><td>{}</td></tr>\n",
        i + 1, escaped(known[i].name), who_sees(known[i]), escaped(known[i].wanted), failed[i],
        number(earned[i] / members), number(known[i].points), html_bar(1 - static_cast<double>(failed[i]) / members));
  }
  return text + "</table></div>\n";
}

std::string marks(const Score& score) {
  std::string text;
  for (const CheckScore& check : score.checks) {
    text += check.passed ? "✓" : !check.looked_at ? "–" : check.earned > 0 ? "◐" : "✗";
  }
  return text;
}

std::string table(const Class& all) {
  std::string text =
      "<div class=\"wide\"><table>\n<tr><th>submission</th><th class=\"n\">points</th><th></th><th>checks</th></tr>\n";
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Score& score = all[i].score;
    text += fmt::format(
        "<tr><td><a href=\"#s{}\">{}</a></td><td class=\"n\">{} / {}</td><td>{}</td><td class=\"marks\">{}</td></tr>\n",
        i + 1, escaped(all[i].submission), number(score.earned), number(score.points),
        html_bar(share(score.earned, score.points)), marks(score));
  }
  return text + "</table></div>\n<p class=\"soft\">✓ passed, ◐ partly, ✗ failed, – left out</p>\n";
}

// Of each remark the beginning: a compiler may have a lot to say.
Score brief(Score score) {
  constexpr std::size_t enough = 200;
  for (std::string& remark : score.remarks) remark = render::fit(render::printable(remark), enough);
  constexpr std::size_t most_remarks = 5;
  if (score.remarks.size() > most_remarks) score.remarks.resize(most_remarks);
  return score;
}

// In about `most` bytes.
std::string detail(const Score& score, std::size_t most) {
  std::string text = html_remarks(score);
  if (text.size() > most) text = html_remarks(brief(score));
  for (const CheckScore& check : score.checks) {
    if (check.passed) continue;
    std::string one = fmt::format(
        "<div class=\"check {}\"><div class=\"head\"><h3>{}</h3><span>{} {} / {}</span></div>", outcome(check),
        escaped(check.name), html_outcome(check), number(check.earned), number(check.points));
    if (score.ran) one += "<dl>" + html_failure(check, check.failed) + "</dl>";
    one += "</div>\n";
    if (text.size() + one.size() > most) {
      return text + "<p class=\"soft\">There is more; --json and the folder of results have all of it.</p>\n";
    }
    text += one;
  }
  return text.empty() ? "<p>Every check passed.</p>\n" : text;
}

// The mark that a link leads to is inside, so that following it opens what is closed.
std::string details(const Class& all) {
  constexpr std::size_t whole_page = 3'500'000, least = 3'000;
  const std::size_t most = std::max(least, whole_page / all.size());
  std::string text;
  for (std::size_t i = 0; i < all.size(); ++i) {
    text += fmt::format("<details><summary>{} <small>{} / {}</small></summary>\n<div id=\"s{}\">{}</div></details>\n",
                        escaped(all[i].submission), number(all[i].score.earned), number(all[i].score.points), i + 1,
                        detail(all[i].score, most));
  }
  return text;
}

}  // namespace

std::string class_page(const Class& all) {
  if (all.empty()) return html_page("lwptrace grade", "<h1>There is no submission</h1>\n");
  const std::string& title = all[0].score.title;
  return html_page(title, fmt::format("<h1>{}</h1>\n{}<h2>Distribution</h2>\n<p class=\"soft\">Submissions by percent "
                                      "of {} points</p>\n{}<h2>Most failed checks</h2>\n{}<h2>Submissions</h2>\n{}"
                                      "<h2>Each submission</h2>\n{}",
                                      escaped(title), tiles(all), number(all[0].score.points), histogram(all),
                                      checks(all), table(all), details(all)));
}

}  // namespace lwptrace::grade
