// The clock that everything in a trace is measured by.
#pragma once

#include <lwptrace/event.h>

#include <ctime>

namespace lwptrace::engine {

[[nodiscard]] inline Nanos clock_now() {  // CLOCK_MONOTONIC
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1'000'000'000LL + t.tv_nsec;
}

}  // namespace lwptrace::engine
