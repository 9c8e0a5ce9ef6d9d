// Signals that came to lwptrace itself. One that went to the whole process group has reached the program as well; one
// for lwptrace alone is passed on. Which of the two it was shows within a moment, before or after it came here.
#pragma once

#include <lwptrace/observation.h>

#include "engine/interrupts.h"

namespace lwptrace::engine {

class Forwarding {
 public:
  // A task was given a signal.
  void delivered(const SignalStop& stop, Nanos t);
  // `came`: what came to lwptrace since the last time, if its signal is not 0. The signal to pass on now, or 0.
  [[nodiscard]] int due(const Sent& came, Nanos t);

 private:
  Sent waiting_;  // came to lwptrace, and not yet to any task
  Nanos since_ = 0;
  Sent delivered_;  // the last one that came to a task, and when
  Nanos delivered_at_ = 0;
};

}  // namespace lwptrace::engine
