// Signals that reach lwptrace itself while it traces. Handlers only note them; the engine asks at its leisure. A timer
// of 100 ms interrupts a wait that a signal slipped past, so nothing is ever lost between a check and a sleep.
#pragma once

#include "engine/launch.h"

namespace lwptrace::engine {

// The signal state before lwptrace changes anything: call it first thing in main, once.
[[nodiscard]] SignalState save_signals();

// Installs the handlers and starts the timer. SIGPIPE is ignored: a closed output is an error of writing.
void watch_interrupts();
void unwatch_interrupts();

struct Sent {  // by kill(2)
  int signal = 0;
  Tid sender = 0;
  bool operator==(const Sent&) const = default;
};

struct Interrupts {
  Sent to_forward;  // somebody sent it to lwptrace, or to its process group: the program should get it. 0: none
  int late = 0;     // requests to end, terminal's and others', that came after program_ended()
};
// A signal or the timer came since the last take_interrupts().
[[nodiscard]] bool interrupted();
[[nodiscard]] Interrupts take_interrupts();

// From any thread: how often somebody has asked to end so far, the terminal or others; and how often after
// program_ended().
[[nodiscard]] int requests_to_end();
[[nodiscard]] int late_requests_to_end();

// The program itself is over; what it left behind may be in no group that a terminal's signals reach.
void program_ended();

}  // namespace lwptrace::engine
