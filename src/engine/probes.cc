// The trial of probes.h: a child is seized, installs the filter that `life` uses, and makes a child of its own.
#include "engine/probes.h"

#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>
#include <vector>

#include <linux/filter.h>

#include "engine/filter.h"
#include "engine/ptrace.h"

namespace lwptrace::engine {

namespace {

constexpr int filter_failed = 100;  // exit status of the child: this and the errno

[[noreturn]] void run_child(const std::vector<sock_filter>& filter, int go_fd) {
  char go = 0;
  if (::read(go_fd, &go, 1) != 1) ::_exit(1);
  if (const int error = install_filter(filter)) ::_exit(filter_failed + error);
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  if (child > 0) ::waitpid(child, nullptr, 0);
  ::_exit(0);
}

// The next report of a traced task; 0 when none has come for so long that none will.
Tid next_report(int& status) {
  constexpr timespec a_moment{0, 1'000'000};
  for (int patience = 5000; patience > 0; --patience) {
    const Tid tid = ::waitpid(-1, &status, __WALL | WNOHANG);
    if (tid != 0) return tid > 0 ? tid : 0;
    ::nanosleep(&a_moment, nullptr);
  }
  return 0;
}

void follow(Tid child, TracingProbe& probe) {
  bool event = false, newborn = false;
  int status = 0;
  while (const Tid tid = next_report(status)) {
    if (!WIFSTOPPED(status)) {
      if (tid != child) continue;
      const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
      probe.filter = code > filter_failed ? code - filter_failed : 0;
      break;
    }
    if (status >> 16 == PTRACE_EVENT_SECCOMP) {
      CallStop at;
      probe.stop = call_stop(tid, at);
    }
    event = event || (status >> 16 != 0 && status >> 16 != PTRACE_EVENT_STOP && status >> 16 != PTRACE_EVENT_SECCOMP);
    newborn = newborn || tid != child;
    const bool signal = status >> 16 == 0;
    (void)cont(tid, signal ? WSTOPSIG(status) : 0);
  }
  if (probe.filter != 0) return;
  if (!probe.stop) probe.stop = ENODATA;
  probe.birth = event && newborn ? 0 : ENODATA;
}

}  // namespace

TracingProbe try_tracing() {
  TracingProbe probe;
  const auto filter = make_filter(Detail::life, random_mark());
  int go[2];
  if (!filter || ::pipe(go) != 0) {
    probe.fork = filter ? errno : filter.error().code;
    return probe;
  }
  const pid_t child = ::fork();
  probe.fork = child < 0 ? errno : 0;
  if (child == 0) {
    ::close(go[1]);
    run_child(*filter, go[0]);
  }
  ::close(go[0]);
  if (child > 0) {
    probe.seize = seize(child, PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC |
                                   PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL);
    if (probe.seize == 0 && ::write(go[1], "g", 1) == 1) follow(child, probe);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, __WALL);
  }
  ::close(go[1]);
  return probe;
}

std::optional<int> try_clone3() {
  const pid_t child = ::fork();
  if (child < 0) return EINVAL;
  if (child == 0) ::_exit(::syscall(SYS_clone3, nullptr, 0) < 0 ? errno : 0);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!WIFEXITED(status)) return std::nullopt;
  return WEXITSTATUS(status);
}

}  // namespace lwptrace::engine
