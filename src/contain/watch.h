// The first process of a run, watched from outside: its output is kept up to a limit, its time is limited, and when it
// has ended so has everything that it started.
#pragma once

#include <sys/types.h>

#include <functional>
#include <set>

#include "contain/walls.h"

namespace lwptrace::contain {

constexpr int not_begun = 125;  // exit status of a first process that could not do what it was to

struct Watch {
  bool contained = true;  // in namespaces of its own
  Nanos wall = 0;
  std::uint64_t output = 0;
};

[[nodiscard]] Result<Ran> watch_first(const Watch& watch, int in, const std::function<int(const Streams&)>& first);

[[nodiscard]] std::set<pid_t> children();

// Kills the descendants of a process that is their subreaper, until none is left but those of `strangers`.
void end_descendants(const std::set<pid_t>& strangers = {});

}  // namespace lwptrace::contain
