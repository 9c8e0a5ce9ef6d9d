// Attach: takes hold of processes that run already, so that no LWP of them is missed: every thread is seized, and the
// threads of each are looked for again until none is new and each has stopped once. It tells nobody what it found but
// the engine, and resumes nothing: all stops are still to be waited for. Why a task cannot be had: refusal.h.
#pragma once

#include <lwptrace/ids.h>
#include <lwptrace/result.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace lwptrace::engine {

struct AttachOptions {
  std::vector<Tid> pids;
  bool tree = false;       // the descendants of each as well
  std::optional<int> cpu;  // they run on that CPU alone until they are let go
};

struct FoundTask {
  Tid tid = 0, tgid = 0;
  bool ended = false;   // a leader that ended before its threads: it is not seized
  bool worker = false;  // of the kernel's own (io_uring): nor is that
};

struct Found {
  std::vector<FoundTask> tasks;  // process by process as they were asked for, each leader first, then by tid
  std::vector<Error> errors;     // whom we could not have, and why
};

// Seizes with `ptrace_options`. Ends early, with what it has, when `enough` says so.
[[nodiscard]] Found attach(const AttachOptions& options, std::uintptr_t ptrace_options,
                           const std::function<bool()>& enough);

// Before the kernel lets go of tasks that run under PTRACE_SYSCALL: sees to it that none is on its way to a stop at the
// entry of a call. Who stands at one then is woken as if by a signal, and a few calls answer EINTR to that.
void run_freely(const std::vector<Tid>& tids);

}  // namespace lwptrace::engine
