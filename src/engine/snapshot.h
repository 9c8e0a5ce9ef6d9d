// Snapshot: turns one stop of one task into a Fact, reading from the stopped task all that the model may need.
// It decides nothing and resumes nobody.
#pragma once

#include <lwptrace/backtrace.h>
#include <lwptrace/observation.h>
#include <lwptrace/trace.h>

#include <memory>
#include <optional>
#include <vector>

#include "engine/ptrace.h"
#include "engine/stats.h"
#include "engine/undisturbed.h"
#include "engine/untraced.h"
#include "procfs/procfs.h"

namespace lwptrace::engine {

struct EnteredClone {
  CloneCall call;
  std::uint64_t sp = 0;
};

struct Task {  // what the engine itself must remember of a traced task; what few of them have is apart
  struct Rare {
    std::unique_ptr<WaitCall> waiting;     // entered: where its results will be stored
    std::unique_ptr<KillCall> sending;     // entered: a send, whose target_pid is as we count
    std::unique_ptr<EnteredClone> clone;   // entered: it need not be read again at its event
    std::unique_ptr<Undo> undo;            // entered a clone whose CLONE_UNTRACED was taken out
    std::unique_ptr<Disturbed> disturbed;  // an ignored signal woke it from a call, which is made again
  };
  Tid tgid = 0;
  Tid parent = 0;                  // the process whose child it was born, if that is known
  bool seen : 1 = false;           // its first stop is behind it
  bool had_siblings : 1 = false;   // its thread group ever held another thread
  bool kept : 1 = false;           // at a birth, when we are about to let go of all: it is to make no more
  bool signalled : 1 = false;      // a signal's delivery was looked at already
  bool in_known_exec : 1 = false;  // entered: an exec whose file could be read
  bool changes_user : 1 = false;   // entered: setuid or a relative
  bool changes_name : 1 = false;   // entered: prctl(PR_SET_NAME) with a name that could not be read
  bool in_told_call : 1 = false;   // unfiltered: the return of the call that it is in is wanted
  bool call_ended : 1 = false;     // by a group-stop, as it would untraced; until the task enters another
  bool death_announced : 1 = false;
  StopKind stop = StopKind::launch;  // the last one
  std::uint64_t announced = 0;  // so many announcements had been taken when it was last seen alive; of its death: which
  std::unique_ptr<Rare> rare;   // null: it has none of that

  [[nodiscard]] Rare& own_rare() {
    if (rare == nullptr) rare = std::make_unique<Rare>();
    return *rare;
  }
  [[nodiscard]] bool is_disturbed() const { return rare && rare->disturbed; }
};

class Snapshot {
 public:
  // `mark`: the tasks run under our filter, whose stops bear it.
  Snapshot(Backtracer* backtracer, Detail detail, std::optional<std::uint16_t> mark)
      : backtracer_(backtracer), detail_(detail), mark_(mark) {}

  // Each answers with nothing when the task was killed meanwhile (ESRCH): its death will be reported.
  [[nodiscard]] std::optional<Fact> newborn(Tid tid);
  [[nodiscard]] std::optional<Fact> birth(Tid tid, Task& task, int event);
  // `real_uid`: as waitid(2) told it with the stop.
  [[nodiscard]] std::optional<Fact> exec(Tid tid, Tid former, bool call_is_known, std::uint32_t real_uid);
  [[nodiscard]] std::optional<Fact> filter_stop(Tid tid, Task& task);
  // Without our filter, at the entry or the return of any call: nothing too where the filter would not have stopped it.
  [[nodiscard]] std::optional<Fact> unfiltered_call(Tid tid, Task& task);
  [[nodiscard]] std::optional<Fact> call_return(Tid tid, Task& task);
  [[nodiscard]] std::optional<Fact> signal(Tid tid, Task& task, int signo);
  // Before the task is reaped: `task` is null for one never seen before. `parent_lives`: whose child it is is known.
  [[nodiscard]] Death death(Tid tid, const Task* task, Status status, bool parent_lives);
  [[nodiscard]] Launched launched(Tid tid, bool ignores_sigchld);
  [[nodiscard]] Attached attached(Tid tid, Tid tgid);
  [[nodiscard]] static Identity identity(Tid tid);

 private:
  static void forget_entered(Task& task);
  [[nodiscard]] Fact entered(Tid tid, Task& task, const CallStop& at, Call call);
  void read_actions(Tid tid, Task& task, SignalStop& stop);
  void look_at_siblings(Tid tgid, Tid tid, int code, Death& death);
  [[nodiscard]] bool leader_goes_on(Tid tgid, const procfs::TaskStat& leader);
  void look_at_target(Tid tid, Task& task, KillCall& kill) const;
  [[nodiscard]] bool has_other_filters(Tid tid) const;
  [[nodiscard]] bool has_other_filters(const procfs::TaskStatus& status) const;
  bool learn_of(const Call& call);
  // Without `real_uid` /proc is asked for all.
  [[nodiscard]] std::optional<ExecStop> executes(Tid tid, Tid former, bool call_is_known,
                                                 std::optional<std::uint32_t> real_uid);
  // With what a leader that is dead already ended by its own call.
  [[nodiscard]] static std::optional<Status> ended_by_itself(Tid tgid);
  [[nodiscard]] Backtrace backtrace(Tid tid, Tid tgid, const Registers& registers, bool in_syscall);

  Backtracer* backtracer_;  // may be null
  Detail detail_;
  std::optional<std::uint16_t> mark_;
  bool confined_ = false;    // every task is under a filter of somebody else's: lwptrace itself was, a container's
  Tid killed_ = 0;           // the group whose leader was looked at when a signal ended it
  Tid announced_child_ = 0;  // the last birth's, and its call
  CloneCall announced_;
  procfs::KeptStats leaders_;
  bool kernel_threads_ = false;  // some process may have threads that the kernel made for it (io_uring), untraced
  bool nesting_ = false;         // some task has made or entered a pid namespace
  bool no_new_privs_ = true;     // some task may be under it, which exec tells nobody
};

}  // namespace lwptrace::engine
