// The process graph: who is alive, which thread group each belongs to, and whose child each group is.
// Only the living and the zombies not yet waited for are kept; what is over is in the events.
// Identity is the LwpId: a tid finds an LWP only while that LWP owns the tid.
#pragma once

#include <lwptrace/observation.h>

#include <array>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/words.h"

namespace lwptrace::model {

using GroupId = LwpId;  // a thread group is numbered after its first leader, and keeps the number through every exec

struct JoinTarget {  // whom a pthread_join in progress waits for
  LwpId lwp = 0;
  Tid tid = 0, tgid = 0;
  bool muted = false;
};

class TaskName {  // no longer than the kernel's (TASK_COMM_LEN)
 public:
  TaskName& operator=(std::string_view name);
  [[nodiscard]] std::string str() const { return text_.data(); }

 private:
  std::array<char, 16> text_{};
};

using SharedPath = std::shared_ptr<const std::string>;

struct Lwp {  // tens of thousands may sleep: it is kept small, and what few of them have is apart
  struct Rare {
    Nanos entered = 0;           // when the call below was entered
    std::unique_ptr<Call> call;  // entered and not yet returned
    JoinTarget joining;          // in a futex call: whose tid word it waits on
    LwpId doomed_by = 0;         // an exec of this LWP has destroyed it; its death is still to be reported
    std::unique_ptr<BirthFailed> held_failure;  // clone3 answered ENOSYS: a clone that follows makes it a fallback
    SharedPath path;                            // with those that it has made
  };
  LwpId id = 0;
  Tid tid = 0;
  GroupId group = 0;
  std::uint32_t nth = 0;        // of its creator's births
  SharedPath creators_path;     // null: it has no creator
  std::uint64_t clear_tid = 0;  // address that the kernel clears at the end (CLONE_CHILD_CLEARTID, set_tid_address)
  Nanos seen = 0;               // when it was last heard of
  TaskName comm;
  std::optional<std::uint32_t> uid;
  std::uint32_t births = 0;  // successful births so far: the nth of the next
  bool thread = false;       // as its path tells it
  bool muted = false;        // --follow: born, but not told about
  bool in_group_stop = false;

  [[nodiscard]] std::string path() const;
  [[nodiscard]] const SharedPath& shared_path();
  [[nodiscard]] const Rare& rare() const;  // of one that has none: all of it empty
  [[nodiscard]] Rare& own_rare();          // made if it has none
  std::unique_ptr<Call> take_call();       // it has left it

 private:
  std::unique_ptr<Rare> rare_;
};

// Why it ended is known when its group has ended, or by an exec. Ten thousand may be held at once: one is as small as
// the Lwp that it takes the place of, and what is asked of few kept apart. Status, times and the rest are as its Death
// had them.
struct HeldExit {
  struct Own {  // of one that was not taken along
    std::optional<Status> status;
    DeathOrder order;
    bool sigkill_pending = false;
  };
  struct Times {
    Nanos user = 0, system = 0;
  };
  LwpId lwp = 0;
  Tid tid = 0;
  bool muted = false;
  bool forced = false;   // taken along; else by a call of its own, and if that was exit_group, it ended the group
  bool cleared = false;  // its tid word
  Status status;
  std::unique_ptr<Own> own;
  std::optional<Nanos> cpu_ns;
  std::optional<Times> times;
};

struct ThreadGroup {
  GroupId id = 0;
  Tid tgid = 0;
  LwpId leader = 0;
  GroupId parent = 0;  // 0: outside the trace
  Tid ppid = 0;
  std::optional<Tid> last_ppid;  // when it died
  LwpId maker = 0;               // the thread of the parent that made it, or has inherited it; 0: not known
  std::uint64_t memory = 0;      // which address space: equal numbers share one
  std::uint64_t handlers = 0;    // which table of signal handlers
  std::optional<Tid> pgid, sid;
  std::vector<Tid> ns_tids;      // of its first leader in each pid namespace below ours, outermost first
  int exit_signal = 17;          // what its parent is sent at its end; SIGCHLD but for clone's users
  bool ignores_sigchld = false;  // its children reap themselves
  bool no_wait = false;          // SA_NOCLDWAIT: the same
  bool autoreap = false;         // CLONE_AUTOREAP: it reaps itself
  bool had_threads = false;
  bool leader_zombie = false;     // the leader was seen to have ended before its threads
  std::vector<LwpId> threads;     // alive, the leader among them
  std::vector<GroupId> children;  // alive or zombies
  std::size_t ask_at = 0;         // so many of them: who of the zombies has been waited for is asked of /proc
  LwpId ender = 0;                // who ended the group: called exit_group, or took the fatal signal
  int fatal_signal = 0;
  LwpId last_sender = 0;  // the thread that last sent a signal, and which
  int last_sent = 0;
  // Signals that its threads have sent to processes, and with a code of their choice to processes and threads: masks.
  std::uint64_t sent = 0, queued_to_process = 0, queued_to_thread = 0;
  LwpId killer = 0;                   // who sent the SIGKILL that will end it
  std::list<HeldExit> held;           // thousands at the end of some, none at that of most
  std::optional<Status> leaders_own;  // what the leader itself ended with, where somebody saw it
  std::optional<Status> zombie;       // all threads are gone; nobody has waited yet
  Nanos zombie_since = 0;
  bool muted = false;
};

class Graph {
 public:
  [[nodiscard]] Lwp* find(LwpId id);
  [[nodiscard]] Lwp* by_tid(Tid tid);
  [[nodiscard]] ThreadGroup* group(GroupId id);
  // Living or zombie thread group of that tgid.
  [[nodiscard]] ThreadGroup* by_tgid(Tid tgid);
  // The group that a thread of `who` means, or is told of, by `pid`: a number of its own pid namespace. In one below
  // ours a number is certain of itself and of its children only.
  [[nodiscard]] ThreadGroup* known_to(ThreadGroup& who, Tid pid);
  // Who led that group, even if it was waited for a little while ago; 0: nobody known.
  [[nodiscard]] LwpId leader_known_to(ThreadGroup& who, Tid pid);
  // Whether `pid`, as `who` counts, is or was just now a child of it with that exit signal.
  [[nodiscard]] bool has_child(ThreadGroup& who, Tid pid, int exit_signal);
  // Whether some thread group of the trace ever had that tgid.
  [[nodiscard]] bool ever_had(Tid tgid) const;
  // The group of a living LWP; every living LWP has one.
  [[nodiscard]] ThreadGroup& group_of(const Lwp& lwp);

