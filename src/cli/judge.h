// One golden file and what is compared with it: a run of a program, several, or a recording.
#pragma once

#include "cli/cli.h"
#include "cli/jobs.h"
#include "cli/trace_options.h"

namespace lwptrace::cli {

struct JudgeOptions {
  TraceOptions tracing;
  std::string trace;      // a recording; empty: the command is run
  Words command;          // empty: the golden's
  std::string directory;  // where it is run; empty: here
  bool update = false;
  std::size_t repeat = 1;
  bool color = false;
};

// status 0: as the golden says, or written, and the text says so if there is anything to say; 1: it differs, the text
// has the differences and a diff; any other: it could not be told, and why is the text, one line.
[[nodiscard]] Verdict judge(const JudgeOptions& o, const std::string& golden, const engine::SignalState& signals);

}  // namespace lwptrace::cli
