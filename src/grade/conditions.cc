// The table of conditions.
#include "grade/conditions.h"

#include <algorithm>

#include "grade/facts.h"
#include "grade/family.h"

namespace lwptrace::grade {

namespace {

struct Row {
  std::string_view key;
  ConditionPtr (*read)(const Place& place);
  std::vector<std::string> keys = {};  // of its mapping
};

const std::vector<Row>& rows() {
  static const std::vector<Row> kRows = [] {
    std::vector<Row> all;
    for (const Fact& fact : row_facts()) {
      all.push_back({fact.name, read_rows, fact.column_names()});
      all.back().keys.insert(all.back().keys.begin(), "count");
    }
    for (const std::string_view key : family_keys()) all.push_back({key, read_family});
    std::vector<std::string> alive = births().column_names();
    alive.insert(alive.begin(), "count");
    all.push_back({"order", read_order, {"first", "then"}});
    all.push_back({"alive at once", read_alive, alive});
    all.push_back({"wall time", read_wall_time, {"at least", "at most"}});
    all.push_back({"exit status", read_exit_status, {"code", "signal"}});
    all.push_back({"stdout", read_printed, {"is", "contains", "lacks", "matches", "lines"}});
    all.push_back({"stderr", read_printed, {"is", "contains", "lacks", "matches", "lines"}});
    all.push_back({"golden", read_golden});
    all.push_back({"all", read_all});
    all.push_back({"any", read_any});
    all.push_back({"not", read_not});
    return all;
  }();
  return kRows;
}

const Row* row(std::string_view key) {
  const auto found = std::find_if(rows().begin(), rows().end(), [&](const Row& row) { return row.key == key; });
  return found == rows().end() ? nullptr : &*found;
}

}  // namespace

Verdict only_if_finished(Verdict verdict, const World& world) {
  if (world.unfinished().empty()) return verdict;
  if (verdict.holds) verdict.found = "it cannot be said of this run: " + world.unfinished();
  verdict.holds = false;
  verdict.share = 0;
  return verdict;
}

std::vector<std::string> condition_keys() {
  std::vector<std::string> keys;
  for (const Row& row : rows()) keys.emplace_back(row.key);
  return keys;
}

std::vector<std::string> keys_of(std::string_view condition) {
  const Row* found = row(condition);
  return found != nullptr ? found->keys : std::vector<std::string>();
}

ConditionPtr read_conditions(const Yaml& table, const std::filesystem::path& folder) {
  std::vector<ConditionPtr> parts;
  for (const auto& [key, value] : table.entries) {
    const Row* found = row(key.text);
    if (found != nullptr) parts.push_back(found->read({key, value, folder}));
  }
  return parts.empty() ? nullptr : all_of(std::move(parts));
}

}  // namespace lwptrace::grade
