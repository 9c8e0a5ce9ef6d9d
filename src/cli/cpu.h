// --cpu N: lwptrace itself, and so what it launches, runs on one CPU. Those that are found alive: src/engine/pinning.h.
#pragma once

#include <lwptrace/result.h>

#include <optional>
#include <string>

namespace lwptrace::cli {

// What is wrong with the word, or "".
[[nodiscard]] std::string take_cpu(const std::string& word, std::optional<int>& cpu);

// An Error: there is no such CPU, or the cpuset does not allow it.
[[nodiscard]] Result<bool> run_on(int cpu);

}  // namespace lwptrace::cli
