// What a process has to say, and what is printed in it, comes back through pipes that are read while it runs, and its
// status as its exit status.
#include "cli/jobs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <lwptrace/names.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
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

// What it has started may live on, and hold `said` and `printed` open.
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
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t got = ::write(file, text.data() + done, text.size() - done);
    if (got < 0) return false;
    done += static_cast<std::size_t>(got);
  }
  return true;
}

Verdict guarded(const std::function<Verdict(std::size_t)>& work, std::size_t number) {
  try {
    return work(number);
  } catch (const std::exception& error) {  // what lies behind us on the stack is our parent's to finish
    return {exit_failed, error.what()};
  }
}

[[noreturn]] void be(std::size_t number, pid_t parent, int said, int printed,
                     const std::function<Verdict(std::size_t)>& work) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(exit_failed);
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing >= 0) ::dup2(nothing, STDIN_FILENO);
  ::dup2(printed, STDOUT_FILENO);
  ::dup2(printed, STDERR_FILENO);
  const Verdict verdict = guarded(work, number);
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
  const pid_t parent = ::getpid();
  job.pid = piped ? ::fork() : -1;
  if (job.pid == 0) be(job.number, parent, said[1], printed[1], work);
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

// Takes what the job tells; true: that was all. `is_over`: of what it left behind no more is awaited.
bool listen(Job& job, bool is_over) {
  const bool goes_on = drain(job.said, [&](std::string_view some) { job.verdict += some; });
  const auto take = [&](std::string_view some) { job.output.add(some); };
  if (job.printed >= 0 && !drain(job.printed, take)) ::close(std::exchange(job.printed, -1));
  return is_over || !goes_on;
}

bool is_dead(const Job& job) {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(job.pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0;
}

Finished finish(Job& job) {
  int status = 0;
  while (::waitpid(job.pid, &status, 0) < 0 && errno == EINTR) continue;
  close_files({job.said, job.printed});
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (WIFSIGNALED(status)) job.verdict = "its check was killed by " + signal_name(WTERMSIG(status));
  return {{code, std::move(job.verdict)}, job.output.text(), engine::clock_now() - job.began};
}

// The signals that ask to end, unless they are ignored: they stay blocked, and are read. A job gets back the mask that
// there was.
class Requests {
 public:
  Requests() {
    sigset_t awaited;
    sigemptyset(&awaited);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
      struct sigaction action {};
      if (::sigaction(signal, nullptr, &action) == 0 && action.sa_handler != SIG_IGN) sigaddset(&awaited, signal);
    }
    ::sigprocmask(SIG_BLOCK, &awaited, &former_);
    file_ = ::signalfd(-1, &awaited, SFD_CLOEXEC | SFD_NONBLOCK);
  }
  ~Requests() {
    close_files({file_});
    put_back();
  }
  Requests(const Requests&) = delete;
  Requests& operator=(const Requests&) = delete;
  void put_back() const { ::sigprocmask(SIG_SETMASK, &former_, nullptr); }
  [[nodiscard]] int file() const { return file_; }
  [[nodiscard]] int next() const {  // 0: none has come
    signalfd_siginfo came{};
    return ::read(file_, &came, sizeof came) == sizeof came ? static_cast<int>(came.ssi_signo) : 0;
  }

 private:
  sigset_t former_{};
  int file_ = -1;
};

void end_all(std::list<Job>& running) {
  for (const Job& job : running) ::kill(job.pid, SIGKILL);
  for (Job& job : running) (void)finish(job);
}

int run(std::size_t count, std::size_t parallel, const std::function<Verdict(std::size_t)>& work,
        const std::function<void(std::size_t, const Finished&)>& done, const Requests* requests) {
  std::list<Job> running;
  for (std::size_t next = 0; next < count || !running.empty();) {
    if (const int asked = requests != nullptr ? requests->next() : 0; asked != 0) {
      end_all(running);
      return asked;
    }
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
    std::vector<pollfd> files{{requests != nullptr ? requests->file() : -1, POLLIN, 0}};
    for (const Job& job : running) {
      for (const int file : {job.said, job.printed}) files.push_back({file, POLLIN, 0});
    }
    constexpr int a_while = 1000;  // ms, until those are found who are dead and have left their files to others
    ::poll(files.data(), files.size(), a_while);
    for (auto job = running.begin(); job != running.end();) {
      if (listen(*job, is_dead(*job))) {
        done(job->number, finish(*job));
        job = running.erase(job);
      } else {
        ++job;
      }
    }
  }
  return 0;
}

}  // namespace

void run_jobs(std::size_t count, std::size_t parallel, const std::function<Verdict(std::size_t)>& work,
              const std::function<void(std::size_t, const Finished&)>& done) {
  (void)run(count, parallel, work, done, nullptr);
}

int run_jobs_until_asked(std::size_t count, std::size_t parallel, const std::function<Verdict(std::size_t)>& work,
                         const std::function<void(std::size_t, const Finished&)>& done) {
  const Requests requests;
  const auto unblocked = [&](std::size_t i) {
    requests.put_back();
    return work(i);
  };
  return run(count, parallel, unblocked, done, &requests);
}

}  // namespace lwptrace::cli
