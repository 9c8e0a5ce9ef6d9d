// The loop. It must stay short: what a stop means belongs to src/model, what it shows to snapshot.cc.
#include "engine/engine.h"

#include <lwptrace/names.h>
#include <sched.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "decoders/clone.h"
#include "engine/deaths.h"
#include "engine/filter.h"
#include "engine/interrupts.h"
#include "engine/ptrace.h"
#include "procfs/procfs.h"

namespace lwptrace::engine {

namespace {

std::uintptr_t ptrace_options(Detail detail) {
  std::uintptr_t options = PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC |
                           PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL;
  if (detail != Detail::births) options |= PTRACE_O_TRACESECCOMP;
  return options;
}

}  // namespace

Engine::Engine(EngineOptions options, Observer& observer)
    : options_(std::move(options)), observer_(observer), snapshot_(options_.backtracer, options_.detail) {}

Engine::~Engine() {
  if (failure_fd_ >= 0) ::close(failure_fd_);
}

Nanos Engine::now() const {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return (t.tv_sec - start_.tv_sec) * 1'000'000'000LL + (t.tv_nsec - start_.tv_nsec);
}

Outcome Engine::run() {
  const auto filter = make_filter(options_.detail);
  if (!filter) return Outcome{EndReason::exited, filter.error(), false};
  ::clock_gettime(CLOCK_MONOTONIC, &start_);
  watch_interrupts();
  watch_deaths();
  for (Tid tid : procfs::children()) strangers_.insert(tid);
  auto child = launch(options_.launch, *filter, ptrace_options(options_.detail));
  if (!child) {
    unwatch_interrupts();
    return Outcome{EndReason::exited, child.error(), false};
  }
  root_ = child->tid;
  failure_fd_ = child->failure_fd;
  tasks_[root_] = Task{root_, true};
  while (const auto report = wait_for_any()) {
    if (interrupted()) woken();  // a wait that always finds somebody ready is never interrupted
    stopped_at_ = now();
    handle(*report);
  }
  unwatch_interrupts();
  return outcome_;
}

std::optional<Engine::Report> Engine::wait_for_any() {
  for (;;) {
    if (tasks_.empty() && !strangers_.empty()) return std::nullopt;  // they are not ours to wait for
    siginfo_t info{};
    const idtype_t which = awaited_ != 0 ? P_PID : P_ALL;
    // WNOWAIT: a dead task is looked at in /proc before it is reaped.
    if (::waitid(which, static_cast<id_t>(awaited_), &info, WEXITED | WSTOPPED | WNOWAIT | __WALL) == 0) {
      awaited_ = 0;
      if (info.si_code == CLD_EXITED) return Report{info.si_pid, (info.si_status & 0xff) << 8};
      if (info.si_code == CLD_KILLED) return Report{info.si_pid, info.si_status};
      if (info.si_code == CLD_DUMPED) return Report{info.si_pid, info.si_status | 0x80};
      // Without WEXITED: one that was killed meanwhile is a death now, to be looked at like any other.
      siginfo_t stop{};
      const int taken = ::waitid(P_PID, static_cast<id_t>(info.si_pid), &stop, WSTOPPED | WNOHANG | __WALL);
      if (taken == 0 && stop.si_pid != 0) return Report{stop.si_pid, W_STOPCODE(stop.si_status)};
      continue;
    }
    if (errno == ECHILD && awaited_ == 0) return std::nullopt;
    const bool was_interrupted = errno == EINTR;
    awaited_ = 0;  // it cannot come, or a signal wants attention first
    if (was_interrupted) woken();
  }
}

void Engine::handle(const Report& report) {
  const Tid tid = report.tid;
  if (strangers_.erase(tid) != 0) {
    (void)::waitpid(tid, nullptr, WNOHANG);
    return;
  }
  if (!WIFSTOPPED(report.status)) return handle_death(tid, report.status);
  if (!started_) return handle_before_start(report);
  auto fact = read_stop(tid, report.status);
  if (!fact) {
    if (killing_) ::kill(tid, SIGKILL);
    return;
  }
  if (const auto* birth = std::get_if<BirthStop>(&*fact)) remember(tid, *birth);
  if (const auto* signal = std::get_if<SignalStop>(&*fact)) note_delivery(*signal);
  observe(tid, std::move(*fact));
}

void Engine::handle_death(Tid tid, int status) {
  const auto task = tasks_.find(tid);
  note_announced_deaths();
  Death death = snapshot_.death(tid, task != tasks_.end() ? &task->second : nullptr, decode_wait_status(status));
  (void)::waitpid(tid, nullptr, __WALL | WNOHANG);
  tasks_.erase(tid);
  if (tid == root_) {
    root_ended_ = true;
    program_ended();
  }
  if (started_) return observe(tid, death);
  outcome_.failure = why_not_started(options_.launch, failure_fd_);
  outcome_.not_executed = outcome_.failure->code != 0;
}

void Engine::note_announced_deaths() {
  take_announced_deaths([this](std::uint64_t number, Tid tid) {
    const auto task = tasks_.find(tid);
    // A leader whose threads outlive it is announced again at the end of its group.
    if (task != tasks_.end() && !task->second.death) task->second.death = number;
  });
}

void Engine::handle_before_start(const Report& report) {
  if (report.status >> 16 != PTRACE_EVENT_EXEC) {
    const bool signal = report.status >> 16 == 0 && WSTOPSIG(report.status) != (SIGTRAP | 0x80);
    (void)cont(report.tid, signal ? WSTOPSIG(report.status) : 0);
    return;
  }
  started_ = true;
  ::clock_gettime(CLOCK_MONOTONIC, &start_);  // the trace begins with the program, not with our preparations
  stopped_at_ = now();
  bool ignores_sigchld = false;
  for (const auto& [signal, action] : options_.launch.signals.actions) {
    if (signal == SIGCHLD) ignores_sigchld = action.sa_handler == SIG_IGN;
  }
  observe(report.tid, snapshot_.launched(report.tid, ignores_sigchld));
}

std::optional<Fact> Engine::read_stop(Tid tid, int status) {
  Task& task = tasks_[tid];
  task.alive_at = deaths_announced();
  const int signal = WSTOPSIG(status);
  const int event = status >> 16;
  if (!task.seen) {
    task.seen = true;
    return snapshot_.newborn(tid);
  }
  if (task.untraced_flags) set_clone_flags(tid, true);
  switch (event) {
    case 0:
      if (signal == (SIGTRAP | 0x80)) return snapshot_.call_return(tid, task);
      return snapshot_.signal(tid, task, signal);
    case PTRACE_EVENT_CLONE:
    case PTRACE_EVENT_FORK:
    case PTRACE_EVENT_VFORK:
      return snapshot_.birth(tid, task);
    case PTRACE_EVENT_EXEC: {
      auto fact = snapshot_.exec(tid);
      if (fact) {
        const Tid former = std::get<ExecStop>(*fact).former_tid;
        if (former != tid) {
          note_announced_deaths();  // that of the old leader, whose tid it has now
          tasks_.erase(former);
        }
        tasks_[tid] = Task{tid, true};
      }
      return fact;
    }
    case PTRACE_EVENT_SECCOMP:
      return snapshot_.filter_stop(tid, task);
    case PTRACE_EVENT_STOP:
      if (signal == SIGTRAP) return TrapStop{};
      return GroupStop{signal};
    default:
      return TrapStop{};
  }
}

void Engine::remember(Tid creator, const BirthStop& birth) {
  Task& task = tasks_[creator];
  if (task.tgid == 0) task.tgid = Snapshot::identity(creator).tgid;  // it was adopted: nobody told us its group
  const Tid tgid = task.tgid;
  const bool thread = birth.childs ? birth.childs->tgid == tgid : birth.call.has(CLONE_THREAD);
  tasks_[birth.child].tgid = birth.childs ? birth.childs->tgid : thread ? tgid : birth.child;
  if (const auto leader = tasks_.find(tgid); thread && leader != tasks_.end()) leader->second.had_siblings = true;
}

void Engine::observe(Tid tid, Fact fact) {
  queue_.push_back(Observation{stopped_at_, tid, std::move(fact)});
  while (!queue_.empty()) {
    const Observation observation = std::move(queue_.front());
    queue_.pop_front();
    actions_.clear();
    observer_.observe(observation, actions_);
    for (const Action& action : actions_) carry_out(action);
    observer_.settle();
  }
}

void Engine::carry_out(const Action& action) {
  if (const auto* resume = std::get_if<Resume>(&action)) {
    if (killing_) ::kill(resume->tid, SIGKILL);
    switch (resume->until) {
      case Resume::Until::next_event:
        (void)cont(resume->tid, resume->signal);
        break;
      case Resume::Until::call_return:
        (void)cont_to_return(resume->tid, resume->signal);
        break;
      case Resume::Until::group_stop_ends:
        (void)listen(resume->tid);
        break;
    }
  } else if (const auto* refuse = std::get_if<RefuseCall>(&action)) {
    Registers registers;
    if (registers.read(refuse->tid) == 0) (void)registers.refuse(refuse->tid, ENOSYS);
    (void)cont(refuse->tid, 0);
  } else if (const auto* untraced = std::get_if<TraceUntraced>(&action)) {
    set_clone_flags(untraced->tid, false);
  } else if (const auto* newborn = std::get_if<AwaitReport>(&action)) {
    awaited_ = newborn->tid;
  } else if (const auto* who = std::get_if<Identify>(&action)) {
    queue_.push_back(Observation{now(), who->tid, Snapshot::identity(who->tid)});
  } else {
    kill_all();
  }
}

// clone's flags are its first argument; clone3's are the first word of the struct that it points to.
void Engine::set_clone_flags(Tid tid, bool untraced) {
  Task& task = tasks_[tid];
  Registers registers;
  if (registers.read(tid) != 0) return;
  const TaskMemory memory(tid);
  const CloneCall call = decoders::decode_clone_call(registers.syscall(), memory);
  if (!untraced) task.untraced_flags = call.flags_raw;
  const std::uint64_t flags = untraced ? *task.untraced_flags : call.flags_raw & ~std::uint64_t{CLONE_UNTRACED};
  if (untraced) task.untraced_flags.reset();
  if (call.via == Via::clone3) {
    (void)memory.write(registers.syscall().args[0], std::as_bytes(std::span(&flags, 1)));
  } else {
    (void)registers.set_first_argument(tid, flags);
  }
}

void Engine::kill_all() {
  killing_ = true;
  for (const auto& [tid, task] : tasks_) {
    if (tid > 0) ::kill(tid, SIGKILL);
  }
}

// A signal that went to the whole process group has reached the program by itself; one for lwptrace alone is passed on.
// Which of the two it was shows within a moment, before or after it came here.
void Engine::forward(const Sent& came) {
  constexpr Nanos a_moment = 50'000'000;
  const Nanos t = now();
  if (came.signal != 0) {
    if (to_forward_.signal != 0 && !root_ended_) ::kill(root_, to_forward_.signal);
    const bool came_to_a_task = came == delivered_ && t - delivered_at_ < a_moment;
    to_forward_ = came_to_a_task ? Sent{} : came;
    to_forward_since_ = t;
  }
  if (to_forward_.signal == 0 || t - to_forward_since_ < a_moment) return;
  if (!root_ended_) ::kill(root_, to_forward_.signal);
  to_forward_ = {};
}

void Engine::note_delivery(const SignalStop& stop) {
  if (stop.code > 0 || !stop.sender) return;
  delivered_ = Sent{stop.signo, stop.sender->pid};
  delivered_at_ = stopped_at_;
  if (delivered_ == to_forward_) to_forward_ = {};
}

void Engine::woken() {
  const Interrupts interrupts = take_interrupts();
  forward(interrupts.to_forward);
  if (interrupts.late > late_) {
    late_ = interrupts.late;
    // What the program left behind goes on, as it would untraced; only who asks twice wants it ended.
    if (late_ == 1) observer_.asked_to_end(tasks_.size());
    if (late_ > 1) {
      outcome_.reason = EndReason::interrupted;
      kill_all();
    }
  }
  const Nanos t = now();
  if (options_.timeout != 0 && t >= options_.timeout && !killing_) {
    outcome_.reason = EndReason::timeout;
    kill_all();
  }
  observer_.tick(t);
  stopped_at_ = t;
  if (started_) observe(0, Tick{});
}

}  // namespace lwptrace::engine
