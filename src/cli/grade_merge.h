// A class that was graded in shards: which of it are a shard's, and how the folders of results of all become one class.
#pragma once

#include <lwptrace/result.h>

#include <string>
#include <vector>

#include "cli/grade_one.h"
#include "grade/report.h"

namespace lwptrace::cli {

struct Shard {
  std::size_t number = 1, of = 1;
};

// "2/4"; what is wrong with it, or "".
[[nodiscard]] std::string take_shard(const std::string& word, Shard& shard);

// `submissions` are in order, and the same ones for each shard: then each is in one of them.
[[nodiscard]] std::vector<Submission> of_shard(const std::vector<Submission>& submissions, const Shard& shard);

// Beside the results: whose rubric they are of, and whom the whole class has.
constexpr const char* class_list_name = "class.list";
[[nodiscard]] std::string class_list(const std::string& rubric, const std::vector<Submission>& submissions);

struct Merged {
  grade::Class all;
  std::vector<std::string> missing;  // of the class, but graded nowhere
};

[[nodiscard]] Result<Merged> merge(const std::vector<std::string>& folders);

}  // namespace lwptrace::cli
