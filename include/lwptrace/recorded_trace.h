// A whole trace as one value, for programs that look at traces: of a command that is run for it, or read from a file.
// What a test expects of one stands in matchers.h; docs/testing-with-lwptrace.md shows both in use.
#pragma once

#include <lwptrace/result.h>
#include <lwptrace/trace.h>

#include <cstdlib>
#include <string>
#include <vector>

namespace lwptrace {

// As docs/trace-format.md has it. Never one that was cut.
struct RecordedTrace {
  TraceHeader header;
  std::vector<Event> events;  // in order of seq
  TraceEnd end;
  bool operator==(const RecordedTrace&) const = default;
};

// Reads a recording, FILE.jsonl or FILE.jsonl.zst. An Error: it cannot be read, is no recording, or was cut.
[[nodiscard]] Result<RecordedTrace> read_recording(const std::string& file);

// The lwptrace that LWPTRACE names in the environment; else the one that came with this header, which CMake's target
// lwptrace::lwptrace knows; else the first in PATH.
[[nodiscard]] inline std::string usual_lwptrace() {
  const char* named = std::getenv("LWPTRACE");
  if (named != nullptr && *named != '\0') return named;
#ifdef LWPTRACE_EXECUTABLE
  return LWPTRACE_EXECUTABLE;
#else
  return "lwptrace";
#endif
}

struct CommandOptions {
  std::vector<std::string> options;  // of lwptrace run: {"--timeout", "10s", "--cd", "/tmp"}; a bare -o adds files
  std::string lwptrace = usual_lwptrace();  // what is executed; found in PATH if it has no slash
};

// Runs `argv` under lwptrace, a process of its own, and waits until all that is traced has ended; without a --timeout
// that may be never. The command has the caller's stdin, stdout, stderr, environment and folder. How it ended, by a
// --timeout too, stands in the trace and is no Error; that it was not executed is one, and lwptrace has then said on
// stderr why. Any thread may call it, several at once too. Between, the recording lies in TMPDIR or /tmp.
[[nodiscard]] Result<RecordedTrace> trace_command(const std::vector<std::string>& argv,
                                                  const CommandOptions& options = {});

}  // namespace lwptrace
