// A recording, read into a value.
#include <lwptrace/recorded_trace.h>

#include <utility>

#include "recording/reader.h"

namespace lwptrace {

namespace {

class Collector : public TraceSink {
 public:
  void header(const TraceHeader& header) override { trace.header = header; }
  void event(const Event& event) override { trace.events.push_back(event); }
  void end(const TraceEnd& end) override { trace.end = end; }

  RecordedTrace trace;
};

}  // namespace

Result<RecordedTrace> read_recording(const std::string& file) {
  Collector collector;
  const auto report = recording::read_trace_file(file, collector);
  if (!report) return report.error();
  if (!report->cut.empty()) return Error{report->cut + "; record it again", 0};
  return std::move(collector.trace);
}

}  // namespace lwptrace
