// The program behind filter.h. libseccomp writes the program; the kernel keeps its verdicts on numbers alone in a
// bitmap, so the length of the list costs nothing on calls that are not on it.
#include "engine/filter.h"

#include <asm/prctl.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>
#include <span>
#include <string>

namespace lwptrace::engine {

namespace {

// What `life` stops. A name that an ABI does not have is left out for that ABI.
constexpr const char* life_calls[] = {
    "clone",
    "clone3",
    "fork",
    "vfork",
    "execve",
    "execveat",
    "wait4",
    "waitid",
    "waitpid",
    "kill",
    "tkill",
    "tgkill",
    "rt_sigqueueinfo",
    "rt_tgsigqueueinfo",
    "pidfd_send_signal",
    "set_tid_address",
    "set_thread_area",
    "unshare",
    "setns",
    "setuid",
    "setreuid",
    "setresuid",
    "setuid32",
    "setreuid32",
    "setresuid32",
    "io_uring_setup",  // it is not told: threads that the kernel makes count in the CPU time of their process
};

struct ArgumentRule {
  const char* call;
  unsigned argument;
  std::uint32_t mask, value;
};

// pthread_join waits on the tid word with a futex operation that is not private; mutexes and conditions are private.
constexpr std::uint32_t but_clock = ~static_cast<std::uint32_t>(FUTEX_CLOCK_REALTIME);
constexpr ArgumentRule life_rules[] = {
    {"futex", 1, but_clock, FUTEX_WAIT},
    {"futex", 1, but_clock, FUTEX_WAIT_BITSET},
    {"futex_time64", 1, but_clock, FUTEX_WAIT},
    {"futex_time64", 1, but_clock, FUTEX_WAIT_BITSET},
    {"prctl", 0, ~0U, PR_SET_NAME},
    {"prctl", 0, ~0U, PR_SET_CHILD_SUBREAPER},
    {"prctl", 0, ~0U, PR_SET_NO_NEW_PRIVS},  // it is not told: a set-ID file may be without effect from then on
    {"arch_prctl", 0, ~0U, ARCH_SET_FS},
    {"arch_prctl", 0, ~0U, ARCH_SET_GS},
};

struct Release {
  void operator()(void* context) const { seccomp_release(context); }
};
using Context = std::unique_ptr<void, Release>;

Error failed(const char* what, int code) {
  return Error{std::string("building the system call filter: ") + what + ": " + std::strerror(code), code};
}

// ENOENT / EDOM: no such call in one of the ABIs; libseccomp has no names for it. That is no failure.
int add_rule(scmp_filter_ctx context, std::uint32_t stop, const char* name, std::span<const scmp_arg_cmp> arguments) {
  const int number = seccomp_syscall_resolve_name(name);
  if (number == __NR_SCMP_ERROR) return 0;
  const int error =
      seccomp_rule_add_array(context, stop, number, static_cast<unsigned>(arguments.size()), arguments.data());
  return error == -EDOM || error == -ENOENT ? 0 : error;
}

int add_life_rules(scmp_filter_ctx context, std::uint32_t stop) {
  // Who sets SIGCHLD's action, not who asks for it.
  const scmp_arg_cmp sets_sigchld[] = {{0, SCMP_CMP_MASKED_EQ, ~0U, SIGCHLD}, {1, SCMP_CMP_NE, 0, 0}};
  if (const int error = add_rule(context, stop, "rt_sigaction", sets_sigchld)) return error;
  for (const char* name : life_calls) {
    if (const int error = add_rule(context, stop, name, {})) return error;
  }
  for (const ArgumentRule& rule : life_rules) {
    const scmp_arg_cmp compare{rule.argument, SCMP_CMP_MASKED_EQ, rule.mask, rule.value};
    if (const int error = add_rule(context, stop, rule.call, {&compare, 1})) return error;
  }
  return 0;
}

}  // namespace

std::uint16_t random_mark() {
  std::uint16_t mark = 0;
  if (::getrandom(&mark, sizeof mark, GRND_NONBLOCK) < 0) mark = static_cast<std::uint16_t>(::getpid());
  return static_cast<std::uint16_t>(0x100 + mark % 0xfe00);  // people choose small numbers, or 0xffff
}

Result<std::vector<sock_filter>> make_filter(Detail detail, std::uint16_t mark) {
  if (detail == Detail::births) return std::vector<sock_filter>{};
  const bool all = detail == Detail::all;
  const std::uint32_t stop = SCMP_ACT_TRACE(mark), rest = all ? stop : SCMP_ACT_ALLOW;
  const Context context(seccomp_init(rest));
  if (!context) return failed("seccomp_init", ENOMEM);
  seccomp_attr_set(context.get(), SCMP_FLTATR_ACT_BADARCH, rest);
  for (const std::uint32_t arch : {SCMP_ARCH_X86, SCMP_ARCH_X32}) {
    const int error = seccomp_arch_add(context.get(), arch);
    if (error != 0 && error != -EEXIST) return failed("adding an ABI", -error);
  }
  if (!all) {
    if (const int error = add_life_rules(context.get(), stop)) return failed("adding a rule", -error);
  }
  const int fd = ::memfd_create("lwptrace-filter", MFD_CLOEXEC);
  if (fd < 0) return failed("memfd_create (too few descriptors? ulimit -n)", errno);
  const int error = seccomp_export_bpf(context.get(), fd);
  const off_t size = ::lseek(fd, 0, SEEK_END);
  std::vector<sock_filter> program(static_cast<std::size_t>(size > 0 ? size : 0) / sizeof(sock_filter));
  const bool read = ::pread(fd, program.data(), program.size() * sizeof(sock_filter), 0) == size;
  ::close(fd);
  if (error != 0 || !read || program.empty()) return failed("exporting it", error != 0 ? -error : EIO);
  return program;
}

int install_filter(const std::vector<sock_filter>& program) {
  if (program.empty()) return 0;
  const sock_fprog code{static_cast<unsigned short>(program.size()), const_cast<sock_filter*>(program.data())};
  if (::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &code) == 0) return 0;
  if (errno != EACCES) return errno;
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
  return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &code) == 0 ? 0 : errno;
}

}  // namespace lwptrace::engine
