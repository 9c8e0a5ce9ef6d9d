// Attaching, for the verb attach and for run -p: which processes are meant, and the trace of them.
#pragma once

#include <string>

#include "cli/trace_options.h"

namespace lwptrace::cli {

struct AttachWords {
  Words words;  // "4711", or what pidof prints: "4711 4712"
  bool tree = false;
};

// Declares -p and --tree.
void declare_attaching(CLI::App& app, AttachWords& o);

[[nodiscard]] Ending attach(const TraceOptions& tracing, const AttachWords& o, const Verb& verb);

}  // namespace lwptrace::cli
