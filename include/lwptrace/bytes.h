// ByteSink: where renderers and recordings put their bytes. Data in, bytes out: whoever makes bytes knows no file.
#pragma once

#include <string>
#include <string_view>

namespace lwptrace {

class ByteSink {
 public:
  virtual ~ByteSink() = default;
  // Takes the bytes. Failures are kept by the sink and asked for by its owner, not by the writer.
  virtual void write(std::string_view bytes) = 0;
  // What was written so far should reach its reader now (a compressor ends its block, a file empties its buffer).
  virtual void flush() {}
  // No more bytes will come (a compressor writes its last frame).
  virtual void finish() { flush(); }
};

// Collects bytes in memory.
class StringSink : public ByteSink {
 public:
  void write(std::string_view bytes) override { text_.append(bytes); }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace lwptrace
