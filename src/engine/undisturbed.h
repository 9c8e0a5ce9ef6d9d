// Ignored signals and the calls that they must not disturb. The kernel drops a signal that is ignored when it is sent;
// for a traced task it queues it, so that the tracer sees it, and that wakes the task from its call. Most calls then go
// on by themselves (ERESTARTSYS and its kin); a few answer EINTR whatever woke them (signal(7)).
#pragma once

#include <lwptrace/ids.h>

namespace lwptrace::engine {

// The task stands at the delivery of an ignored signal. A call of those few that has no timeout, which it would begin
// anew, is made to go on, unless a handled signal follows.
void let_call_go_on(Tid tid);

}  // namespace lwptrace::engine
