// The clock that everything in a trace is measured by, and those of CPU time.
#pragma once

#include <lwptrace/event.h>

#include <ctime>

namespace lwptrace::engine {

[[nodiscard]] inline Nanos clock_now(clockid_t clock = CLOCK_MONOTONIC) {  // 0: there is no such clock
  timespec t{};
  ::clock_gettime(clock, &t);
  return t.tv_sec * 1'000'000'000LL + t.tv_nsec;
}

}  // namespace lwptrace::engine
