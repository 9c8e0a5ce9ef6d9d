// clone(2), clone3(2), fork(2) and vfork(2) as one CloneCall. What a call means: idiom.h; whether the kernel takes it:
// clone_rules.h.
#pragma once

#include <lwptrace/call.h>
#include <lwptrace/syscall_frame.h>

namespace lwptrace::decoders {

// The frame as the kernel reads it: an x32 number (bit 30) has its own ABI, and an i386 call (int 0x80, even in a
// 64-bit program) the low halves of the registers.
[[nodiscard]] SyscallFrame normalised(SyscallFrame frame);

// Of any frame; for another system call the result's `via` is unknown and the rest is as default.
[[nodiscard]] CloneCall decode_clone_call(const SyscallFrame& frame, const MemoryReader& memory);

// Whether the caller of `call`, a clone on a stack of the newborn's own, keeps a struct clone_args of the same values
// near its stack pointer `sp`. glibc (2.34 and later) does: it fills the struct in for clone3, and where that answers
// ENOSYS passes its values to clone. Programs that call clone by themselves have no such struct.
[[nodiscard]] bool prepared_for_clone3(const CloneCall& call, std::uint64_t sp, const MemoryReader& memory);

}  // namespace lwptrace::decoders
