// A rubric: what a teacher asks of a program, read from YAML. docs/rubric.md explains the language,
// docs/rubric.schema.json lets editors check it. What a condition means is conditions.h's; nothing here runs or judges
// anything.
#pragma once

#include <lwptrace/ids.h>
#include <lwptrace/result.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lwptrace::grade {

class Condition;

enum class Visibility : std::uint8_t {
  visible,
  after_due_date,
  hidden
};  // Gradescope's words for who sees it, and when

struct Check {
  std::string name;
  double points = 0;
  std::shared_ptr<const Condition> condition;  // never null
  bool partial = false;                        // points in proportion to how much of it holds, not all or none
  std::string hint;                            // shown when it fails; may be empty
  Visibility visibility = Visibility::visible;
  std::vector<std::size_t> needs;  // indices of earlier checks that have to pass; else this one is not looked at
};

struct Limits {  // 0: none
  Nanos wall = Nanos{10} * 1'000'000'000;
  Nanos cpu = 0;                                   // of each process: RLIMIT_CPU, in whole seconds
  std::uint64_t memory = 0;                        // bytes; of all together where a cgroup allows, else of each process
  std::uint64_t lwps = 0, births = 0;              // alive at once; in all
  std::uint64_t output = std::uint64_t{16} << 20;  // bytes, of stdout and stderr each
  std::uint64_t disk = std::uint64_t{64} << 20;    // bytes that it may write beside itself
  Nanos build_wall = Nanos{60} * 1'000'000'000;
};

struct PlacedFile {
  std::string from;  // absolute
  std::string to;    // below the working copy
};

struct Rubric {
  std::string file;  // where it was read from
  std::string title;
  std::vector<std::string> command;  // run in the working copy
  std::string build;                 // for sh -c, in the working copy; empty: nothing is built
  std::string input;                 // what stdin has
  std::vector<PlacedFile> files;     // put beside the program, over what the submission has under these names
  std::vector<std::pair<std::string, std::string>> environment;
  Limits limits;
  std::size_t runs = 1;
  std::size_t must_hold = 1;  // in so many of the runs a check has to hold
  std::vector<Check> checks;
};

// `text` is what `file` holds; files that it names are looked up beside it. An Error: file:line:column, what is wrong
// there, and what would be right, on one line.
[[nodiscard]] Result<Rubric> read_rubric(const std::string& text, const std::string& file);

// What it will check, in plain words, for `grade --explain`.
[[nodiscard]] std::string explain(const Rubric& rubric);

}  // namespace lwptrace::grade
