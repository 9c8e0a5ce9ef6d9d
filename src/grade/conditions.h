// A condition: what a check asks of one run, in words, and whether it is so. The kinds of conditions stand in
// kConditions of conditions.cc, a row a key; docs/rubric.md explains them to teachers.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "grade/world.h"
#include "grade/yaml.h"

namespace lwptrace::grade {

struct Verdict {
  bool holds = false;
  double share = 0;                 // of 1, how much of it holds; 1 where it does
  std::string found;                // what is there, one line; of what holds, too, for what may stand around it
  std::vector<std::string> events;  // that show it, a few

  static Verdict of(bool holds, std::string found, std::vector<std::string> events = {}) {
    return {holds, holds ? 1.0 : 0.0, std::move(found), std::move(events)};
  }
};

class Condition {
 public:
  virtual ~Condition() = default;
  [[nodiscard]] virtual std::string words() const = 0;  // "at least 1 birth by fork"
  [[nodiscard]] virtual Verdict judge(const World& world) const = 0;
};
using ConditionPtr = std::shared_ptr<const Condition>;

// A condition that may hold because something was not seen holds only of a run that was seen to its end.
[[nodiscard]] Verdict only_if_finished(Verdict verdict, const World& world);

// Where `table` says more than one, all of them. Keys that are no conditions are left alone.
[[nodiscard]] ConditionPtr read_conditions(const Yaml& table, const std::filesystem::path& folder);
[[nodiscard]] std::vector<std::string> condition_keys();

constexpr std::size_t kShownEvents = 6;

// The readers of the rows. `key` is where the condition's key stands.
struct Place {
  const Yaml& key;
  const Yaml& value;
  const std::filesystem::path& folder;  // of the rubric: what a condition names is there
};
[[nodiscard]] ConditionPtr read_rows(const Place& place);         // rows.cc: births, exits …
[[nodiscard]] ConditionPtr read_order(const Place& place);        // order.cc
[[nodiscard]] ConditionPtr read_alive(const Place& place);        // time.cc
[[nodiscard]] ConditionPtr read_wall_time(const Place& place);    // time.cc
[[nodiscard]] ConditionPtr read_family(const Place& place);       // family.cc: every child is reaped …
[[nodiscard]] ConditionPtr read_exit_status(const Place& place);  // output.cc
[[nodiscard]] ConditionPtr read_printed(const Place& place);      // output.cc: stdout, stderr
[[nodiscard]] ConditionPtr read_golden(const Place& place);       // same_as_golden.cc
[[nodiscard]] ConditionPtr read_all(const Place& place);          // logic.cc; so the next two
[[nodiscard]] ConditionPtr read_any(const Place& place);
[[nodiscard]] ConditionPtr read_not(const Place& place);
[[nodiscard]] ConditionPtr all_of(std::vector<ConditionPtr> parts);

// The keys that the mapping of a condition that is no row may have, for the loader and the schema's test.
[[nodiscard]] std::vector<std::string> keys_of(std::string_view condition);

}  // namespace lwptrace::grade
