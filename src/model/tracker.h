// Tracker: the model. apply(Observation) → events for people and actions for the engine, and nothing else: no clock,
// no errno, no I/O. Each kernel story has its own file: birth.cc, exec.cc, calls.cc, signal.cc, exit.cc, family.cc.
//
// Arrival orders that it must hold (each is a unit test):
//   creator's event, then the child's first stop      the birth is told at the child's stop, with what the child shows
//   the child's first stop, then the creator's event  the child is held, unresumed, until the creator claims it
//   the child's death, then the creator's event       a tombstone waits for the claim
//   no claim at all: the creator was killed first       the child is adopted once no possible creator is left
#pragma once

#include <lwptrace/action.h>
#include <lwptrace/trace.h>

#include <deque>
#include <functional>
#include <set>
#include <unordered_map>
#include <vector>

#include "model/graph.h"

namespace lwptrace::model {

enum class Follow : std::uint8_t { all, threads, none };

struct TrackerOptions {
  Detail detail = Detail::life;
  Follow follow = Follow::all;  // what is told; everything is traced all the same
  std::uint64_t max_lwps = 0;   // 0: no limit. At the limit every traced task is killed
  std::uint64_t max_births = 0;
  bool tell_signals = true;
};

// What one observation gave. Kept and refilled by the caller: apply() only appends.
struct Step {
  std::vector<Event> events;
  std::vector<Action> actions;
  std::function<void()> full;  // if set, takes the events so far: the end of a process has one for each of its threads
};

class Tracker {
 public:
  explicit Tracker(TrackerOptions options) : options_(options) {}

  // Total on any observation in any order: what it does not expect becomes a plain resume, never an assertion.
  void apply(const Observation& observation, Step& step);

  // Nothing more will be observed: tells what is still held back.
  void finish(Nanos t, Step& step);

  // The counts so far. `reason` is the caller's, except that a guard that hit stays the reason.
  [[nodiscard]] TraceEnd end(Nanos t, EndReason reason) const;

  [[nodiscard]] std::size_t alive() const { return graph_.alive(); }
  [[nodiscard]] bool guard_hit() const { return guard_hit_; }
  [[nodiscard]] std::uint64_t births() const { return counts_.births; }
  [[nodiscard]] std::uint64_t signals() const { return counts_.signals; }

 private:
  struct PendingBirth {  // announced by its creator; the newborn's own first stop is still to come
    LwpId id = 0;
    LwpId creator = 0;
    GroupId family = 0;  // the creator's group
    Tid child = 0;
    SharedPath creators_path;
    std::uint32_t nth = 0;
    Nanos t = 0;
    Birth birth;
    CloneCall call;
  };
  struct LostCreator {  // it died inside clone: a newborn of it may never be announced
    LwpId id = 0;
    GroupId group = 0;
    SharedPath path;
    std::uint32_t births = 0;
    CloneCall call;
    Nanos entered = 0;
    Nanos died = 0;
  };
  struct Claim {  // of an orphan: who died in the call that made it
    LostCreator* only = nullptr;
    bool several = false;  // one of them
  };
  struct Orphan {  // stopped (or dead) before its creator announced it
    std::optional<NewbornStop> stop;
    std::optional<Death> death;
    std::optional<Identity> identity;
    Nanos t = 0;
    bool overdue = false;        // no creator claimed it for so long that none will
    LwpId claimant = 0;          // of several, one who may claim it
    std::optional<LwpId> maker;  // of several, one who is inside such a call; 0: nobody is, nor will be
  };

  struct Joiner {  // of a thread whose exit is not told yet
    LwpId by = 0;
    Address futex;
    Nanos since = 0;
    std::optional<Nanos> until;  // when it was seen to have left the call, or the joined to have died
    bool left = false;
  };
  struct DeferredBirth {  // its tid word is still that of an LWP whose death is about to be reported
    Tid creator = 0;
    BirthStop stop;
    Tid former_owner = 0;
  };

