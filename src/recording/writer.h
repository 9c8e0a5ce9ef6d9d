// The JSON Lines writer: a TraceSink that turns each header, event and end into one line (docs/trace-format.md).
// The same facts give the same bytes. It opens no file and never flushes: its owner does, through the ByteSink.
#pragma once

#include <lwptrace/bytes.h>
#include <lwptrace/trace.h>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace lwptrace::recording {

// The last backtraces that were written, as JSON: most births come from few places.
class BacktraceTexts {
 public:
  // Null if it is not kept. Holds until the next keep().
  [[nodiscard]] const std::string* find(const Backtrace& backtrace) const {
    for (const Text& text : texts_) {
      if (text.of.shares_with(backtrace)) return &text.json;
    }
    return nullptr;
  }
  void keep(const Backtrace& backtrace, std::string_view json) {
    texts_[next_++ % texts_.size()] = {backtrace, std::string(json)};
  }

 private:
  struct Text {
    Backtrace of;
    std::string json;
  };
  std::array<Text, 16> texts_;
  std::size_t next_ = 0;
};

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
  BacktraceTexts backtraces_;
};

}  // namespace lwptrace::recording
