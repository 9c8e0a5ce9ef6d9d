// How no thread slips through:
//
//   we seize T1           T1 is inside a clone that began before: its newborn is nobody's tracee, and no event comes
//   T1 stops              so that clone is over, and the kernel gives us every LWP that T1 makes from now on
//   we look again         the newborn, if there is one, is in /proc: seize it as well, and begin anew
//
// Who has stopped stays so until nobody is new. A task that sleeps uninterruptibly (in vfork above all) does not stop,
// but nor is it making an LWP: it is not waited for.
#include "engine/attach.h"

#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <set>
#include <utility>

#include "engine/ptrace.h"
#include "engine/refusal.h"
#include "procfs/procfs.h"

namespace lwptrace::engine {

namespace {

struct Process {
  Tid tgid = 0;
  std::set<Tid> seized, workers;
};

struct Unstopped {  // seized and interrupted
  Tid tgid = 0, tid = 0;
};

class Scan {
 public:
  Scan(std::uintptr_t ptrace_options, const std::function<bool()>& enough)
      : ptrace_options_(ptrace_options), enough_(enough) {}

  void take_asked_for(Tid pid);
  void look_again(bool tree);
  [[nodiscard]] Found found() &&;

 private:
  int seize_threads(Process& process);
  void take_descendants();
  [[nodiscard]] bool knows(Tid tgid) const;
  void await_stop(Process& process, Tid tid);
  void refused(Tid tid, int error);

  std::uintptr_t ptrace_options_;
  const std::function<bool()>& enough_;
  std::vector<Process> processes_;
  std::vector<Unstopped> unstopped_;
  std::set<Tid> refused_;  // of whom it has been told, or need not be
  std::vector<Error> errors_;
};

bool is_ours(Tid tid) {
  const auto status = procfs::status(tid);
  return status && status->tracer == ::gettid();
}

bool Scan::knows(Tid tgid) const {
  return std::any_of(processes_.begin(), processes_.end(), [&](const Process& p) { return p.tgid == tgid; });
}

void Scan::refused(Tid tid, int error) {
  if (refused_.insert(tid).second) errors_.push_back(why_not_attached(tid, error));
}

void Scan::take_asked_for(Tid pid) {
  const auto status = procfs::status(pid);
  const Tid tgid = status ? status->tgid : pid;  // a thread's tid stands for its process
  if (knows(tgid)) return;
  if (tgid == ::getpid()) return refused(tgid, EPERM);
  Process process{tgid, {}, {}};
  const int error = seize_threads(process);
  if (process.seized.empty()) return refused(tgid, error);
  processes_.push_back(std::move(process));
}

// Returns why the last one could not be had. A newborn that the kernel gave us by itself is refused, and is no find.
int Scan::seize_threads(Process& process) {
  int last_error = ESRCH;
  std::vector<Tid> others;
  for (Tid tid : procfs::threads(process.tgid)) {
    if (process.seized.count(tid) != 0 || process.workers.count(tid) != 0 || refused_.count(tid) != 0) continue;
    // A tracer could have it, and would see it stop and end; but it makes no call and takes no signal.
    if (const auto worker = procfs::stat(process.tgid, tid); worker && worker->kernel_worker) {
      process.workers.insert(tid);
      continue;
    }
    const int error = seize(tid, ptrace_options_);
    if (error == 0) {
      (void)interrupt(tid);
      process.seized.insert(tid);
      unstopped_.push_back({process.tgid, tid});
      continue;
    }
    last_error = error;
    const auto stat = procfs::stat(process.tgid, tid);
    if (error == ESRCH || !stat || stat->peek.zombie) continue;
    if (is_ours(tid)) {
      refused_.insert(tid);
    } else {
      others.push_back(tid);
    }
  }
  for (Tid tid : others) {
    if (!process.seized.empty()) refused(tid, EPERM);
  }
  return last_error;
}

void Scan::take_descendants() {
  std::vector<std::pair<Tid, Tid>> parents;  // pid, parent
  for (Tid pid : procfs::processes()) {
    if (const auto stat = procfs::stat(pid, pid)) parents.emplace_back(pid, stat->ppid);
  }
  for (bool more = true; more;) {
    more = false;
    for (const auto& [pid, parent] : parents) {
      if (!knows(parent) || knows(pid) || refused_.count(pid) != 0 || pid == ::getpid()) continue;
      Process process{pid, {}, {}};
      const int error = seize_threads(process);
      const auto stat = procfs::stat(pid, pid);
      if (!process.seized.empty()) {
        processes_.push_back(std::move(process));
        more = true;
      } else if (stat && !stat->peek.zombie) {
        refused(pid, error);
      }
    }
  }
}

void Scan::await_stop(Process& process, Tid tid) {
  constexpr int stops = WSTOPPED | WEXITED | WNOWAIT | __WALL | __WNOTHREAD;
  constexpr timespec a_millisecond{0, 1'000'000};
  for (int naps = 0; !enough_();) {
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(tid), &info, stops | WNOHANG) != 0) {
      process.seized.erase(tid);  // another thread's exec took its tid, or its place
      return;
    }
    if (info.si_pid != 0) return;
    const auto stat = procfs::stat(process.tgid, tid);
    if (!stat || stat->peek.zombie) return;  // a leader whose threads live on: nothing is reported of it for now
    if (stat->uninterruptible) {
      if (++naps == 20) return;
      ::nanosleep(&a_millisecond, nullptr);
    } else {
      (void)::waitid(P_PID, static_cast<id_t>(tid), &info, stops);  // our timer ends it, and we look again
    }
  }
}

