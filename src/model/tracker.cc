// Dispatch, numbering and counting. The stories are in the files that tracker.h names.
#include "model/tracker.h"

#include <algorithm>

namespace lwptrace::model {

// What a newborn shows of itself is worth waiting for while nothing happens but that time passes, or that we ask.
bool Tracker::is_nobodys_deed(const Fact& fact) const {
  constexpr Nanos long_ago = 1'000'000'000;
  if (std::holds_alternative<Tick>(fact)) return now_ - pending_->t < long_ago;
  return std::holds_alternative<Identity>(fact);
}

void Tracker::apply(const Observation& observation, Step& step) {
  step_ = &step;
  now_ = std::max(now_, observation.t);
  under_way_ = under_way_ || !std::holds_alternative<Attached>(observation.fact);
  const bool owner_died =
      deferred_ && deferred_->former_owner == observation.tid && std::holds_alternative<Death>(observation.fact);
  if (deferred_ && !owner_died) announce_deferred();
  if (Lwp* known = graph_.by_tid(observation.tid)) {
    known->seen = now_;
    leave_futex(*known, observation.fact);
  }
  // A birth is told before anything else that is observed after it, so that no line about the creator's later deeds
  // stands before it. The engine waits for the newborn directly (AwaitReport): this is the rare other order.
  const bool is_newborn = pending_ && pending_->child == observation.tid;
  const bool awaited = is_newborn && std::holds_alternative<NewbornStop>(observation.fact);
  if (pending_ && !awaited && !is_nobodys_deed(observation.fact)) tell_birth(nullptr);
  std::visit([&](const auto& fact) { on(observation.tid, fact); }, observation.fact);
  if (owner_died && deferred_) announce_deferred();
  step_ = nullptr;
}

void Tracker::finish(Nanos t, Step& step) {
  step_ = &step;
  now_ = std::max(now_, t);
  if (deferred_) announce_deferred();
  if (pending_) tell_birth(nullptr);
  while (!orphans_.empty()) {
    auto earlier = [](const auto& a, const auto& b) { return a.second.t < b.second.t; };
    adopt(std::min_element(orphans_.begin(), orphans_.end(), earlier)->first);
  }
  for (const auto& [id, lwp] : graph_.lwps()) tell_held_exits(graph_.group_of(lwp), How::group, 0);
  step_ = nullptr;
}

TraceEnd Tracker::end(Nanos t, EndReason reason) const {
  TraceEnd end = counts_;
  end.t = std::max(now_, t);
  end.seq = seq_ + 1;
  end.reason = guard_hit_ ? EndReason::guard : reason;
  return end;
}

void Tracker::emit(LwpId lwp, Tid tid, Tid tgid, bool muted, EventBody&& body) {
  if (muted || (!options_.tell_signals && std::holds_alternative<Signal>(body))) return;
  if (std::holds_alternative<Birth>(body)) counts_.births++, counts_.lwps++;
  if (std::holds_alternative<BirthFailed>(body)) counts_.failed_births++;
  if (std::holds_alternative<Exec>(body)) counts_.execs++;
  if (std::holds_alternative<Exit>(body)) counts_.exits++;
  if (std::holds_alternative<Signal>(body)) counts_.signals++;
  constexpr std::size_t many = 64;
  Event& event = step_->events.emplace_back();
  event.seq = ++seq_;
  event.t = now_;
  event.lwp = lwp;
  event.tid = tid;
  event.tgid = tgid;
  event.body = std::move(body);
  if (step_->events.size() >= many && step_->full) step_->full();
}

void Tracker::emit(const Lwp& lwp, EventBody&& body) {
  emit(lwp.id, lwp.tid, graph_.group_of(lwp).tgid, lwp.muted, std::move(body));
}

void Tracker::resume(Tid tid, Resume::Until until, int signal) { act(Resume{tid, until, signal}); }

void Tracker::guard() {
  // As the lines that are told say; somebody whose end is held back, or who is not followed, is alive all the same.
  counts_.max_alive = std::max(counts_.max_alive, counts_.births - counts_.exits - unfollowed_);
  const bool full = (options_.max_lwps != 0 && graph_.alive() >= options_.max_lwps) ||
                    (options_.max_births != 0 && counts_.births >= options_.max_births);
  if (!full || guard_hit_) return;
  guard_hit_ = true;
  act(KillAll{});
}

}  // namespace lwptrace::model
