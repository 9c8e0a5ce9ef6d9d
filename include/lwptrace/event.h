// Event: one fact about one LWP, as people, renderers and recordings see it. Start here.
//
// An Event is plain data: no clock, no I/O, no pointers but to the frames of a Backtrace, which never change. The model
// (src/model) makes events, the recording (src/recording) writes and reads them as JSON Lines, the renderers draw them.
// Field names are those of docs/trace-format.md. A std::optional without value, an empty vector or an
// enumerator `unknown` means "not applicable or not observed", never zero. Next: trace.h.
#pragma once

#include <lwptrace/ids.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace lwptrace {

// How an LWP was made: the system call (clone(2), fork(2), vfork(2)), or how lwptrace itself met it.
enum class Via : std::uint8_t { unknown, launch, attach, fork, vfork, clone, clone3 };

// What people call it: `thread` when it joined its creator's thread group (CLONE_THREAD), else `process`.
enum class Kind : std::uint8_t { unknown, process, thread };

// The library call or habit that the flags are the mark of; `clone` when none is recognised.
enum class Idiom : std::uint8_t {
  unknown,
  pthread_create,
  fork,
  vfork,
  posix_spawn,
  linuxthreads,  // shares memory, files, fs and handlers without CLONE_THREAD, and has an exit signal
  clone_thread,  // CLONE_THREAD without a C library's TLS and tid words (Go, hand-written threads)
  clone,
};

enum class Scope : std::uint8_t { unknown, thread, process, kernel, group };
enum class Disposition : std::uint8_t { unknown, handler, ignore, default_action };  // recorded as "default"
enum class Effect : std::uint8_t { unknown, none, handled, stop, continue_, terminate, core };

// Why an LWP ended. `group`: taken along by a sibling's exit_group or fatal signal; `exec`: by a sibling's exec.
enum class How : std::uint8_t { unknown, exit, exit_group, signal, group, exec, lost };

// A wait status taken apart (wait(2)): exactly one of code and signal is set.
struct Status {
  std::optional<int> code;    // 0..255
  std::optional<int> signal;  // signal number
  bool core = false;
  bool operator==(const Status&) const = default;
};

// An exit signal as clone(2) has it: -1 not observed, 0 none (recorded as null), else the signal number.
struct ExitSignal {
  int signo = -1;
  bool operator==(const ExitSignal&) const = default;
};

struct Frame {  // one line of a backtrace, innermost first
  Address ip;
  std::string symbol;
  std::optional<std::uint64_t> offset;  // bytes from the start of the symbol
  std::string module;                   // path of the mapped file
  std::string file;                     // source file
  std::optional<int> line;
  bool operator==(const Frame&) const = default;
};

// The frames of one backtrace, which never change and which its copies share: a program calls from few places, and
// each has its frames made, and written as text, once. They may be made late, by whichever thread reads them first:
// names and source lines are slow to find, and who captures a backtrace keeps a task waiting.
class Backtrace {
 public:
  using value_type = Frame;
  using const_iterator = std::vector<Frame>::const_iterator;

  Backtrace() = default;
  Backtrace(std::vector<Frame> frames)  // NOLINT(google-explicit-constructor): it is its frames
      : late_(frames.empty() ? nullptr : std::make_shared<Late>(nullptr, std::move(frames))) {}
  Backtrace(std::initializer_list<Frame> frames) : Backtrace(std::vector<Frame>(frames)) {}
  // `make` is called once, at the first look at a frame, and dropped then. It gives one frame or more.
  explicit Backtrace(std::function<std::vector<Frame>()> make) : late_(std::make_shared<Late>(std::move(make))) {}

  [[nodiscard]] bool empty() const { return late_ == nullptr; }
  [[nodiscard]] std::size_t size() const { return frames().size(); }
  [[nodiscard]] const_iterator begin() const { return frames().begin(); }
  [[nodiscard]] const_iterator end() const { return frames().end(); }
  const Frame& operator[](std::size_t i) const { return frames()[i]; }
  bool operator==(const Backtrace& other) const { return shares_with(other) || frames() == other.frames(); }

  // Are the frames there, so that reading them takes no time?
  [[nodiscard]] bool is_made() const { return !late_ || late_->is_made; }
  // Is the one a copy of the other?
  [[nodiscard]] bool shares_with(const Backtrace& other) const { return late_ == other.late_; }

 private:
  struct Late {
    Late(std::function<std::vector<Frame>()> how, std::vector<Frame> already = {})
        : is_made(how == nullptr), make(std::move(how)), frames(std::move(already)) {}
    std::once_flag once;
    std::atomic<bool> is_made;
    std::function<std::vector<Frame>()> make;
    std::vector<Frame> frames;
  };

