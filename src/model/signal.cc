// Signals: deliveries, the sends that caused them, group-stops and their end.
#include <lwptrace/names.h>

#include <csignal>

#include "model/tracker.h"

namespace lwptrace::model {

namespace {

bool has(const std::optional<std::uint64_t>& mask, int signo) {
  return mask && signo >= 1 && signo <= 64 && ((*mask >> (signo - 1)) & 1) != 0;
}

Scope scope_of(int code, bool has_sender) {
  if (code == SI_TKILL) return Scope::thread;
  // kill, sigqueue, timers; and a child's end, which the kernel tells to the process under the child's exit signal.
  if (code <= 0 || has_sender) return Scope::process;
  return Scope::kernel;  // faults, terminal, SI_KERNEL
}

}  // namespace

void Tracker::on(Tid tid, const SignalStop& fact) {
  Lwp* lwp = graph_.by_tid(tid);
  if (lwp == nullptr) return resume(tid, Resume::Until::next_event, fact.signo);
  ThreadGroup& group = graph_.group_of(*lwp);

  Signal signal;
  signal.signo = fact.signo;
  signal.code = fact.code;
  signal.scope = scope_of(fact.code, fact.sender.has_value());
  signal.addr = fact.addr;
  signal.status = fact.status;
  signal.value = fact.value;
  signal.backtrace = fact.backtrace;
  if (fact.sender) {
    tell_sends_before(fact.signo, group);
    signal.sender = fact.sender;
    const ThreadGroup* from = graph_.known_to(group, fact.sender->pid);
    const bool thread_known =
        fact.code <= 0 && from != nullptr && from->last_sender != 0 && from->last_sent == fact.signo;
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
  if (signal.effect == Effect::terminate || signal.effect == Effect::core) {
    group.ender = lwp->id;
    group.fatal_signal = fact.signo;
  }
  emit(*lwp, std::move(signal));
  resume(tid, Resume::Until::next_event, fact.signo);
}

void Tracker::on(Tid tid, const GroupStop& fact) {
  if (Lwp* lwp = graph_.by_tid(tid); lwp != nullptr && !lwp->in_group_stop) {
    lwp->in_group_stop = true;
    emit(*lwp, Stop{fact.signo, Scope::group});
  }
  resume(tid, Resume::Until::group_stop_ends);
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

void Tracker::tell_send(Lwp& sender, const KillCall& call, int error) {
  senders_.erase(sender.id);
  Kill kill;
  kill.call = call.call;
  kill.signo = call.signo;
  kill.target = call.target;
  kill.scope = call.scope;
  kill.error = error;
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
    if (target != nullptr) kill.target_lwp = target->leader;
  }
  if (target != nullptr && call.signo == SIGKILL && error == 0) target->killer = sender.id;
  group.last_sender = sender.id;
  group.last_sent = call.signo;
  emit(sender, std::move(kill));
}

// A delivery (or a death) by this signal is about to be told: the sends that may have caused it come first, though
// their calls have not returned yet. That the signal arrived shows that they succeeded.
void Tracker::tell_sends_before(int signo, const ThreadGroup& target) {
  const std::vector<LwpId> sending(senders_.begin(), senders_.end());
  for (LwpId id : sending) {
    Lwp* sender = graph_.find(id);
    const auto* call = sender != nullptr && sender->call ? std::get_if<KillCall>(sender->call.get()) : nullptr;
    if (call == nullptr) {
      senders_.erase(id);
      continue;
    }
    const Tid aim = aim_of(*sender, *call);
    bool aimed = aim <= 0 || aim == target.tgid;
    for (LwpId thread : target.threads) {
      const Lwp* lwp = graph_.find(thread);
      aimed = aimed || (lwp != nullptr && lwp->tid == aim);
    }
    if (call->signo == signo && aimed) tell_send(*sender, *call, 0);
  }
}

}  // namespace lwptrace::model
