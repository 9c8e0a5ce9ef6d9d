// What a process has to say, and what is printed in it, comes back through pipes that are read while it runs, and its
// status as its exit status.
#include "cli/jobs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <lwptrace/names.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <initializer_list>
#include <list>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/cli.h"
#include "cli/printed.h"
#include "engine/clock.h"

namespace lwptrace::cli {

namespace {

// `said` ends with the process; what its program has started may live on and hold `printed` open.
struct Job {
  std::size_t number = 0;
  pid_t pid = -1;
  int said = -1, printed = -1;  // where we read
  Nanos began = 0;
  std::string verdict;
  Printed output;
};

// What there is to read now, as far as others need not wait for it too long; false: nothing will follow.
bool drain(int file, const std::function<void(std::string_view)>& take) {
  char some[65536];
  for (int reads = 0; reads < 16; ++reads) {
    const ssize_t got = ::read(file, some, sizeof some);
    if (got > 0) {
      take({some, static_cast<std::size_t>(got)});
    } else if (got == 0 || errno != EINTR) {
      return got < 0 && errno == EAGAIN;
    }
  }
  return true;
}

bool write_all(int file, const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t wrote = ::write(file, text.data() + at, text.size() - at);
    if (wrote < 0 && errno != EINTR) return false;
    at += wrote > 0 ? static_cast<std::size_t>(wrote) : 0;
  }
  return true;
}

[[noreturn]] void be(std::size_t number, int said, int printed, const std::function<Verdict(std::size_t)>& work) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing >= 0) ::dup2(nothing, STDIN_FILENO);
  ::dup2(printed, STDOUT_FILENO);
  ::dup2(printed, STDERR_FILENO);
  const Verdict verdict = work(number);
  ::_exit(write_all(said, verdict.text) ? verdict.status : exit_failed);
}

void close_files(std::initializer_list<int> files) {
  for (const int file : files) {
    if (file >= 0) ::close(file);
  }
}

bool start(Job& job, const std::function<Verdict(std::size_t)>& work) {
  int said[2] = {-1, -1}, printed[2] = {-1, -1};
  const bool piped = ::pipe2(said, O_CLOEXEC) == 0 && ::pipe2(printed, O_CLOEXEC) == 0;
  job.began = engine::clock_now();
  job.pid = piped ? ::fork() : -1;
  if (job.pid == 0) be(job.number, said[1], printed[1], work);
  const int error = errno;
  close_files({said[1], printed[1]});
  if (job.pid < 0) close_files({said[0], printed[0]});
  errno = error;
  if (job.pid < 0) return false;
  job.said = said[0];
  job.printed = printed[0];
  for (const int file : {job.said, job.printed}) ::fcntl(file, F_SETFL, O_NONBLOCK);
  return true;
}

// Takes what the job tells; true: that was all.
bool listen(Job& job) {
  const bool goes_on = drain(job.said, [&](std::string_view some) { job.verdict += some; });
  const auto take = [&](std::string_view some) { job.output.add(some); };
  if (job.printed >= 0 && !drain(job.printed, take)) ::close(std::exchange(job.printed, -1));
  return !goes_on;
}

Finished finish(Job& job) {
  int status = 0;
  while (::waitpid(job.pid, &status, 0) < 0 && errno == EINTR) continue;
  close_files({job.said, job.printed});
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (WIFSIGNALED(status)) job.verdict = "its check was killed by " + signal_name(WTERMSIG(status));
  return {{code, std::move(job.verdict)}, job.output.text(), engine::clock_now() - job.began};
}

}  // namespace

void run_jobs(std::size_t count, std::size_t parallel, const std::function<Verdict(std::size_t)>& work,
              const std::function<void(std::size_t, const Finished&)>& done) {
  std::list<Job> running;
  for (std::size_t next = 0; next < count || !running.empty();) {
    if (next < count && running.size() < parallel) {
      Job job{.number = next++};
      if (start(job, work)) {
        running.push_back(std::move(job));
      } else {
        const std::string why = fmt::format("no process can be had for it: {}\n", std::strerror(errno));
        done(job.number, {{exit_failed, why}, "", 0});
      }
      continue;
    }
    std::vector<pollfd> files;
    for (const Job& job : running) {
      for (const int file : {job.said, job.printed}) files.push_back({file, POLLIN, 0});
    }
    ::poll(files.data(), files.size(), -1);
    for (auto job = running.begin(); job != running.end();) {
      if (listen(*job)) {
        done(job->number, finish(*job));
        job = running.erase(job);
      } else {
        ++job;
      }
    }
  }
}

}  // namespace lwptrace::cli
