// The rule by which signals are passed on. No clock and no kill: the engine has both. Next: interrupts.h.
#include "engine/forwarding.h"

#include <utility>

namespace lwptrace::engine {

namespace {

constexpr Nanos a_moment = 50'000'000;

}

void Forwarding::delivered(const SignalStop& stop, Nanos t) {
  if (stop.code > 0 || !stop.sender) return;
  delivered_ = Sent{stop.signo, stop.sender->pid};
  delivered_at_ = t;
  if (delivered_ == waiting_) waiting_ = {};
}

int Forwarding::due(const Sent& came, Nanos t) {
  if (came.signal != 0) {
    const bool came_to_a_task = came == delivered_ && t - delivered_at_ < a_moment;
    since_ = t;
    return std::exchange(waiting_, came_to_a_task ? Sent{} : came).signal;
  }
  return t - since_ < a_moment ? 0 : std::exchange(waiting_, Sent{}).signal;
}

}  // namespace lwptrace::engine
