// lwptrace check for many goldens, and for machines that read what came of them.
#pragma once

#include <string>
#include <vector>

#include "cli/judge.h"

namespace lwptrace::cli {

struct ManyOptions {
  JudgeOptions judging;
  Words goldens;  // files, and folders that have some
  std::size_t parallel = 1;
  std::string junit;  // a file for JUnit's XML; empty: none
  bool tap = false;   // TAP on stdout, in place of words for people
};

[[nodiscard]] Ending check_many(const ManyOptions& o, const engine::SignalState& signals);

}  // namespace lwptrace::cli
