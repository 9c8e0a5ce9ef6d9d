// See lines.h.
#include "recording/lines.h"

#include <algorithm>
#include <span>

namespace lwptrace::recording {

// Appends what the source has, after moving the line that is being read to the front of the buffer.
Result<bool> Lines::fill() {
  std::copy(buffer_.begin() + start_, buffer_.begin() + filled_, buffer_.begin());
  filled_ -= start_;
  start_ = 0;
  if (buffer_.size() < filled_ + at_once) buffer_.resize(filled_ + at_once);
  auto n = in_.read(std::span(buffer_).subspan(filled_, at_once));
  if (!n) return n.error();
  filled_ += *n;
  return *n != 0;
}

Result<Lines::Next> Lines::next() {
  start_ += size_ + (ended_ ? 1 : 0);
  size_ = 0;
  ended_ = false;
  for (;;) {
    const std::string_view rest = std::string_view(buffer_).substr(start_, filled_ - start_);
    const std::size_t newline = rest.find('\n', size_);
    size_ = std::min(newline, rest.size());
    if (size_ > max_line) return Next::too_long;
    if (newline != std::string_view::npos) {
      ended_ = true;
      return Next::line;
    }
    auto more = fill();
    if (!more) return more.error();
    if (!*more) return size_ == 0 ? Next::end : Next::line;
  }
}

Result<bool> Lines::last() {
  if (start_ + size_ + (ended_ ? 1 : 0) < filled_) return false;
  if (!ended_) return true;  // next() has seen the end
  auto more = fill();
  if (!more) return more.error();
  return !*more;
}

}  // namespace lwptrace::recording
