// Signals: deliveries, the sends that caused them, group-stops and their end.
#include <lwptrace/names.h>

#include <csignal>

#include "model/tracker.h"

namespace lwptrace::model {

namespace {

bool has(const std::optional<std::uint64_t>& mask, int signo) {
  return mask && signo >= 1 && signo <= 64 && ((*mask >> (signo - 1)) & 1) != 0;
}

// Others give their signals a code of the kernel's: SI_USER or SI_TKILL.
bool chooses_code(const KillCall& call) {
  return call.call == "rt_sigqueueinfo" || call.call == "rt_tgsigqueueinfo" || call.call == "pidfd_send_signal";
}

// A child's end, a descriptor's news (F_SETSIG), or what a program has made up for itself.
bool looks_like_an_end(const SignalStop& fact) {
  return fact.sender && fact.code >= CLD_EXITED && fact.code <= CLD_CONTINUED;
}

// The init of a pid namespace (SIGNAL_UNKILLABLE).
bool is_init(const ThreadGroup& group) { return !group.ns_tids.empty() && group.ns_tids.back() == 1; }

// Made by the kernel for the instruction that the task stands at; gone on from there, it would be made again.
bool is_fault(const SignalStop& fact) {
  return fact.code > 0 && !fact.sender &&
         (fact.signo == SIGSEGV || fact.signo == SIGBUS || fact.signo == SIGILL || fact.signo == SIGFPE);
}

}  // namespace

// The kernel gives SIGCHLD such a code for nothing else. Of other exit signals the children are known.
bool Tracker::tells_an_end(ThreadGroup& parent, const SignalStop& fact) {
  if (!looks_like_an_end(fact) || fact.sender->pid <= 0) return false;
  const bool may_be_made_up = has(parent.queued_to_process | parent.queued_to_thread, fact.signo);
  return (fact.signo == SIGCHLD && !may_be_made_up) || graph_.has_child(parent, fact.sender->pid, fact.signo);
}

// Of a signal that tells no child's end. `send` may be what sent it, `from` is whose it is.
Scope Tracker::scope_of(const SignalStop& fact, const ThreadGroup* from, const ThreadGroup& to,
                        const KillCall* send) const {
  if (fact.code == SI_TKILL) return Scope::thread;
  if (fact.code == SI_USER) {
    // These the kernel sends in the name of the thread whose write failed, as if it had been kill.
    const bool may_be_the_kernels = from == &to && (fact.signo == SIGPIPE || fact.signo == SIGXFSZ);
    if (!may_be_the_kernels || (send != nullptr && send->scope != Scope::thread)) return Scope::process;
    const bool sends_are_seen = options_.detail != Detail::births;
    return sends_are_seen && !has(to.sent, fact.signo) ? Scope::kernel : Scope::unknown;
  }
  if (send != nullptr && chooses_code(*send)) return send->scope == Scope::group ? Scope::process : send->scope;
  if (fact.code == SI_TIMER || fact.code == SI_MESGQ || fact.code == SI_SIGIO) return Scope::kernel;
  const bool to_process = from != nullptr && has(from->queued_to_process, fact.signo);
  const bool to_thread = from != nullptr && has(from->queued_to_thread, fact.signo);
  if (to_process != to_thread) return to_process ? Scope::process : Scope::thread;
  return fact.code > 0 && !to_process ? Scope::kernel : Scope::unknown;
}

void Tracker::tell_escaped(const Lwp& parent, Tid child) {
  if (graph_.group_of(parent).ns_tids.empty()) graph_.remember(child);
  emit(parent,
       Escaped{"child " + std::to_string(child),
               options_.detail == Detail::births
                   ? "made with CLONE_UNTRACED, which hides it from every tracer; --detail life takes the flag out"
                   : "made with CLONE_UNTRACED, which hides it from every tracer, and could not be taken out"});
}

void Tracker::on(Tid tid, const SignalStop& fact) {
  Lwp* lwp = graph_.by_tid(tid);
  if (lwp == nullptr) return resume(tid, Resume::Until::next_event, fact.signo);
  ThreadGroup& group = graph_.group_of(*lwp);
  if (group.ns_tids.empty() && lwp->id == group.leader) group.ns_tids = fact.ns_tids;
  const bool may_be_an_end = looks_like_an_end(fact);
  const ThreadGroup* from = may_be_an_end ? &group  // nobody else may make up such a code
                            : fact.sender ? graph_.known_to(group, fact.sender->pid)
                                          : nullptr;
  const KillCall* send = fact.sender ? tell_sends_before(fact.signo, group, from) : nullptr;
  const bool of_child = tells_an_end(group, fact);
  // A child that ended and was never seen: what the kernel tells its parent is all that is known of it.
  const bool numbers_are_ours = group.ns_tids.empty() && roots_ == 0;  // and no child is older than the trace
  if (of_child && fact.code <= CLD_DUMPED && numbers_are_ours && !graph_.ever_had(fact.sender->pid) &&
      orphans_.count(fact.sender->pid) == 0) {
    tell_escaped(*lwp, fact.sender->pid);
  }

  Signal signal;
  signal.signo = fact.signo;
  signal.code = fact.code;
  signal.scope = of_child ? Scope::process : scope_of(fact, from, group, send);
  signal.addr = fact.addr;
  signal.syscall = fact.syscall;
  signal.value = fact.value;
  signal.backtrace = fact.backtrace;
  if (fact.sender && of_child == may_be_an_end) {
    signal.sender = fact.sender;
    signal.status = fact.status;
    const bool thread_known = !of_child && from != nullptr && from->last_sender != 0 && from->last_sent == fact.signo;
    if (const LwpId sender = thread_known ? from->last_sender : graph_.leader_known_to(group, fact.sender->pid)) {
      signal.sender->lwp = sender;
    }
  }
  if (fact.caught || fact.ignored) {
    signal.disposition = has(fact.caught, fact.signo)    ? Disposition::handler
                         : has(fact.ignored, fact.signo) ? Disposition::ignore
                                                         : Disposition::default_action;
    signal.effect = signal.disposition == Disposition::handler  ? Effect::handled
                    : signal.disposition == Disposition::ignore ? Effect::none
                                                                : default_effect(fact.signo);
  }
  const bool unkillable = is_init(group) && signal.disposition == Disposition::default_action;
  const bool faulted = unkillable && is_fault(fact);
  // A SIGSTOP from within its namespace, whose sender has a pid there, would not reach it without a tracer.
  const bool stops = fact.signo == SIGSTOP && fact.sender && fact.sender->pid == 0;
  if (unkillable && !faulted && !stops) signal.effect = Effect::none;
  const bool passed_on = !unkillable || stops || fact.signo != SIGSTOP;
  if (signal.effect == Effect::terminate || signal.effect == Effect::core) {
    group.ender = lwp->id;
    group.fatal_signal = fact.signo;
  }
  // SIGCONT has done its work when it is sent: who takes it without a handler ignores it.
  const bool was_ignored = signal.effect == Effect::none || signal.effect == Effect::continue_;
  emit(*lwp, std::move(signal));
  if (was_ignored) act(Undisturb{tid});
  if (!faulted) return resume(tid, Resume::Until::next_event, passed_on ? fact.signo : 0);
  // While it has a tracer the kernel lets an init survive its own faults, and it would fault for ever; without one it
  // ends at the next (force_sig_info_to_task).
  act(LetGo{tid});
  Death end;
  end.status.signal = fact.signo;
  die(*lwp, end);
}

void Tracker::on(Tid tid, const GroupStop& fact) {
  if (Lwp* lwp = graph_.by_tid(tid)) {
    // Stopped, continued and stopped again before it could report the one between. Of those that lwptrace attached to,
    // the same stop may be reported twice: at the attach and at the interrupt.
    if (lwp->in_group_stop && roots_ == 0) emit(*lwp, Continue{SIGCONT, Scope::group});
    if (!lwp->in_group_stop || roots_ == 0) emit(*lwp, Stop{fact.signo, Scope::group});
    lwp->in_group_stop = true;
  }
  resume(tid, Resume::Until::group_stop_ends);
}

// A thread may be born into a group-stop of its group: it was made before, and has not run yet.
void Tracker::let_go(Tid newborn, const NewbornStop& stop) {
  if (stop.group_stop != 0) return on(newborn, GroupStop{stop.group_stop});
  resume(newborn);
}

void Tracker::on(Tid tid, const TrapStop&) {
  if (Lwp* lwp = graph_.by_tid(tid); lwp != nullptr && lwp->in_group_stop) {
    lwp->in_group_stop = false;
    emit(*lwp, Continue{SIGCONT, Scope::group});
  }
  resume(tid);
}

// The pid or tid, in our namespace, of the one whom a send is aimed at; 0 and below: many, or it is not known whom.
Tid Tracker::aim_of(const Lwp& sender, const KillCall& call) {
  if (call.call == "pidfd_send_signal") return call.target_pid.value_or(0);
  ThreadGroup& group = graph_.group_of(sender);
  if (group.ns_tids.empty()) return static_cast<Tid>(call.target);
  const ThreadGroup* target =
      call.scope == Scope::process ? graph_.known_to(group, static_cast<Tid>(call.target)) : nullptr;
  return target != nullptr ? target->tgid : 0;
}

void Tracker::tell_send(Lwp& sender, const KillCall& call, int error, bool blocked) {
  senders_.erase(sender.id);
  Kill kill;
  kill.call = call.call;
  kill.signo = call.signo;
  kill.target = call.target;
  kill.scope = call.scope;
  kill.error = error;
  kill.blocked = blocked;
  ThreadGroup& group = graph_.group_of(sender);
  ThreadGroup* target = nullptr;
  const Tid aim = aim_of(sender, call);
  if (call.scope == Scope::thread) {
    const Lwp* thread = graph_.by_tid(aim);
    if (thread != nullptr) {
      kill.target_lwp = thread->id;
      target = &graph_.group_of(*thread);
    }
  } else if (call.scope == Scope::process) {
    target = graph_.by_tgid(aim);
    if (const Lwp* thread = graph_.by_tid(aim); target == nullptr && thread != nullptr) {  // the kernel takes any
      target = &graph_.group_of(*thread);
    }
    if (target != nullptr) kill.target_lwp = target->leader;
  }
  if (target != nullptr && call.signo == SIGKILL && error == 0) target->killer = sender.id;
  group.last_sender = sender.id;
  group.last_sent = call.signo;
  if (error == 0 && call.signo >= 1 && call.signo <= 64) {
    const std::uint64_t signal = 1ULL << (call.signo - 1);
    if (call.scope != Scope::thread) group.sent |= signal;
    if (chooses_code(call)) (call.scope == Scope::thread ? group.queued_to_thread : group.queued_to_process) |= signal;
  }
  emit(sender, std::move(kill));
}

// A delivery (or a death) by this signal is about to be told: the sends that may have caused it come first, though
// their calls have not returned yet. That the signal arrived shows that they succeeded. Answers with the one of `from`.
const KillCall* Tracker::tell_sends_before(int signo, const ThreadGroup& target, const ThreadGroup* from) {
  const KillCall* its = nullptr;
  const std::vector<LwpId> sending(senders_.begin(), senders_.end());
  for (LwpId id : sending) {
    Lwp* sender = graph_.find(id);
    const auto* call = sender != nullptr ? std::get_if<KillCall>(sender->rare().call.get()) : nullptr;
    if (call == nullptr) {
      senders_.erase(id);
      continue;
    }
    const Tid aim = aim_of(*sender, *call);
    bool aimed = aim <= 0 || call->scope == Scope::group || aim == target.tgid;
    for (LwpId thread : target.threads) {
      const Lwp* lwp = graph_.find(thread);
      aimed = aimed || (lwp != nullptr && lwp->tid == aim);
    }
    if (call->signo != signo || !aimed) continue;
    if (&graph_.group_of(*sender) == from) its = call;
    tell_send(*sender, *call, 0);
  }
  return its;
}

}  // namespace lwptrace::model
