// Orphans: newborns whose creator was killed, or destroyed by an exec, inside clone, so that nobody announces them.
// Each is adopted once no possible creator is left, and named after its creator where there can be only one.
#include "decoders/idiom.h"
#include "model/birth.h"
#include "model/tracker.h"

#include <sched.h>

#include <algorithm>

namespace lwptrace::model {

namespace {

// The newborn's own registers may be without the flag, which was taken out for it. Stacks and words differ most.
bool same_call(const CloneCall& one, const CloneCall& other) {
  if (one.stack != other.stack || one.child_tid != other.child_tid || one.tls != other.tls) return false;
  if (((one.flags ^ other.flags) & ~std::uint64_t{CLONE_UNTRACED}) != 0) return false;
  CloneCall like = other;
  like.flags = one.flags;
  like.flags_raw = one.flags_raw;
  return one == like && ((one.flags_raw ^ other.flags_raw) & ~std::uint64_t{CLONE_UNTRACED}) == 0;
}

}  // namespace

// A creator that is killed (or destroyed by an exec) inside clone never announces its newborn. Whose child an orphan
// is, is asked of /proc, and only when somebody has died while an orphan is held. A thread that died before it could be
// looked at waits for the end of its group: thousands may be there, when one that makes threads without end is killed.
void Tracker::look_for_lost_creators() {
  if (orphans_.empty()) return;
  std::vector<Tid> lost;
  for (auto& [tid, orphan] : orphans_) {
    if (!orphan.identity && !orphan.death) act(Identify{tid});
    const bool unread_thread = !orphan.stop && orphan.identity && orphan.identity->tgid != tid;
    if (unread_thread && graph_.by_tgid(orphan.identity->tgid) != nullptr) continue;
    if (is_lost(tid, orphan) || (orphan.identity && !may_be_claimed(tid, orphan))) lost.push_back(tid);
  }
  for (Tid tid : lost) adopt(tid);
  if (!lost.empty()) adopt_children_of_the_lost();
}

// Somebody who might have made an orphan did not; that may leave only one who is dead.
void Tracker::adopt_children_of_the_lost() {
  std::vector<Tid> found;
  do {
    found.clear();
    if (lost_creators_.empty()) return;
    for (auto& [tid, orphan] : orphans_) {
      if (orphan.stop && is_lost(tid, orphan)) found.push_back(tid);
    }
    for (Tid tid : found) adopt(tid);
  } while (!found.empty());
}

void Tracker::on(Tid, const Tick&) {
  // An announcement follows within microseconds of the newborn's stop, but may be reported late.
  constexpr Nanos late = 100'000'000, long_ago = 1'000'000'000;
  std::vector<Tid> lost;
  if (std::any_of(orphans_.begin(), orphans_.end(), [&](const auto& one) { return now_ - one.second.t >= late; })) {
    act(HearAll{});
  }
  for (auto& [tid, orphan] : orphans_) {
    if (now_ - orphan.t < long_ago) continue;
    if (orphan.overdue || orphan.death) lost.push_back(tid);
    if (!orphan.overdue) act(Identify{tid});
    orphan.overdue = true;
  }
  for (Tid tid : lost) adopt(tid);
}

// Whether some LWP of its family may still be inside the clone that made it: one that was heard of since is not.
bool Tracker::may_be_claimed(Tid tid, Orphan& orphan) {
  const auto may_claim = [&](const Lwp& lwp) { return lwp.seen <= orphan.t || is_making(lwp, tid, orphan); };
  for (const Tid tgid : {orphan.identity->tgid, orphan.identity->ppid}) {
    const ThreadGroup* family = graph_.by_tgid(tgid);
    if (family == nullptr) continue;
    for (const LwpId id : family->threads) {
      if (const Lwp* lwp = graph_.find(id); lwp != nullptr && may_claim(*lwp)) return true;
    }
  }
  const bool unread = !orphan.stop || !orphan.stop->call;
  if (orphan.identity->tgid != tid || !(unread || orphan.stop->call->has(CLONE_PARENT))) return false;
  // With CLONE_PARENT its creator is a child of its parent, or of one that has just ended: they were inherited
  // together.
  orphan.claimant = find_again(orphan.claimant, [&](const Lwp& lwp) {
    if (!may_claim(lwp)) return false;
    const ThreadGroup& family = graph_.group_of(lwp);
    const ThreadGroup* parent = graph_.group(family.parent);
    const bool inherited = family.parent != 0 && (parent == nullptr || parent->zombie);
    return inherited || family.ppid == orphan.identity->ppid;
  });
  return orphan.claimant != 0;
}

// A thread group has one LWP left: whoever died in it unannounced has no creator to wait for.
void Tracker::adopt_dead_siblings(Tid tgid) {
  std::vector<Tid> dead;
  for (const auto& [tid, orphan] : orphans_) {
    if (orphan.death && orphan.identity && orphan.identity->tgid == tgid && tid != tgid) dead.push_back(tid);
  }
  for (Tid tid : dead) adopt(tid);
}

// A newborn's registers are those of the call that made it; stack, TLS and tid words make most of them one of a kind.
// Where several died in such a call, which of them made it is not guessed: only that none of them will announce it.
Tracker::Claim Tracker::lost_creators_of(Tid tid, Orphan& orphan) {
  constexpr Nanos long_ago = 1'000'000'000;  // the newborn of one who died before that would have been seen before
  Claim lost;
  for (LostCreator& one : lost_creators_) {
    if (one.entered > orphan.t || one.died + long_ago < orphan.t) continue;
    if (!may_have_made(one.call, one.group, tid, orphan)) continue;
    lost.several = lost.only != nullptr;
    lost.only = &one;
    if (lost.several) break;
  }
  if (lost.only == nullptr) return lost;
  // Not every lost one got as far as a newborn: somebody alive who is inside such a call comes first.
  if (orphan.maker != 0) {
    orphan.maker = find_again(orphan.maker.value_or(0), [&](const Lwp& lwp) { return is_making(lwp, tid, orphan); });
  }
  if (orphan.maker != 0) return {};
  if (lost.several) lost.only = nullptr;
  return lost;
}

// None who may have made it will announce it, and what is needed to tell its birth without a creator is known.
bool Tracker::is_lost(Tid tid, Orphan& orphan) {
  const Claim lost = lost_creators_of(tid, orphan);
  return lost.only != nullptr || (lost.several && orphan.identity);
}

bool Tracker::may_have_made(const CloneCall& call, GroupId group, Tid tid, const Orphan& orphan) {
  if (orphan.stop && orphan.stop->call) return same_call(call, *orphan.stop->call);
  const ThreadGroup* family = graph_.group(group);
  return orphan.identity && family != nullptr && decoders::kind_of(call) == Kind::thread &&
         orphan.identity->tgid != tid && orphan.identity->tgid == family->tgid;
}

// It is seen to be inside the call that may have made the orphan; a call that stopped nobody is not seen.
bool Tracker::is_making(const Lwp& lwp, Tid tid, const Orphan& orphan) {
  const Lwp::Rare& its = lwp.rare();
  const auto* call = its.call && its.entered <= orphan.t ? std::get_if<CloneCall>(its.call.get()) : nullptr;
  return call != nullptr && may_have_made(*call, lwp.group, tid, orphan);
}

// One of whom `is_so`, or 0; the `known` one for as long as it can, for who asks asks again at each death.
template <class Predicate>
LwpId Tracker::find_again(LwpId known, const Predicate& is_so) {
  if (const Lwp* lwp = graph_.find(known); lwp != nullptr && is_so(*lwp)) return known;
  const auto found =
      std::find_if(graph_.lwps().begin(), graph_.lwps().end(), [&](const auto& other) { return is_so(other.second); });
  return found != graph_.lwps().end() ? found->second.id : 0;
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
  if (pending_) tell_birth(nullptr);
  PendingBirth pending;
  pending.id = next_id_++;
  pending.child = tid;
  LostCreator* creator = lost_creators_of(tid, orphan).only;
  if (orphan.stop && orphan.stop->call) pending.call = *orphan.stop->call;
  if (creator != nullptr) pending.call = creator->call;
  pending.birth = birth_of(pending.call);
  Birth& birth = pending.birth;
  if (pending.call.via == Via::unknown) {  // nothing was read
    birth.flags_raw.reset();
    birth.exit_signal = ExitSignal{};
    birth.shares.reset();
  }
  if (orphan.identity) {
    const bool thread = orphan.identity->tgid != tid;
    birth.kind = thread ? Kind::thread : Kind::process;
    if (const ThreadGroup* family = graph_.by_tgid(thread ? orphan.identity->tgid : orphan.identity->ppid)) {
      pending.family = family->id;
    }
  }
  if (creator != nullptr) {
    pending.creator = creator->id;
    pending.family = creator->group;
    birth.creator = creator->id;
    pending.creators_path = creator->path;
    pending.nth = ++creator->births;
    std::erase_if(lost_creators_, [&](const LostCreator& lost) { return &lost == creator; });
  } else if (Lwp* parent = only_lwp(pending.family);
             parent != nullptr && pending.call.has(CLONE_UNTRACED) && !pending.call.has(CLONE_PARENT)) {
    // Its creator need not be dead. That of any other is, and its parent is who inherited it.
    pending.creator = parent->id;
    birth.creator = parent->id;
    pending.creators_path = parent->shared_path();
    pending.nth = ++parent->births;
  } else {
    pending.creators_path = std::make_shared<const std::string>("?");  // by whom is not known, and not guessed
    pending.nth = pending.id;
  }
  pending_ = std::move(pending);
  tell_birth(orphan.stop ? &*orphan.stop : nullptr);
  if (orphan.death) {
    if (Lwp* lwp = graph_.by_tid(tid)) die(*lwp, *orphan.death);
  } else if (orphan.stop) {
    let_go(tid, *orphan.stop);
  } else {
    resume(tid);
  }
}

}  // namespace lwptrace::model
