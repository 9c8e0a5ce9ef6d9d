// System calls that the filter stopped: what is told at the entry, what has to wait for the return.
#include <lwptrace/names.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include <sched.h>
#include <sys/wait.h>

#include "decoders/clone_rules.h"
#include "model/tracker.h"

namespace lwptrace::model {

namespace {

constexpr std::int64_t restart_first = -516, restart_last = -512;  // ERESTARTSYS … ERESTART_RESTARTBLOCK

int error_of(std::int64_t ret) { return ret < 0 && ret >= -4095 ? static_cast<int>(-ret) : 0; }

}  // namespace

void Tracker::on(Tid tid, const EntryStop& fact) {
  Lwp* lwp = graph_.by_tid(tid);
  if (lwp == nullptr) return resume(tid);
  if (fact.leaders_own) {
    ThreadGroup& group = graph_.group_of(*lwp);
    group.leader_zombie = true;
    group.leaders_own = fact.leaders_own;
  }
  entered(*lwp, fact.call);
}

void Tracker::entered(Lwp& lwp, const Call& call) {
  const auto* clone = std::get_if<CloneCall>(&call);
  if (lwp.rare().held_failure && (clone == nullptr || clone->via == Via::clone3)) tell_held_failure(lwp);

  // Calls that cannot fail in a way that matters are told here and cost no second stop.
  if (const auto* name = std::get_if<NameCall>(&call); name != nullptr && !name->unreadable) {
    tell_name(lwp, name->comm);
    return resume(lwp.tid);
  }
  if (const auto* word = std::get_if<TidAddressCall>(&call)) {
    graph_.set_clear_tid(lwp, word->addr);
    emit(lwp, TidAddress{Address{word->addr}, 0});
    return resume(lwp.tid);
  }
  // arch_prctl refuses an address that is none of a program's, and no other (do_arch_prctl_64).
  constexpr std::uint64_t address_space = (std::uint64_t{1} << 47) - 4096;
  const auto* tls = std::get_if<TlsSetCall>(&call);
  if (tls != nullptr && tls->call == "arch_prctl" && tls->addr < address_space) {
    emit(lwp, TlsCall{tls->call, tls->code, Address{tls->addr}, 0});
    return resume(lwp.tid);
  }
  if (const auto* subreaper = std::get_if<SubreaperCall>(&call)) {
    subreapers_ = subreapers_ || subreaper->on;
    return resume(lwp.tid);
  }
  if (options_.detail != Detail::all && std::holds_alternative<OtherCall>(call)) return resume(lwp.tid);
  if (const auto* action = std::get_if<ChildActionCall>(&call)) {
    graph_.act_on_child_end(graph_.group_of(lwp), action->ignores, action->no_wait);
    return resume(lwp.tid);
  }
  if (const auto* exit = std::get_if<ExitCall>(&call)) {
    ThreadGroup& group = graph_.group_of(lwp);
    if (!exit->group && lwp.id == group.leader && group.threads.size() > 1) {  // its death is reported last
      group.leader_zombie = true;
      group.leaders_own = Status{exit->code & 0xff, {}, false};
    }
    lwp.own_rare().call = std::make_unique<Call>(call);
    return resume(lwp.tid);
  }
  if (const auto* kill = std::get_if<KillCall>(&call); kill != nullptr && kill->sure) {
    tell_send(lwp, *kill, 0);
    return resume(lwp.tid);
  }
  lwp.own_rare().call = std::make_unique<Call>(call);
  lwp.own_rare().entered = now_;
  if (std::holds_alternative<KillCall>(call)) senders_.insert(lwp.id);
  if (clone != nullptr && clone->has(CLONE_UNTRACED)) act(TraceUntraced{lwp.tid});
  if (const auto* futex = std::get_if<FutexWaitCall>(&call)) return enter_futex(lwp, *futex);
  resume(lwp.tid, Resume::Until::call_return);
}

// A join without a timeout ends with the joined thread, or by a signal: its return need not be waited for. A leader's
// death is reported much later, after its last thread's.
void Tracker::enter_futex(Lwp& lwp, const FutexWaitCall& futex) {
  const LwpId owner = graph_.owner_of_word(graph_.group_of(lwp).memory, futex.addr);
  const Lwp* thread = owner != lwp.id ? graph_.find(owner) : nullptr;
  lwp.own_rare().joining = {};
  if (thread == nullptr) return lwp.take_call(), resume(lwp.tid);  // some other futex: its return tells nothing
  const ThreadGroup& group = graph_.group_of(*thread);
  lwp.own_rare().joining = JoinTarget{owner, thread->tid, group.tgid, thread->muted};
  if (futex.timed || group.leader == owner) return resume(lwp.tid, Resume::Until::call_return);
  lwp.take_call();
  joins_[owner].push_back(Joiner{lwp.id, Address{futex.addr}, now_, {}, false});
  resume(lwp.tid);
}

// Whatever is seen of a joiner next, it has left the call: because of a signal, or because the word was cleared, which
// may well be before the death of the joined is reported.
void Tracker::leave_futex(Lwp& lwp, const Fact& fact) {
  if (lwp.rare().joining.lwp == 0 || lwp.rare().call) return;
  const JoinTarget target = std::exchange(lwp.own_rare().joining, {});
  const auto joins = joins_.find(target.lwp);
  if (joins == joins_.end()) return;
  std::vector<Joiner>& joiners = joins->second;
  const auto joiner =
      std::find_if(joiners.begin(), joiners.end(), [&](const Joiner& one) { return one.by == lwp.id && !one.left; });
  if (joiner == joiners.end()) return;
  const auto* entry = std::get_if<EntryStop>(&fact);
  const auto* again = entry != nullptr ? std::get_if<FutexWaitCall>(&entry->call) : nullptr;
  const auto* ret = std::get_if<ReturnStop>(&fact);
  const auto* death = std::get_if<Death>(&fact);
  const bool interrupted = std::holds_alternative<SignalStop>(fact) || std::holds_alternative<GroupStop>(fact) ||
                           std::holds_alternative<TrapStop>(fact);
  if (interrupted || (again != nullptr && again->addr == joiner->futex.value) ||
      (ret != nullptr && ret->ret != 0 && error_of(ret->ret) != EAGAIN) ||
      (death != nullptr && (!death->self || death->self->killed))) {
    if (!joiner->until) joiners.erase(joiner);
    return;
  }
  joiner->left = true;
  if (joiner->until) return;
  joiner->until = now_;
  act(AwaitReport{target.tid});
}

void Tracker::on(Tid tid, const ForeignFilterStop& fact) {
  if (Lwp* lwp = graph_.by_tid(tid)) {
    if (const auto* clone = std::get_if<CloneCall>(&fact.call)) {
      tell_failure(*lwp, *clone, ENOSYS,
                   "a seccomp filter hands the call to a tracer (SECCOMP_RET_TRACE), which the program does not have");
    } else {
      if (std::holds_alternative<KillCall>(fact.call)) senders_.insert(lwp->id);
      std::visit([&](const auto& what) { returned(*lwp, what, ReturnStop{-ENOSYS, {}, {}, {}, {}}); }, fact.call);
    }
  }
  act(RefuseCall{tid});
}

void Tracker::on(Tid tid, const ReturnStop& fact) {
  Lwp* lwp = graph_.by_tid(tid);
  if (const std::unique_ptr<Call> call = lwp != nullptr ? lwp->take_call() : nullptr) {
    const bool restarts = fact.ret >= restart_first && fact.ret <= restart_last;
    // A call that a signal interrupted is entered anew afterwards, and seen again.
    if (restarts) {
      senders_.erase(lwp->id);
    } else {
      std::visit([&](const auto& what) { returned(*lwp, what, fact); }, *call);
    }
  }
  resume(tid);
}

void Tracker::tell_held_failure(Lwp& lwp) {
  const std::unique_ptr<BirthFailed> failure = std::move(lwp.own_rare().held_failure);
  emit(lwp, *failure);
}

void Tracker::returned(Lwp& lwp, const CloneCall& call, const ReturnStop& fact) {
  const int error = error_of(fact.ret);
  if (error == 0) {  // a birth was told at its event; had it one?
    const bool hidden = call.unreadable || (call.has(CLONE_UNTRACED) && !call.has(CLONE_PTRACE));
    if (hidden) tell_escaped(lwp, static_cast<Tid>(fact.ret));
    return;
  }
  if (!orphans_.empty()) adopt_children_of_the_lost();
  tell_failure(lwp, call, error, decoders::explain_failure(call, error));
}

void Tracker::tell_failure(Lwp& lwp, const CloneCall& call, int error, std::string why) {
  if (lwp.rare().held_failure && call.via == Via::clone3) tell_held_failure(lwp);
  BirthFailed failed;
  failed.via = call.via;
  if (!call.unreadable) {
    failed.flags_raw = Address{call.flags_raw};
    failed.exit_signal = ExitSignal{call.exit_signal};
  }
  failed.error = error;
  failed.why = std::move(why);
  if (call.via == Via::clone3) failed.args_size = call.args_size;
  failed.args_tail = call.args_tail;
  if (call.via == Via::clone3 && error == ENOSYS) {
    lwp.own_rare().held_failure = std::make_unique<BirthFailed>(std::move(failed));
  } else {
    emit(lwp, std::move(failed));
  }
}

void Tracker::returned(Lwp& lwp, const ExecCall& call, const ReturnStop& fact) {
  if (const int error = error_of(fact.ret)) emit(lwp, ExecFailed{call.file, error});
}

void Tracker::returned(Lwp& lwp, const WaitCall& call, const ReturnStop& fact) {
  if (!fact.waited || *fact.waited <= 0 || (call.options & WNOWAIT) != 0) return;
  if (fact.wait_status && !WIFEXITED(*fact.wait_status) && !WIFSIGNALED(*fact.wait_status)) return;  // stopped
  ThreadGroup* zombie = graph_.known_to(graph_.group_of(lwp), *fact.waited);
  if (zombie == nullptr || !zombie->zombie) return;
  const bool one_alone = call.id_type < 0 ? call.id > 0 : call.id_type == P_PID || call.id_type == P_PIDFD;
  Reap told{.by = lwp.id, .call = call.call};
  if (one_alone && (call.options & WNOHANG) == 0) told.asked = fact.waited;
  reap(*zombie, std::move(told));
}

void Tracker::returned(Lwp& lwp, const KillCall& call, const ReturnStop& fact) {
  if (senders_.count(lwp.id) != 0) tell_send(lwp, call, error_of(fact.ret), fact.blocked);
}

void Tracker::returned(Lwp& lwp, const FutexWaitCall& call, const ReturnStop& fact) {
  const int error = error_of(fact.ret);
  const JoinTarget target = std::exchange(lwp.own_rare().joining, {});
  if (target.lwp == 0 || (error != 0 && error != EAGAIN)) return;
  if (graph_.find(target.lwp) == nullptr) {
    const Join join{lwp.id, Address{call.addr}, now_ - lwp.rare().entered};
    return emit(target.lwp, target.tid, target.tgid, target.muted, join);
  }
  // The word is cleared before the death is reported: the join is told with the exit.
  std::vector<Joiner>& joiners = joins_[target.lwp];
  std::erase_if(joiners, [&](const Joiner& earlier) { return earlier.by == lwp.id; });
  joiners.push_back(Joiner{lwp.id, Address{call.addr}, lwp.rare().entered, now_, true});
  const Lwp* joined = graph_.find(target.lwp);
  if (graph_.group_of(*joined).leader != joined->id) act(AwaitReport{joined->tid});
}

void Tracker::returned(Lwp& lwp, const NameCall&, const ReturnStop& fact) {
  if (fact.comm) tell_name(lwp, *fact.comm);
}

void Tracker::tell_name(Lwp& lwp, const std::string& comm) {
  std::string former = lwp.comm.str();
  lwp.comm = comm;
  emit(lwp, Comm{comm, std::move(former)});
}

void Tracker::returned(Lwp& lwp, const CredentialsCall&, const ReturnStop& fact) {
  if (fact.uid) lwp.uid = fact.uid;  // to the kernel a user is a matter of each thread
}

void Tracker::returned(Lwp& lwp, const NamespaceCall& call, const ReturnStop& fact) {
  Namespace told;
  told.call = call.call;
  told.flags_raw = Address{call.flags};
  if (call.fd >= 0) told.fd = call.fd;
  told.error = error_of(fact.ret);
  emit(lwp, std::move(told));
}

void Tracker::returned(Lwp& lwp, const TlsSetCall& call, const ReturnStop& fact) {
  emit(lwp, TlsCall{call.call, call.code, Address{call.addr}, error_of(fact.ret)});
}

void Tracker::returned(Lwp& lwp, const OtherCall& call, const ReturnStop& fact) {
  if (options_.detail == Detail::all) emit(lwp, Syscall{call.name, call.args, fact.ret});
}

}  // namespace lwptrace::model
