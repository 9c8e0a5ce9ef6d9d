// Births: the launch, the two stops that announce a newborn in either order, and newborns that nobody announces.
//
//   creator   ── clone ──●event───────────▶        creator   ── clone ───────────●event──▶
//   newborn              └──────●first stop         newborn              ●first stop (held)
#include "decoders/clone_rules.h"
#include "decoders/idiom.h"
#include "model/tracker.h"

#include <sched.h>

namespace lwptrace::model {

namespace {

template <class T>
std::optional<T> when(bool condition, T value) {
  return condition ? std::optional<T>(value) : std::nullopt;
}

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
  }
  return birth;
}

}  // namespace

void Tracker::on(Tid tid, const Launched& fact) {
  const LwpId id = next_id_++;
  root_ = id;
  ThreadGroup& group = graph_.add_group(id, tid, 0);
  group.ppid = fact.ppid.value_or(0);
  group.pgid = fact.pgid;
  group.sid = fact.sid;
  group.ignores_sigchld = fact.ignores_sigchld;
  Lwp& lwp = graph_.add(id, tid, id);
  graph_.new_memory(group);
  lwp.path = "1";
  lwp.comm = fact.comm;
  lwp.uid = fact.uid;

  Birth birth;
  birth.path = lwp.path;
  birth.via = Via::launch;
  birth.kind = Kind::process;
  birth.ppid = fact.ppid;
  birth.pgid = fact.pgid;
  birth.sid = fact.sid;
  birth.uid = fact.uid;
  birth.abi = fact.abi;
  birth.comm = fact.comm;
  emit(lwp, std::move(birth));
  emit(lwp, Exec{fact.file, fact.argv, false, fact.comm, {}, {}, fact.abi, fact.uid});
  guard();
  resume(tid);
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
  // A tid has one owner: had it one until now, its death was never reported (a vanished task), and it is over.
  if (Lwp* former = graph_.by_tid(fact.child)) die(*former, Death{});

  PendingBirth pending;
  pending.id = next_id_++;
  pending.creator = creator->id;
  pending.family = creator->group;
  pending.child = fact.child;
  pending.call = fact.call;
  std::optional<Nanos> duration;
  if (creator->call && std::holds_alternative<CloneCall>(*creator->call)) {
    pending.call = std::get<CloneCall>(*creator->call);  // as it was asked for: the flags may have been changed since
    duration = now_ - creator->entered;
    creator->call.reset();
  }
  Birth& birth = pending.birth;
  birth = birth_of(pending.call);
  birth.duration_ns = duration;
  if (pending.call.unreadable && fact.childs && !fact.childs->gone) {
    birth.kind = fact.childs->tgid == fact.child ? Kind::process : Kind::thread;
  }
  const bool thread = birth.kind == Kind::thread;
  birth.path = creator->path + (thread ? "/" : ".") + std::to_string(++creator->births);
  birth.creator = creator->id;
  if (birth.parent_tid) birth.parent_tid->value = fact.parent_tid_value;
  birth.pidfd = fact.pidfd_value;
  birth.backtrace = fact.backtrace;
  if (creator->held_failure || fact.clone3_refused) birth.fallback = "clone3";
  creator->held_failure.reset();
  pending_ = std::move(pending);
  resume(tid);

  auto orphan = orphans_.find(fact.child);
  if (orphan == orphans_.end()) return act(AwaitReport{fact.child});
  Orphan held = std::move(orphan->second);
  orphans_.erase(orphan);
  tell_birth(held.stop ? &*held.stop : nullptr);
  if (held.stop && !held.death) resume(fact.child);
  if (held.death) on(fact.child, *held.death);
}

void Tracker::on(Tid tid, const NewbornStop& fact) {
  if (pending_ && pending_->child == tid) {
    tell_birth(&fact);
    return resume(tid);
  }
  if (graph_.by_tid(tid) != nullptr) return resume(tid);  // told without waiting for this stop
  Orphan& orphan = orphans_[tid];
  orphan.stop = fact;
  orphan.t = now_;
  if (lost_creator_of(tid, orphan) != nullptr) adopt(tid);
}

// The pending birth becomes an LWP and an event; `seen` is what the newborn itself showed, if it came to that.
void Tracker::tell_birth(const NewbornStop* seen) {
  PendingBirth pending = std::move(*pending_);
  pending_.reset();
  Birth& birth = pending.birth;
  const CloneCall& call = pending.call;
  const bool thread = birth.kind == Kind::thread;

  const Lwp* creator = graph_.find(pending.creator);
  const ThreadGroup* creators = graph_.group(pending.family);
  const bool creator_muted = (creator != nullptr && creator->muted) || (creators != nullptr && creators->muted);
  GroupId group_id = pending.id;
  if (thread && creators != nullptr && !creators->zombie) {
    group_id = creators->id;
  } else {
    const GroupId parent = creators == nullptr ? 0 : call.has(CLONE_PARENT) ? creators->parent : creators->id;
    ThreadGroup& group = graph_.add_group(pending.id, pending.child, parent);
    group.exit_signal = call.exit_signal;
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
  lwp.path = birth.path;
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
    birth.comm = lwp.comm;
  }
  // What --follow leaves out: the birth itself is still its creator's story, what comes after is not.
  lwp.muted = creator_muted || group.muted || options_.follow == Follow::none;
  birth.followed = !lwp.muted;
  if (lwp.muted && !creator_muted) ++unfollowed_;
  emit(lwp.id, lwp.tid, group.tgid, creator_muted, std::move(birth));
  guard();
}

