// execve(2) and execveat(2). See calls.h for the way from a frame to here.
#pragma once

#include <lwptrace/call.h>
#include <lwptrace/syscall_frame.h>

namespace lwptrace::decoders {

// The frame is normalised (clone.h). `at`: it is execveat's, whose arguments begin with a directory descriptor.
[[nodiscard]] ExecCall decode_exec(const SyscallFrame& frame, bool at, const MemoryReader& memory);

}  // namespace lwptrace::decoders
