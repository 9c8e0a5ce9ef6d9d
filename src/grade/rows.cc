// Conditions over rows: so many births, exits, reaps … that are as the columns say.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

#include "grade/conditions.h"
#include "grade/count.h"
#include "grade/facts.h"
#include "grade/read.h"
#include "render/text.h"

namespace lwptrace::grade {

namespace {

constexpr std::size_t kNamed = 10;

// The rows that are what is wanted, and those that come nearest to it.
struct Found {
  std::uint64_t chosen = 0, fitting = 0;
  std::vector<const Event*> fit, near;  // the first few
  std::size_t least_misses = std::numeric_limits<std::size_t>::max();

  void see(const Event& row, std::size_t misses) {
    ++chosen;
    if (misses == 0) {
      ++fitting;
      if (fit.size() <= kNamed) fit.push_back(&row);
      return;
    }
    if (misses > least_misses) return;
    if (misses < least_misses) near.clear();
    least_misses = misses;
    if (near.size() < kShownEvents) near.push_back(&row);
  }
};

class Rows : public Condition {
 public:
  Rows(const Fact& fact, Columns columns, Count count) : fact_(fact), columns_(std::move(columns)), count_(count) {
    if (count_.every) std::tie(choosing_, columns_) = columns_.split();
  }

  [[nodiscard]] std::string words() const override {
    const std::string noun = count_.words(std::string(fact_.one), std::string(fact_.name));
    if (count_.every) return noun + choosing_.words() + " is one" + columns_.words();
    return fmt::format("there {} {}{}", count_.verb(), noun, columns_.words());
  }

  [[nodiscard]] Verdict judge(const World& world) const override {
    Found found;
    for (const Event& event : world.events()) {
      if (!fact_.is_row(event, world) || (count_.every && !choosing_.hold(event, world))) continue;
      found.see(event, columns_.misses(event, world));
    }
    Verdict verdict = count_.every ? judge_every(found, world) : judge_count(found, world);
    return world.proves(count_) ? verdict : only_if_finished(std::move(verdict), world);
  }

 private:
  [[nodiscard]] Verdict judge_every(const Found& found, const World& world) const {
    Verdict verdict;
    verdict.holds = found.chosen > 0 && found.fitting == found.chosen;
    if (found.chosen > 0) verdict.share = static_cast<double>(found.fitting) / static_cast<double>(found.chosen);
    verdict.found = found.chosen == 0 ? fmt::format("there was no {}{}", fact_.one, choosing_.words())
                                      : fmt::format("it was so of {} of {}", found.fitting, found.chosen);
    show(verdict, verdict.holds ? found.fit : found.near, world);
    return verdict;
  }

  [[nodiscard]] Verdict judge_count(const Found& found, const World& world) const {
    Verdict verdict;
    verdict.holds = count_.holds(found.fitting);
    verdict.share = count_.share(found.fitting);
    if (found.fitting > 0) {
      std::vector<std::string> names;
      for (const Event* row : found.fit) names.push_back(world.lives().path(row->lwp));
      if (found.fitting > kNamed) names.resize(kNamed), names.emplace_back("…");
      verdict.found = fmt::format("there {} {}: {}", found.fitting == 1 ? "was" : "were", found.fitting,
                                  render::printable(render::fit(fmt::format("{}", fmt::join(names, ", ")), 200)));
    } else if (found.chosen == 0) {
      verdict.found = fmt::format("there was no {}", fact_.one);
    } else {
      verdict.found = fmt::format("there was none among {}", render::counted(found.chosen, fact_.one, fact_.name));
    }
    const bool too_few = found.fitting < count_.least;
    if (too_few) show(verdict, found.near, world);
    show(verdict, found.fit, world);
    return verdict;
  }

  static void show(Verdict& verdict, const std::vector<const Event*>& rows, const World& world) {
    for (const Event* row : rows) {
      if (verdict.events.size() == kShownEvents) return;
      verdict.events.push_back(world.line(*row));
    }
  }

  const Fact& fact_;
  Columns choosing_;  // with `every`
  Columns columns_;
  Count count_;
};

}  // namespace

ConditionPtr read_rows(const Place& place) {
  const auto facts = row_facts();
  const Fact& fact =
      *std::find_if(facts.begin(), facts.end(), [&](const Fact& row) { return row.name == place.key.text; });
  const Yaml* counted = place.value.kind == Yaml::Kind::text ? &place.value : nullptr;
  if (counted == nullptr) {
    only_keys(place.value, keys_of(fact.name), place.key.text);
    counted = place.value.find("count");
  }
  Columns columns(place.value, fact);
  const Count count = counted != nullptr ? read_count(*counted) : Count{};
  if (count.every && columns.split().second.empty()) {
    wrong(*counted, fmt::format("every {} is what?", fact.one), "say beside count what holds of it, or give a number");
  }
  return std::make_shared<Rows>(fact, std::move(columns), count);
}

}  // namespace lwptrace::grade
