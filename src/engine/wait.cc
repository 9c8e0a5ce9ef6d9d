// Whose report is looked at next: the engine's half of hints.h. What a report means is engine.cc's.
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <utility>

#include "engine/deaths.h"
#include "engine/engine.h"

namespace lwptrace::engine {

// Whoever stays in its stop is not to report it again. Without WEXITED: one that was killed meanwhile is a death now,
// to be looked at like any other; and if it was a leader, the thread that has its tid by an exec may have stopped
// instead.
std::optional<Engine::Report> Engine::take(const Report& report) {
  siginfo_t stop{};
  stands_still_ = 0;
  ++stats_.taken;
  const int taken = ::waitid(P_PID, static_cast<id_t>(report.tid), &stop, WSTOPPED | WNOHANG | __WALL);
  if (taken != 0 || stop.si_pid == 0 || W_STOPCODE(stop.si_status) == report.status) return std::nullopt;
  return Report{stop.si_pid, W_STOPCODE(stop.si_status), stop.si_uid};
}

// A wait finds the youngest first: a newborn is often reported before the event of its creator, which tells all that is
// to be read of it. So it is looked at after that.
bool Engine::is_early(const Report& report) const {
  constexpr int trap = SIGTRAP | (PTRACE_EVENT_STOP << 8);
  return started_ && !hints_.on() && report.status == W_STOPCODE(trap) && tasks_.count(report.tid) == 0;
}

// Its creator may have been killed before its event, and of some there is none: nobody is waited for in vain, and not
// for long while others report.
std::optional<Engine::Report> Engine::early_one(bool nobody_else) {
  if (early_.empty()) return std::nullopt;
  constexpr Nanos long_ago = 10'000'000;
  auto one = std::find_if(early_.begin(), early_.end(), [this](const Report& r) { return r.tid == awaited_; });
  if (one != early_.end()) {
    awaited_ = 0;
  } else if (nobody_else || detaching_ || now() - early_since_ > long_ago) {
    one = early_.begin();
  } else {
    return std::nullopt;
  }
  const Report report = *one;
  early_.erase(one);
  early_since_ = now();
  (void)tasks_[report.tid];
  return report;
}

std::optional<Engine::Report> Engine::wait_for_any() {
  for (;;) {
    if (const auto early = early_one(false)) return early;
    if (detaching_ && now() > detach_by_) return std::nullopt;
    if (tasks_.empty() && early_.empty() && !strangers_.empty()) return std::nullopt;  // they are not ours to wait for
    siginfo_t info{};
    const bool hearing = awaited_ == 0 && !to_hear_.empty();
    if (hearing) {
      awaited_ = to_hear_.back();
      to_hear_.pop_back();
    }
    // WNOWAIT: a dead task is looked at in /proc before it is reaped.
    // __WNOTHREAD: what is another thread's, lwptrace's own former children, is not ours.
    const int how = WEXITED | WSTOPPED | WNOWAIT | __WALL | __WNOTHREAD | (hearing || detaching_ ? WNOHANG : 0) |
                    (awaited_ == 0 && !early_.empty() ? WNOHANG : 0);
    ++(hearing ? stats_.asked : awaited_ != 0 ? stats_.waits_for_one : stats_.waits_for_any);
    const auto wait = [&] {
      return awaited_ != 0 ? ::waitid(P_PID, static_cast<id_t>(awaited_), &info, how)
                           : hints_.wait(info, how, tasks_.size());
    };
    if (timed(&Stats::waiting, wait) == 0) {
      const bool was_any = awaited_ == 0;
      awaited_ = interruptions_ = 0;
      if (info.si_pid == 0 && was_any) {
        if (const auto early = early_one(true)) return early;
      }
      if (info.si_pid == 0 && detaching_ && was_any) {
        if (!any_unannounced()) return std::nullopt;
        constexpr timespec a_moment{0, 100'000};
        ::nanosleep(&a_moment, nullptr);
      }
      if (info.si_pid == 0) continue;  // it has nothing to report
      return Report{info.si_pid, is_death(info) ? death_status(info) : W_STOPCODE(info.si_status), info.si_uid};
    }
    if (errno == ECHILD && awaited_ == 0) return std::nullopt;
    const bool was_interrupted = errno == EINTR;
    const Tid awaited = std::exchange(awaited_, 0);  // it cannot come, or a signal wants attention first
    if (!was_interrupted) continue;
    woken();
    constexpr int patience = 3;  // on a loaded machine a newborn may be late; but nobody is to wait for it for ever
    if (awaited_ == 0 && ++interruptions_ <= patience) awaited_ = awaited;
  }
}

// All of them in turn, as they lie in the hash table.
std::vector<Tid> Engine::a_few_tasks() {
  constexpr std::size_t few = 64;
  std::vector<Tid> tids;
  for (std::size_t i = 0; i < std::min(few, tasks_.bucket_count()); ++i) {
    bucket_ = (bucket_ + 1) % tasks_.bucket_count();
    for (auto task = tasks_.begin(bucket_); task != tasks_.end(bucket_); ++task) tids.push_back(task->first);
  }
  return tids;
}

bool Engine::any_unannounced() const {
  return std::any_of(tasks_.begin(), tasks_.end(), [](const auto& one) { return one.second.tgid == 0; });
}

}  // namespace lwptrace::engine
