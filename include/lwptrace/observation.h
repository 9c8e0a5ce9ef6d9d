// Observation: what the kernel told us at one stop (or death) of one tracee; the sole input of the model.
// It is immutable once made and holds every input that varies: no reader of it needs the tracee, a clock or /proc.
// The engine (src/engine) makes them live; unit tests write them as literals. The answer to one is a list of Actions.
// The stops are those of ptrace(2) under PTRACE_SEIZE.
#pragma once

#include <lwptrace/call.h>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace lwptrace {

// The launched program has passed its execve: its LWP is the root of the trace.
struct Launched {
  std::string file;
  std::vector<std::string> argv;
  std::string comm;
  Abi abi = Abi::x86_64;
  std::optional<Tid> ppid, pgid, sid;
  std::optional<std::uint32_t> uid;
  bool ignores_sigchld = false;  // inherited: children will reap themselves
  bool privilege_dropped = false;
};

// A task that was there when lwptrace attached to its process: the leader of one comes first, its other threads follow
// by tid, and all come before anything else is observed. It is not resumed: its first stop is still to come.
struct Attached {
  Tid tgid = 0;
  bool ended = false;   // a leader that had ended before its threads: it is no tracee
  bool worker = false;  // a thread of the kernel's own in that process (io_uring's, vhost's): nor is that
  std::optional<Tid> ppid, pgid, sid;
  std::vector<Tid> ns_tids;
  Abi abi = Abi::unknown;
  std::optional<Address> fs_base;
  std::optional<ChildTid> child_tid;
  ExitSignal exit_signal;
  bool ignores_sigchld = false;
  std::string comm;
  std::optional<std::uint32_t> uid;
  std::string file;  // what a process executes, and with which words
  std::vector<std::string> argv;
};

// The first stop of a task that the kernel attached by itself because its creator is traced.
struct NewbornStop {
  std::optional<CloneCall> call;  // a newborn's registers are its creator's: the call that made it
  std::optional<Address> fs_base;
  std::optional<Tid> child_tid_value;  // CLONE_CHILD_SETTID: what the kernel stored
  std::optional<Tid> pgid, sid;
  std::vector<Tid> ns_tids;
  int group_stop = 0;  // its group was stopped by this signal before its first instruction: it is in group-stop with it
};

// /proc/TID/status at that moment: the answer to Action Identify, or gone.
struct Identity {
  bool gone = false;
  Tid tgid = 0;
  Tid ppid = 0;
  std::optional<std::uint32_t> uid;
};

// PTRACE_EVENT_CLONE, _FORK or _VFORK at the creator. Which of the three says nothing that the flags do not.
struct BirthStop {
  Tid child = 0;
  CloneCall call;
  std::optional<Tid> parent_tid_value;
  std::optional<int> pidfd_value;
  std::optional<Identity> childs;  // where the call could not be read: the creator is killed, its memory gone
  Backtrace backtrace;
  // clone alone: a filter of somebody else's refused the clone3 that the caller had prepared; its call stopped nobody.
  bool clone3_refused = false;
};

// PTRACE_EVENT_EXEC. The tid is already the thread group's; former_tid is who called. Without file and argv where an
// EntryStop before it had them.
struct ExecStop {
  Tid former_tid = 0;
  std::string file;
  std::vector<std::string> argv;
  bool argv_cut = false;
  std::string comm;
  Abi abi = Abi::x86_64;
  std::optional<std::uint32_t> uid;
  bool privilege_dropped = false;  // the file is set-user-ID or set-group-ID, and to no effect
};

// Our seccomp filter stopped a call at its entry.
struct EntryStop {
  Call call;
  std::optional<Status> leaders_own;  // ExecCall of a thread whose leader had ended before: with what
};

// A filter of the tracee's own asked for a tracer (SECCOMP_RET_TRACE): without one the call answers ENOSYS.
struct ForeignFilterStop {
  Call call;
};

