// Ignored signals and the calls that they must not disturb. The kernel drops a signal that is ignored when it is sent;
// for a traced task it queues it, so that the tracer sees it, and that wakes the task from its call. Most calls then go
// on by themselves (ERESTARTSYS and its kin); a few answer EINTR whatever woke them (signal(7)), and those are made
// again. What had done a part of its work answers with that; it is made again for the rest, and answers with both.
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

// Whether a call that answers `done` may have been woken with a part of its work done; also where 64-bit code's is not
// yet known to be of its own table or, by int 0x80, of i386's.
[[nodiscard]] bool may_have_a_rest(const SyscallFrame& call, std::int64_t done);

struct Rest {  // of a call that has done a part
  SyscallFrame call;
  Wait wait;
  bool spares_sigpipe = false;  // it may raise one that the whole call would not have
};
// Nothing: the call is to answer with its part.
[[nodiscard]] std::optional<Rest> rest_of(Tid tid, const SyscallFrame& call, std::int64_t done);

// A call that was made again. Its task runs under PTRACE_SYSCALL, so that another call is never taken
// for it.
struct Disturbed {
  SyscallFrame call;  // as the program made it
  Nanos deadline = 0;
  int timed_out = 0;
  bool made_again = false;  // is about to be entered, or was, and has not returned
  SyscallFrame again;       // … as which call
  std::int64_t done = 0;    // bytes, before it; 0: it is no call for the rest
  bool over = false;        // nothing more can be done
  bool spares_sigpipe = false;
};

// The task stands at the delivery of an ignored signal, or at our interrupt. The call that was left with EINTR for it
// is made again, unless a handled signal follows, or answers that its timeout is over. `with_rest`: so is one that has
// done a part. Without us the program would be left with another call's arguments: not where the kernel may let go.
void let_call_go_on(Tid tid, std::unique_ptr<Disturbed>& disturbed, Nanos now, bool with_rest);

// At any signal's delivery: a call that is about to be made again has answered EINTR, or with what is done, for now.
void put_back(Tid tid, Disturbed& disturbed);

// The task is stopped (SIGSTOP and its kin): its call ends with EINTR or its part, as it would untraced.
void let_call_end(Tid tid, std::unique_ptr<Disturbed>& disturbed);

// The task, which has one, stands at the entry or the return of a call. Nothing is left of it if that is another call
// or the end of its own; when it was woken with its timeout over, it answers so. What the call answers, at a return: of
// one for the rest, that alone.
[[nodiscard]] std::optional<std::int64_t> follow(Tid tid, std::unique_ptr<Disturbed>& disturbed, Nanos now);

}  // namespace lwptrace::engine
