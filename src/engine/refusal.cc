// The order of the questions is that of how certain the answer is: a zombie is refused whoever asks.
#include "engine/refusal.h"

#include <fmt/format.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "procfs/procfs.h"

namespace lwptrace::engine {

namespace {

// What is the matter, and what to do.
std::string reason(const Circumstances& c) {
  if (c.is_ourselves) return "that is lwptrace itself; name another process";
  if (c.hidden)
    return "/proc does not show it (not mounted here, or mounted with hidepid); run as root, or mount /proc";
  if (!c.there) return "no such process; ps -e, or pgrep NAME, tells who is there";
  if (c.kernel_thread) return "is a thread of the kernel's own and runs no program; no tracer can have it";
  if (c.zombie) {
    return fmt::format(
        "has ended already and waits for its parent, {} ({}), to collect its status; nothing is left to "
        "trace",
        c.ppid, c.parents_comm);
  }
  if (c.traces_us) return "traces lwptrace itself, and each would wait for the other; name another process";
  if (c.tracer != 0) {
    return fmt::format("is traced already, by {} ({}), and a process has one tracer; end that one first", c.tracer,
                       c.tracers_comm);
  }
  if (c.yama == 3) {
    return "kernel.yama.ptrace_scope=3 forbids attaching to anybody until the next boot; start the program under "
           "lwptrace instead";
  }
  if (!c.may_trace_others) {
    if (c.uid != c.our_uid) {
      return fmt::format("belongs to user {} and you are user {}; run lwptrace as root, or as that user", c.uid,
                         c.our_uid);
    }
    if (c.yama == 2) return "kernel.yama.ptrace_scope=2 lets only root attach; run lwptrace as root";
    if (c.undumpable) {
      return "is protected from its own user (set-user-ID, or made itself undumpable); run lwptrace as root";
    }
    if (c.yama == 1) {
      return "kernel.yama.ptrace_scope=1 lets you attach to your own descendants alone; run lwptrace as root, or as "
             "root "
             "write 0 to /proc/sys/kernel/yama/ptrace_scope";
    }
  }
  return "lwptrace doctor tells what forbids tracing here";
}

}  // namespace

Error refusal(const Circumstances& c) {
  const std::string who = c.comm.empty() ? fmt::format("{}", c.pid) : fmt::format("{} ({})", c.pid, c.comm);
  const bool explained = c.is_ourselves || c.hidden || !c.there;
  const std::string what = explained || c.error == 0 ? "" : fmt::format("{}: ", std::strerror(c.error));
  return Error{fmt::format("attach {}: {}{}", who, what, reason(c)), c.error};
}

Error why_not_attached(Tid pid, int error) {
  Circumstances c;
  c.pid = pid;
  c.error = error;
  c.is_ourselves = pid == ::getpid();
  c.our_uid = ::geteuid();
  c.yama = yama_scope();
  const auto ourselves = procfs::status(::getpid());
  c.may_trace_others = ((own_capabilities() >> CAP_SYS_PTRACE) & 1) != 0;
  const auto status = procfs::status(pid);
  c.there = status.has_value();
  c.hidden = !status && (::kill(pid, 0) == 0 || errno == EPERM);
  if (!status) return refusal(c);
  c.comm = procfs::comm(pid);
  c.uid = status->uid;
  c.traces_us = ourselves && ourselves->tracer != 0 && ourselves->tracer == pid;
  c.tracer = status->tracer;
  if (c.tracer != 0) c.tracers_comm = procfs::comm(c.tracer);
  c.ppid = status->ppid;
  c.parents_comm = procfs::comm(c.ppid);
  if (const auto stat = procfs::stat(status->tgid, pid)) {
    c.zombie = stat->peek.zombie;
    c.kernel_thread = stat->kernel_thread;
  }
  struct stat files {};
  c.undumpable = ::stat(fmt::format("/proc/{}/mem", pid).c_str(), &files) == 0 && files.st_uid != c.uid;
  return refusal(c);
}

std::uint64_t own_capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct words[_LINUX_CAPABILITY_U32S_3]{};
  if (::syscall(SYS_capget, &header, words) != 0) return 0;
  return words[0].effective | std::uint64_t{words[1].effective} << 32;
}

std::optional<int> yama_scope() {
  const auto text = procfs::read_file("/proc/sys/kernel/yama/ptrace_scope");
  if (!text) return std::nullopt;
  return std::atoi(text->c_str());
}

}  // namespace lwptrace::engine
