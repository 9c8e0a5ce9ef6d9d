// The first process has copies of the pipes' ends that are written to, and its end shows by its pidfd alone: a program
// that closes its stdout early, or leaves it to a daemon, changes nothing.
#include "contain/watch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>

#include "contain/namespaces.h"

namespace lwptrace::contain {

namespace {

struct Pipe {
  int read = -1, write = -1;
  [[nodiscard]] bool open() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return false;
    read = ends[0];
    write = ends[1];
    return true;
  }
  void close_writing() {
    if (write >= 0) ::close(write);
    write = -1;
  }
  ~Pipe() {
    if (read >= 0) ::close(read);
    close_writing();
  }
};

Nanos now() {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1'000'000'000LL + t.tv_nsec;
}

// Takes what is in the pipe; false: it has no more writers. Beyond `most` it is read and dropped, and `cut` set.
bool drain(int pipe, std::string& text, std::uint64_t most, bool& cut) {
  char some[65536];
  ssize_t got = 0;
  while ((got = ::read(pipe, some, sizeof some)) > 0) {
    const auto bytes = static_cast<std::size_t>(got);
    const std::size_t room = most - std::min<std::size_t>(most, text.size());
    text.append(some, std::min(bytes, room));
    cut = cut || bytes > room;
    if (cut) return true;
  }
  return got < 0;  // EAGAIN
}

int wait_for(pid_t first) {
  int status = 0;
  while (::waitpid(first, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

[[noreturn]] void be_first(Pipe& go, const Streams& streams, const std::function<int(const Streams&)>& first) {
  (void)::prctl(PR_SET_PDEATHSIG, SIGKILL);
  go.close_writing();
  char byte = 0;
  if (::read(go.read, &byte, 1) != 1) ::_exit(not_begun);  // whoever started us died before that held
  ::_exit(first(streams));
}

void follow(const Watch& watch, pid_t first, int pidfd, const Pipe& out, const Pipe& err, Ran& ran) {
  const Nanos deadline = now() + watch.wall;
  pollfd polled[] = {{pidfd, POLLIN, 0}, {out.read, POLLIN, 0}, {err.read, POLLIN, 0}};
  bool killed = false;
  while ((polled[0].revents & POLLIN) == 0) {
    const Nanos left = deadline - now();
    ran.too_long = ran.too_long || left <= 0;
    if (!killed && (ran.too_long || ran.out_cut || ran.err_cut)) {
      ::kill(first, SIGKILL);
      killed = true;
      polled[1].fd = polled[2].fd = -1;
    }
    constexpr Nanos ms = 1'000'000;
    (void)::poll(polled, 3, killed ? -1 : static_cast<int>(std::min<Nanos>(left / ms + 1, 60'000)));
    if (polled[1].fd >= 0 && polled[1].revents != 0 && !drain(out.read, ran.out, watch.output, ran.out_cut))
      polled[1].fd = -1;
    if (polled[2].fd >= 0 && polled[2].revents != 0 && !drain(err.read, ran.err, watch.output, ran.err_cut))
      polled[2].fd = -1;
  }
}

}  // namespace

Result<Ran> watch_first(const Watch& watch, int in, const std::function<int(const Streams&)>& first) {
  Pipe out, err, go;
  if (!out.open() || !err.open() || !go.open()) return Error{std::strerror(errno), errno};
  const pid_t pid = watch.contained ? fork_first() : ::fork();
  if (pid < 0) return Error{fmt::format("no process can be had for it: {}", std::strerror(errno)), errno};
  if (pid == 0) {
    ::close(out.read);
    ::close(err.read);
    be_first(go, {in, out.write, err.write}, first);
  }
  out.close_writing();
  err.close_writing();
  (void)::fcntl(out.read, F_SETFL, O_NONBLOCK);
  (void)::fcntl(err.read, F_SETFL, O_NONBLOCK);
  Ran ran;
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (pidfd >= 0) {
    (void)!::write(go.write, "g", 1);
    follow(watch, pid, pidfd, out, err, ran);
    ::close(pidfd);
  }
  go.close_writing();
  ran.status = wait_for(pid);
  if (!watch.contained) end_descendants();
  if (!ran.out_cut) (void)drain(out.read, ran.out, watch.output, ran.out_cut);
  if (!ran.err_cut) (void)drain(err.read, ran.err, watch.output, ran.err_cut);
  return ran;
}

std::set<pid_t> children() {
  std::ifstream list(fmt::format("/proc/self/task/{}/children", ::gettid()));
  return {std::istream_iterator<pid_t>(list), {}};
}

void end_descendants(const std::set<pid_t>& strangers) {
  for (;;) {
    bool any = false;
    for (const pid_t child : children()) {
      if (strangers.count(child) != 0) continue;
      any = true;
      ::kill(child, SIGKILL);
      (void)::waitpid(child, nullptr, WNOHANG);
    }
    if (!any) return;
    constexpr timespec a_moment{0, 1'000'000};  // the dying hand their children on to us
    ::nanosleep(&a_moment, nullptr);
  }
}

}  // namespace lwptrace::contain
