// The JSON Lines writer: a TraceSink that turns each header, event and end into one line (docs/trace-format.md).
// The same facts give the same bytes. It opens no file and never flushes: its owner does, through the ByteSink.
#pragma once

#include <lwptrace/bytes.h>
#include <lwptrace/trace.h>

#include <string>

namespace lwptrace::recording {

class JsonlWriter : public TraceSink {
 public:
  // `out` must outlive the writer. It gets one write a line.
  explicit JsonlWriter(ByteSink& out) : out_(out) {}

  void header(const TraceHeader& header) override;
  void event(const Event& event) override;
  void end(const TraceEnd& end) override;

 private:
  void write_line();

  ByteSink& out_;
  std::string line_;  // kept from line to line for its memory
};

}  // namespace lwptrace::recording
