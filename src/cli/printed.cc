// The tail is shortened when it is twice as long as it has to be: each byte is moved once.
#include "cli/printed.h"

#include <fmt/format.h>

#include <algorithm>

namespace lwptrace::cli {

void Printed::add(std::string_view some) {
  const std::size_t fits = std::min(some.size(), first - head_.size());
  head_.append(some.substr(0, fits));
  tail_.append(some.substr(fits));
  if (tail_.size() <= 2 * last) return;
  const std::size_t spare = tail_.size() - last;
  tail_.erase(0, spare);
  forgotten_ += spare;
}

std::string Printed::text() const {
  if (forgotten_ == 0) return head_ + tail_;
  const std::size_t end = tail_.find('\n');
  const std::size_t begin = end == std::string::npos ? 0 : end + 1;
  return fmt::format("{}\n… {} bytes of what it printed are left out here …\n{}", head_, forgotten_ + begin,
                     std::string_view(tail_).substr(begin));
}

}  // namespace lwptrace::cli
