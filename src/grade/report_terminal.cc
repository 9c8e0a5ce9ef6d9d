// As the labs' checker prints: "sleepy_creator ............ passed ... 30", and "100 / 100" in the end.
#include <fmt/format.h>

#include <algorithm>

#include "grade/report.h"
#include "grade/report_words.h"
#include "render/text.h"

namespace lwptrace::grade {

namespace {

std::string dots(std::size_t number) { return " " + std::string(number, '.') + " "; }

// The columns of the lines of checks.
struct Widths {
  std::size_t name = 0, outcome = 0, points = 0;
};

Widths columns_of(const Score& score, std::size_t columns) {
  Widths widest;
  for (const CheckScore& check : score.checks) {
    widest.name = std::max(widest.name, render::display_width(render::printable(check.name)));
    widest.outcome = std::max(widest.outcome, outcome(check).size());
    widest.points = std::max(widest.points, number(check.earned).size());
  }
  constexpr std::size_t usual = 24, most_name = 60, fewest_dots = 3, all_dots = 2 * (fewest_dots + 2);
  const std::size_t rest = widest.outcome + widest.points + all_dots;
  const std::size_t room = columns > rest ? std::min(most_name, columns - rest) : 0;
  widest.name = std::min(std::max(widest.name, usual), room);
  return widest;
}

std::string line(const CheckScore& check, const Widths& widest, bool color) {
  constexpr std::size_t fewest = 3;
  const std::string name = render::printable(check.name), points = number(check.earned);
  const std::string_view word = outcome(check);
  const std::size_t width = render::display_width(name);
  const auto ink = check.passed ? render::Ink::good : check.earned > 0 ? render::Ink::warn : render::Ink::bad;
  return name + dots(fewest + (width < widest.name ? widest.name - width : 0)) + render::paint(word, ink, color) +
         dots(fewest + widest.outcome - word.size() + widest.points - points.size()) + points + "\n";
}

std::string why(const CheckScore& check, bool color) {
  const std::string found = render::printable(check.failed) + "\n";
  if (!check.looked_at) return "  " + found;
  std::string text = "  wanted: " + render::printable(check.wanted) + "\n  found:  " + found;
  for (const std::string& event : check.events) {
    text += "          " + render::paint(render::printable(event), render::Ink::faint, color) + "\n";
  }
  std::string before = "  hint:   ";
  for (const std::string& line : lines_of(check.hint)) {
    text += before + line + "\n";
    before = "          ";
  }
  return text;
}

std::string remarks(const Score& score, bool color) {
  std::string text;
  for (const std::string& remark : score.remarks) {
    std::string before = render::paint("remark:", render::Ink::warn, color) + " ";
    for (const std::string& each : lines_of(remark)) {
      text += before + each + "\n";
      before = "  ";
    }
  }
  return text;
}

}  // namespace

std::string terminal_report(const Score& score, int columns, bool color) {
  const Widths widest = columns_of(score, static_cast<std::size_t>(columns));
  std::string text = score.ran ? "" : remarks(score, color);
  for (const CheckScore& check : score.checks) {
    text += line(check, widest, color);
    if (score.ran && !check.passed) text += why(check, color);
  }
  if (score.ran) text += remarks(score, color);
  const auto ink = score.earned >= score.points ? render::Ink::good : render::Ink::bad;
  return text + render::paint(fmt::format("{} / {}", number(score.earned), number(score.points)), ink, color) + "\n";
}

std::string terminal_report(const Class& all) {
  std::string text;
  for (const auto& [name, score] : all) {
    text += fmt::format("{}  {} / {}\n", render::printable(name), number(score.earned), number(score.points));
  }
  return text;
}

}  // namespace lwptrace::grade
