// Any system call as a Call (lwptrace/call.h). Calls that no row of calls.cc explains become OtherCall.
#pragma once

#include <lwptrace/call.h>
#include <lwptrace/syscall_frame.h>

namespace lwptrace::decoders {

[[nodiscard]] Call decode_call(const SyscallFrame& frame, const MemoryReader& memory);

}  // namespace lwptrace::decoders
