// Between fork and exec only plain system calls and libc's own setters are used: lwptrace has one thread.
#include "engine/launch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "engine/filter.h"
#include "engine/ptrace.h"
#include "procfs/procfs.h"

namespace lwptrace::engine {

namespace {

enum Step { step_filter, step_directory, step_user, step_prepare, step_exec };

[[noreturn]] void report(int fd, int step, int error) {
  const StartFailure failure{error, step};
  [[maybe_unused]] const ssize_t written = ::write(fd, &failure, sizeof failure);
  ::_exit(127);
}

void become(const passwd& user, int failure_fd) {
  if (::initgroups(user.pw_name, user.pw_gid) != 0 || ::setgid(user.pw_gid) != 0 || ::setuid(user.pw_uid) != 0) {
    report(failure_fd, step_user, errno);
  }
}

void set_timers(const std::array<itimerval, 3>& timers) {
  for (std::size_t which = 0; which < timers.size(); ++which) {
    if (timerisset(&timers[which].it_value)) ::setitimer(static_cast<__itimer_which_t>(which), &timers[which], nullptr);
  }
}

[[noreturn]] void run_child(const LaunchOptions& options, const passwd* user, const std::vector<sock_filter>& filter,
                            int go_fd, int failure_fd) {
  char go = 0;
  while (::read(go_fd, &go, 1) < 0 && errno == EINTR) {
  }
  if (go == 0) ::_exit(127);  // lwptrace is gone, or could not trace us
  for (const auto& [signal, action] : options.signals.actions) ::sigaction(signal, &action, nullptr);
  if (const int error = install_filter(filter)) report(failure_fd, step_filter, error);
  if (!options.directory.empty() && ::chdir(options.directory.c_str()) != 0) report(failure_fd, step_directory, errno);
  if (user != nullptr) become(*user, failure_fd);
  if (options.prepare) {
    if (const int error = options.prepare()) report(failure_fd, step_prepare, error);
  }
  for (const std::string& change : options.environment) {
    const std::size_t equals = change.find('=');
    if (equals == std::string::npos) {
      ::unsetenv(change.c_str());
    } else {
      ::setenv(change.substr(0, equals).c_str(), change.c_str() + equals + 1, 1);
    }
  }
  std::vector<char*> argv;
  for (const std::string& word : options.argv) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  set_timers(options.signals.timers);  // a fork clears them, an exec does not
  ::sigprocmask(SIG_SETMASK, &options.signals.mask, nullptr);
  ::execvp(argv[0], argv.data());
  report(failure_fd, step_exec, errno);
}

// execvp answers EACCES when it could not look into some directory of PATH; nothing was found all the same.
bool found_in_path(const std::string& name) {
  if (name.find('/') != std::string::npos) return true;
  const char* path = std::getenv("PATH");
  const std::string directories = path != nullptr ? path : "/bin:/usr/bin";
  for (std::size_t at = 0; at <= directories.size();) {
    const std::size_t end = std::min(directories.find(':', at), directories.size());
    if (::access((directories.substr(at, end - at) + "/" + name).c_str(), F_OK) == 0) return true;
    at = end + 1;
  }
  return false;
}

std::string why_not_seized(Tid child) {
  const auto status = procfs::status(child);
  if (!status || status->tracer == 0) return "lwptrace doctor tells what forbids tracing here, and the remedy";
  return fmt::format("it is traced already, by {} ({}), and a process has one tracer; run lwptrace without that",
                     status->tracer, procfs::comm(status->tracer));
}

}  // namespace

Result<Child> launch(const LaunchOptions& options, const std::vector<sock_filter>& filter,
                     std::uintptr_t ptrace_options) {
  const passwd* user = nullptr;
  if (!options.user.empty()) {
    user = ::getpwnam(options.user.c_str());
    if (user == nullptr) return Error{fmt::format("-u {}: there is no such user; see /etc/passwd", options.user), 0};
  }
  int go[2], failure[2];
  if (::pipe2(go, O_CLOEXEC) != 0 || ::pipe2(failure, O_CLOEXEC) != 0) {
    const int error = errno;
    return Error{
        fmt::format("pipe: {}; lwptrace needs a dozen descriptors: raise the limit (ulimit -n)", std::strerror(error)),
        error};
  }
  const pid_t child = ::fork();
  if (child < 0) {
    return Error{fmt::format("fork: {}; is a limit on processes reached (ulimit -u)?", std::strerror(errno)), errno};
  }
  if (child == 0) {
    ::close(go[1]);
    ::close(failure[0]);
    run_child(options, user, filter, go[0], failure[1]);
  }
  ::close(go[0]);
  ::close(failure[1]);
  if (const int error = seize(child, ptrace_options)) {
    const std::string why = why_not_seized(child);  // while it waits: a tracer lets go of the dead
    ::close(go[1]);
    ::close(failure[0]);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, __WALL);
    return Error{fmt::format("ptrace: PTRACE_SEIZE on {}: {}; {}", child, std::strerror(error), why), error};
  }
  [[maybe_unused]] const ssize_t written = ::write(go[1], "g", 1);
  ::close(go[1]);
  return Child{child, failure[0]};
}

Error why_not_started(const LaunchOptions& options, int failure_fd) {
  StartFailure failure;
  if (::read(failure_fd, &failure, sizeof failure) != sizeof failure) {
    return Error{fmt::format("{}: was killed before it started", options.argv[0]), 0};
  }
  if (failure.step == step_exec && failure.error == EACCES && !found_in_path(options.argv[0])) failure.error = ENOENT;
  const char* why = std::strerror(failure.error);
  switch (failure.step) {
    case step_filter:
      return Error{fmt::format("installing the system call filter: {}. Use --detail births, which needs none", why), 0};
    case step_directory:
      return Error{fmt::format("--cd {}: {}", options.directory, why), 0};
    case step_user:
      return Error{fmt::format("-u {}: {}. Only root may become another user", options.user, why), 0};
    case step_prepare:
      return Error{fmt::format("{}: its limits could not be set: {}", options.argv[0], why), 0};
    default:
      return Error{
          fmt::format("{}: {}", options.argv[0],
                      failure.error == ENOENT ? "command not found; is the name right, or its directory in PATH?"
                                              : fmt::format("cannot be executed: {}", why)),
          failure.error};
  }
}

}  // namespace lwptrace::engine
