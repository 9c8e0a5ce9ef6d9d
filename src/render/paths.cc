// Paths of the LWPs that an event can still mention.
#include "render/paths.h"

#include <cstddef>

namespace lwptrace::render {

namespace {

constexpr std::size_t kEndedKept = 10'000;

}  // namespace

void Paths::see(const Event& event) {
  const auto* birth = std::get_if<Birth>(&event.body);
  if (birth != nullptr) paths_[event.lwp] = birth->path;
  const bool silent = birth != nullptr && !birth->followed;  // its end will not be told
  if (!silent && !std::holds_alternative<Exit>(event.body)) return;
  ended_.push_back(event.lwp);
  if (ended_.size() <= kEndedKept) return;
  paths_.erase(ended_.front());
  ended_.pop_front();
}

std::string Paths::of(LwpId lwp) const {
  const auto found = paths_.find(lwp);
  return found != paths_.end() ? found->second : "#" + std::to_string(lwp);
}

}  // namespace lwptrace::render
