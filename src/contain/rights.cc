// Order matters: limits while they may be set, groups before the user, capabilities last, and then no way back.
#include "contain/rights.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "contain/cgroup.h"
#include "contain/kernel_files.h"

namespace lwptrace::contain {

namespace {

// A hard limit that is lower already stays.
bool limit(__rlimit_resource what, std::uint64_t most) {
  rlimit now{};
  if (::getrlimit(what, &now) != 0) return false;
  now.rlim_max = std::min<rlim_t>(now.rlim_max, most);
  now.rlim_cur = std::min<rlim_t>(now.rlim_cur, now.rlim_max);
  return ::setrlimit(what, &now) == 0;
}

bool set_limits(const Rights& rights) {
  constexpr Nanos second = 1'000'000'000;
  constexpr std::uint64_t most_files = 1024;
  return limit(RLIMIT_CORE, 0) && limit(RLIMIT_NOFILE, most_files) && limit(RLIMIT_RTPRIO, 0) &&
         limit(RLIMIT_FSIZE, rights.file) && limit(RLIMIT_AS, rights.memory) &&
         (rights.cpu == 0 || limit(RLIMIT_CPU, static_cast<std::uint64_t>((rights.cpu + second - 1) / second))) &&
         (rights.tasks == 0 || limit(RLIMIT_NPROC, rights.tasks));
}

bool become(uid_t user) {
  if (user == ::geteuid()) return true;
  return ::setgroups(0, nullptr) == 0 && ::setresgid(user, user, user) == 0 && ::setresuid(user, user, user) == 0;
}

// While there is a capability that allows it; without, there is little to drop.
void give_up_future_capabilities() {
  for (unsigned long one = 0; ::prctl(PR_CAPBSET_READ, one) >= 0; ++one) (void)::prctl(PR_CAPBSET_DROP, one);
}

bool give_up_capabilities() {
  __user_cap_header_struct version{_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
  return ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0 &&
         ::syscall(SYS_capset, &version, none) == 0 && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

// The machine's memory running out, this is who is to end.
void volunteer_to_end() { (void)write_file(AT_FDCWD, "/proc/self/oom_score_adj", "1000"); }

// Who is the user may have that user's keys (keyrings(7)), but for those of a session that is not his.
void leave_keys() { (void)::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr); }

bool set_environment(const Rights& rights) {
  bool set = ::clearenv() == 0;
  for (const auto& [name, value] : rights.environment) set = set && ::setenv(name.c_str(), value.c_str(), 1) == 0;
  return set;
}

bool set_streams(const Streams& streams) {
  constexpr unsigned first_of_others = 3;
  return ::dup2(streams.in, STDIN_FILENO) >= 0 && ::dup2(streams.out, STDOUT_FILENO) >= 0 &&
         ::dup2(streams.err, STDERR_FILENO) >= 0 && ::close_range(first_of_others, ~0U, CLOSE_RANGE_CLOEXEC) == 0;
}

}  // namespace

int take(const Rights& rights, const Streams& streams) {
  if (streams.cgroup >= 0) {
    if (const int error = enter_cgroup(streams.cgroup)) return error;
  }
  volunteer_to_end();
  leave_keys();
  (void)::umask(022);
  give_up_future_capabilities();
  const bool taken = set_streams(streams) && set_environment(rights) && set_limits(rights) && become(rights.user) &&
                     give_up_capabilities();
  return taken ? 0 : errno;
}

}  // namespace lwptrace::contain