// A creator that is killed (or destroyed by an exec) inside clone never announces its newborn. Whose child an orphan
// is, is asked of /proc, and only when somebody has died while an orphan is held.
void Tracker::look_for_lost_creators() {
  std::vector<Tid> lost;
  for (auto& [tid, orphan] : orphans_) {
    if (!orphan.identity && !orphan.death) act(Identify{tid});
    if (lost_creator_of(tid, orphan) != nullptr || (orphan.identity && !may_be_claimed(orphan))) lost.push_back(tid);
  }
  for (Tid tid : lost) adopt(tid);
}

void Tracker::on(Tid, const Tick&) {
  constexpr Nanos long_ago = 1'000'000'000;  // an announcement follows within microseconds of the newborn's stop
  std::vector<Tid> lost;
  for (auto& [tid, orphan] : orphans_) {
    if (now_ - orphan.t < long_ago) continue;
    if (orphan.overdue || orphan.death) lost.push_back(tid);
    if (!orphan.overdue) act(Identify{tid});
    orphan.overdue = true;
  }
  for (Tid tid : lost) adopt(tid);
}

// Whether some LWP of its family may still be inside the clone that made it: one that was heard of since is not.
bool Tracker::may_be_claimed(const Orphan& orphan) {
  for (const ThreadGroup* family : {graph_.by_tgid(orphan.identity->tgid), graph_.by_tgid(orphan.identity->ppid)}) {
    if (family == nullptr) continue;
    for (LwpId id : family->threads) {
      if (const Lwp* lwp = graph_.find(id); lwp != nullptr && lwp->seen <= orphan.t) return true;
    }
  }
  return false;
}

// A thread group has one LWP left: whoever died in it unannounced has no creator to wait for.
void Tracker::adopt_dead_siblings(Tid tgid) {
  std::vector<Tid> dead;
  for (const auto& [tid, orphan] : orphans_) {
    if (orphan.death && orphan.identity && orphan.identity->tgid == tgid && tid != tgid) dead.push_back(tid);
  }
  for (Tid tid : dead) adopt(tid);
}

// A newborn's registers are those of the call that made it; stack, TLS and tid words make it one of a kind. Where the
// newborn was killed before it could be read, its family must have lost a single creator.
Tracker::LostCreator* Tracker::lost_creator_of(Tid tid, const Orphan& orphan) {
  LostCreator* found = nullptr;
  for (LostCreator& lost : lost_creators_) {
    if (orphan.stop && orphan.stop->call) {
      CloneCall call = lost.call;
      call.flags &= ~std::uint64_t{CLONE_UNTRACED};
      call.flags_raw &= ~std::uint64_t{CLONE_UNTRACED};
      if (call == *orphan.stop->call) return &lost;
      continue;
    }
    const ThreadGroup* group = graph_.group(lost.group);
    if (!orphan.identity || group == nullptr || decoders::kind_of(lost.call) == Kind::process) continue;
    if (orphan.identity->tgid == tid || orphan.identity->tgid != group->tgid) continue;
    if (found != nullptr) return nullptr;
    found = &lost;
  }
  return found;
}

// The one LWP that a group ever had, while it lives.
Lwp* Tracker::only_lwp(GroupId id) {
  const ThreadGroup* group = graph_.group(id);
  return group != nullptr && !group->had_threads ? graph_.find(group->leader) : nullptr;
}

void Tracker::adopt(Tid tid) {
  auto node = orphans_.extract(tid);
  if (node.empty()) return;
  Orphan orphan = std::move(node.mapped());
  PendingBirth pending;
  pending.id = next_id_++;
  pending.child = tid;
  LostCreator* creator = lost_creator_of(tid, orphan);
  if (orphan.stop && orphan.stop->call) pending.call = *orphan.stop->call;
  if (creator != nullptr) pending.call = creator->call;
  pending.birth = birth_of(pending.call);
  Birth& birth = pending.birth;
  if (pending.call.via == Via::unknown) {  // nothing was read
    birth.flags_raw.reset();
    birth.exit_signal = ExitSignal{};
  }
  if (orphan.identity) {
    const bool thread = orphan.identity->tgid != tid;
    birth.kind = thread ? Kind::thread : Kind::process;
    if (const ThreadGroup* family = graph_.by_tgid(thread ? orphan.identity->tgid : orphan.identity->ppid)) {
      pending.family = family->id;
    }
  }
  const char* mark = birth.kind == Kind::thread ? "/" : ".";
  if (creator != nullptr) {
    pending.creator = creator->id;
    pending.family = creator->group;
    birth.creator = creator->id;
    birth.path = creator->path + mark + std::to_string(++creator->births);
    std::erase_if(lost_creators_, [&](const LostCreator& lost) { return &lost == creator; });
  } else if (Lwp* parent = only_lwp(pending.family); parent != nullptr && !pending.call.has(CLONE_PARENT)) {
    pending.creator = parent->id;
    birth.creator = parent->id;
    birth.path = parent->path + mark + std::to_string(++parent->births);
  } else {
    birth.path = "?" + (mark + std::to_string(pending.id));  // by whom is not known, and not guessed
  }
  pending_ = std::move(pending);
  tell_birth(orphan.stop ? &*orphan.stop : nullptr);
  if (orphan.death) {
    on(tid, *orphan.death);
  } else {
    resume(tid);
  }
}

}  // namespace lwptrace::model
