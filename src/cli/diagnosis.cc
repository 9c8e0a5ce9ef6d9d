// A rule a function, in the order in which a person would ask.
#include "cli/diagnosis.h"

#include <fmt/format.h>
#include <linux/capability.h>
#include <lwptrace/names.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace lwptrace::cli {
namespace {

using Level = Finding::Level;
using Findings = std::vector<Finding>;

bool capable(const Machine& m, int capability) { return ((m.capabilities >> capability) & 1) != 0; }

std::string said(int error) { return fmt::format("{} ({})", errno_name(error), std::strerror(error)); }

// Why ptrace answers EPERM to the parent of the child.
std::string seize_remedy(const Machine& m) {
  if (!m.tracer.empty())
    return fmt::format("lwptrace is traced by {}, and so are its children: run it without", m.tracer);
  if (m.yama == 3) return "kernel.yama.ptrace_scope=3 forbids it until the next boot: remove the setting, and reboot";
  if (m.yama == 2) return "kernel.yama.ptrace_scope=2 lets only root trace: run lwptrace as root";
  if (m.selinux_denies) return "SELinux forbids it: as root, setsebool deny_ptrace off";
  if (m.seccomp_mode != 0) {
    return "a sandbox's seccomp filter seems to refuse it: allow ptrace (docker run --cap-add SYS_PTRACE, or "
           "--security-opt seccomp=unconfined)";
  }
  if (!m.label.empty()) return fmt::format("the security label {} may forbid it: run lwptrace unconfined", m.label);
  return "a security module may forbid it: run lwptrace as root, or outside of the sandbox";
}

void tracing(const Machine& m, Findings& found) {
  const engine::TracingProbe& p = m.probe;
  const auto problem = [&](const std::string& text) { found.push_back({Level::problem, "tracing", text}); };
  if (p.fork.value_or(EAGAIN) != 0) {
    return problem(fmt::format("no child can be made to try it on: {}; raise the limit on processes (ulimit -u)",
                               said(p.fork.value_or(EAGAIN))));
  }
  if (p.seize.value_or(EPERM) != 0) {
    return problem(fmt::format("PTRACE_SEIZE of a child: {}; {}", said(p.seize.value_or(EPERM)), seize_remedy(m)));
  }
  if (p.filter.value_or(EPERM) != 0) {
    return problem(
        fmt::format("installing a seccomp filter: {}; --detail births needs none. Or use a kernel with "
                    "CONFIG_SECCOMP_FILTER, outside of the sandbox",
                    said(p.filter.value_or(EPERM))));
  }
  if (p.birth.value_or(ENODATA) != 0) return problem("a child was born without an event: this kernel's ptrace is none");
  if (p.stop.value_or(ENODATA) != 0) {
    return problem(fmt::format("PTRACE_GET_SYSCALL_INFO at a seccomp stop: {}; use Linux 5.3 or newer",
                               said(p.stop.value_or(ENODATA))));
  }
  found.push_back({Level::ok, "tracing", "a child was seized, filtered, and followed into a birth"});
}

void kernel(const Machine& m, Findings& found) {
  int major = 0, minor = 0;
  std::sscanf(m.kernel.c_str(), "%d.%d", &major, &minor);  // NOLINT(cert-err34-c): 0.0 where it is no version
  const bool enough = major > 5 || (major == 5 && minor >= 3);
  found.push_back({enough ? Level::ok : Level::problem, "kernel",
                   enough ? fmt::format("Linux {}", m.kernel)
                          : fmt::format("Linux {}: use 5.3 or newer (PTRACE_GET_SYSCALL_INFO)", m.kernel)});
}

void proc(const Machine& m, Findings& found) {
  if (!m.proc) {
    found.push_back({Level::problem, "/proc",
                     "is not mounted, or is that of another pid namespace: as root, mount -t proc proc /proc"});
  } else if (m.proc_options.find("subset=pid") != std::string::npos) {
    found.push_back({Level::ok, "/proc", "shows processes alone (subset=pid): what lwptrace needs is there"});
  } else if (m.proc_options.find("hidepid=") != std::string::npos && !capable(m, CAP_SYS_PTRACE)) {
    found.push_back(
        {Level::note, "/proc", "hides other users' processes (hidepid): to attach to those, run lwptrace as root"});
  } else {
    found.push_back({Level::ok, "/proc", "is mounted, and of our own pid namespace"});
  }
}

void attaching(const Machine& m, Findings& found) {
  const bool all = capable(m, CAP_SYS_PTRACE);
  if (m.yama == 3) {
    found.push_back({Level::problem, "attach",
                     "kernel.yama.ptrace_scope=3 forbids it until the next boot: remove the setting, and reboot"});
  } else if (all) {
    found.push_back({Level::ok, "attach", "CAP_SYS_PTRACE: any user's processes"});
  } else if (m.yama.value_or(0) >= 1) {
    found.push_back({Level::note, "attach",
                     fmt::format("kernel.yama.ptrace_scope={}: not to what runs already; run lwptrace as root, or as "
                                 "root write 0 to /proc/sys/kernel/yama/ptrace_scope",
                                 *m.yama)});
  } else {
    found.push_back({Level::note, "attach",
                     fmt::format("without CAP_SYS_PTRACE to user {}'s own processes alone; run lwptrace as root for "
                                 "others'",
                                 m.uid)});
  }
}

void circumstances(const Machine& m, Findings& found) {
  if (m.clone3 == EINVAL) {
    found.push_back({Level::ok, "clone3", "is there"});
  } else {
    found.push_back({Level::note, "clone3",
                     fmt::format("{}: C libraries fall back to clone, and births are told with fallback",
                                 m.clone3 ? "answers " + said(*m.clone3) : std::string("kills its caller"))});
  }
  if (m.seccomp_mode != 0) {
    found.push_back({Level::note, "seccomp",
                     fmt::format("lwptrace runs under {}: what that refuses to programs is not seen",
                                 m.seccomp_filters ? fmt::format("{} filter(s)", *m.seccomp_filters) : "a filter")});
  } else {
    found.push_back({Level::ok, "seccomp", "no filter of somebody else's"});
  }
  if (m.no_new_privs) {
    found.push_back({Level::note, "privileges", "no_new_privs is set: set-user-ID programs gain nothing"});
  } else if (!capable(m, CAP_SYS_ADMIN)) {
    found.push_back({Level::note, "privileges",
                     "without CAP_SYS_ADMIN a traced program gets no_new_privs (not with --detail births)"});
  } else {
    found.push_back({Level::ok, "privileges", "CAP_SYS_ADMIN: a program is traced without no_new_privs"});
  }
  if (!m.tracer.empty()) {
    found.push_back({Level::note, "tracer", fmt::format("lwptrace itself is traced, by {}", m.tracer)});
  }
  if (m.selinux_denies || !m.label.empty()) {
    found.push_back({Level::note, "label",
                     fmt::format("{}{}", m.label, m.selinux_denies ? ", and SELinux's deny_ptrace is on" : "")});
  } else {
    found.push_back({Level::ok, "label", "confined by no AppArmor profile and no SELinux context"});
  }
  found.push_back({m.nested_pids ? Level::note : Level::ok, "pids",
                   m.nested_pids ? "a pid namespace of its own (a container): what is outside is not seen"
                                 : "the first pid namespace: every process is seen"});
  found.push_back(
      {Level::ok, "limits",
       fmt::format("processes of this user {}, pid_max {}, threads-max {}",
                   m.processes_max ? fmt::format("{}", *m.processes_max) : "unlimited", m.pid_max, m.threads_max)});
}

}  // namespace

std::vector<Finding> diagnose(const Machine& m) {
  Findings found;
  tracing(m, found);
  kernel(m, found);
  proc(m, found);
  attaching(m, found);
  circumstances(m, found);
  return found;
}

}  // namespace lwptrace::cli
