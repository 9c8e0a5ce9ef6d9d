// Ends: what each death means. The wait status of a thread is its group's, so it alone does not say who called
// exit_group; the peeks that the engine made before reaping (Death::self and so on) do:
//
//   was the dead one forced?   the others            the thread …
//   no                         live                  called exit (pthread_exit)
//   no                         are being forced      called exit_group: it is the group's ender
//   no                         the leader is over    ended by itself, and the leader too
//   yes                        –                     was taken along: held until the ender or an exec is known
#include <csignal>
#include <utility>

#include "model/tracker.h"

namespace lwptrace::model {

namespace {

bool forced(const TaskPeek& task) { return task.killed || (task.sigkill_pending && !task.exiting); }

}  // namespace

void Tracker::on(Tid tid, const Death& fact) {
  if (Lwp* lwp = graph_.by_tid(tid)) {
    die(*lwp, fact);
  } else {
    auto [it, fresh] = orphans_.try_emplace(tid);
    it->second.death = fact;
    if (fresh) it->second.t = now_;
    if (fact.identity) it->second.identity = fact.identity;
  }
  if (!orphans_.empty()) look_for_lost_creators();
}

void Tracker::on(Tid tid, const Lost&) {
  if (Lwp* lwp = graph_.by_tid(tid)) die(*lwp, Death{});
}

void Tracker::die(Lwp& lwp, const Death& death) {
  ThreadGroup& group = graph_.group_of(lwp);
  if (lwp.held_failure) tell_held_failure(lwp);
  const std::unique_ptr<Call> call = std::move(lwp.call);
  if (const auto* clone = call ? std::get_if<CloneCall>(call.get()) : nullptr) {
    constexpr std::size_t a_few = 1024;
    if (lost_creators_.size() == a_few) lost_creators_.pop_front();
    lost_creators_.push_back(LostCreator{lwp.id, lwp.group, lwp.path, lwp.births, *clone});
  }
  if (senders_.count(lwp.id) != 0) {
    if (const auto* kill = call ? std::get_if<KillCall>(call.get()) : nullptr) tell_send(lwp, *kill, 0);
  }
  if (death.status.signal) tell_sends_before(*death.status.signal, group);

  const bool killed = death.self && death.self->killed;
  How how = How::lost;
  LwpId by = 0;
  bool hold = false;
  if (!death.status.code && !death.status.signal) {
    how = How::lost;
  } else if (lwp.doomed_by != 0) {
    how = How::exec;
    by = lwp.doomed_by;
  } else if (death.status.signal) {
    const bool taken = group.fatal_signal == *death.status.signal && group.ender != 0 && group.ender != lwp.id;
    how = taken ? How::group : How::signal;
    by = taken ? group.ender : *death.status.signal == SIGKILL ? group.killer : 0;
  } else if (killed) {
    how = How::group;
    by = group.ender;
    hold = by == 0;
  } else {
    how = ended_group(lwp, group, death) ? How::exit_group : How::exit;
    if (const auto* exit = call ? std::get_if<ExitCall>(call.get()) : nullptr) {
      how = exit->group ? How::exit_group : How::exit;
    }
    if (how == How::exit_group) group.ender = lwp.id;
  }

  if (hold) {
    group.held.push_back(HeldExit{lwp.id, lwp.tid, death, lwp.muted});
  } else {
    if (how == How::exit_group) tell_held_exits(group, How::group, lwp.id);
    tell_exit(lwp.id, lwp.tid, group, lwp.muted, death, how, by);
  }
  graph_.remove(lwp);
  if (!group.threads.empty()) return;
  tell_held_exits(group, How::group, group.ender);
  end_group(group, death.status);
}

// An LWP that ended by its own call: was it exit_group? In a process of one thread C libraries always call that.
bool Tracker::ended_group(const Lwp& lwp, ThreadGroup& group, const Death& death) {
  if (group.ender != 0) return group.ender == lwp.id;
  if (group.leader == lwp.id) return !group.leader_zombie;
  if (!death.leader) return false;
  for (LwpId id : group.threads) {  // an exec in flight forces siblings to end too
    const Lwp* sibling = graph_.find(id);
    if (sibling != nullptr && sibling->call && std::holds_alternative<ExecCall>(*sibling->call)) return false;
  }
  if (death.self && death.self->sigkill_pending) return false;  // it was in exit already when another ended the group
  if (forced(*death.leader)) return true;
  if (!death.leader->zombie) return false;
  // The leader is over by its own call: exit some time ago, or exit_group just now. exit_group forces whoever lives;
  // of those who had ended before it, but are reported after it, whom the leader joined is known, and where several
  // ends wait to be reported nothing is proven.
  const bool siblings_forced = (death.sibling && forced(*death.sibling)) || !group.held.empty();
  if (group.leader_zombie) return siblings_forced;
  const auto joins = joins_.find(lwp.id);
  const bool leader_joined = joins != joins_.end() && joins->second.back().by == group.leader;
  const bool last = group.threads.size() == 2;
  if (!death.sibling && !last) group.ended_in_a_burst = true;
  const bool proven = death.sibling ? !siblings_forced : last && !group.ended_in_a_burst;
  group.leader_zombie = proven && !leader_joined;
  return false;
}

void Tracker::tell_exit(LwpId lwp, Tid tid, const ThreadGroup& group, bool muted, const Death& death, How how,
                        LwpId by) {
  Exit exit;
  exit.how = how;
  exit.status = death.status;
  if (by != 0 && by != lwp) exit.by = by;
  exit.leader_zombie = group.leader == lwp && group.leader_zombie;
  exit.cpu_ns = death.cpu_ns;
  exit.utime_ns = death.utime_ns;
  exit.stime_ns = death.stime_ns;
  const Lwp* one = graph_.find(lwp);
  // The kernel clears the word only while somebody else still uses the memory (mm_release).
  if (one != nullptr && one->clear_tid != 0 && group.threads.size() > 1) exit.child_tid_cleared = true;
  emit(lwp, tid, group.tgid, muted, exit);
  // A joiner is woken before the death is reported.
  auto joins = joins_.extract(lwp);
  if (joins.empty()) return;
  for (const Join& join : joins.mapped()) emit(lwp, tid, group.tgid, muted, join);
}

void Tracker::tell_held_exits(ThreadGroup& group, How how, LwpId by) {
  const std::vector<HeldExit> held = std::exchange(group.held, {});
  for (const HeldExit& one : held) tell_exit(one.lwp, one.tid, group, one.muted, one.death, how, by);
}

void Tracker::end_group(ThreadGroup& group, const Status& status) {
  if (group.id == root_) counts_.status = status;
  group.zombie = status;
  group.zombie_since = now_;
  orphaned(group);
  const ThreadGroup* parent = graph_.group(group.parent);
  if (parent == nullptr) return graph_.remove_group(group.id);  // nobody whom we see will wait for it
  if (group.exit_signal == SIGCHLD && (parent->ignores_sigchld || parent->no_wait)) reap(group, 0, "", true);
}

}  // namespace lwptrace::model
