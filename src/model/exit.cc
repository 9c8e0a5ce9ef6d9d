// Ends: what each death means. The wait status of a thread is its group's, so it alone does not say who called
// exit_group; what /proc said of the dead and its siblings before the reaping (Death) does:
//
//   was the dead one forced?   the others            the thread …
//   yes                        –                     was taken along: by whom is known at the end of the group, or
//                                                    when an exec is reported
//   no                         one goes on           called exit (pthread_exit)
//   no                         none is seen to       called exit or exit_group: held until the group has ended
//
// exit_group marks every thread that is not dead yet before its caller dies itself. So of those that were not forced
// the last to die is the one who ended the group; whichever of the two calls a last thread makes, to the kernel it is
// the same. (kernel/exit.c do_group_exit, kernel/signal.c zap_other_threads)
#include <algorithm>
#include <csignal>
#include <utility>

#include "model/tracker.h"

namespace lwptrace::model {

namespace {

// A thread in exit already when its group was ended is marked, and ends by its own call all the same. Without a peek it
// had no siblings: what ended it then is in its status.
bool was_forced(const Lwp& lwp, const Death& death) {
  return death.self ? death.self->killed : death.status.signal.has_value() || lwp.rare().doomed_by != 0;
}

// Who ended a group of which all are dead now: 0 if that is none of the held.
LwpId ender_among(const ThreadGroup& group, const Status& status) {
  const HeldExit* ender = nullptr;
  for (const HeldExit& one : group.held) {
    if (one.forced || one.own->sigkill_pending) continue;
    if (one.lwp == group.leader && group.leader_zombie) continue;
    const std::optional<Status>& own = one.lwp == group.leader ? group.leaders_own : one.own->status;
    if (own && *own != status) continue;
    // Of two deaths in no certain order a main thread that returns from main is likelier to be the later one.
    if (ender == nullptr || ender->own->order.before(one.own->order) ||
        (one.lwp == group.leader && !one.own->order.before(ender->own->order))) {
      ender = &one;
    }
  }
  return ender != nullptr ? ender->lwp : 0;
}

}  // namespace

// A leader is reported when nobody else is left. Whom nobody has reported by then was killed in an exec that had given
// it the leader's tid already, before its stop: the death is its own, and the leader that the exec destroyed has none.
Lwp& Tracker::who_died(Lwp& leader) {
  ThreadGroup& group = graph_.group_of(leader);
  if (leader.id != group.leader || group.threads.size() < 2) return leader;
  const auto other =
      std::find_if(group.threads.begin(), group.threads.end(), [&](LwpId id) { return id != leader.id; });
  Lwp& caller = *graph_.find(*other);
  const Tid tid = leader.tid;
  destroy_leader(leader, caller);
  graph_.take_leadership(caller, tid);
  return caller;
}

void Tracker::on(Tid tid, const Death& fact) {
  if (Lwp* lwp = graph_.by_tid(tid)) {
    die(who_died(*lwp), fact);
  } else {
    auto [it, fresh] = orphans_.try_emplace(tid);
    it->second.death = fact;
    if (fresh) it->second.t = now_;
    if (fact.identity) it->second.identity = fact.identity;
  }
  look_for_lost_creators();
}

void Tracker::on(Tid tid, const Lost&) {
  if (Lwp* lwp = graph_.by_tid(tid)) die(*lwp, Death{});
}

void Tracker::die(Lwp& lwp, const Death& death) {
  ThreadGroup& group = graph_.group_of(lwp);
  if (group.threads.size() == 1) adopt_dead_siblings(group.tgid);
  if (lwp.rare().held_failure) tell_held_failure(lwp);
  const std::unique_ptr<Call> call = lwp.take_call();
  if (const auto* clone = call ? std::get_if<CloneCall>(call.get()) : nullptr) {
    constexpr std::size_t a_few = 1024;
    if (lost_creators_.size() == a_few) lost_creators_.pop_front();
    lost_creators_.push_back(
        LostCreator{lwp.id, lwp.group, lwp.shared_path(), lwp.births, *clone, lwp.rare().entered, now_});
  }
  if (senders_.count(lwp.id) != 0) {
    if (const auto* kill = call ? std::get_if<KillCall>(call.get()) : nullptr) tell_send(lwp, *kill, 0);
  }
  if (death.status.signal) tell_sends_before(*death.status.signal, group);

  // The kernel clears the tid word only while somebody else still uses the memory (mm_release).
  const bool cleared = lwp.clear_tid != 0 && group.threads.size() > 1;
  HeldExit end{lwp.id, lwp.tid, lwp.muted, was_forced(lwp, death), cleared, death.status, nullptr, death.cpu_ns, {}};
  if (!end.forced || death.status.signal) {
    const bool sigkill_pending = death.self && death.self->sigkill_pending;
    end.own = std::make_unique<HeldExit::Own>(HeldExit::Own{death.own, death.order, sigkill_pending});
  }
  if (death.utime_ns && death.stime_ns) end.times = HeldExit::Times{*death.utime_ns, *death.stime_ns};
  const auto* exit = call ? std::get_if<ExitCall>(call.get()) : nullptr;
  group.leader_zombie = group.leader_zombie || death.leader_is_over;
  if (death.leaders_own) group.leaders_own = death.leaders_own;
  if (death.ppid) group.last_ppid = death.ppid;
  const LwpId id = lwp.id;
  if (const auto joins = joins_.find(id); joins != joins_.end()) {
    for (Joiner& joiner : joins->second) joiner.until = joiner.until.value_or(now_);
  }
  if (!death.status.code && !death.status.signal) {
    tell_exit(group, end, How::lost, 0);
  } else if (end.forced && lwp.rare().doomed_by != 0) {
    tell_exit(group, end, How::exec, lwp.rare().doomed_by);
  } else if (end.forced && death.status.signal) {
    const bool taken = group.fatal_signal == *death.status.signal && group.ender != 0 && group.ender != lwp.id;
    tell_exit(group, end, taken ? How::group : How::signal,
              taken                             ? group.ender
              : *death.status.signal == SIGKILL ? group.killer
                                                : 0);
  } else if (!end.forced && death.own && death.own->signal) {
    tell_exit(group, end, How::signal, 0);  // a seccomp filter killed this thread alone (SECCOMP_RET_KILL_THREAD)
  } else if (!end.forced && (death.group_goes_on || lwp.rare().doomed_by != 0 || (exit != nullptr && !exit->group))) {
    tell_exit(group, end, How::exit, 0);
  } else {
    group.held.push_back(std::move(end));
  }
  graph_.remove(lwp);
  if (group.threads.empty()) return end_group(group, death.status);
  if (death.group_goes_on) hand_over_children(group, id);
}

void Tracker::tell_exit(const ThreadGroup& group, const HeldExit& one, How how, LwpId by) {
  Exit exit;
  exit.how = how;
  std::optional<Status> own;
  if (one.own) own = one.own->status;
  if (!own && how == How::exit && one.lwp == group.leader) own = group.leaders_own;
  exit.status = how == How::exit || how == How::signal ? own.value_or(one.status) : one.status;
  if (by != 0 && by != one.lwp) exit.by = by;
  exit.leader_zombie = group.leader == one.lwp && group.leader_zombie;
  exit.cpu_ns = one.cpu_ns;
  if (one.times) {
    exit.utime_ns = one.times->user;
    exit.stime_ns = one.times->system;
  }
  if (one.cleared) exit.child_tid_cleared = true;
  emit(one.lwp, one.tid, group.tgid, one.muted, exit);
  // A joiner is woken before the death is reported.
  auto joins = joins_.extract(one.lwp);
  if (joins.empty()) return;
  const bool alone = how == How::exit || (how == How::signal && !one.forced);  // whoever waits for it lives on
  for (const Joiner& joiner : joins.mapped()) {
    if (!joiner.left && (!alone || graph_.find(joiner.by) == nullptr)) continue;
    const Join join{joiner.by, joiner.futex, joiner.until.value_or(now_) - joiner.since};
    emit(one.lwp, one.tid, group.tgid, one.muted, join);
  }
}

// `by` ended the others, and is told last if it is among the held.
void Tracker::tell_held_exits(ThreadGroup& group, How how_forced, LwpId by) {
  const std::list<HeldExit> held = std::exchange(group.held, {});
  for (const HeldExit& one : held) {
    if (!one.forced && one.lwp != by) tell_exit(group, one, How::exit, 0);
  }
  for (const HeldExit& one : held) {
    if (one.forced) tell_exit(group, one, how_forced, by);
  }
  for (const HeldExit& one : held) {
    if (!one.forced && one.lwp == by) tell_exit(group, one, How::exit_group, 0);
  }
}

void Tracker::end_group(ThreadGroup& group, const Status& status) {
  if (status.code) group.ender = ender_among(group, status);
  for (const HeldExit& one : group.held) {
    if (one.lwp == group.leader && !one.forced && one.lwp != group.ender) group.leader_zombie = true;
  }
  tell_held_exits(group, How::group, group.ender);
  if (group.id == root_) counts_.status = status;
  group.zombie = status;
  group.zombie_since = now_;
  orphaned(group);
  ThreadGroup* parent = graph_.group(group.parent);
  if (parent == nullptr) return graph_.remove_group(group.id);  // nobody whom we see will wait for it
  if (options_.detail == Detail::births) forget_the_reaped(*parent);
  const bool ignored = group.exit_signal == SIGCHLD && (parent->ignores_sigchld || parent->no_wait);
  if (ignored || group.autoreap) reap(group, Reap{.automatic = true});
}

}  // namespace lwptrace::model
