// Family: who waits for whom, and who inherits the children of the dead.
#include "model/tracker.h"

namespace lwptrace::model {

// The children of a group that has ended get another parent at once (exit_notify); /proc says which.
void Tracker::orphaned(ThreadGroup& group) {
  for (GroupId id : group.children) {
    if (const ThreadGroup* child = graph_.group(id)) act(Identify{child->tgid});
  }
}

void Tracker::on(Tid tid, const Identity& fact) {
  if (auto orphan = orphans_.find(tid); orphan != orphans_.end()) {
    if (!fact.gone) orphan->second.identity = fact;
    const bool lost = orphan->second.overdue || (orphan->second.identity && !may_be_claimed(orphan->second));
    if (lost) adopt(tid);
    return;
  }
  ThreadGroup* child = graph_.by_tgid(tid);
  if (child == nullptr) return;
  const ThreadGroup* parent = graph_.group(child->parent);
  const bool parent_ended = parent == nullptr || parent->zombie;
  if (!fact.gone && fact.ppid != child->ppid) {
    const GroupId former = parent != nullptr ? parent->leader : child->parent;
    ThreadGroup* adopter = graph_.by_tgid(fact.ppid);
    Reparent told;
    if (former != 0) told.from = former;
    told.to_pid = fact.ppid;
    if (adopter != nullptr) told.to_lwp = adopter->leader;
    told.why = fact.ppid <= 1 ? "init" : "subreaper";
    graph_.set_parent(*child, adopter != nullptr ? adopter->id : 0, fact.ppid);
    emit(child->leader, child->tgid, child->tgid, child->muted, std::move(told));
  }
  // Gone already: whoever inherited it has waited; if that was a subreaper of ours, its wait is about to return.
  const bool nobody_waits = fact.gone ? !subreapers_ : parent_ended && graph_.group(child->parent) == nullptr;
  if (child->zombie && nobody_waits) graph_.remove_group(child->id);
}

void Tracker::reap(ThreadGroup& zombie, LwpId by, std::string call, bool automatic) {
  Reap told;
  told.by = by;
  told.status = *zombie.zombie;
  told.call = std::move(call);
  told.zombie_ns = now_ - zombie.zombie_since;
  told.automatic = automatic;
  emit(zombie.leader, zombie.tgid, zombie.tgid, zombie.muted, std::move(told));
  graph_.remove_group(zombie.id);
}

}  // namespace lwptrace::model
