// order: what had to come first, by cause and not by time.
#include <fmt/format.h>

#include <algorithm>

#include "grade/causality.h"
#include "grade/conditions.h"
#include "grade/facts.h"
#include "grade/read.h"

namespace lwptrace::grade {

namespace {

struct Side {
  const Fact* fact = nullptr;
  Columns columns;
  [[nodiscard]] std::string words() const { return std::string(fact->one) + columns.words(); }
  [[nodiscard]] std::vector<Causality::Index> find(const World& world) const {
    std::vector<Causality::Index> found;
    for (std::size_t i = 0; i < world.events().size(); ++i) {
      const Event& event = world.events()[i];
      if (fact->is_row(event, world) && columns.hold(event, world)) found.push_back(static_cast<Causality::Index>(i));
    }
    return found;
  }
};

class Order : public Condition {
 public:
  Order(Side first, Side then) : first_(std::move(first)), then_(std::move(then)) {}
  [[nodiscard]] std::string words() const override {
    return fmt::format("every {} comes before every {}, whatever the scheduler does", first_.words(), then_.words());
  }
  [[nodiscard]] Verdict judge(const World& world) const override {
    const auto first = first_.find(world), then = then_.find(world);
    if (first.empty()) return Verdict::of(false, "there was no " + first_.words());
    if (then.empty()) return Verdict::of(false, "there was no " + then_.words());
    const auto answer = Causality(world.events()).all_before(first, then);
    if (!answer.known) return Verdict::of(false, "there were too many to compare");
    const auto lines = [&](Causality::Index one, Causality::Index other) {
      return std::vector{world.line(world.events()[one]), world.line(world.events()[other])};
    };
    if (!answer.unordered) {
      return only_if_finished(Verdict::of(true, "it was so", lines(first.back(), then.front())), world);
    }
    const auto [one, other] = *answer.unordered;
    return Verdict::of(false, "the second of these did not have to wait for the first", lines(one, other));
  }

 private:
  Side first_, then_;
};

Side read_side(const Yaml& node, const std::string& which) {
  std::vector<std::string> names;
  for (const Fact& fact : row_facts()) names.emplace_back(fact.name);
  only_keys(node, names, which);
  if (node.entries.size() != 1) wrong(node, which + " is not one fact", "such as reaps: { by: root }");
  const Entry& entry = node.entries[0];
  const auto facts = row_facts();
  Side side;
  side.fact = &*std::find_if(facts.begin(), facts.end(), [&](const Fact& fact) { return fact.name == entry.key.text; });
  only_keys(entry.value, side.fact->column_names(), entry.key.text);
  side.columns = Columns(entry.value, *side.fact);
  return side;
}

}  // namespace

ConditionPtr read_order(const Place& place) {
  only_keys(place.value, keys_of("order"), "order");
  const Yaml* first = place.value.find("first");
  const Yaml* then = place.value.find("then");
  if (first == nullptr || then == nullptr) wrong(place.value, "order lacks first or then", "give both");
  return std::make_shared<Order>(read_side(*first, "first"), read_side(*then, "then"));
}

}  // namespace lwptrace::grade
