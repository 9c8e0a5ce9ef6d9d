// What a decoder is given: the registers of a system call, and a way to read the caller's memory.
// Decoders are pure functions of these two; they never print and never call ptrace.
#pragma once

#include <lwptrace/ids.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace lwptrace {

// A system call as the registers show it (syscall(2)): arguments in the order of the ABI's own convention, not yet of
// the call's meaning (i386 clone has tls and child_tid the other way round: that is the decoder's business).
struct SyscallFrame {
  Abi abi = Abi::x86_64;
  std::uint64_t nr = 0;
  std::array<std::uint64_t, 6> args{};
  std::uint64_t ip = 0, sp = 0;
  bool operator==(const SyscallFrame&) const = default;
};

class MemoryReader {
 public:
  virtual ~MemoryReader() = default;
  // Copies bytes from the tracee's `address` into `out`; returns how many were readable from its start (0 = none).
  // Never throws: unreadable memory is data.
  [[nodiscard]] virtual std::size_t read(std::uint64_t address, std::span<std::byte> out) const = 0;
};

}  // namespace lwptrace
