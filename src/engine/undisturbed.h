// Ignored signals and the calls that they must not disturb. The kernel drops a signal that is ignored when it is sent;
// for a traced task it queues it, so that the tracer sees it, and that wakes the task from its call. Most calls then go
// on by themselves (ERESTARTSYS and its kin); a few answer EINTR whatever woke them (signal(7)), and those are made
// again.
//
// Since when a call with a timeout has waited is known to the kernel alone. So it is made again with the whole of it,
// at the first such signal, and followed from there: however many signals come, it ends a timeout after the first of
// them.
#pragma once

#include <lwptrace/backtrace.h>
#include <lwptrace/ids.h>
#include <lwptrace/syscall_frame.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>

namespace lwptrace::engine {

struct Wait {  // of a call that was left with EINTR
  static constexpr Nanos endless = std::numeric_limits<Nanos>::max() / 2;
  Nanos timeout = endless;
  int timed_out = 0;  // what it answers when the timeout is over
  bool operator==(const Wait&) const = default;
};

// Nothing: this call is to keep its EINTR.
[[nodiscard]] std::optional<Wait> wait_of(Tid tid, SyscallFrame call, const MemoryReader& memory);

// A call that was made again. Its task runs under PTRACE_SYSCALL, so that another call is never taken
// for it.
struct Disturbed {
  SyscallFrame call;
  Nanos deadline = 0;
  int timed_out = 0;
  bool made_again = false;  // is about to be entered, or was, and has not returned
};

// The task stands at the delivery of an ignored signal, or at our interrupt. The call that was left with EINTR for it
// is made again, unless a handled signal follows, or answers that its timeout is over.
void let_call_go_on(Tid tid, std::unique_ptr<Disturbed>& disturbed, Nanos now);

// The task is stopped (SIGSTOP and its kin): its call ends with EINTR, as it would untraced.
void let_call_end(Tid tid, std::unique_ptr<Disturbed>& disturbed);

// The task, which has one, stands at the entry or the return of a call. Nothing is left of it if that is another call
// or the end of its own; when it was woken with its timeout over, it answers so. Whether it is a return.
[[nodiscard]] bool follow(Tid tid, std::unique_ptr<Disturbed>& disturbed, Nanos now);

}  // namespace lwptrace::engine
