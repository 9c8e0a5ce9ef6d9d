// CLONE_UNTRACED hides a newborn from its creator's tracer (kernel/fork.c). At the entry of the call the flag is taken
// out, and afterwards everything is as the program left it.
#pragma once

#include <lwptrace/observation.h>

#include <cstddef>
#include <optional>
#include <vector>

namespace lwptrace::engine {

// What the call was before: its first argument, and some memory.
struct Undo {
  std::uint64_t first_argument = 0;
  std::uint64_t address = 0;
  std::vector<std::byte> bytes;
};

// At the entry of clone or clone3. Nothing: its arguments cannot be changed.
[[nodiscard]] std::optional<Undo> take_out_untraced(Tid tid);

// At a later stop of the same task, or of its newborn, which has a copy.
void put_back(Tid tid, const Undo& undo);

}  // namespace lwptrace::engine
