// -ERESTARTNOHAND says to the kernel exactly what is wanted: make the call again, but EINTR if a handler is to run
// (arch_do_signal_or_restart). All of these calls answer EINTR only if they have done nothing yet. A call for the rest
// is made with other arguments, which its caller is not to find in its registers: they are put back, with what has been
// done, before anything but that call sees them. A signal may still come when the kernel has gone back to the call's
// instruction and not yet to the program (exit_to_user_mode_loop): so is the place behind it. An interrupt may even
// come in the program, before that instruction: the kernel knows of no call then, and is told of this one anew.
#include "engine/undisturbed.h"

#include <linux/io_uring.h>
#include <linux/ipc.h>
#include <lwptrace/names.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <string>
#include <utility>

#include "decoders/memory.h"
#include "engine/ptrace.h"
#include "engine/sockets.h"
#include "procfs/procfs.h"

namespace lwptrace::engine {

namespace {

constexpr std::int64_t erestartnohand = 514;
constexpr int none = -1;

constexpr bool is_restart(std::int64_t answer) { return answer <= -512 && answer >= -516; }

bool tells_of_a_broken_pipe(Tid tid) {  // which ended the call, and would again
  siginfo_t info{};
  return siginfo(tid, info) == 0 && info.si_signo == SIGPIPE;
}

enum class Timeout : std::uint8_t { none, milliseconds, timespec, timespec64, of_ring, of_receiving, of_sending };

struct Waiting {  // a call that answers EINTR by itself
  const char* call;
  Timeout kind;
  int timeout = none;  // which argument it is
  int mask = none;     // which has to be null: an ignored signal that was blocked until then ends the call untraced
  int timed_out = 0;
};
constexpr Waiting waiting_calls[] = {
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

template <class Word>
std::optional<Nanos> read_timespec(std::uint64_t address, const MemoryReader& memory) {
  const auto words = decoders::read_value<std::array<Word, 2>>(memory, address);
  return words ? std::optional(nanos((*words)[0], (*words)[1])) : std::nullopt;
}

std::optional<Wait> wait_on_socket(Tid tid, const SyscallFrame& call, const Waiting& waiting) {
  const auto socket = look_at_socket(tid, static_cast<int>(call.args[0]));
  if (!socket) return std::nullopt;
  const Nanos timeout = waiting.kind == Timeout::of_sending ? socket->sending : socket->receiving;
  if (timeout == 0) return std::nullopt;
  return Wait{timeout, socket->family == AF_UNIX ? -EAGAIN : waiting.timed_out};
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

// Then the one that the rest may raise stays pending, where nobody can take it back.
bool blocks_sigpipe(Tid tid) {
  std::uint64_t mask = 0;
  return signal_mask(tid, mask) != 0 || procfs::has_signal(mask, SIGPIPE);
}

}  // namespace

std::optional<Wait> wait_of(Tid tid, SyscallFrame call, const MemoryReader& memory) {
  const std::string name = single_call(call, memory);
  const auto* found = std::find_if(std::begin(waiting_calls), std::end(waiting_calls),
                                   [&](const Waiting& one) { return name == one.call; });
  if (found == std::end(waiting_calls)) return std::nullopt;
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

void let_call_go_on(Tid tid, std::unique_ptr<Disturbed>& disturbed, Nanos now, bool with_rest) {
  Registers registers;
  if (registers.read(tid) != 0) return;
  const std::int64_t answer = registers.result();
  const bool has_done_a_part = with_rest && may_have_a_rest(registers.syscall(), answer);
  if ((answer != -EINTR && !has_done_a_part) || registers.read_call(tid) != 0) return;
  const bool known = disturbed && registers.are_of(disturbed->call);
  const SyscallFrame call = known ? disturbed->call : registers.syscall();
  if (!known) disturbed.reset();
  std::optional<Rest> rest;
  if (has_done_a_part) {
    if ((known && disturbed->over) || tells_of_a_broken_pipe(tid)) return;
    rest = rest_of(tid, call, answer);
    if (!rest || (rest->spares_sigpipe && blocks_sigpipe(tid))) return;
  }
  if (!known) {
    const auto wait = rest ? rest->wait : wait_of(tid, call, TaskMemory(tid));
    if (!wait) return;
    disturbed = std::make_unique<Disturbed>(Disturbed{call, now + wait->timeout, wait->timed_out});
  }
  disturbed->made_again = disturbed->deadline > now;
  if (rest) {
    disturbed->done = answer;
    disturbed->over = !disturbed->made_again;
    disturbed->again = rest->call;
    disturbed->spares_sigpipe = rest->spares_sigpipe;
    if (disturbed->made_again) (void)registers.set_call(tid, rest->call, -erestartnohand);
    return;
  }
  disturbed->again = call;
  (void)registers.set_result(tid, disturbed->made_again ? -erestartnohand : disturbed->timed_out);
  if (!disturbed->made_again) disturbed.reset();
}

void put_back(Tid tid, Disturbed& disturbed) {
  Registers registers;
  if (!disturbed.made_again || registers.read(tid) != 0) return;
  // Once the kernel has prepared to make it again it does not know any more what a handler is to find.
  const bool is_prepared = registers.syscall().ip != disturbed.call.ip;
  if (disturbed.done == 0 && !is_prepared) return;
  disturbed.made_again = false;
  (void)registers.set_call(tid, disturbed.call, disturbed.done != 0 ? disturbed.done : -EINTR);
}

void let_call_end(Tid tid, std::unique_ptr<Disturbed>& disturbed) {
  if (!disturbed) return;
  Registers registers;
  put_back(tid, *disturbed);
  if (disturbed->done == 0 && registers.read(tid) == 0 && registers.result() == -erestartnohand) {
    (void)registers.set_result(tid, -EINTR);
  }
  disturbed.reset();
}

std::optional<std::int64_t> follow(Tid tid, std::unique_ptr<Disturbed>& disturbed, Nanos now) {
  CallStop at;
  Registers registers;
  const bool known = call_stop(tid, at) == 0 && registers.read_call(tid) == 0;
  const bool returns = known && at.where == CallStop::Where::return_;
  const bool same = known && disturbed->made_again && registers.syscall() == disturbed->again;
  if (same && !returns) return std::nullopt;
  if (!same) disturbed.reset();
  if (!returns) return std::nullopt;

  std::int64_t answer = registers.result();
  if (!same) return answer;
  const bool late = disturbed->deadline <= now;  // our interrupt has no stop of its own: this one clears it
  if (disturbed->done != 0) {
    const bool restarts = is_restart(answer);
    if (restarts && !late) return answer;  // by itself, but for a signal whose delivery follows
    disturbed->over = late || (answer <= 0 && answer != -EINTR);
    disturbed->spares_sigpipe = disturbed->spares_sigpipe && answer == -EPIPE;
    disturbed->done += std::max<std::int64_t>(answer, 0);
    put_back(tid, *disturbed);
    return answer;
  }
  // A connect that is made again finds the first one under way.
  const bool was_first = answer == -EALREADY && disturbed->timed_out == -EINPROGRESS;
  const bool woken = answer == -EINTR;
  if ((woken && late) || was_first) {
    answer = disturbed->timed_out;
    (void)registers.set_result(tid, answer);
  }
  disturbed->made_again = false;
  // A signal's delivery may follow.
  if (answer != -EINTR && !may_have_a_rest(disturbed->call, answer)) disturbed.reset();
  return answer;
}

}  // namespace lwptrace::engine
