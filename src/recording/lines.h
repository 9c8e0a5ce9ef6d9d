// The lines of a ByteSource, one at a time, in memory bounded by the longest line.
#pragma once

#include <lwptrace/result.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "recording/source.h"

namespace lwptrace::recording {

class Lines {
 public:
  static constexpr std::size_t max_line = std::size_t{64} << 20;  // bytes

  explicit Lines(ByteSource& in) : in_(in) {}  // which must outlive it

  enum class Next { line, too_long, end };
  // Goes to the next line. The error is the source's.
  Result<Next> next();

  // The line, without its '\n'; valid until the next call of next() or last().
  [[nodiscard]] std::string_view text() const { return std::string_view(buffer_).substr(start_, size_); }
  [[nodiscard]] bool ended() const { return ended_; }  // it had a '\n'
  // Nothing follows the line. May read ahead, and keeps text().
  Result<bool> last();

 private:
  Result<bool> fill();  // false at the end

  ByteSource& in_;
  std::string buffer_;
  std::size_t filled_ = 0;            // bytes of buffer_ that came from the source
  std::size_t start_ = 0, size_ = 0;  // the line
  bool ended_ = false;
};

}  // namespace lwptrace::recording
