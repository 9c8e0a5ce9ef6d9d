// Snapshot: turns one stop of one task into a Fact, reading from the stopped task all that the model may need.
// It decides nothing and resumes nobody.
#pragma once

#include <lwptrace/backtrace.h>
#include <lwptrace/observation.h>
#include <lwptrace/trace.h>

#include <optional>

namespace lwptrace::engine {

struct Task {  // what the engine itself must remember of a traced task
  Tid tgid = 0;
  bool seen = false;                            // its first stop is behind it
  bool had_siblings = false;                    // its thread group ever held another thread
  std::uint64_t alive_at = 0;                   // deaths announced when it was last seen alive
  std::optional<std::uint64_t> death;           // the number under which its own was announced
  std::optional<WaitCall> waiting;              // entered: where its results will be stored
  bool changes_user = false;                    // entered: setuid or a relative
  std::optional<std::uint64_t> untraced_flags;  // entered: the flags that held CLONE_UNTRACED, to be put back
};

class Snapshot {
 public:
  Snapshot(Backtracer* backtracer, Detail detail)
      : backtracer_(backtracer), cpu_times_(detail != Detail::births), own_filters_(detail != Detail::births ? 1 : 0) {}

  // Each answers with nothing when the task was killed meanwhile (ESRCH): its death will be reported.
  [[nodiscard]] std::optional<Fact> newborn(Tid tid);
  [[nodiscard]] std::optional<Fact> birth(Tid tid, const Task& task);
  [[nodiscard]] std::optional<Fact> exec(Tid tid);
  [[nodiscard]] std::optional<Fact> filter_stop(Tid tid, Task& task);
  [[nodiscard]] std::optional<Fact> call_return(Tid tid, Task& task);
  [[nodiscard]] std::optional<Fact> signal(Tid tid, const Task& task, int signo);
  // Before the task is reaped: `tgid` 0 for one never seen before.
  [[nodiscard]] Death death(Tid tid, const Task* task, Status status);
  [[nodiscard]] Launched launched(Tid tid, bool ignores_sigchld);
  [[nodiscard]] static Identity identity(Tid tid);

 private:
  [[nodiscard]] bool has_other_filters(Tid tid) const;
  [[nodiscard]] std::vector<Frame> backtrace(Tid tid, Tid tgid, bool in_syscall);

  Backtracer* backtracer_;  // may be null
  bool cpu_times_;          // of the dead: one more file of /proc each
  int own_filters_;         // seccomp filters that are ours
  bool confined_ = false;   // every task is under a filter of somebody else's: lwptrace itself was, a container's
  bool nesting_ = false;    // some task has made or entered a pid namespace
};

}  // namespace lwptrace::engine
