// What of a run is known at a glance.
#include "grade/world.h"

#include <fmt/format.h>

#include <csignal>

#include "render/log.h"
#include "render/text.h"

namespace lwptrace::grade {

namespace {

std::string why_unfinished(const Evidence& run, bool escaped) {
  if (!run.why_not.empty()) return run.why_not;
  if (!run.traced) return "it was not run";
  if (run.cut) return "the trace was cut";
  if (run.trace.end.reason != EndReason::exited) return "the run was ended";
  if (run.trace.end.dropped != 0) return "events were lost";
  return escaped ? "somebody got out of sight" : "";
}

}  // namespace

World::World(const Evidence& run) : run_(run) {
  lives_.header(run.trace.header);
  bool escaped = false;
  for (const Event& event : events()) {
    lives_.event(event);
    escaped = escaped || std::holds_alternative<Escaped>(event.body);
    if (launch_ == nullptr && std::holds_alternative<Exec>(event.body)) launch_ = &event;
    const auto* birth = std::get_if<Birth>(&event.body);
    if (birth == nullptr) continue;
    paths_.see(event);  // births alone: it forgets some of those whose ends it sees
    const std::uint32_t depth = birth->creator ? this->depth(*birth->creator) + 1 : 0;
    born_.try_emplace(event.lwp, Born{&event, depth});
  }
  unfinished_ = why_unfinished(run, escaped);
}

const Event* World::birth(LwpId lwp) const {
  const auto found = born_.find(lwp);
  return found == born_.end() ? nullptr : found->second.event;
}

const std::string& World::path(LwpId lwp) const {
  static const std::string kUnknown;
  const Event* event = birth(lwp);
  return event != nullptr ? std::get<Birth>(event->body).path : kUnknown;
}

std::uint32_t World::depth(LwpId lwp) const {
  const auto found = born_.find(lwp);
  return found == born_.end() ? 0 : found->second.depth;
}

bool World::proves(const Count& count) const {
  const bool too_many = !run_.cut && run_.trace.end.reason == EndReason::guard;
  return too_many ? !count.bounded() : !count.by_absence();
}

bool World::forced(const Status& status, Nanos when) const {
  return !unfinished_.empty() && status.signal == SIGKILL && when >= lives_.last_act();
}

bool World::forced(const Event& event) const {
  const auto* exit = std::get_if<Exit>(&event.body);
  return exit != nullptr && forced(exit->status, event.t);
}

bool World::forced(LwpId lwp) const {
  const analysis::Life* life = lives_.find(lwp);
  return life != nullptr && life->exited && forced(life->status, life->ended);
}

std::string World::line(const Event& event) const {
  constexpr std::size_t columns = 160;
  const render::Sentence said = render::sentence(event, paths_);
  std::string text = fmt::format("{} {} {}", paths_.of(event.lwp), said.verb, said.text);
  for (std::size_t at = 0; (at = text.find("  ", at)) != std::string::npos;) text.replace(at, 2, ", ");
  return fmt::format("{} (at {})", render::fit(render::printable(text), columns), render::duration(event.t));
}

}  // namespace lwptrace::grade
