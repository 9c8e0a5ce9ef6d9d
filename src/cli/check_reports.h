// What came of the goldens that were checked, for people and for machines.
#pragma once

#include <lwptrace/ids.h>

#include <string>
#include <vector>

#include "cli/jobs.h"

namespace lwptrace::cli {

struct Checked {
  std::string golden;
  Verdict verdict;
  std::string printed;  // by the program
  Nanos took = 0;
};

[[nodiscard]] std::string in_words(const Checked& one);  // of one that is not as its golden says

// https://github.com/testmoapp/junitxml: what the CI systems read.
[[nodiscard]] std::string junit(const std::vector<Checked>& all);

// Test Anything Protocol, version 13.
[[nodiscard]] std::string tap(const std::vector<Checked>& all);

}  // namespace lwptrace::cli
