// Family: who waits for whom, and who inherits the children of the dead.
#include <sched.h>

#include <algorithm>

#include "model/tracker.h"

namespace lwptrace::model {

// The children of a group that has ended get another parent at once (exit_notify); /proc says which.
void Tracker::orphaned(ThreadGroup& group) {
  for (GroupId id : group.children) {
    if (const ThreadGroup* child = graph_.group(id)) act(Identify{child->tgid});
  }
}

// With births no wait is seen. So that those long reaped do not add up, /proc is asked for them now and then, at a
// price that does not grow with their number.
void Tracker::forget_the_reaped(ThreadGroup& parent) {
  constexpr std::size_t some = 64;
  const std::size_t children = parent.children.size();
  if (children < parent.ask_at / 4 || parent.ask_at == 0) parent.ask_at = std::max(some, 2 * children);
  if (children < parent.ask_at) return;
  parent.ask_at = 2 * children;
  for (const GroupId id : parent.children) {
    if (const ThreadGroup* child = graph_.group(id); child != nullptr && child->zombie) act(Identify{child->tgid});
  }
}

// A thread ended by itself and its process goes on: what it made is the first living thread's now (find_alive_thread).
void Tracker::hand_over_children(ThreadGroup& group, LwpId ended) {
  const bool leads = !group.leader_zombie && graph_.find(group.leader) != nullptr;
  const LwpId heir = leads ? group.leader : group.threads.front();
  for (const GroupId id : group.children) {
    ThreadGroup* child = graph_.group(id);
    if (child == nullptr || child->maker != ended) continue;
    child->maker = heir;
    Reparent told;
    told.from = ended;
    told.to_pid = group.tgid;
    told.to_lwp = heir;
    told.why = "thread";
    emit(child->leader, child->tgid, child->tgid, child->muted, std::move(told));
  }
}

void Tracker::on(Tid tid, const Identity& fact) {
  if (auto orphan = orphans_.find(tid); orphan != orphans_.end()) {
    if (!fact.gone) orphan->second.identity = fact;
    const bool unannounced =
        orphan->second.stop && orphan->second.stop->call && orphan->second.stop->call->has(CLONE_UNTRACED);
    const bool lost = orphan->second.overdue || unannounced || is_lost(tid, orphan->second) ||
                      (orphan->second.identity && !may_be_claimed(tid, orphan->second));
    if (lost) adopt(tid);
    return;
  }
  ThreadGroup* child = graph_.by_tgid(tid);
  if (child == nullptr) return;
  const ThreadGroup* parent = graph_.group(child->parent);
  const bool parent_ended = parent == nullptr || parent->zombie;
  const Tid ppid = fact.gone ? child->last_ppid.value_or(child->ppid) : fact.ppid;
  if (ppid != child->ppid) {
    const GroupId former = parent != nullptr ? parent->leader : child->parent;
    ThreadGroup* adopter = graph_.by_tgid(ppid);
    Reparent told;
    if (former != 0) told.from = former;
    told.to_pid = ppid;
    if (adopter != nullptr) told.to_lwp = adopter->leader;
    const bool to_init = adopter != nullptr && !adopter->ns_tids.empty() && adopter->ns_tids.back() == 1;
    told.why = ppid <= 1 || to_init ? "init" : "subreaper";
    graph_.set_parent(*child, adopter != nullptr ? adopter->id : 0, ppid);
    emit(child->leader, child->tgid, child->tgid, child->muted, std::move(told));
  }
  // Gone already: whoever inherited it has waited; if that was a subreaper of ours, its wait is about to return.
  const bool nobody_waits = fact.gone ? !subreapers_ : parent_ended && graph_.group(child->parent) == nullptr;
  if (child->zombie && nobody_waits) graph_.remove_group(child->id);
}

// `told` says who waited and how.
void Tracker::reap(ThreadGroup& zombie, Reap told) {
  told.status = *zombie.zombie;
  told.zombie_ns = now_ - zombie.zombie_since;
  emit(zombie.leader, zombie.tgid, zombie.tgid, zombie.muted, std::move(told));
  graph_.remove_group(zombie.id);
}

}  // namespace lwptrace::model
