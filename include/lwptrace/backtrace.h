// Backtracer: the seam between the engine, which owns the stopped task, and src/unwind, which owns libunwind and libdw.
#pragma once

#include <lwptrace/event.h>
#include <lwptrace/syscall_frame.h>

#include <cstdint>

namespace lwptrace {

// The registers that an unwinder starts from (x86-64 user_regs_struct order is not assumed).
struct UnwindRegisters {
  std::uint64_t rip = 0, rsp = 0, rbp = 0, rbx = 0, r12 = 0, r13 = 0, r14 = 0, r15 = 0;
  std::uint64_t rax = 0, rcx = 0, rdx = 0, rsi = 0, rdi = 0, r8 = 0, r9 = 0, r10 = 0, r11 = 0;
  bool in_syscall = false;  // stopped inside a system call: the stub that made it has no unwind information after it
};

class Backtracer {
 public:
  virtual ~Backtracer() = default;
  // Innermost frame first. The task `tid` of thread group `tgid` must be stopped; `memory` reads it. Symbols and, where
  // there is debug info, source lines are looked up when the frames are first read, by then without the task. Empty
  // when nothing could be unwound. Never throws.
  [[nodiscard]] virtual Backtrace capture(Tid tid, Tid tgid, const UnwindRegisters& regs,
                                          const MemoryReader& memory) = 0;
  // The image of thread group `tgid` was replaced by an exec, or is gone: drop what is remembered of its mappings.
  virtual void forget(Tid tgid) = 0;
};

}  // namespace lwptrace