// The syscall-exit-stop after an EntryStop that the model asked to be followed to its return.
struct ReturnStop {
  std::int64_t ret = 0;              // value or -errno (-512..-516: the kernel will restart the call)
  std::optional<Tid> waited;         // WaitCall: whose status was collected, 0 for none
  std::optional<int> wait_status;    // WaitCall: the status word that the caller was given (waitid: rebuilt as one)
  std::optional<std::uint32_t> uid;  // CredentialsCall
  std::optional<std::string> comm;   // NameCall whose name could not be read: what the caller is called now
  bool blocked = false;              // KillCall: the signal is pending, and whoever could take it blocks it
};

// signal-delivery-stop: the signal is about to be delivered.
struct SignalStop {
  int signo = 0;
  int code = 0;
  std::optional<Sender> sender;  // without lwp: the model finds it
  std::optional<Address> addr;
  std::optional<int> status;  // in the layout of a child's end, which others' codes may look like
  std::optional<std::int64_t> value;
  std::optional<std::uint64_t> ignored, caught;  // SigIgn, SigCgt of /proc/TID/status, where read
  Backtrace backtrace;
  std::vector<Tid> ns_tids;  // of the receiver in each pid namespace below ours, where read
  std::string syscall;       // SIGSYS
};

struct GroupStop {  // PTRACE_EVENT_STOP with a stopping signal
  int signo = 0;
};

struct TrapStop {
};  // PTRACE_EVENT_STOP with SIGTRAP of a known task: it goes on after a group-stop, or was interrupted

// What /proc/TGID/task/TID/stat says of a task while it is still there; a zombie still is.
struct TaskPeek {
  bool zombie = false;           // state Z or X
  bool exiting = false;          // PF_EXITING: in exit, by its own call unless it was killed
  bool killed = false;           // PF_SIGNALED: forced to end by a signal, an exit_group or an exec of another
  bool sigkill_pending = false;  // exit_group and exec send one to every sibling, even to one in exit already
  bool operator==(const TaskPeek&) const = default;
};

// When a task died among others: the kernel announces deaths by SIGCHLD at once, waits report them in any order. The
// announcements are numbered; one that comes while another is pending is merged into it and its task not named.
struct DeathOrder {
  std::uint64_t first = 0, last = 0;  // the announcement that it came with is one of these
  bool named = false;                 // … and is known: no death that was merged into the same one came before it
  // Certainly earlier than `other`; two deaths may be in no certain order.
  [[nodiscard]] bool before(const DeathOrder& other) const {
    return last < other.first || (last == other.first && named && !other.named);
  }
  bool operator==(const DeathOrder&) const = default;
};

// The task is dead and was reaped by us, the tracer. A wait status alone tells neither who called exit_group nor what
// a thread's own code was: the kernel gives the group's to every thread. What /proc said before the reaping does.
struct Death {
  Status status;              // as wait gives it
  std::optional<Status> own;  // what the thread itself ended with
  std::optional<TaskPeek> self;
  bool group_goes_on = false;         // after this death another thread of the group was neither dead nor about to end
  bool leader_is_over = false;        // … while the leader had ended, by its own call
  std::optional<Status> leaders_own;  // with what the leader had ended by its own call, where it was dead already
  DeathOrder order;
  std::optional<Tid> ppid;  // of a leader: whose child it was then
  std::optional<Nanos> cpu_ns, utime_ns, stime_ns;
  std::optional<Identity> identity;  // of a task that the engine had never seen before
};

// The task vanished without a death report (ptrace answered ESRCH and nothing more came), or was let go.
struct Lost {};

// Time has passed (about every 100 ms while anything is held back); tid is 0.
struct Tick {};

using Fact = std::variant<Launched, NewbornStop, BirthStop, ExecStop, EntryStop, ForeignFilterStop, ReturnStop,
                          SignalStop, GroupStop, TrapStop, Death, Identity, Lost, Tick, Attached>;

struct Observation {
  Nanos t = 0;
  Tid tid = 0;
  Fact fact;
};

}  // namespace lwptrace
