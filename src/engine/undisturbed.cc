// -ERESTARTNOHAND says to the kernel exactly what is wanted: make the call again, but EINTR if a handler is to run
// (arch_do_signal_or_restart). All of these calls answer EINTR only if they have done nothing yet.
#include "engine/undisturbed.h"

#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/ipc.h>
#include <lwptrace/names.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

#include "decoders/memory.h"
#include "engine/ptrace.h"
#include "procfs/procfs.h"

namespace lwptrace::engine {

namespace {

constexpr std::int64_t erestartnohand = 514;
constexpr int none = -1;

enum class Timeout : std::uint8_t { none, milliseconds, timespec, timespec64, of_ring, of_receiving, of_sending };

struct Waiting {  // a call that answers EINTR by itself
  const char* call;
  Timeout kind;
  int timeout = none;  // which argument it is
  int mask = none;     // which has to be null: an ignored signal that was blocked until then ends the call untraced
  int timed_out = 0;
};
constexpr Waiting calls[] = {
    {"epoll_wait", Timeout::milliseconds, 3},
    {"epoll_pwait", Timeout::milliseconds, 3, 4},
    {"epoll_pwait2", Timeout::timespec64, 3, 4},
    {"io_getevents", Timeout::timespec, 4},
    {"rt_sigtimedwait", Timeout::timespec, 2, none, -EAGAIN},
    {"rt_sigtimedwait_time64", Timeout::timespec64, 2, none, -EAGAIN},
    {"semop", Timeout::none},
    {"semtimedop", Timeout::timespec, 3, none, -EAGAIN},
    {"semtimedop_time64", Timeout::timespec64, 3, none, -EAGAIN},
    {"io_uring_enter", Timeout::of_ring, 4, none, -ETIME},
    // Of a socket, and only when it has a timeout.
    {"read", Timeout::of_receiving, none, none, -EAGAIN},
    {"readv", Timeout::of_receiving, none, none, -EAGAIN},
    {"recvfrom", Timeout::of_receiving, none, none, -EAGAIN},
    {"recvmsg", Timeout::of_receiving, none, none, -EAGAIN},
    {"recvmmsg", Timeout::of_receiving, none, none, -EAGAIN},
    {"accept", Timeout::of_receiving, none, none, -EAGAIN},
    {"accept4", Timeout::of_receiving, none, none, -EAGAIN},
    {"write", Timeout::of_sending, none, none, -EAGAIN},
    {"writev", Timeout::of_sending, none, none, -EAGAIN},
    {"sendto", Timeout::of_sending, none, none, -EAGAIN},
    {"sendmsg", Timeout::of_sending, none, none, -EAGAIN},
    {"sendmmsg", Timeout::of_sending, none, none, -EAGAIN},
    {"connect", Timeout::of_sending, none, none, -EINPROGRESS},
};

constexpr Nanos second = 1'000'000'000;

Nanos nanos(std::int64_t seconds, Nanos rest) {
  constexpr std::int64_t for_ever = 1'000'000'000;  // a deadline must not overflow
  return std::clamp<std::int64_t>(seconds, 0, for_ever) * second + rest;
}

template <class Word>
std::optional<Nanos> read_timespec(std::uint64_t address, const MemoryReader& memory) {
  const auto words = decoders::read_value<std::array<Word, 2>>(memory, address);
  return words ? std::optional(nanos((*words)[0], (*words)[1])) : std::nullopt;
}

// What the socket itself has been told (SO_RCVTIMEO, SO_SNDTIMEO), through a copy of the task's descriptor (Linux 5.6;
// of a thread's, 6.9). Nothing but a socket is copied: to close another file may do things.
std::optional<Wait> wait_on_socket(Tid tid, const SyscallFrame& call, const Waiting& waiting) {
  const int fd = static_cast<int>(call.args[0]);
  const std::string link = "/proc/" + std::to_string(tid) + "/fd/" + std::to_string(fd);
  if (procfs::read_link(link.c_str()).rfind("socket:", 0) != 0) return std::nullopt;
  constexpr long of_thread = O_EXCL;  // PIDFD_THREAD
  int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, tid, of_thread));
  if (pidfd < 0) pidfd = static_cast<int>(::syscall(SYS_pidfd_open, tid, 0));
  if (pidfd < 0) return std::nullopt;
  const int copy = static_cast<int>(::syscall(SYS_pidfd_getfd, pidfd, fd, 0));
  ::close(pidfd);
  if (copy < 0) return std::nullopt;
  timeval timeout{};
  int family = AF_UNSPEC;
  socklen_t size = sizeof timeout, family_size = sizeof family;
  const int which = waiting.kind == Timeout::of_sending ? SO_SNDTIMEO : SO_RCVTIMEO;
  const bool known = ::getsockopt(copy, SOL_SOCKET, which, &timeout, &size) == 0 &&
                     ::getsockopt(copy, SOL_SOCKET, SO_DOMAIN, &family, &family_size) == 0;
  ::close(copy);
  if (!known || (timeout.tv_sec == 0 && timeout.tv_usec == 0)) return std::nullopt;
  return Wait{nanos(timeout.tv_sec, timeout.tv_usec * Nanos{1000}), family == AF_UNIX ? -EAGAIN : waiting.timed_out};
}

