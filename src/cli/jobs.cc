// What a process has to say comes back in a file without a name, and its status as its exit status.
#include "cli/jobs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <lwptrace/names.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>
#include <optional>

#include "cli/cli.h"
#include "engine/clock.h"

namespace lwptrace::cli {

namespace {

struct Job {
  std::size_t number = 0;
  int said = -1, printed = -1;
  Nanos began = 0;
};

std::string contents(int file) {
  std::string text;
  char some[65536];
  for (ssize_t got = 0; (got = ::pread(file, some, sizeof some, static_cast<off_t>(text.size()))) > 0;) {
    text.append(some, static_cast<std::size_t>(got));
  }
  return text;
}

bool write_all(int file, const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t wrote = ::write(file, text.data() + at, text.size() - at);
    if (wrote < 0 && errno != EINTR) return false;
    at += wrote > 0 ? static_cast<std::size_t>(wrote) : 0;
  }
  return true;
}

[[noreturn]] void be(const Job& job, const std::function<Verdict(std::size_t)>& work) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing >= 0) ::dup2(nothing, STDIN_FILENO);
  ::dup2(job.printed, STDOUT_FILENO);
  ::dup2(job.printed, STDERR_FILENO);
  const Verdict verdict = work(job.number);
  ::_exit(write_all(job.said, verdict.text) ? verdict.status : exit_failed);
}

std::optional<pid_t> start(Job& job, const std::function<Verdict(std::size_t)>& work) {
  job.said = ::memfd_create("said", MFD_CLOEXEC);
  job.printed = ::memfd_create("printed", MFD_CLOEXEC);
  job.began = engine::clock_now();
  const pid_t pid = job.said < 0 || job.printed < 0 ? -1 : ::fork();
  if (pid == 0) be(job, work);
  return pid > 0 ? std::optional(pid) : std::nullopt;
}

void close_files(const Job& job) {
  for (const int file : {job.said, job.printed}) {
    if (file >= 0) ::close(file);
  }
}

}  // namespace

void run_jobs(std::size_t count, std::size_t parallel, const std::function<Verdict(std::size_t)>& work,
              const std::function<void(std::size_t, const Finished&)>& done) {
  std::map<pid_t, Job> running;
  for (std::size_t next = 0; next < count || !running.empty();) {
    if (next < count && running.size() < parallel) {
      Job job{next++};
      if (const auto pid = start(job, work)) {
        running.emplace(*pid, job);
      } else {
        const std::string why = fmt::format("no process can be had for it: {}\n", std::strerror(errno));
        close_files(job);
        done(job.number, {{exit_failed, why}, "", 0});
      }
      continue;
    }
    int status = 0;
    const pid_t pid = ::waitpid(-1, &status, 0);
    if (pid < 0 && errno == EINTR) continue;
    if (pid < 0) return;
    const auto ended = running.find(pid);
    if (ended == running.end()) continue;  // a child from before lwptrace was executed
    const Job job = ended->second;
    running.erase(ended);
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    Finished finished{{code, contents(job.said)}, contents(job.printed), engine::clock_now() - job.began};
    if (WIFSIGNALED(status)) finished.verdict.text = "its check was killed by " + signal_name(WTERMSIG(status));
    close_files(job);
    done(job.number, finished);
  }
}

}  // namespace lwptrace::cli
