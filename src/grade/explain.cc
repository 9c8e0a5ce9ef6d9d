// A rubric in plain words, for `grade --explain`.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "grade/conditions.h"
#include "grade/keys.h"
#include "grade/rubric.h"
#include "render/text.h"

namespace lwptrace::grade {

namespace {

std::string points(double number) { return fmt::format("{:g} point{}", number, number == 1 ? "" : "s"); }

std::string limits(const Limits& limits) {
  std::vector<std::string> parts{render::duration(limits.wall)};
  if (limits.cpu != 0) parts.push_back(render::duration(limits.cpu) + " of CPU");
  if (limits.memory != 0) parts.push_back(render::thousands(limits.memory) + " bytes of memory");
  if (limits.lwps != 0) parts.push_back(render::counted(limits.lwps, "LWP") + " at once");
  if (limits.births != 0) parts.push_back(render::counted(limits.births, "birth"));
  parts.push_back(render::thousands(limits.output) + " bytes of output");
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string explain(const Check& check, const Rubric& rubric) {
  std::string text =
      fmt::format("{} ({})\n  It passes if {}.\n", check.name, points(check.points), check.condition->words());
  if (check.partial) text += "  If only a part of that is so, it earns that part of the points.\n";
  for (const std::size_t need : check.needs) {
    text += fmt::format("  It is looked at only if \"{}\" passes.\n", rubric.checks[need].name);
  }
  if (check.visibility != Visibility::visible) {
    text += fmt::format("  Students see it: {}.\n",
                        check.visibility == Visibility::hidden ? "never" : "after the due date");
  }
  return text;
}

}  // namespace

std::string explain(const Rubric& rubric) {
  double total = 0;
  for (const Check& check : rubric.checks) total += check.points;
  std::string text = fmt::format("{}: {}\n", rubric.title, points(total));
  if (!rubric.build.empty()) text += fmt::format("It is built by: {}\n", rubric.build);
  for (const PlacedFile& file : rubric.files) text += fmt::format("{} is the rubric's own.\n", file.to);
  text += fmt::format("It is run as: {}\n", render::short_command(rubric.command));
  if (rubric.runs > 1) {
    text += fmt::format("It is run {} times; a check has to hold in {} of them.\n", rubric.runs, rubric.must_hold);
  }
  text += fmt::format("Its limits: {}\n", limits(rubric.limits));
  for (const Check& check : rubric.checks) text += "\n" + explain(check, rubric);
  return text;
}

}  // namespace lwptrace::grade