// i386 has two calls that stand for many, and programs still make them: which it is, with its own arguments.
std::string single_call(SyscallFrame& call, const MemoryReader& memory) {
  std::string name = syscall_name(call.abi, call.nr);
  const std::uint64_t which = call.args[0];
  if (name == "ipc" && (which == SEMOP || which == SEMTIMEDOP)) {
    call.args[3] = call.args[5];  // the timeout
    return which == SEMOP ? "semop" : "semtimedop";
  }
  constexpr const char* of_sockets[] = {"", "", "",        "connect",  "",       "accept",   "",
                                        "", "", "sendto",  "recvfrom", "sendto", "recvfrom", "",
                                        "", "", "sendmsg", "recvmsg",  "accept4"};
  if (name != "socketcall" || which >= std::size(of_sockets)) return name;
  const auto fd = decoders::read_value<std::uint32_t>(memory, call.args[1]);
  if (!fd) return name;
  call.args[0] = *fd;
  return of_sockets[which];
}

std::optional<Wait> wait_on_ring(const SyscallFrame& call, const Waiting& waiting, const MemoryReader& memory) {
  constexpr std::uint64_t absolute = 1 << 5, registered = 1 << 6;  // IORING_ENTER_ABS_TIMER, _EXT_ARG_REG
  const std::uint64_t flags = call.args[3], argument = call.args[4];
  if ((flags & registered) != 0) return std::nullopt;
  if ((flags & IORING_ENTER_EXT_ARG) == 0) return argument == 0 ? std::optional(Wait{}) : std::nullopt;  // its mask
  const auto more = decoders::read_value<io_uring_getevents_arg>(memory, argument);
  if (!more || more->sigmask != 0) return std::nullopt;
  if (more->ts == 0 || (flags & absolute) != 0) return Wait{};
  const auto timeout = read_timespec<std::int64_t>(more->ts, memory);
  return timeout ? std::optional(Wait{*timeout, waiting.timed_out}) : std::nullopt;
}

}  // namespace

std::optional<Wait> wait_of(Tid tid, SyscallFrame call, const MemoryReader& memory) {
  const std::string name = single_call(call, memory);
  const auto* found =
      std::find_if(std::begin(calls), std::end(calls), [&](const Waiting& one) { return name == one.call; });
  if (found == std::end(calls)) return std::nullopt;
  const auto argument = [&](int which) { return call.args[static_cast<std::size_t>(which)]; };
  if (found->mask != none && argument(found->mask) != 0) return std::nullopt;
  std::optional<Nanos> timeout;
  switch (found->kind) {
    case Timeout::none:
      return Wait{};
    case Timeout::milliseconds: {
      const auto ms = static_cast<std::int32_t>(argument(found->timeout));
      return ms < 0 ? Wait{} : Wait{ms * Nanos{1'000'000}, found->timed_out};
    }
    case Timeout::timespec:
    case Timeout::timespec64: {
      const std::uint64_t address = argument(found->timeout);
      if (address == 0) return Wait{};
      const bool narrow = call.abi == Abi::i386 && found->kind == Timeout::timespec;
      timeout = narrow ? read_timespec<std::int32_t>(address, memory) : read_timespec<std::int64_t>(address, memory);
      break;
    }
    case Timeout::of_ring:
      return wait_on_ring(call, *found, memory);
    case Timeout::of_receiving:
    case Timeout::of_sending:
      return wait_on_socket(tid, call, *found);
  }
  return timeout ? std::optional(Wait{*timeout, found->timed_out}) : std::nullopt;
}

void let_call_go_on(Tid tid, std::unique_ptr<Disturbed>& disturbed, Nanos now) {
  Registers registers;
  if (registers.read(tid) != 0 || registers.result() != -EINTR || registers.read_call(tid) != 0) return;
  const SyscallFrame call = registers.syscall();
  if (!disturbed || disturbed->call != call) {
    disturbed.reset();
    const auto wait = wait_of(tid, call, TaskMemory(tid));
    if (!wait) return;
    disturbed = std::make_unique<Disturbed>(Disturbed{call, now + wait->timeout, wait->timed_out});
  }
  disturbed->made_again = disturbed->deadline > now;
  (void)registers.set_result(tid, disturbed->made_again ? -erestartnohand : disturbed->timed_out);
  if (!disturbed->made_again) disturbed.reset();
}

void let_call_end(Tid tid, std::unique_ptr<Disturbed>& disturbed) {
  Registers registers;
  if (disturbed && registers.read(tid) == 0 && registers.result() == -erestartnohand) {
    (void)registers.set_result(tid, -EINTR);
  }
  disturbed.reset();
}

bool follow(Tid tid, std::unique_ptr<Disturbed>& disturbed, Nanos now) {
  CallStop at;
  Registers registers;
  const bool known = call_stop(tid, at) == 0 && registers.read_call(tid) == 0;
  const bool returns = at.where == CallStop::Where::return_;
  const bool same = known && disturbed->made_again && registers.syscall() == disturbed->call;
  if (same && !returns) return false;
  if (same) {
    // A connect that is made again finds the first one under way.
    const bool was_first = registers.result() == -EALREADY && disturbed->timed_out == -EINPROGRESS;
    const bool woken = registers.result() == -EINTR;
    const bool over = woken && disturbed->deadline <= now;  // our interrupt has no stop of its own: this one clears it
    if (over || was_first) (void)registers.set_result(tid, disturbed->timed_out);
    disturbed->made_again = false;
    if (woken && !over) return true;  // a signal's delivery follows
  }
  disturbed.reset();
  return returns;
}

}  // namespace lwptrace::engine
