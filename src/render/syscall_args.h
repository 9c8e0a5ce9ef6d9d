// Which of a recorded call's six registers are its arguments.
#pragma once

#include <lwptrace/event.h>

#include <span>

namespace lwptrace::render {

// The first of call.args, as many as a call of that name takes; all of them where that is not known.
[[nodiscard]] std::span<const Address> arguments(const Syscall& call);

}  // namespace lwptrace::render
