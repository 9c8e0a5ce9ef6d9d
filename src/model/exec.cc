// exec: the moment when a process becomes another program, and its thread group shrinks to the one who called.
//
// A non-leader's exec: the kernel kills every sibling, the leader too, and gives the caller the leader's tid. The
// siblings' deaths are reported before the event, the old leader's never is (de_thread in fs/exec.c).
#include <csignal>

#include "model/tracker.h"

namespace lwptrace::model {

// What an exec by another thread leaves of a leader is never reported. One that was over had ended by its own call.
void Tracker::destroy_leader(Lwp& leader, const Lwp& caller) {
  const ThreadGroup& group = graph_.group_of(leader);
  const bool was_over = group.leader_zombie;
  HeldExit unreported{leader.id, leader.tid, leader.muted};
  unreported.forced = !was_over;
  unreported.status.code = 0;
  tell_exit(group, unreported, was_over ? How::exit : How::exec, was_over ? 0 : caller.id);
  graph_.remove(leader);
}

void Tracker::on(Tid tid, const ExecStop& fact) {
  Lwp* caller = graph_.by_tid(fact.former_tid != 0 ? fact.former_tid : tid);
  if (caller == nullptr) caller = graph_.by_tid(tid);
  if (caller == nullptr) return resume(tid);
  ThreadGroup& group = graph_.group_of(*caller);
  adopt_dead_siblings(group.tgid);
  const bool follower = caller->tid != tid;

  Exec exec;
  exec.file = fact.file;
  exec.argv = fact.argv;
  exec.argv_cut = fact.argv_cut;
  exec.comm = fact.comm;
  exec.abi = fact.abi;
  exec.uid = fact.uid;
  exec.privilege_dropped = fact.privilege_dropped;
  if (const std::unique_ptr<Call> entered = caller->take_call()) {
    // As passed: for a script the file is the script, where /proc shows its interpreter.
    if (const auto* call = std::get_if<ExecCall>(entered.get()); call != nullptr && !call->file.empty()) {
      exec.file = call->file;
      exec.argv = call->argv;
      exec.argv_cut = call->argv_cut;
    }
  }

  for (const HeldExit& held : group.held) {
    if (held.forced) exec.replaced.push_back(held.lwp);
  }
  tell_held_exits(group, How::exec, caller->id);
  if (follower) {
    exec.former_tid = caller->tid;
    if (Lwp* leader = graph_.by_tid(tid)) {
      if (!group.leader_zombie) exec.replaced.push_back(leader->id);
      destroy_leader(*leader, *caller);
    }
    graph_.take_leadership(*caller, tid);
  }
  for (LwpId id : group.threads) {
    Lwp* sibling = graph_.find(id);
    if (id == caller->id || sibling == nullptr) continue;
    sibling->own_rare().doomed_by = caller->id;
    exec.replaced.push_back(id);
  }
  group.leader_zombie = false;
  group.leaders_own.reset();
  // Whatever it was born with; and its children's too, so that no program is sent a signal that it did not choose.
  group.exit_signal = SIGCHLD;
  for (GroupId id : group.children) {
    if (ThreadGroup* child = graph_.group(id)) child->exit_signal = SIGCHLD;
  }
  group.no_wait = false;  // flush_signal_handlers keeps SIG_IGN and no flags
  group.had_threads = group.threads.size() > 1;
  group.ender = 0;
  if (fact.uid) caller->uid = fact.uid;
  graph_.new_memory(group);
  graph_.new_handlers(group);
  caller->seen = now_;
  caller->comm = fact.comm;
  emit(*caller, std::move(exec));
  resume(tid);
  look_for_lost_creators();
}

}  // namespace lwptrace::model