void Scan::look_again(bool tree) {
  do {
    for (const Unstopped& one : std::exchange(unstopped_, {})) {
      const auto process =
          std::find_if(processes_.begin(), processes_.end(), [&](const Process& p) { return p.tgid == one.tgid; });
      await_stop(*process, one.tid);
    }
    for (Process& process : processes_) (void)seize_threads(process);
    if (tree) take_descendants();
  } while (!unstopped_.empty() && !enough_());
}

Found Scan::found() && {
  Found found;
  for (const Process& process : processes_) {
    if (process.seized.empty()) continue;
    const bool ended = process.seized.count(process.tgid) == 0;
    if (refused_.count(process.tgid) == 0) found.tasks.push_back({process.tgid, process.tgid, ended, false});
    for (Tid tid : process.seized) {
      if (tid != process.tgid) found.tasks.push_back({tid, process.tgid, false, false});
    }
    for (Tid tid : process.workers) found.tasks.push_back({tid, process.tgid, false, true});
  }
  found.errors = std::move(errors_);
  return found;
}

}  // namespace

Found attach(const AttachOptions& options, std::uintptr_t ptrace_options, const std::function<bool()>& enough) {
  Scan scan(ptrace_options, enough);
  for (Tid pid : options.pids) scan.take_asked_for(pid);
  scan.look_again(options.tree);
  return std::move(scan).found();
}

// Sleepers need nothing: their next stop is at the return of their call. Who has run for 20 ms without a call computes.
void run_freely(const std::vector<Tid>& tids) {
  constexpr timespec a_millisecond{0, 1'000'000};
  std::set<Tid> on_the_way(tids.begin(), tids.end());
  for (int naps = 0; naps < 20;) {
    std::erase_if(on_the_way, [](Tid tid) {  // before the wait, which finds those that have stopped
      const auto stat = procfs::stat(tid, tid);
      return !stat || !stat->running;
    });
    siginfo_t info{};
    if (::waitid(P_ALL, 0, &info, WSTOPPED | WNOHANG | __WALL | __WNOTHREAD) != 0 && errno != EINTR) return;
    if (info.si_pid == 0) {
      if (on_the_way.empty()) return;
      ++naps;
      ::nanosleep(&a_millisecond, nullptr);
      continue;
    }
    on_the_way.erase(info.si_pid);
    const int event = info.si_status >> 8, signal = info.si_status & 0xff;
    if (event == PTRACE_EVENT_STOP && signal != SIGTRAP) {
      (void)listen(info.si_pid);
    } else {
      (void)cont(info.si_pid, event == 0 && signal <= SIGRTMAX ? signal : 0);
    }
  }
}

}  // namespace lwptrace::engine
