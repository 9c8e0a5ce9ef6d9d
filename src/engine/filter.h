// The seccomp program that decides which system calls stop their caller; everything else runs at full speed.
// It looks at arguments only where a call would otherwise stop for nothing (futex, prctl, arch_prctl). See seccomp(2).
#pragma once

#include <lwptrace/result.h>
#include <lwptrace/trace.h>

#include <cstdint>
#include <vector>

#include <linux/filter.h>

namespace lwptrace::engine {

// The data of our SECCOMP_RET_TRACE; a stop with any other is of the tracee's own filter.
constexpr std::uint16_t filter_mark = 0x6c77;

// Empty for Detail::births, which stops no call.
[[nodiscard]] Result<std::vector<sock_filter>> make_filter(Detail detail);

// Installs the program for the calling thread and what it will execute; 0 or an errno. Async-signal-safe. Without
// CAP_SYS_ADMIN it sets no_new_privs first, as the kernel demands.
[[nodiscard]] int install_filter(const std::vector<sock_filter>& program);

}  // namespace lwptrace::engine
