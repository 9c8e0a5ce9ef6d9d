// Starts a program so that it is traced from its first instruction: the child waits on a pipe until it is seized, puts
// back what lwptrace changed for itself (signal mask, dispositions), installs the filter, and executes the program.
#pragma once

#include <lwptrace/ids.h>
#include <lwptrace/result.h>

#include <array>
#include <csignal>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <linux/filter.h>
#include <sys/time.h>

namespace lwptrace::engine {

// The process-wide signal state, timers among it, as it was when lwptrace started; what the program must be given.
struct SignalState {
  sigset_t mask{};
  std::vector<std::pair<int, struct sigaction>> actions;
  std::array<itimerval, 3> timers{};  // by which: ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF
};

struct LaunchOptions {
  std::vector<std::string> argv;         // argv[0] is looked up in PATH
  std::vector<std::string> environment;  // NAME=VALUE sets, NAME alone unsets
  std::string directory;                 // --cd; empty: unchanged
  std::string user;                      // -u; empty: unchanged
  SignalState signals;
  std::function<int()> prepare;  // made by the child in its directory, before it sets `environment`; 0 or an errno
};

struct Child {
  Tid tid = 0;
  int failure_fd = -1;  // closes at the exec; before it, carries what failed
};

// What the child reports when the program cannot be started.
struct StartFailure {
  int error = 0;
  int step = 0;  // which part failed: an index into texts that only launch.cc knows
};

// Forks, seizes with `options`, lets the child go on to its exec. The caller owns failure_fd.
[[nodiscard]] Result<Child> launch(const LaunchOptions& options, const std::vector<sock_filter>& filter,
                                   std::uintptr_t ptrace_options);

// Reads from failure_fd why the child died before its exec; the Error's code is the errno of the exec, or 0 when
// something before it failed.
[[nodiscard]] Error why_not_started(const LaunchOptions& options, int failure_fd);

}  // namespace lwptrace::engine
