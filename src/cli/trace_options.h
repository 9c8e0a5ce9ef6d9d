// What run and attach share: the options about how much is seen and told, and the one way in which a trace is made from
// them. What is traced (a program, processes) is the verb's own.
#pragma once

#include <optional>
#include <string>

#include "cli/options.h"
#include "cli/output_options.h"
#include "engine/engine.h"

namespace lwptrace::cli {

struct TraceOptions {
  OutputOptions output;
  int quiet = 0;
  bool stack_trace = false;
  std::string detail = "life";
  Nanos timeout = 0;
  std::uint64_t max_lwps = 0, max_births = 0;
  std::string follow = "all";
  bool tell_signals = true;
  std::optional<int> cpu;
  bool stats = false;
  TraceSink* listener = nullptr;  // is told the trace as well; not owned
};

void declare_tracing(CLI::App& app, TraceOptions& o);

struct Traced {
  engine::Outcome outcome;
  TraceEnd end;  // without a failure
  bool output_failed = false;
};

// Opens the outputs, and traces what `engine` says. An Error: an output cannot be had, and nothing was traced.
[[nodiscard]] Result<Traced> trace(const TraceOptions& o, engine::EngineOptions engine, TraceHeader header);

// The same of a program that is started.
[[nodiscard]] Result<Traced> trace_program(const TraceOptions& o, const engine::LaunchOptions& program);

// How a command ends that traced: the limits' exit statuses, or none.
[[nodiscard]] std::optional<Ending> ending_of_limits(const Traced& traced);

}  // namespace lwptrace::cli