  [[nodiscard]] bool is_nobodys_deed(const Fact& fact) const;
  // birth.cc
  void on(Tid tid, const Launched& fact);
  void on(Tid tid, const Attached& fact);
  void on(Tid tid, const NewbornStop& fact);
  void on(Tid tid, const BirthStop& fact);
  void announce(Tid creator, const BirthStop& stop);
  void announce_deferred();
  void tell_birth(const NewbornStop* seen);
  // orphans.cc
  void look_for_lost_creators();
  void adopt_children_of_the_lost();
  void on(Tid tid, const Tick& fact);
  bool may_be_claimed(Tid tid, Orphan& orphan);
  bool may_have_made(const CloneCall& call, GroupId group, Tid tid, const Orphan& orphan);
  bool is_making(const Lwp& lwp, Tid tid, const Orphan& orphan);
  template <class Predicate>
  LwpId find_again(LwpId known, const Predicate& is_so);
  bool is_lost(Tid tid, Orphan& orphan);
  [[nodiscard]] Claim lost_creators_of(Tid tid, Orphan& orphan);
  [[nodiscard]] Lwp* only_lwp(GroupId id);
  void adopt(Tid tid);
  void adopt_dead_siblings(Tid tgid);
  // exec.cc
  void destroy_leader(Lwp& leader, const Lwp& caller);
  void on(Tid tid, const ExecStop& fact);
  // calls.cc
  void on(Tid tid, const EntryStop& fact);
  void on(Tid tid, const ForeignFilterStop& fact);
  void on(Tid tid, const ReturnStop& fact);
  void entered(Lwp& lwp, const Call& call);
  void enter_futex(Lwp& lwp, const FutexWaitCall& futex);
  void leave_futex(Lwp& lwp, const Fact& fact);
  void tell_held_failure(Lwp& lwp);
  void returned(Lwp& lwp, const CloneCall& call, const ReturnStop& fact);
  void tell_failure(Lwp& lwp, const CloneCall& call, int error, std::string why);
  void returned(Lwp& lwp, const ExecCall& call, const ReturnStop& fact);
  void returned(Lwp& lwp, const WaitCall& call, const ReturnStop& fact);
  void returned(Lwp& lwp, const KillCall& call, const ReturnStop& fact);
  void returned(Lwp& lwp, const FutexWaitCall& call, const ReturnStop& fact);
  void returned(Lwp& lwp, const NameCall& call, const ReturnStop& fact);
  void tell_name(Lwp& lwp, const std::string& comm);
  void returned(Lwp& lwp, const CredentialsCall& call, const ReturnStop& fact);
  void returned(Lwp& lwp, const NamespaceCall& call, const ReturnStop& fact);
  void returned(Lwp& lwp, const TlsSetCall& call, const ReturnStop& fact);
  void returned(Lwp& lwp, const OtherCall& call, const ReturnStop& fact);
  template <class T>
  void returned(Lwp&, const T&, const ReturnStop&) {}  // told at the entry
  // signal.cc
  void on(Tid tid, const SignalStop& fact);
  void on(Tid tid, const GroupStop& fact);
  void let_go(Tid newborn, const NewbornStop& stop);
  void on(Tid tid, const TrapStop& fact);
  void tell_escaped(const Lwp& parent, Tid child);
  [[nodiscard]] Tid aim_of(const Lwp& sender, const KillCall& call);
  void tell_send(Lwp& sender, const KillCall& call, int error, bool blocked = false);
  const KillCall* tell_sends_before(int signo, const ThreadGroup& target, const ThreadGroup* from = nullptr);
  [[nodiscard]] bool tells_an_end(ThreadGroup& parent, const SignalStop& fact);
  [[nodiscard]] Scope scope_of(const SignalStop& fact, const ThreadGroup* from, const ThreadGroup& to,
                               const KillCall* send) const;
  // exit.cc
  void on(Tid tid, const Death& fact);
  void on(Tid tid, const Lost& fact);
  Lwp& who_died(Lwp& leader);
  void die(Lwp& lwp, const Death& death);
  void tell_exit(const ThreadGroup& group, const HeldExit& one, How how, LwpId by);
  void tell_held_exits(ThreadGroup& group, How how_forced, LwpId by);
  void end_group(ThreadGroup& group, const Status& status);
  // family.cc
  void on(Tid tid, const Identity& fact);
  void reap(ThreadGroup& zombie, Reap told);
  void orphaned(ThreadGroup& group);
  void forget_the_reaped(ThreadGroup& parent);
  void hand_over_children(ThreadGroup& group, LwpId ended);

  void emit(LwpId lwp, Tid tid, Tid tgid, bool muted, EventBody&& body);
  void emit(const Lwp& lwp, EventBody&& body);
  void resume(Tid tid, Resume::Until until = Resume::Until::next_event, int signal = 0);
  void act(const Action& action) { step_->actions.push_back(action); }
  void guard();

  TrackerOptions options_;
  Graph graph_;
  Step* step_ = nullptr;  // where the observation at hand puts its results
  Nanos now_ = 0;
  std::uint64_t seq_ = 0;
  LwpId next_id_ = 1;
  TraceEnd counts_;
  std::uint64_t unfollowed_ = 0;  // births that were told, and nothing after them
  bool guard_hit_ = false;
  bool subreapers_ = false;  // somebody in the trace inherits orphans
  LwpId root_ = 0;
  bool under_way_ = false;   // nobody is found any more
  std::uint32_t roots_ = 0;  // processes that were attached to; found_: threads of the last of them so far
  std::uint32_t found_ = 0;
  SharedPath root_path_;
  std::optional<PendingBirth> pending_;
  std::optional<DeferredBirth> deferred_;
  std::unordered_map<Tid, Orphan> orphans_;
  std::deque<LostCreator> lost_creators_;  // the last few
  std::set<LwpId> senders_;                // inside a kill, tgkill …: a delivery may be seen before the call returns
  std::unordered_map<LwpId, std::vector<Joiner>> joins_;  // by the joined
};

}  // namespace lwptrace::model