  [[nodiscard]] const std::vector<Frame>& frames() const {
    static const std::vector<Frame> kNone;
    if (!late_) return kNone;
    if (late_->is_made) return late_->frames;
    std::call_once(late_->once, [&late = *late_] {
      late.frames = late.make();
      late.make = nullptr;
      late.is_made = true;
    });
    return late_->frames;
  }

  std::shared_ptr<Late> late_;  // null: none
};

struct Tls {
  Address value;                   // what the creator passed (CLONE_SETTLS)
  std::optional<Address> fs_base;  // the child's FS base at its first stop
  std::optional<bool> matches;     // value == fs_base
  bool operator==(const Tls&) const = default;
};

struct ParentTid {  // CLONE_PARENT_SETTID: where the kernel stores the child's tid in the creator
  Address addr;
  std::optional<Tid> value;  // read back at the birth
  bool operator==(const ParentTid&) const = default;
};

struct ChildTid {  // CLONE_CHILD_SETTID / CLONE_CHILD_CLEARTID
  Address addr;
  bool set = false;
  bool clear = false;
  std::optional<Tid> value;  // read back at the child's first stop
  bool operator==(const ChildTid&) const = default;
};

// What a newborn shares with its creator (true) or has a copy of (false).
struct Shares {
  bool vm = false;
  bool fs = false;
  bool files = false;
  bool sighand = false;
  bool sysvsem = false;
  bool io = false;
  bool thread_group = false;
  bool parent = false;              // CLONE_PARENT: the creator's parent is the child's parent
  std::vector<std::string> new_ns;  // namespaces made at this birth: "pid", "net", "user", …
  bool operator==(const Shares&) const = default;
};

struct Birth {
  std::string path;  // schedule-independent name: "1", "1/2.1"
  Via via = Via::unknown;
  Kind kind = Kind::unknown;
  Idiom idiom = Idiom::unknown;
  std::optional<LwpId> creator;  // the LWP that called
  std::optional<LwpId> parent;   // leader of the real parent's thread group
  std::optional<Tid> ppid, pgid, sid;
  std::optional<Address> flags_raw;  // as passed: the low byte of clone's is the exit signal; names are derived
  ExitSignal exit_signal;
  std::optional<Address> stack;             // clone3: lowest byte; clone: the stack pointer passed
  std::optional<std::uint64_t> stack_size;  // bytes
  std::optional<Tls> tls;
  std::optional<ParentTid> parent_tid;
  std::optional<ChildTid> child_tid;
  std::optional<int> pidfd;  // the descriptor number read back
  std::vector<Tid> set_tid;
  std::optional<int> cgroup;               // descriptor (CLONE_INTO_CGROUP)
  std::optional<std::uint64_t> args_size;  // clone3: bytes of struct clone_args the caller passed
  std::string args_tail;                   // clone3: bytes beyond the struct that we know, as lower-case hex
  std::string fallback;                    // "clone3": clone3 answered ENOSYS, then clone made this LWP
  std::optional<Shares> shares;            // nothing: not known, as of what was attached to
  std::vector<Tid> ns_tids;                // tid in each nested pid namespace, outermost first
  Abi abi = Abi::unknown;
  std::optional<Nanos> duration_ns;  // from the call's entry to the birth, where the entry was seen
  Backtrace backtrace;
  std::string comm;
  std::optional<std::uint32_t> uid;
  bool followed = true;           // false: --follow leaves it out, and nothing more is told of it
  std::string file;               // attach: what the process was executing,
  std::vector<std::string> argv;  // and with which words
  bool operator==(const Birth&) const = default;
};

struct BirthFailed {
  Via via = Via::unknown;
  std::optional<Address> flags_raw;
  ExitSignal exit_signal;
  int error = 0;                           // errno; recorded by name as "errno"
  std::string why;                         // the rule that was broken, in words
  std::optional<std::uint64_t> args_size;  // clone3
  std::string args_tail;
  bool operator==(const BirthFailed&) const = default;
};

struct Exec {
  std::string file;
  std::vector<std::string> argv;
  bool argv_cut = false;          // argv was longer than what is kept
  std::string comm;               // the name the kernel gave it
  std::optional<Tid> former_tid;  // a non-leader thread called: its tid until now
  std::vector<LwpId> replaced;    // LWPs that this exec destroyed
  Abi abi = Abi::unknown;
  std::optional<std::uint32_t> uid;
  bool privilege_dropped = false;  // the file is set-user-ID or set-group-ID, and that had no effect
  bool operator==(const Exec&) const = default;
};

struct ExecFailed {
  std::string file;
  int error = 0;
  bool operator==(const ExecFailed&) const = default;
};

struct Comm {
  std::string comm;
  std::string former;
  bool operator==(const Comm&) const = default;
};

struct Sender {
  Tid pid = 0;
  std::optional<std::uint32_t> uid;
  std::optional<LwpId> lwp;  // where the sender belongs to the trace
  bool operator==(const Sender&) const = default;
};

