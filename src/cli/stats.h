// The table that --stats prints.
#pragma once

#include <string>

#include "engine/stats.h"

namespace lwptrace::cli {

struct Told {
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;     // to all outputs together
  std::uint64_t peak_kib = 0;  // lwptrace's own memory at its largest
  Nanos held_up = 0;           // the engine, by an output that was full
  Nanos own_thread = 0;        // CPU time of that which formats and writes
};

// A line for each count, in an order that stays; below a heading, what is 0 has none.
[[nodiscard]] std::string stats_table(const engine::Stats& stats, const Told& told);

}  // namespace lwptrace::cli
