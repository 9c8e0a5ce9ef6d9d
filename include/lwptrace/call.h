// Decoded system calls: what decoders make of a SyscallFrame, and what the model is told at a call's entry.
// Plain data. Flags stay raw; names.h names them.
#pragma once

#include <lwptrace/event.h>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace lwptrace {

// clone(2), clone3(2), fork(2), vfork(2), all in clone3's terms.
struct CloneCall {
  Via via = Via::unknown;
  Abi abi = Abi::x86_64;
  std::uint64_t flags_raw = 0;  // as passed; for fork and vfork what the kernel uses in their place (0x11, 0x4111)
  std::uint64_t flags = 0;      // without CSIGNAL
  int exit_signal = 0;          // 0: none. Threads have none whatever was passed
  std::uint64_t stack = 0;      // 0: the creator's own
  std::uint64_t stack_size = 0;
  std::uint64_t tls = 0, parent_tid = 0, child_tid = 0, pidfd = 0;  // as passed; meaningful where the flag is set
  std::uint64_t set_tid_addr = 0, set_tid_size = 0;
  std::vector<Tid> set_tid;  // read from the caller, at most 32
  std::uint64_t cgroup = 0;
  std::uint64_t args_size = 0;        // clone3: the size argument
  std::string args_tail;              // clone3: bytes beyond the struct we know, lower-case hex, at most 256 bytes
  bool unreadable = false;            // clone3: the struct could not be read (EFAULT will follow)
  std::uint64_t exit_signal_raw = 0;  // as passed: clone3's 64-bit field, clone's low byte
  bool operator==(const CloneCall&) const = default;

  [[nodiscard]] bool has(std::uint64_t flag) const { return (flags & flag) == flag; }
};

struct ExecCall {  // execve(2), execveat(2)
  std::string file;
  std::vector<std::string> argv;  // at most 64 words of 4096 bytes
  bool argv_cut = false;
  bool operator==(const ExecCall&) const = default;
};

struct WaitCall {  // wait4(2), waitpid(2), waitid(2)
  std::string call;
  std::int64_t id = -1;  // pid or id as passed
  int id_type = -1;      // waitid: P_ALL, P_PID, P_PGID, P_PIDFD
  std::uint64_t options = 0;
  std::uint64_t status_addr = 0;  // wait4: int *wstatus
  std::uint64_t info_addr = 0;    // waitid: siginfo_t *
  bool operator==(const WaitCall&) const = default;
};

struct KillCall {  // kill, tkill, tgkill, rt_sigqueueinfo, rt_tgsigqueueinfo, pidfd_send_signal
  std::string call;
  std::int64_t target = 0;  // pid, tid or descriptor as passed
  std::int64_t tgid = 0;    // tgkill, rt_tgsigqueueinfo
  int signo = 0;
  Scope scope = Scope::process;   // unknown: the kind of pidfd decides
  std::optional<Tid> target_pid;  // pidfd_send_signal: whom the descriptor stands for; the engine looks it up
  bool sure = false;              // a thread to itself, and not blocked: it cannot fail; the engine looks it up
  bool operator==(const KillCall&) const = default;
};

struct FutexWaitCall {  // futex(2) FUTEX_WAIT / FUTEX_WAIT_BITSET that is not private: what pthread_join does
  std::uint64_t addr = 0;
  std::uint32_t expected = 0;
  bool timed = false;  // it may end by its timeout
  bool operator==(const FutexWaitCall&) const = default;
};

struct TidAddressCall {
  std::uint64_t addr = 0;
  bool operator==(const TidAddressCall&) const = default;
};

struct TlsSetCall {
  std::string call;  // "arch_prctl", "set_thread_area"
  std::string code;  // "ARCH_SET_FS"
  std::uint64_t addr = 0;
  bool operator==(const TlsSetCall&) const = default;
};

struct NameCall {  // prctl(PR_SET_NAME)
  std::string comm;
  bool unreadable = false;
  bool operator==(const NameCall&) const = default;
};

struct SubreaperCall {  // prctl(PR_SET_CHILD_SUBREAPER)
  bool on = false;
  bool operator==(const SubreaperCall&) const = default;
};

struct ChildActionCall {  // rt_sigaction(SIGCHLD): whether children are to be waited for
  bool ignores = false;   // SIG_IGN
  bool no_wait = false;   // SA_NOCLDWAIT
  bool operator==(const ChildActionCall&) const = default;
};

struct CredentialsCall {  // setuid(2) and relatives: the uid may change
  bool operator==(const CredentialsCall&) const = default;
};

struct NamespaceCall {
  std::string call;  // "unshare", "setns"
  std::uint64_t flags = 0;
  int fd = -1;  // setns
  bool operator==(const NamespaceCall&) const = default;
};

struct ExitCall {  // exit(2), exit_group(2): seen with --detail all alone
  bool group = false;
  int code = 0;
  bool operator==(const ExitCall&) const = default;
};

struct OtherCall {  // any call that no other row explains
  std::string name;
  std::vector<Address> args;
  bool operator==(const OtherCall&) const = default;
};

using Call = std::variant<OtherCall, CloneCall, ExecCall, WaitCall, KillCall, FutexWaitCall, TidAddressCall, TlsSetCall,
                          NameCall, SubreaperCall, ChildActionCall, CredentialsCall, NamespaceCall, ExitCall>;

}  // namespace lwptrace
