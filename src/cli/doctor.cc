// lwptrace doctor: looks at this machine, tries to trace, and says what forbids it, a line each with the remedy.
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>

#include "cli/diagnosis.h"
#include "cli/options.h"
#include "engine/refusal.h"
#include "procfs/procfs.h"

namespace lwptrace::cli {
namespace {

const Verb kDoctor{
    .usage = "lwptrace doctor", .help = "lwptrace doctor --help", .prefix = "doctor: ", .refused = exit_usage};

std::string first_line(const char* file) {
  const std::string text = procfs::read_file(file).value_or("");
  return text.substr(0, text.find_first_of(std::string_view("\n\0", 2)));
}

// The super block's options of what is mounted last on /proc (proc(5), mountinfo: the last word of its line).
std::string proc_mount_options() {
  const std::string text = procfs::read_file("/proc/self/mountinfo").value_or("");
  const std::size_t mounted = text.rfind(" /proc ");
  if (mounted == std::string::npos) return "";
  const std::size_t end = std::min(text.find('\n', mounted), text.size());
  const std::size_t begin = text.rfind(' ', end) + 1;
  return text.substr(begin, end - begin);
}

Machine look() {
  Machine m;
  m.probe = engine::try_tracing();
  m.clone3 = engine::try_clone3();
  utsname system{};
  ::uname(&system);
  m.kernel = system.release;
  m.uid = ::geteuid();
  char self[32] = "";
  m.proc = ::readlink("/proc/self", self, sizeof self - 1) > 0 && std::atoi(self) == ::getpid();
  m.proc_options = proc_mount_options();
  m.capabilities = engine::own_capabilities();
  m.seccomp_mode = std::max(::prctl(PR_GET_SECCOMP), 0);
  m.no_new_privs = ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
  if (const auto status = procfs::status(::getpid()); status && m.proc) {
    m.seccomp_filters = status->seccomp_filters;
    if (status->tracer != 0) m.tracer = fmt::format("{} ({})", status->tracer, procfs::comm(status->tracer));
  }
  m.yama = engine::yama_scope();
  m.label = first_line("/proc/self/attr/current");
  if (m.label == "unconfined") m.label.clear();
  m.selinux_denies = first_line("/sys/fs/selinux/booleans/deny_ptrace").starts_with("1");
  struct stat pids {};
  constexpr ino_t first_pid_namespace = 0xEFFFFFFC;  // include/linux/proc_ns.h
  m.nested_pids = ::stat("/proc/self/ns/pid", &pids) == 0 && pids.st_ino != first_pid_namespace;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NPROC, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) m.processes_max = limit.rlim_cur;
  m.pid_max = first_line("/proc/sys/kernel/pid_max");
  m.threads_max = first_line("/proc/sys/kernel/threads-max");
  return m;
}

}  // namespace

Ending verb_doctor(const Words& words) {
  Words more;
  CLI::App app{"Can this machine trace? What forbids it, and the remedy."};
  declare_help(app, kDoctor);
  app.add_option("WORD", more);
  app.footer("Exit status: 0 lwptrace can trace here, 1 something forbids it.");
  if (const auto ending = parse(app, kDoctor, words)) return *ending;
  if (!more.empty()) return refuse(kDoctor, fmt::format("{}: it takes no words; lwptrace doctor alone", more[0]));
  std::string text;
  bool can = true;
  for (const Finding& one : diagnose(look())) {
    constexpr const char* kLevels[] = {"ok", "note", "problem"};
    text += fmt::format("{:<8} {:<10} {}\n", kLevels[static_cast<int>(one.level)], one.what, one.text);
    can = can && one.level != Finding::Level::problem;
  }
  text += can ? "lwptrace can trace here.\n" : "lwptrace cannot trace here as it should: see each problem above.\n";
  const Ending printed = print(text);
  return printed.status != 0 ? printed : Ending{can ? 0 : 1, 0};
}

}  // namespace lwptrace::cli