struct Signal {  // a delivery (sigaction(2), siginfo_t)
  int signo = 0;
  int code = 0;  // si_code; recorded by name
  std::optional<Sender> sender;
  Scope scope = Scope::unknown;
  Disposition disposition = Disposition::unknown;
  Effect effect = Effect::unknown;
  std::optional<Address> addr;        // fault address (SIGSEGV, SIGBUS …); behind the call (SIGSYS)
  std::optional<int> status;          // a child's end: si_status
  std::optional<std::int64_t> value;  // sigqueue(3): si_value
  Backtrace backtrace;                // with -k, for fatal signals
  std::string syscall;                // SIGSYS: the call that was refused
  bool operator==(const Signal&) const = default;
};

struct Kill {        // a send, seen at its caller
  std::string call;  // "kill", "tgkill", "rt_sigqueueinfo", "pidfd_send_signal" …
  int signo = 0;
  std::int64_t target = 0;          // as passed: pid, -pgid, tid or descriptor
  std::optional<LwpId> target_lwp;  // where it belongs to the trace
  Scope scope = Scope::unknown;     // thread, process, or group (kill of 0 or a negative pid)
  int error = 0;                    // 0 when sent
  bool blocked = false;             // sent, and waits: whoever could take it blocks it
  bool operator==(const Kill&) const = default;
};

struct Stop {  // group-stop
  int signo = 0;
  Scope scope = Scope::group;
  bool operator==(const Stop&) const = default;
};

struct Continue {
  int signo = 0;
  Scope scope = Scope::group;
  bool operator==(const Continue&) const = default;
};

struct Exit {
  How how = How::unknown;
  Status status;
  std::optional<LwpId> by;      // the LWP that caused it
  bool leader_zombie = false;   // a leader that ended before its threads
  std::optional<Nanos> cpu_ns;  // time on a CPU, exact (schedstat)
  std::optional<Nanos> utime_ns, stime_ns;
  std::optional<bool> child_tid_cleared;
  bool operator==(const Exit&) const = default;
};

struct Reap {
  LwpId by = 0;  // 0: nobody in the trace
  Status status;
  std::string call;  // "wait4", "waitid"; empty when automatic
  std::optional<Nanos> zombie_ns;
  bool automatic = false;    // recorded as "auto": SIGCHLD ignored, or the kernel reaped it
  std::optional<Tid> asked;  // the call named this pid alone, and would have waited for its end (no WNOHANG)
  bool operator==(const Reap&) const = default;
};

struct Join {
  LwpId by = 0;
  Address futex;
  std::optional<Nanos> waited_ns;
  bool operator==(const Join&) const = default;
};

struct Reparent {
  std::optional<LwpId> from;  // leader of the former parent's thread group
  Tid to_pid = 0;
  std::optional<LwpId> to_lwp;
  std::string why;  // "subreaper", "init", "thread"
  bool operator==(const Reparent&) const = default;
};

struct TidAddress {  // set_tid_address(2)
  Address addr;
  int error = 0;
  bool operator==(const TidAddress&) const = default;
};

struct TlsCall {  // arch_prctl(ARCH_SET_FS / ARCH_SET_GS), set_thread_area(2)
  std::string call;
  std::string code;  // "ARCH_SET_FS" …
  Address addr;
  int error = 0;
  bool operator==(const TlsCall&) const = default;
};

struct Namespace {  // unshare(2), setns(2)
  std::string call;
  std::optional<Address> flags_raw;  // names are derived
  std::optional<int> fd;             // setns
  int error = 0;
  bool operator==(const Namespace&) const = default;
};

struct Escaped {  // a birth that the kernel does not let us follow
  std::string what;
  std::string why;
  bool operator==(const Escaped&) const = default;
};

struct Syscall {  // --detail all: a call that no other event tells of
  std::string name;
  std::vector<Address> args;
  std::optional<std::int64_t> ret;
  bool operator==(const Syscall&) const = default;
};

using EventBody = std::variant<Birth, BirthFailed, Exec, ExecFailed, Comm, Signal, Kill, Stop, Continue, Exit, Reap,
                               Join, Reparent, TidAddress, TlsCall, Namespace, Escaped, Syscall>;

struct Event {
  std::uint64_t seq = 0;  // 1, 2, 3 … without gaps
  Nanos t = 0;
  LwpId lwp = 0;  // whom it happened to
  Tid tid = 0;
  Tid tgid = 0;
  EventBody body;
  bool operator==(const Event&) const = default;
};

// Null where there can be none.
[[nodiscard]] inline const Backtrace* backtrace_of(const Event& event) {
  if (const auto* birth = std::get_if<Birth>(&event.body)) return &birth->backtrace;
  if (const auto* signal = std::get_if<Signal>(&event.body)) return &signal->backtrace;
  return nullptr;
}

// The `type` under which an event is recorded: "birth", "birth_failed", "exec" …
[[nodiscard]] const char* type_name(const EventBody& body);

}  // namespace lwptrace
