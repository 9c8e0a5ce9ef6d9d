// Probes: tries on children of our own what tracing needs, step by step, for lwptrace doctor. Nothing is left behind.
#pragma once

#include <optional>

namespace lwptrace::engine {

// Each step: 0, an errno, or nothing when it was not come to.
struct TracingProbe {
  std::optional<int> fork;
  std::optional<int> seize;   // PTRACE_SEIZE of a child
  std::optional<int> filter;  // a seccomp filter, installed by the child
  std::optional<int> stop;    // the filter's stop at a system call, and what the call is (PTRACE_GET_SYSCALL_INFO)
  std::optional<int> birth;   // the event of a birth, and the newborn's own first stop
};

[[nodiscard]] TracingProbe try_tracing();

// What clone3 answers to arguments that can make nobody: EINVAL where it is there; else ENOSYS, or what a sandbox says.
// Nothing: the sandbox kills who calls it.
[[nodiscard]] std::optional<int> try_clone3();

}  // namespace lwptrace::engine
