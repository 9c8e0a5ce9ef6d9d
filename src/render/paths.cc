// Paths of the LWPs that an event can still mention.
#include "render/paths.h"

#include <cstddef>

namespace lwptrace::render {

namespace {

constexpr std::size_t kEndedKept = 10'000;

}  // namespace

void Paths::see(const Event& event) {
  if (const auto* birth = std::get_if<Birth>(&event.body)) paths_[event.lwp] = birth->path;
  if (!std::holds_alternative<Exit>(event.body)) return;
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
