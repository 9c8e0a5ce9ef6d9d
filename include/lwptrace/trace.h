// A trace is a header, events in order of seq, and an end. TraceSink is how it flows from the one who makes it
// (a live run, a recording being read) to the ones who want it (recordings, renderers).
#pragma once

#include <lwptrace/event.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lwptrace {

enum class Detail : std::uint8_t { unknown, births, life, all };

struct TraceHeader {
  int version = 1;
  std::string tool;
  std::string mode = "launch";  // or "attach"
  Detail detail = Detail::life;
  std::vector<std::string> argv;
  std::string cwd;
  std::string kernel;  // uname -r
  std::string arch;    // uname -m
  std::string start;   // wall clock, ISO 8601 with nanoseconds, UTC
  std::vector<std::string> observes;
  bool operator==(const TraceHeader&) const = default;
};

enum class EndReason : std::uint8_t { unknown, exited, detached, timeout, guard, interrupted, output };

struct TraceEnd {
  Nanos t = 0;
  std::uint64_t seq = 0;  // one more than the last event's
  EndReason reason = EndReason::exited;
  std::optional<Status> status;  // of the root
  std::uint64_t lwps = 0, births = 0, failed_births = 0, exits = 0, execs = 0, signals = 0, max_alive = 0, dropped = 0;
  bool operator==(const TraceEnd&) const = default;
};

// Receives one trace: header once, then events, then end once; `end` may be missing when a recording was cut.
class TraceSink {
 public:
  virtual ~TraceSink() = default;
  virtual void header(const TraceHeader& header) = 0;
  virtual void event(const Event& event) = 0;
  virtual void end(const TraceEnd& end) = 0;
  // A recording without an end line: where it stops, in words ("line 118: cut in the middle of a line").
  virtual void cut(const std::string& /*where*/) {}
  // False: nothing that it is told from here on makes a difference. Who reads a recording may stop then.
  [[nodiscard]] virtual bool wants_more() const { return true; }
};

}  // namespace lwptrace
