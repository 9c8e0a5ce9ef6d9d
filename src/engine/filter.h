// The seccomp program that decides which system calls stop their caller; everything else runs at full speed.
// It looks at arguments only where a call would otherwise stop for nothing (futex, prctl, arch_prctl). See seccomp(2).
#pragma once

#include <lwptrace/result.h>
#include <lwptrace/trace.h>

#include <cstdint>
#include <vector>

#include <linux/filter.h>

namespace lwptrace::engine {

// The data of our SECCOMP_RET_TRACE, by which our stops are told from those that a filter of the tracee's own asks for:
// another one in each run, and none that anybody is likely to choose.
[[nodiscard]] std::uint16_t random_mark();

// Empty for Detail::births, which stops no call.
[[nodiscard]] Result<std::vector<sock_filter>> make_filter(Detail detail, std::uint16_t mark);

// Installs the program for the calling thread and what it will execute; 0 or an errno. Async-signal-safe. Without
// CAP_SYS_ADMIN it sets no_new_privs first, as the kernel demands.
[[nodiscard]] int install_filter(const std::vector<sock_filter>& program);

}  // namespace lwptrace::engine
