// One row a system call: its name, and how its arguments become a Call. The numbers of each ABI are looked up by name
// once. clone and its relatives are in clone.cc, exec in exec.cc.
#include "decoders/calls.h"

#include <lwptrace/names.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "decoders/clone.h"
#include "decoders/exec.h"
#include "decoders/memory.h"
#include "decoders/tables/numbers.h"

namespace lwptrace::decoders {
namespace {

struct Context {
  const SyscallFrame& frame;  // normalised
  const char* name;
  const MemoryReader& memory;

  // Registers hold 64 bits; the kernel reads the low half of what it declares as int, and its sign.
  [[nodiscard]] std::int32_t number(std::size_t i) const { return static_cast<std::int32_t>(frame.args[i]); }
  [[nodiscard]] std::uint64_t word(std::size_t i) const { return frame.args[i]; }
};

Call other(const Context& c) {
  OtherCall call;
  call.name = syscall_name(c.frame.abi, c.frame.nr);
  for (const std::uint64_t arg : c.frame.args) call.args.push_back({arg});
  return call;
}

Call clone(const Context& c) { return decode_clone_call(c.frame, c.memory); }
Call execve(const Context& c) { return decode_exec(c.frame, false, c.memory); }
Call execveat(const Context& c) { return decode_exec(c.frame, true, c.memory); }

Call wait4(const Context& c) {  // and waitpid: its arguments are the first three
  return WaitCall{
      .call = c.name, .id = c.number(0), .options = static_cast<std::uint32_t>(c.number(2)), .status_addr = c.word(1)};
}

Call waitid(const Context& c) {
  return WaitCall{.call = c.name,
                  .id = c.number(1),
                  .id_type = c.number(0),
                  .options = static_cast<std::uint32_t>(c.number(3)),
                  .info_addr = c.word(2)};
}

// kill(0) and a negative pid reach process groups, or everybody (-1).
Call kill(const Context& c) {
  return KillCall{.call = c.name,
                  .target = c.number(0),
                  .signo = c.number(1),
                  .scope = c.number(0) > 0 ? Scope::process : Scope::group};
}

Call tkill(const Context& c) {
  return KillCall{.call = c.name, .target = c.number(0), .signo = c.number(1), .scope = Scope::thread};
}

Call tgkill(const Context& c) {  // and rt_tgsigqueueinfo
  return KillCall{
      .call = c.name, .target = c.number(1), .tgid = c.number(0), .signo = c.number(2), .scope = Scope::thread};
}

Call sigqueue(const Context& c) {
  return KillCall{.call = c.name, .target = c.number(0), .signo = c.number(1), .scope = Scope::process};
}

Call pidfd_send_signal(const Context& c) {
  // PIDFD_SIGNAL_THREAD, _THREAD_GROUP, _PROCESS_GROUP (Linux 6.9); without any the kind of descriptor decides.
  constexpr std::uint32_t kThread = 1, kThreadGroup = 2, kProcessGroup = 4;
  const auto flags = static_cast<std::uint32_t>(c.number(3));
  const Scope scope = (flags & kThread) != 0         ? Scope::thread
                      : (flags & kThreadGroup) != 0  ? Scope::process
                      : (flags & kProcessGroup) != 0 ? Scope::group
                                                     : Scope::unknown;
  return KillCall{.call = c.name, .target = c.number(0), .signo = c.number(1), .scope = scope};
}

// The kernel wakes a joiner through a futex that is not private, whatever the thread's own memory looks like.
Call futex(const Context& c) {
  constexpr std::uint32_t kWait = 0, kWaitBitset = 9, kPrivate = 128, kClockRealtime = 256;
  const auto operation = static_cast<std::uint32_t>(c.number(1));
  const std::uint32_t command = operation & ~kClockRealtime;
  if ((operation & kPrivate) != 0 || (command != kWait && command != kWaitBitset)) return other(c);
  return FutexWaitCall{.addr = c.word(0), .expected = static_cast<std::uint32_t>(c.number(2)), .timed = c.word(3) != 0};
}

Call prctl(const Context& c) {
  constexpr int kSetName = 15, kSetChildSubreaper = 36;
  constexpr std::size_t kCommBytes = 15;  // TASK_COMM_LEN without its NUL
  if (c.number(0) == kSetName) {
    const auto name = read_string(c.memory, c.word(1), kCommBytes);
    return NameCall{.comm = name.text, .unreadable = name.text.empty() && name.cut};
  }
  if (c.number(0) == kSetChildSubreaper) return SubreaperCall{.on = c.word(1) != 0};
  return other(c);
}

// Of the actions only SIGCHLD's tells something about lives: who waits for the children.
Call rt_sigaction(const Context& c) {
  constexpr int kSigchld = 17;
  constexpr std::uint64_t kIgnore = 1, kNoChildWait = 2;  // SIG_IGN, SA_NOCLDWAIT
  if (c.number(0) != kSigchld || c.word(1) == 0) return other(c);
  const auto read = [&]<class Word>(Word) {
    const auto [handler, flags] = read_value<std::array<Word, 2>>(c.memory, c.word(1)).value_or(std::array<Word, 2>{});
    return ChildActionCall{.ignores = handler == kIgnore, .no_wait = (flags & kNoChildWait) != 0};
  };
  return c.frame.abi == Abi::x86_64 ? read(std::uint64_t{}) : read(std::uint32_t{});
}

Call set_tid_address(const Context& c) { return TidAddressCall{.addr = c.word(0)}; }

Call arch_prctl(const Context& c) {
  constexpr int kSetGs = 0x1001, kSetFs = 0x1002;
  const int code = c.number(0);
  if (code != kSetFs && code != kSetGs) return other(c);
  return TlsSetCall{.call = c.name, .code = code == kSetFs ? "ARCH_SET_FS" : "ARCH_SET_GS", .addr = c.word(1)};
}

// The argument is a struct user_desc; its second word is the base address.
Call set_thread_area(const Context& c) {
  const auto base = read_value<std::uint32_t>(c.memory, c.word(0) + sizeof(std::uint32_t));
  return TlsSetCall{.call = c.name, .addr = base ? *base : c.word(0)};
}

Call unshare(const Context& c) { return NamespaceCall{.call = c.name, .flags = c.word(0)}; }
Call setns(const Context& c) {
  return NamespaceCall{.call = c.name, .flags = static_cast<std::uint32_t>(c.number(1)), .fd = c.number(0)};
}

Call credentials(const Context& /*c*/) { return CredentialsCall{}; }

Call exit(const Context& c) { return ExitCall{.group = false, .code = c.number(0)}; }
Call exit_group(const Context& c) { return ExitCall{.group = true, .code = c.number(0)}; }

struct Row {
  const char* name;
  Call (*decode)(const Context&);
};

constexpr Row kRows[] = {
    {"clone", clone},
    {"clone3", clone},
    {"fork", clone},
    {"vfork", clone},
    {"execve", execve},
    {"execveat", execveat},
    {"wait4", wait4},
    {"waitpid", wait4},
    {"waitid", waitid},
    {"kill", kill},
    {"tkill", tkill},
    {"tgkill", tgkill},
    {"rt_sigqueueinfo", sigqueue},
    {"rt_tgsigqueueinfo", tgkill},
    {"pidfd_send_signal", pidfd_send_signal},
    {"futex", futex},
    {"futex_time64", futex},
    {"rt_sigaction", rt_sigaction},
    {"prctl", prctl},
    {"set_tid_address", set_tid_address},
    {"arch_prctl", arch_prctl},
    {"set_thread_area", set_thread_area},
    {"unshare", unshare},
    {"setns", setns},
    {"setuid", credentials},
    {"setreuid", credentials},
    {"setresuid", credentials},
    {"setuid32", credentials},
    {"setreuid32", credentials},
    {"setresuid32", credentials},
    {"exit", exit},
    {"exit_group", exit_group},
};

using ByNumber = std::array<const Row*, kNumbers>;

ByNumber look_up(Abi abi) {
  ByNumber rows{};
  for (std::size_t nr = 0; nr < kNumbers; ++nr) {
    const std::string name = syscall_name(abi, nr);
    const auto* row = std::find_if(std::begin(kRows), std::end(kRows), [&](const Row& r) { return name == r.name; });
    rows[nr] = row == std::end(kRows) ? nullptr : row;
  }
  return rows;
}

const Row* find(Abi abi, std::uint64_t nr) {
  const std::uint64_t place = place_of_call(abi, nr);
  return place < kNumbers ? of_abi<look_up>(abi)[place] : nullptr;
}

}  // namespace

Call decode_call(const SyscallFrame& registers, const MemoryReader& memory) {
  const SyscallFrame frame = normalised(registers);
  const Row* row = find(frame.abi, frame.nr);
  const Context context{frame, row != nullptr ? row->name : "", memory};
  return row != nullptr ? row->decode(context) : other(context);
}

}  // namespace lwptrace::decoders
