// Evidence: what one run of a submission left behind, all that a condition may look at.
#pragma once

#include <lwptrace/recorded_trace.h>

#include <optional>
#include <string>

namespace lwptrace::grade {

struct Evidence {
  RecordedTrace trace;  // as far as it goes
  bool traced = false;  // false: nothing was run; `why_not` says why, and no condition holds
  bool cut = false;     // the trace has no end: the tracer was killed with the program
  std::string why_not;  // "the build failed: …", "took longer than 10 s"; empty: it ended by itself, within the limits
  std::string out, err;  // what it printed, at most what the limit allows
  bool out_cut = false, err_cut = false;
  Nanos wall = 0;  // of the program, from launch to the last end
};

}  // namespace lwptrace::grade
