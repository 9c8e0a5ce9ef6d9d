// The arrows are made in one pass; a question follows those of 64 events at a time through the trace.
#include "grade/causality.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace lwptrace::grade {

namespace {

constexpr std::size_t kMostPasses = 256;

// Who did it: of what two take part in, the one who called.
LwpId actor(const Event& event) {
  if (const auto* birth = std::get_if<Birth>(&event.body)) return birth->creator.value_or(event.lwp);
  if (const auto* reap = std::get_if<Reap>(&event.body)) return reap->by;
  if (const auto* join = std::get_if<Join>(&event.body)) return join->by;
  return event.lwp;
}

// A standard signal that is sent twice may be delivered once: the last send is what a delivery surely follows.
std::uint64_t send_key(LwpId from, int signo) { return std::uint64_t{from} << 8U | static_cast<std::uint8_t>(signo); }

}  // namespace

Causality::Causality(std::span<const Event> events) : events_(events) {
  before_.reserve(events.size());
  std::unordered_map<LwpId, Index> last, ends;
  std::unordered_map<std::uint64_t, Index> sends;
  const auto at = [](const auto& map, auto key) {
    const auto found = map.find(key);
    return found == map.end() ? kNone : found->second;
  };
  for (const Event& event : events) {
    const auto index = static_cast<Index>(before_.size());
    const LwpId who = actor(event);
    std::array<Index, 3>& before = before_.emplace_back(std::array{at(last, event.lwp), at(last, who), kNone});
    if (const auto* moved = std::get_if<Reparent>(&event.body)) {  // happens to the child, who knows nothing of it
      before[2] = at(ends, moved->from.value_or(0));
      continue;
    }
    if (const auto* signal = std::get_if<Signal>(&event.body); signal != nullptr && signal->sender) {
      const LwpId from = signal->sender->lwp.value_or(0);
      before[2] = signal->status ? at(ends, from) : at(sends, send_key(from, signal->signo));
    } else if (const auto* exit = std::get_if<Exit>(&event.body)) {
      if (exit->by) before[2] = at(last, *exit->by);
      ends[event.lwp] = index;
    } else if (const auto* kill = std::get_if<Kill>(&event.body)) {
      sends[send_key(event.lwp, kill->signo)] = index;
    }
    last[event.lwp] = index;
    if (who != 0) last[who] = index;
  }
}

Causality::Answer Causality::all_before(const std::vector<Index>& first, const std::vector<Index>& then) const {
  // Of the events of one actor the last stands for all: the others come before it.
  std::vector<Index> lasts;
  std::unordered_set<LwpId> seen;
  for (auto index = first.rbegin(); index != first.rend(); ++index) {
    const LwpId who = actor(events_[*index]);
    if (who == 0 || seen.insert(who).second) lasts.push_back(*index);
  }
  constexpr std::size_t width = 64;
  if (lasts.size() > kMostPasses * width) return {false, std::nullopt};
  std::vector<std::uint64_t> reached(events_.size());
  for (std::size_t from = 0; from < lasts.size(); from += width) {
    const std::size_t here = std::min(width, lasts.size() - from);
    std::fill(reached.begin(), reached.end(), 0);
    for (std::size_t i = 0; i < here; ++i) reached[lasts[from + i]] = std::uint64_t{1} << i;
    // An event does not come before itself: what `then` asks is whether its predecessors were reached.
    std::size_t asked = 0;
    for (Index index = 0; index < reached.size(); ++index) {
      std::uint64_t past = 0;
      for (const Index before : before_[index]) past |= before == kNone ? 0 : reached[before];
      if (asked < then.size() && then[asked] == index) {
        ++asked;
        for (std::size_t i = 0; i < here; ++i) {
          if ((past >> i & 1U) == 0) return {true, std::pair{lasts[from + i], index}};
        }
      }
      reached[index] |= past;
    }
  }
  return {true, std::nullopt};
}

}  // namespace lwptrace::grade
