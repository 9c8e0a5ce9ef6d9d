// A map of users is written by somebody outside of the namespace: only he may map more than one (user_namespaces(7)).
#include "contain/namespaces.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <string>

#include "contain/kernel_files.h"
#include "contain/mounts.h"

namespace lwptrace::contain {

namespace {

// Everybody whom this user namespace knows, each as himself.
std::string everybody(const char* map) {
  std::ifstream known(map);
  std::string same;
  for (std::string inside, outside, count; known >> inside >> outside >> count;) {
    same += fmt::format("{0} {0} {1}\n", inside, count);
  }
  return same;
}

bool write_maps(pid_t of, uid_t uid, gid_t gid) {
  const auto write = [of](const char* name, const std::string& text) {
    return write_file(AT_FDCWD, fmt::format("/proc/{}/{}", of, name), text) == 0;
  };
  if (write("uid_map", everybody("/proc/self/uid_map"))) return write("gid_map", everybody("/proc/self/gid_map"));
  return write("uid_map", fmt::format("{0} {0} 1", uid)) && write("setgroups", "deny") &&
         write("gid_map", fmt::format("{0} {0} 1", gid));
}

// A user namespace with its maps; 0 or an errno.
int enter_users() {
  const pid_t self = ::getpid();
  const uid_t uid = ::geteuid();
  const gid_t gid = ::getegid();
  int go[2];
  if (::pipe2(go, O_CLOEXEC) != 0) return errno;
  const pid_t outside = ::fork();
  if (outside == 0) {
    ::close(go[1]);
    char byte = 0;
    const bool entered = ::read(go[0], &byte, 1) == 1;
    ::_exit(entered && write_maps(self, uid, gid) ? 0 : 1);
  }
  ::close(go[0]);
  const int error = outside < 0 ? errno : ::unshare(CLONE_NEWUSER) != 0 ? errno : 0;
  if (error == 0) (void)!::write(go[1], "g", 1);
  ::close(go[1]);
  int status = 0;
  if (outside > 0) ::waitpid(outside, &status, 0);
  return error != 0 ? error : status == 0 ? 0 : EPERM;
}

// One that fails has perhaps changed who we are, and is not to be gone on with.
Result<bool> try_it() {
  auto entered = enter_namespaces();
  if (!entered) return entered;
  if (const int error = make_private()) return Error{fmt::format("mount: {}", std::strerror(error)), error};
  const pid_t first = fork_first();
  if (first == 0) {
    const int memory = make_memory(4096);
    int error = memory < 0 ? errno : mount_at(memory, "/tmp");
    if (error == 0) error = mount_proc();
    ::_exit(error != 0 ? error : mount_terminals());
  }
  int status = 0;
  if (first < 0 || ::waitpid(first, &status, 0) != first) {
    return Error{fmt::format("clone: {}", std::strerror(errno)), errno};
  }
  if (status == 0) return true;
  return Error{fmt::format("mounting: {}", std::strerror(WEXITSTATUS(status))), WEXITSTATUS(status)};
}

}  // namespace

Result<bool> enter_namespaces() {
  const int error = enter_users();
  if (error != 0 && ::geteuid() != 0) return Error{fmt::format("user namespaces: {}", std::strerror(error)), error};
  if (::unshare(CLONE_NEWNS) != 0) return Error{fmt::format("mount namespaces: {}", std::strerror(errno)), errno};
  return error == 0;
}

// The C library's fork cannot ask for namespaces. One thread calls this, so that its locks are free in the child.
pid_t fork_first() {
  constexpr long flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWUTS | SIGCHLD;
  return static_cast<pid_t>(::syscall(SYS_clone, flags, nullptr, nullptr, nullptr, nullptr));
}

void bring_up_loopback() {
  const int any = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (any < 0) return;
  ifreq request{};
  std::strncpy(request.ifr_name, "lo", sizeof request.ifr_name - 1);
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  (void)::ioctl(any, SIOCSIFFLAGS, &request);
  ::close(any);
}

Result<bool> can_contain() {
  int told[2];
  if (::pipe2(told, O_CLOEXEC) != 0) return Error{std::strerror(errno), errno};
  const pid_t trial = ::fork();
  if (trial == 0) {
    const auto result = try_it();
    const std::string words = result ? "" : result.error().text;
    (void)!::write(told[1], words.data(), words.size());
    ::_exit(result ? 0 : 1);
  }
  ::close(told[1]);
  char words[256];
  const ssize_t length = ::read(told[0], words, sizeof words);
  ::close(told[0]);
  int status = 0;
  if (trial < 0 || ::waitpid(trial, &status, 0) != trial) return Error{std::strerror(errno), errno};
  if (status == 0) return true;
  return Error{std::string(words, length > 0 ? static_cast<std::size_t>(length) : 0), 0};
}

}  // namespace lwptrace::contain
