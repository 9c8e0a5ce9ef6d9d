// Action: what the model asks the engine to do after an Observation. The engine carries it out and decides nothing.
#pragma once

#include <lwptrace/ids.h>

#include <cstdint>
#include <variant>

namespace lwptrace {

// Let a stopped task go on: freely, to the return of the call it is about to make (PTRACE_SYSCALL), or listening in
// its group-stop (PTRACE_LISTEN). `signal` is delivered on the way, 0 for none.
struct Resume {
  enum class Until : std::uint8_t { next_event, call_return, group_stop_ends };
  Tid tid = 0;
  Until until = Until::next_event;
  int signal = 0;
  bool operator==(const Resume&) const = default;
};

// An ignored signal, which without a tracer is never queued, has woken a task: a call that was left with EINTR for it
// goes on, unless a stop has ended it. Before its Resume.
struct Undisturb {
  Tid tid = 0;
  bool operator==(const Undisturb&) const = default;
};

// Make the call at whose entry the task is stopped answer ENOSYS, and let it go on.
struct RefuseCall {
  Tid tid = 0;
  bool operator==(const RefuseCall&) const = default;
};

// At the entry of a clone with CLONE_UNTRACED: take the flag out, so that the newborn is traced like any other. The
// caller's registers and memory are put back as they were when the call has been made.
struct TraceUntraced {
  Tid tid = 0;
  bool operator==(const TraceUntraced&) const = default;
};

// The next report that matters is that of `tid`, a newborn or a task that is all but dead: it is certain to come soon,
// so wait for it directly (but not for ever).
struct AwaitReport {
  Tid tid = 0;
  bool operator==(const AwaitReport&) const = default;
};

// Look `tid` up in /proc and answer with an Identity observation.
struct Identify {
  Tid tid = 0;
  bool operator==(const Identify&) const = default;
};

// Trace a stopped task no longer: it goes on from where it stands, and nothing more is reported of it.
struct LetGo {
  Tid tid = 0;
  bool operator==(const LetGo&) const = default;
};

// Take what each traced task has to report before anybody's next report: a wait for any prefers the youngest, and an
// old one may be passed over for seconds.
struct HearAll {
  bool operator==(const HearAll&) const = default;
};

// SIGKILL every task that is traced (guards).
struct KillAll {
  bool operator==(const KillAll&) const = default;
};

using Action =
    std::variant<Resume, Undisturb, RefuseCall, TraceUntraced, AwaitReport, Identify, LetGo, HearAll, KillAll>;

}  // namespace lwptrace
