// Facts that are rows: a fact picks events out of a trace, and its columns are what a row can be asked for. One table
// declares them all, and serves the loader, the words of `explain` and of failures, and the judge.
#pragma once

#include <lwptrace/event.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "grade/values.h"

namespace lwptrace::grade {

class World;

struct Column {
  std::string_view name;
  Type type;
  bool chooses;           // beside `count: every` it says which rows, and the others say what holds of them
  std::string_view says;  // "made by {}"
  bool (*holds)(const Value& wanted, const Event& row, const World& world);
};

struct Fact {
  std::string_view name;  // the key in a rubric, and the plural in words
  std::string_view one;   // "birth"
  bool (*is_row)(const Event& event, const World& world);
  std::span<const Column> columns;

  [[nodiscard]] std::vector<std::string> column_names() const;
};

[[nodiscard]] std::span<const Fact> row_facts();
[[nodiscard]] const Fact& births();

// What a rubric wants of a row.
class Columns {
 public:
  Columns() = default;
  // Of those keys of `table` that are columns of `fact`.
  Columns(const Yaml& table, const Fact& fact);

  [[nodiscard]] bool hold(const Event& row, const World& world) const { return misses(row, world) == 0; }
  [[nodiscard]] std::size_t misses(const Event& row, const World& world) const;
  [[nodiscard]] std::string words() const;  // " of 1.1 with code 22"; empty: it wants nothing
  [[nodiscard]] bool empty() const { return wanted_.empty(); }
  // Those that choose, and those that do not.
  [[nodiscard]] std::pair<Columns, Columns> split() const;

 private:
  std::vector<std::pair<const Column*, Value>> wanted_;
};

}  // namespace lwptrace::grade