  Lwp& add(LwpId id, Tid tid, GroupId group);
  ThreadGroup& add_group(GroupId id, Tid tgid, GroupId parent);
  void remember(Tid tgid);      // ever_had() is true of it from now on
  void remove(const Lwp& lwp);  // it is dead; its group stays
  void remove_group(GroupId id);
  // A non-leader's exec: `lwp` takes over the tid of its group.
  void take_leadership(Lwp& lwp, Tid tid);
  void set_parent(ThreadGroup& child, GroupId parent, Tid ppid);

  // pthread_join waits on the word that the kernel clears: whose word is it, in that address space? 0: nobody's.
  void set_clear_tid(Lwp& lwp, std::uint64_t address);
  [[nodiscard]] LwpId owner_of_word(std::uint64_t memory, std::uint64_t address);
  void new_memory(ThreadGroup& group);                                              // fork without CLONE_VM, exec
  void new_handlers(ThreadGroup& group, const ThreadGroup* shared_with = nullptr);  // at a birth, by an exec
  void act_on_child_end(ThreadGroup& by, bool ignores_sigchld, bool no_wait);       // all who share its handlers

  [[nodiscard]] std::size_t alive() const { return lwps_.size(); }
  [[nodiscard]] const std::unordered_map<Tid, Lwp>& lwps() const { return lwps_; }

 private:
  struct Id {
    LwpId id = 0;
    Tid tid = 0;
  };
  struct Reaped {  // what is still asked about a thread group of the past
    Tid tgid = 0;
    LwpId leader = 0;
    GroupId parent = 0;
    int exit_signal = 0;
    std::vector<Tid> ns_tids;
  };
  template <class Group>  // a thread group of today or of the past
  [[nodiscard]] static bool calls(const ThreadGroup& who, const Group& other, Tid pid);
  [[nodiscard]] std::vector<Id>::iterator find_id(LwpId id);
  [[nodiscard]] static std::uint64_t word_number(std::uint64_t memory, std::uint64_t address);
  void drop_word(const Lwp& lwp);

  std::unordered_map<Tid, Lwp> lwps_;
  std::vector<Id> ids_;  // in their order: the youngest, who ends first as a rule, is the last
  std::unordered_map<GroupId, ThreadGroup> groups_;
  std::unordered_map<Tid, GroupId> tgids_;
  Words words_;  // by word_number: of words in different memories two may have the same; whose each is shows
  std::deque<Reaped> reaped_;  // the last few: a SIGCHLD often comes after the wait
  std::uint64_t memories_ = 0, handlers_ = 0;
  bool shared_handlers_ = false;  // two processes ever shared theirs
  std::vector<bool> ever_;        // by tgid
};

}  // namespace lwptrace::model
