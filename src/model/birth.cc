// Births: the launch, the two stops that announce a newborn in either order, and newborns that nobody announces.
//
//   creator   ── clone ──●event───────────▶        creator   ── clone ───────────●event──▶
//   newborn              └──────●first stop         newborn              ●first stop (held)
#include "model/birth.h"

#include "decoders/clone_rules.h"
#include "decoders/idiom.h"
#include "model/tracker.h"

#include <sched.h>

#include <algorithm>
#include <csignal>

namespace lwptrace::model {

namespace {

template <class T>
std::optional<T> when(bool condition, T value) {
  return condition ? std::optional<T>(value) : std::nullopt;
}

}  // namespace

// Everything of a birth that its clone call says by itself.
Birth birth_of(const CloneCall& call) {
  Birth birth;
  birth.via = call.via;
  birth.kind = decoders::kind_of(call);
  birth.idiom = decoders::idiom_of(call);
  birth.flags_raw = Address{call.flags_raw};
  birth.exit_signal = ExitSignal{call.exit_signal};
  birth.stack = when(call.stack != 0, Address{call.stack});
  birth.stack_size = when(call.stack_size != 0, call.stack_size);
  if (call.has(CLONE_SETTLS)) birth.tls = Tls{Address{call.tls}, {}, {}};
  if (call.has(CLONE_PARENT_SETTID)) birth.parent_tid = ParentTid{Address{call.parent_tid}, {}};
  if (call.has(CLONE_CHILD_SETTID) || call.has(CLONE_CHILD_CLEARTID)) {
    birth.child_tid =
        ChildTid{Address{call.child_tid}, call.has(CLONE_CHILD_SETTID), call.has(CLONE_CHILD_CLEARTID), {}};
  }
  birth.set_tid = call.set_tid;
  if (call.via == Via::clone3) {
    constexpr std::uint64_t into_cgroup = 0x200000000ULL;
    birth.cgroup = when(call.has(into_cgroup), static_cast<int>(call.cgroup));
    birth.args_size = call.args_size;
    birth.args_tail = call.args_tail;
  }
  birth.shares = decoders::shares_of(call);
  birth.abi = call.abi;
  if (call.unreadable) {
    birth.flags_raw.reset();
    birth.exit_signal = ExitSignal{};
    birth.shares.reset();
  }
  return birth;
}

void Tracker::on(Tid tid, const Launched& fact) {
  if (graph_.by_tid(tid) != nullptr) return resume(tid);
  const LwpId id = next_id_++;
  root_ = id;
  ThreadGroup& group = graph_.add_group(id, tid, 0);
  group.ppid = fact.ppid.value_or(0);
  group.pgid = fact.pgid;
  group.sid = fact.sid;
  group.ignores_sigchld = fact.ignores_sigchld;
  Lwp& lwp = graph_.add(id, tid, id);
  graph_.new_memory(group);
  graph_.new_handlers(group);
  lwp.nth = 1;
  lwp.comm = fact.comm;
  lwp.uid = fact.uid;

  Birth birth;
  birth.path = lwp.path();
  birth.via = Via::launch;
  birth.kind = Kind::process;
  birth.ppid = fact.ppid;
  birth.pgid = fact.pgid;
  birth.sid = fact.sid;
  birth.uid = fact.uid;
  birth.shares = Shares{};
  birth.abi = fact.abi;
  birth.comm = fact.comm;
  emit(lwp, std::move(birth));
  emit(lwp, Exec{fact.file, fact.argv, false, fact.comm, {}, {}, fact.abi, fact.uid, fact.privilege_dropped});
  guard();
  resume(tid);
}

// Who made it, and by which call, is past: what /proc and its registers show is told.
void Tracker::on(Tid tid, const Attached& fact) {
  if (under_way_ || graph_.by_tid(tid) != nullptr) return;
  ThreadGroup* known = graph_.by_tgid(fact.tgid);
  if (fact.worker) {
    if (known == nullptr) return;
    return emit(known->leader, fact.tgid, fact.tgid, false,
                Escaped{"worker " + std::to_string(tid) + " (" + fact.comm + ")",
                        "an io_uring or vhost worker: the kernel made it for itself, and it runs no program"});
  }
  const LwpId id = next_id_++;
  const bool first = known == nullptr || known->zombie;
  if (first) {
    const ThreadGroup* parent = graph_.by_tgid(fact.ppid.value_or(0));
    ThreadGroup& group = graph_.add_group(id, fact.tgid, parent != nullptr ? parent->id : 0);
    group.ppid = fact.ppid.value_or(0);
    group.pgid = fact.pgid;
    group.sid = fact.sid;
    group.ns_tids = fact.ns_tids;
    if (fact.exit_signal.signo >= 0) group.exit_signal = fact.exit_signal.signo;
    group.ignores_sigchld = fact.ignores_sigchld;
    group.had_threads = true;  // it may have had some
    graph_.new_memory(group);
    graph_.new_handlers(group);
    if (root_ == 0) root_ = id;
    root_path_ = std::make_shared<const std::string>(std::to_string(++roots_));
    found_ = 0;
  }
  ThreadGroup& group = *graph_.by_tgid(fact.tgid);

  Birth birth;
  const bool is_root = first && tid == fact.tgid;
  birth.path = *root_path_;
  if (!is_root) birth.path += "/" + std::to_string(++found_);
  birth.via = Via::attach;
  birth.kind = tid == fact.tgid ? Kind::process : Kind::thread;
  if (const ThreadGroup* parent = graph_.group(group.parent); parent != nullptr && birth.kind == Kind::process) {
    birth.parent = parent->leader;
  }
  birth.ppid = fact.ppid;
  birth.pgid = fact.pgid;
  birth.sid = fact.sid;
  birth.exit_signal = fact.exit_signal;
  if (fact.fs_base) birth.tls = Tls{*fact.fs_base, fact.fs_base, {}};
  birth.child_tid = fact.child_tid;
  birth.ns_tids = fact.ns_tids;
  birth.abi = fact.abi;
  birth.comm = fact.comm;
  birth.uid = fact.uid;
  birth.file = fact.file;
  birth.argv = fact.argv;
  if (fact.ended) {
    emit(id, tid, fact.tgid, false, std::move(birth));
    Exit exit;
    exit.how = How::lost;
    exit.leader_zombie = group.leader_zombie = true;
    return emit(id, tid, fact.tgid, false, exit);
  }
  Lwp& lwp = graph_.add(id, tid, group.id);
  lwp.nth = is_root ? roots_ : found_;
  if (!is_root) lwp.creators_path = root_path_;
  lwp.thread = !is_root;
  lwp.comm = fact.comm;
  lwp.uid = fact.uid;
  if (fact.child_tid) graph_.set_clear_tid(lwp, fact.child_tid->addr.value);
  // Births that it makes from now on are named after those that were found.
  if (Lwp* leader = graph_.find(group.leader); leader != nullptr) leader->births = found_;
  emit(lwp, std::move(birth));
  guard();
}

void Tracker::on(Tid tid, const BirthStop& fact) {
  // A C library gives a stack and its tid word to a new thread when the kernel has cleared the word, which is a moment
  // before the death of the old one can be waited for: that end comes first.
  if (const Lwp* creator = graph_.by_tid(tid); creator != nullptr && fact.call.has(CLONE_VM | CLONE_CHILD_CLEARTID)) {
    const Lwp* owner = graph_.find(graph_.owner_of_word(graph_.group_of(*creator).memory, fact.call.child_tid));
    if (owner != nullptr && owner->id != creator->id && graph_.group_of(*owner).leader != owner->id) {
      deferred_ = DeferredBirth{tid, fact, owner->tid};
      return act(AwaitReport{owner->tid});
    }
  }
  announce(tid, fact);
}

void Tracker::announce_deferred() {
  const DeferredBirth deferred = std::move(*deferred_);
  deferred_.reset();
  announce(deferred.creator, deferred.stop);
}

void Tracker::announce(Tid tid, const BirthStop& fact) {
  Lwp* creator = graph_.by_tid(tid);
  if (creator == nullptr) return resume(tid);
  if (fact.child <= 0 || fact.child == tid) return resume(tid);  // in no pid namespace that we can see

  PendingBirth& pending = pending_.emplace(PendingBirth{});
  pending.id = next_id_++;
  pending.creator = creator->id;
  pending.family = creator->group;
  pending.child = fact.child;
  pending.t = now_;
  pending.call = fact.call;
  std::optional<Nanos> duration;
  if (const Call* call = creator->rare().call.get(); call != nullptr && std::holds_alternative<CloneCall>(*call)) {
    pending.call = std::get<CloneCall>(*call);  // as it was asked for: the flags may have been changed since
    duration = now_ - creator->rare().entered;
    creator->take_call();
  }
  Birth& birth = pending.birth;
  birth = birth_of(pending.call);
  birth.duration_ns = duration;
  if (pending.call.unreadable && fact.childs && !fact.childs->gone) {
    birth.kind = fact.childs->tgid == fact.child ? Kind::process : Kind::thread;
  }
  pending.creators_path = creator->shared_path();
  pending.nth = ++creator->births;
  birth.creator = creator->id;
  if (birth.parent_tid) birth.parent_tid->value = fact.parent_tid_value;
  birth.pidfd = fact.pidfd_value;
  birth.backtrace = fact.backtrace;
  const std::unique_ptr<BirthFailed> failure = std::move(creator->own_rare().held_failure);
  if (failure || fact.clone3_refused) birth.fallback = "clone3";
  resume(tid);

  auto orphan = orphans_.find(fact.child);
  if (orphan == orphans_.end()) return act(AwaitReport{fact.child});
  Orphan held = std::move(orphan->second);
  orphans_.erase(orphan);
  tell_birth(held.stop ? &*held.stop : nullptr);
  if (held.stop && !held.death) let_go(fact.child, *held.stop);
  if (held.death) on(fact.child, *held.death);
  adopt_children_of_the_lost();
}

void Tracker::on(Tid tid, const NewbornStop& fact) {
  if (pending_ && pending_->child == tid) {
    tell_birth(&fact);
    let_go(tid, fact);
    return adopt_children_of_the_lost();
  }
  if (graph_.by_tid(tid) != nullptr) return let_go(tid, fact);  // told without waiting for this stop
  Orphan& orphan = orphans_[tid];
  orphan.stop = fact;
  orphan.t = now_;
  const Claim lost = lost_creators_of(tid, orphan);
  if (lost.only != nullptr) return adopt(tid);
  // CLONE_PTRACE|CLONE_UNTRACED: nobody will announce it.
  if (lost.several || (fact.call && fact.call->has(CLONE_UNTRACED))) act(Identify{tid});
}

// The pending birth becomes an LWP and an event; `seen` is what the newborn itself showed, if it came to that.
void Tracker::tell_birth(const NewbornStop* seen) {
  constexpr std::uint64_t autoreap = 0x400000000;  // CLONE_AUTOREAP, Linux 7.1
  PendingBirth pending = std::move(*pending_);
  pending_.reset();
  // A tid has one owner: had it one until now, its death was never reported (a vanished task), and it is over.
  if (Lwp* former = graph_.by_tid(pending.child)) die(*former, Death{});
  Birth& birth = pending.birth;
  const CloneCall& call = pending.call;
  const bool thread = birth.kind == Kind::thread;

  const Lwp* creator = graph_.find(pending.creator);
  const ThreadGroup* creators = graph_.group(pending.family);
  const bool creator_muted = (creator != nullptr && creator->muted) || (creators != nullptr && creators->muted);
  // A sibling's end is told by the signal that its creator's is (copy_process), whatever was passed.
  if (!thread && call.has(CLONE_PARENT) && creators != nullptr) birth.exit_signal.signo = creators->exit_signal;
  GroupId group_id = pending.id;
  if (thread && creators != nullptr && !creators->zombie) {
    group_id = creators->id;
  } else {
    const GroupId parent = creators == nullptr ? 0 : call.has(CLONE_PARENT) ? creators->parent : creators->id;
    ThreadGroup& group = graph_.add_group(pending.id, pending.child, parent);
    group.exit_signal = birth.exit_signal.signo >= 0 ? birth.exit_signal.signo : SIGCHLD;
    group.autoreap = call.via == Via::clone3 && call.has(autoreap);
    group.maker = !call.has(CLONE_PARENT) ? pending.creator : creators != nullptr ? creators->maker : 0;
    if (creators != nullptr) {
      group.ppid = call.has(CLONE_PARENT) ? creators->ppid : creators->tgid;
      group.pgid = creators->pgid;
      group.sid = creators->sid;
      group.memory = creators->memory;
      group.ignores_sigchld = creators->ignores_sigchld;
      group.no_wait = creators->no_wait;
      group.muted = creator_muted || options_.follow != Follow::all;
    }
  }
  Lwp& lwp = graph_.add(pending.id, pending.child, group_id);
  ThreadGroup& group = graph_.group_of(lwp);
  if (!thread && !call.has(CLONE_VM)) graph_.new_memory(group);
  if (!thread) graph_.new_handlers(group, call.has(CLONE_SIGHAND) ? creators : nullptr);
  lwp.creators_path = std::move(pending.creators_path);
  lwp.nth = pending.nth;
  lwp.thread = thread;
  birth.path = lwp.path();
  if (creator != nullptr) {
    lwp.comm = creator->comm;
    lwp.uid = creator->uid;
  }
  if (call.has(CLONE_CHILD_CLEARTID)) graph_.set_clear_tid(lwp, call.child_tid);

  if (seen != nullptr) {
    if (birth.tls) {
      birth.tls->fs_base = seen->fs_base;
      if (seen->fs_base) birth.tls->matches = birth.tls->value == *seen->fs_base;
    }
    if (birth.child_tid && birth.child_tid->set) birth.child_tid->value = seen->child_tid_value;
    birth.ns_tids = seen->ns_tids;
    if (!thread) group.ns_tids = seen->ns_tids;
    if (seen->pgid) group.pgid = seen->pgid;
    if (seen->sid) group.sid = seen->sid;
  }
  if (const ThreadGroup* parent = graph_.group(group.parent)) birth.parent = parent->leader;
  if (group.ppid != 0) birth.ppid = group.ppid;
  birth.pgid = group.pgid;
  birth.sid = group.sid;
  if (options_.detail != Detail::births) {  // which sees neither prctl nor setuid: the name and the user may be others
    birth.uid = lwp.uid;
    birth.comm = lwp.comm.str();
  }
  // What --follow leaves out: the birth itself is still its creator's story, what comes after is not.
  lwp.muted = creator_muted || group.muted || options_.follow == Follow::none;
  birth.followed = !lwp.muted;
  if (lwp.muted && !creator_muted) ++unfollowed_;
  emit(lwp.id, lwp.tid, group.tgid, creator_muted, std::move(birth));
  guard();
}

}  // namespace lwptrace::model
