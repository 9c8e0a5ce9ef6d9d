// Whoever is taken out leaves no gap: those behind who could not stand there move up.
#include "model/words.h"

#include <utility>

namespace lwptrace::model {

void Words::put(const Place& one) {
  std::size_t at = home(one.hash);
  while (places_[at].lwp != 0) at = next(at);
  places_[at] = one;
}

void Words::add(std::uint64_t number, LwpId lwp) {
  constexpr std::size_t few = 16;
  if (4 * (used_ + 1) > 3 * places_.size()) {
    const auto former = std::exchange(places_, std::vector<Place>(places_.empty() ? few : 2 * places_.size()));
    for (const Place& one : former) {
      if (one.lwp != 0) put(one);
    }
  }
  put({mixed(number), lwp});
  ++used_;
}

void Words::erase(std::uint64_t number, LwpId lwp) {
  if (places_.empty()) return;
  const std::uint32_t hash = mixed(number);
  std::size_t gap = home(hash);
  while (places_[gap].lwp != 0 && (places_[gap].lwp != lwp || places_[gap].hash != hash)) gap = next(gap);
  if (places_[gap].lwp == 0) return;
  --used_;
  const std::size_t mask = places_.size() - 1;
  for (std::size_t at = next(gap); places_[at].lwp != 0; at = next(at)) {
    // It may move to the gap unless it would then stand before its home.
    if (((at - home(places_[at].hash)) & mask) < ((at - gap) & mask)) continue;
    places_[gap] = places_[at];
    gap = at;
  }
  places_[gap] = {};
}

}  // namespace lwptrace::model
