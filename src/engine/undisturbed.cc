// -ERESTARTNOHAND says to the kernel exactly what is wanted: make the call again, but EINTR if a handler is to run
// (arch_do_signal_or_restart).
#include "engine/undisturbed.h"

#include <lwptrace/names.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "engine/ptrace.h"

namespace lwptrace::engine {

namespace {

constexpr std::int64_t erestartnohand = 514;
constexpr int none = -1;

struct Waiting {  // a call that answers EINTR by itself, and which of its arguments have to be null or -1
  const char* call;
  int timeout = none;  // for it to have no timeout
  int mask = none;  // for it to change no signal mask: an ignored signal that was blocked until then ends it untraced
};
constexpr Waiting calls[] = {
    {"epoll_wait", 3}, {"epoll_pwait", 3, 4}, {"epoll_pwait2", 3, 4}, {"rt_sigtimedwait", 2}, {"io_getevents", 4},
    {"semop"},         {"semtimedop", 3},
};

bool is_endless(const SyscallFrame& frame) {
  const std::string name = syscall_name(frame.abi, frame.nr);
  const auto* found =
      std::find_if(std::begin(calls), std::end(calls), [&](const Waiting& one) { return name == one.call; });
  if (found == std::end(calls)) return false;
  const auto argument = [&](int which) { return frame.args[static_cast<std::size_t>(which)]; };
  if (found->mask != none && argument(found->mask) != 0) return false;
  if (found->timeout == none) return true;
  const bool milliseconds = name == "epoll_wait" || name == "epoll_pwait";
  return milliseconds ? static_cast<std::int32_t>(argument(found->timeout)) < 0 : argument(found->timeout) == 0;
}

}  // namespace

void let_call_go_on(Tid tid) {
  Registers registers;
  if (registers.read_call(tid) != 0 || registers.result() != -EINTR || !is_endless(registers.syscall())) return;
  (void)registers.set_result(tid, -erestartnohand);
}

}  // namespace lwptrace::engine
