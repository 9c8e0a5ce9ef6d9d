// The few scalar types that every other header speaks in. Start reading at event.h.
#pragma once

#include <compare>
#include <cstdint>

namespace lwptrace {

// A kernel thread id as seen in lwptrace's own pid namespace (gettid(2)). Tids recur within a trace.
using Tid = std::int32_t;

// An LWP's number in one trace: the root is 1, then in order of birth; never reused. 0 means "no LWP".
using LwpId = std::uint32_t;

// Nanoseconds of CLOCK_MONOTONIC since the trace began.
using Nanos = std::int64_t;

// An address or a bit mask of the tracee; recorded as a hexadecimal string, never as a JSON number.
struct Address {
  std::uint64_t value = 0;
  auto operator<=>(const Address&) const = default;
};

// Which system call table a call used (syscall(2), arch/x86/entry/syscalls in the kernel).
enum class Abi : std::uint8_t { unknown, x86_64, i386, x32 };

}  // namespace lwptrace
