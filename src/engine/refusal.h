// Why a process cannot be attached to, and what to do about it: one line. PTRACE_SEIZE answers EPERM for most reasons;
// /proc tells which it was. The looking and the words are apart, so that a test can have every circumstance.
#pragma once

#include <lwptrace/ids.h>
#include <lwptrace/result.h>

#include <cstdint>
#include <optional>
#include <string>

namespace lwptrace::engine {

struct Circumstances {
  Tid pid = 0;
  int error = 0;        // what PTRACE_SEIZE answered
  bool there = true;    // /proc shows it
  bool hidden = false;  // it is there, but /proc does not show it
  bool is_ourselves = false;
  bool traces_us = false;
  bool kernel_thread = false;
  bool zombie = false;
  bool undumpable = false;  // of our own user, and yet its /proc files are root's
  Tid tracer = 0;
  Tid ppid = 0;
  std::string comm, tracers_comm, parents_comm;
  std::uint32_t uid = 0, our_uid = 0;
  bool may_trace_others = false;  // CAP_SYS_PTRACE
  std::optional<int> yama;        // kernel.yama.ptrace_scope
};

[[nodiscard]] Error refusal(const Circumstances& c);

// Looks and explains. `error`: what PTRACE_SEIZE answered.
[[nodiscard]] Error why_not_attached(Tid pid, int error);

// Effective ones of lwptrace itself; not from /proc, which may be another pid namespace's.
[[nodiscard]] std::uint64_t own_capabilities();

// kernel.yama.ptrace_scope; nothing where the kernel has no Yama.
[[nodiscard]] std::optional<int> yama_scope();

}  // namespace lwptrace::engine
