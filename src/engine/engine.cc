// The loop. It must stay short: what a stop means belongs to src/model, what it shows to snapshot.cc.
#include "engine/engine.h"

#include <fmt/format.h>
#include <lwptrace/names.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <future>
#include <utility>

#include "engine/clock.h"
#include "engine/deaths.h"
#include "engine/filter.h"
#include "engine/interrupts.h"
#include "engine/ptrace.h"
#include "engine/undisturbed.h"
#include "procfs/procfs.h"

namespace lwptrace::engine {

namespace {

constexpr std::uintptr_t options_for_all =
    PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD;

std::uintptr_t ptrace_options(Detail detail) {
  std::uintptr_t options = options_for_all | PTRACE_O_EXITKILL;
  if (detail != Detail::births) options |= PTRACE_O_TRACESECCOMP;
  return options;
}

}  // namespace

Engine::Engine(EngineOptions options, Observer& observer)
    : options_(std::move(options)),
      observer_(observer),
      mark_(random_mark()),
      hints_([this](const AnnouncedDeath& announced) { note(announced); }, [this] { return a_few_tasks(); }),
      snapshot_(options_.backtracer, options_.detail,
                !attaching() && options_.detail != Detail::births ? std::optional(mark_) : std::nullopt) {}

Engine::~Engine() {
  if (failure_fd_ >= 0) ::close(failure_fd_);
}

Nanos Engine::now() const { return clock_now() - start_; }

Outcome Engine::run() {
  Outcome outcome = timed(&Stats::total, [this] { return attaching() ? trace_in_a_thread() : trace_launched(); });
  outcome.stats = stats_;
  outcome.stats.deaths_announced = deaths_announced();
  outcome.stats.ptrace_calls = ptrace_calls_by_request();
  outcome.stats.proc_reads = procfs::reads();
  outcome.stats.hints = hints_.counts();
  return outcome;
}

Outcome Engine::trace_in_a_thread() {
  sigset_t all, former;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &former);  // signals are the tracing thread's
  Outcome outcome = std::async(std::launch::async, [this] { return trace_attached(); }).get();
  ::pthread_sigmask(SIG_SETMASK, &former, nullptr);
  return outcome;
}

Outcome Engine::trace_attached() {
  start_ = clock_now();
  watch_interrupts();
  program_ended();  // every request to end is for us
  watch_deaths();
  const Found found = attach(options_.attach, options_for_all, [] { return take_interrupts().late > 0; });
  for (const Error& error : found.errors) {
    if (found.tasks.empty() && &error == &found.errors.back()) {
      outcome_.failure = error;
    } else {
      observer_.not_attached(error);
    }
  }
  if (options_.attach.cpu) pin(found);
  charge(*at_hand_);
  started_ = root_ended_ = true;
  stopped_at_ = now();
  for (const FoundTask& one : found.tasks) {
    if (one.ended || one.worker) continue;
    Task& task = tasks_[one.tid];
    task.tgid = one.tgid;
    task.seen = task.had_siblings = true;
  }
  for (const FoundTask& one : found.tasks) {
    Attached fact = snapshot_.attached(one.tid, one.tgid);
    fact.ended = one.ended;
    fact.worker = one.worker;
    undisturb(one.tid);  // our interrupt has woken it
    observe(one.tid, std::move(fact));
  }
  if (!outcome_.failure) loop();
  if (detaching_) {
    pinning_.put_back_all();
    std::vector<Tid> tids;
    for (const auto& [tid, task] : tasks_) {
      if (unfiltered() || is_followed(task)) tids.push_back(tid);
    }
    if (!tids.empty()) run_freely(tids);
  }
  unwatch_interrupts();
  return outcome_;
}

void Engine::pin(const Found& found) {
  std::size_t refused = 0;
  Tid first = 0;
  int why = 0;
  for (const FoundTask& one : found.tasks) {
    if (one.ended || one.worker) continue;
    const int error = pinning_.pin(one.tid, *options_.attach.cpu);
    if (error == 0 || error == ESRCH || refused++ != 0) continue;
    first = one.tid;
    why = error;
  }
  if (refused == 0) return;
  const char* remedy = why == EPERM ? "that takes root, or CAP_SYS_NICE" : "is that CPU in its cpuset?";
  observer_.not_attached(
      Error{fmt::format("--cpu {}: {} of {} LWPs run where they did: sched_setaffinity on {}: {}; {}",
                        *options_.attach.cpu, refused, found.tasks.size(), first, std::strerror(why), remedy),
            why});
}

Outcome Engine::trace_launched() {
  const auto filter = make_filter(options_.detail, mark_);
  if (!filter) {
    outcome_.failure = filter.error();
    return outcome_;
  }
  start_ = clock_now();
  watch_interrupts();
  watch_deaths();
  for (Tid tid : procfs::children()) strangers_.insert(tid);
  auto child = launch(options_.launch, *filter, ptrace_options(options_.detail));
  if (!child) {
    unwatch_interrupts();
    outcome_.failure = child.error();
    return outcome_;
  }
  root_ = child->tid;
  failure_fd_ = child->failure_fd;
  tasks_[root_].tgid = root_;
  tasks_[root_].seen = true;
  loop();
  unwatch_interrupts();
  return outcome_;
}

void Engine::loop() {
  std::optional<Report> taken;
  while (const auto report = taken ? taken : wait_for_any()) {
    if (interrupted()) woken();  // a wait that always finds somebody ready is never interrupted
    stopped_at_ = now();
    stands_still_ = WIFSTOPPED(report->status) ? report->tid : 0;
    if (is_early(*report)) {
      if (early_.empty()) early_since_ = stopped_at_;
      early_.push_back(*report);
      taken = take(*report);
      continue;
    }
    taken = is_taken_first(*report) ? take(*report) : std::nullopt;
    handle(*report);
    charge(*at_hand_);
    if (stands_still_ != 0) taken = take(*report);
  }
}

void Engine::charge(Counted& to) { to.ptrace_calls += ptrace_calls() - std::exchange(charged_, ptrace_calls()); }

// Its thread group never held another thread: nobody else can have called an exec that it reports.
bool Engine::is_alone(Tid process) const {
  const auto task = tasks_.find(process);
  return !unannounced_ && task != tasks_.end() && !task->second.had_siblings;
}

// Who has another's tid by an exec cannot be looked at before (looks_like_a_spurious_pid). Who listens in a group-stop
// may stop again at once, for the same signal: that is another stop, which is not to be taken for this one.
bool Engine::is_taken_first(const Report& report) const {
  const int event = report.status >> 16;
  if (event == PTRACE_EVENT_EXEC) return !is_alone(report.tid);
  return event == PTRACE_EVENT_STOP && WSTOPSIG(report.status) != SIGTRAP;
}

// A stop that ends at once need not be taken from the kernel first. That of a signal must not be: should we be killed
// before, the kernel then delivers it.
void Engine::go_on(Tid tid, int signal, bool to_return) {
  if (tid == stands_still_) stands_still_ = 0;
  (void)(to_return ? cont_to_return(tid, signal) : cont(tid, signal));
}

void Engine::handle(const Report& report) {
  const Tid tid = report.tid;
  if (!strangers_.empty() && strangers_.erase(tid) != 0) {
    ++stats_.taken;
    (void)::waitpid(tid, nullptr, WNOHANG);
    return;
  }
  if (!WIFSTOPPED(report.status)) return handle_death(tid, report.status);
  if (!started_) return handle_before_start(report);
  Task& task = tasks_[tid];
  auto fact = read_stop(report, task);
  at_hand_ = &stats_.stop(task.stop = kind_of(fact));
  ++at_hand_->times;
  charge(*at_hand_);
  if (!fact) {
    if (killing_) ::kill(tid, SIGKILL);
    return;
  }
  if (const auto* birth = std::get_if<BirthStop>(&*fact)) remember(tid, task, *birth);
  if (const auto* signal = std::get_if<SignalStop>(&*fact)) {
    forwarding_.delivered(*signal, stopped_at_);
    const bool caught = procfs::has_signal(signal->caught.value_or(0), signal->signo);
    if (caught && task.rare) task.rare->disturbed.reset();  // its call ends
  }
  const auto* entry = std::get_if<EntryStop>(&*fact);
  const auto* wait = entry != nullptr ? std::get_if<WaitCall>(&entry->call) : nullptr;
  if (wait != nullptr && (wait->options & WNOHANG) != 0) hear_deaths();
  observe(tid, std::move(*fact));
}

// The real parent of a dead process finds nobody while its tracer has not waited for it: it may know of the end by a
// pidfd, and ask without patience.
void Engine::hear_deaths() {
  (void)hints_.listen(0);
  if (std::exchange(deaths_heard_, deaths_announced()) == deaths_announced()) return;
  std::vector<Tid> dead;
  for (const auto& [tid, task] : tasks_) {
    if (task.death_announced) dead.push_back(tid);
  }
  for (const Tid tid : dead) {
    if (const auto death = death_of(tid)) handle(*death);
  }
}

std::optional<Engine::Report> Engine::death_of(Tid tid) {
  siginfo_t info{};  // of a tracee waitid tells of stops as well, asked for or not
  constexpr int how = WEXITED | WNOHANG | WNOWAIT | __WALL;
  ++stats_.asked;
  if (::waitid(P_PID, static_cast<id_t>(tid), &info, how) != 0 || !is_death(info)) return std::nullopt;
  return Report{tid, death_status(info), info.si_uid};
}

// Nobody else can have inherited its children. Of one with threads the last may have ended, and the leader, whose death
// is reported after that, not yet.
bool Engine::lives_alone(Tid process) { return is_alone(process) && !death_of(process); }

void Engine::handle_death(Tid tid, int status) {
  const auto task = tasks_.find(tid);
  (void)hints_.listen(0);
  const bool known = task != tasks_.end();
  const bool parent_lives = known && options_.detail != Detail::births && lives_alone(task->second.parent);
  Death death = snapshot_.death(tid, known ? &task->second : nullptr, decode_wait_status(status), parent_lives);
  at_hand_ = &stats_.deaths;
  ++at_hand_->times;
  ++stats_.taken;
  (void)::waitpid(tid, nullptr, __WALL | WNOHANG);
  tasks_.erase(tid);
  std::erase_if(early_, [tid](const Report& one) { return one.tid == tid; });
  pinning_.forget(tid);
  if (tid == root_) {
    root_ended_ = true;
    program_ended();
  }
  if (started_) return observe(tid, death);
  outcome_.failure = why_not_started(options_.launch, failure_fd_);
  outcome_.not_executed = outcome_.failure->code != 0;
}

void Engine::note(const AnnouncedDeath& announced) {
  const auto task = tasks_.find(announced.tid);
  // A leader whose threads outlive it is announced again at the end of its group.
  if (task == tasks_.end() || task->second.death_announced) return;
  task->second.death_announced = true;
  task->second.announced = announced.number;
}

void Engine::handle_before_start(const Report& report) {
  ++at_hand_->times;
  if (report.status >> 16 != PTRACE_EVENT_EXEC) {
    const bool signal = report.status >> 16 == 0 && WSTOPSIG(report.status) != (SIGTRAP | 0x80);
    go_on(report.tid, signal ? WSTOPSIG(report.status) : 0);
    return;
  }
  started_ = true;
  start_ = clock_now();  // the trace begins with the program, not with our preparations
  stopped_at_ = now();
  bool ignores_sigchld = false;
  for (const auto& [signal, action] : options_.launch.signals.actions) {
    if (signal == SIGCHLD) ignores_sigchld = action.sa_handler == SIG_IGN;
  }
  observe(report.tid, snapshot_.launched(report.tid, ignores_sigchld));
}

std::optional<Fact> Engine::read_stop(const Report& report, Task& task) {
  const auto [tid, status, real_uid] = report;
  if (!task.death_announced) task.announced = announcements();
  const int signal = WSTOPSIG(status);
  const int event = status >> 16;
  if (!task.seen) {
    task.seen = true;
    unannounced_ = unannounced_ || task.tgid == 0;
    if (auto undo = task.rare ? std::move(task.rare->undo) : nullptr) put_back(tid, *undo);
    auto fact = snapshot_.newborn(tid);
    if (fact && event == PTRACE_EVENT_STOP && signal != SIGTRAP) std::get<NewbornStop>(*fact).group_stop = signal;
    return fact;
  }
  if (task.rare && task.rare->undo) put_back(tid, *task.rare->undo);
  const bool birth = event == PTRACE_EVENT_CLONE || event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK;
  if (!birth && task.rare) task.rare->undo.reset();
  switch (event) {
    case 0:
      if (signal == (SIGTRAP | 0x80)) {
        const bool followed = is_followed(task);
        task.call_ended = false;
        const auto answer = task.is_disturbed() ? follow(tid, task.rare->disturbed, now()) : std::nullopt;
        std::optional<Fact> fact;
        if (unfiltered()) {
          fact = snapshot_.unfiltered_call(tid, task);
        } else if (!followed || (answer && options_.detail == Detail::all)) {
          fact = snapshot_.call_return(tid, task);
          if (fact && answer) std::get<ReturnStop>(*fact).ret = *answer;
          return fact;
        }
        if (!fact) let_run(tid, 0);
        return fact;
      }
      if (task.is_disturbed()) {
        Disturbed& disturbed = *task.rare->disturbed;
        put_back(tid, disturbed);
        if (signal == SIGPIPE && disturbed.over && std::exchange(disturbed.spares_sigpipe, false)) {
          let_run(tid, 0);
          return std::nullopt;
        }
      }
      return snapshot_.signal(tid, task, signal);
    case PTRACE_EVENT_CLONE:
    case PTRACE_EVENT_FORK:
    case PTRACE_EVENT_VFORK:
      return snapshot_.birth(tid, task, event);
    case PTRACE_EVENT_EXEC: {
      auto message = static_cast<std::uint64_t>(tid);
      if (!is_alone(tid) && event_message(tid, message) != 0) return std::nullopt;
      const auto former = static_cast<Tid>(message);
      const auto caller = tasks_.find(former);
      auto fact = snapshot_.exec(tid, former, caller != tasks_.end() && caller->second.in_known_exec, real_uid);
      if (fact) {
        if (former != tid) {
          (void)hints_.listen(0);  // that of the old leader, whose tid it has now
          tasks_.erase(former);
          pinning_.inherit(tid, former);
          pinning_.forget(former);
        }
        Task another;
        another.tgid = tid;
        another.parent = task.parent;
        another.had_siblings = task.had_siblings || former != tid;
        another.seen = true;
        task = std::move(another);
      }
      return fact;
    }
    case PTRACE_EVENT_SECCOMP:
      return snapshot_.filter_stop(tid, task);
    case PTRACE_EVENT_STOP:
      if (signal == SIGTRAP) return TrapStop{};
      if (task.rare) let_call_end(tid, task.rare->disturbed);
      task.call_ended = true;
      return GroupStop{signal};
    default:
      return TrapStop{};
  }
}

void Engine::remember(Tid creator, Task& task, const BirthStop& birth) {
  task.kept = detaching_;
  if (task.tgid == 0) task.tgid = Snapshot::identity(creator).tgid;  // it was adopted: nobody told us its group
  const Tid tgid = task.tgid;
  const bool thread = birth.childs ? birth.childs->tgid == tgid : birth.call.has(CLONE_THREAD);
  pinning_.inherit(birth.child, creator);
  Task& newborn = tasks_[birth.child];
  if (!thread && !birth.childs && !birth.call.has(CLONE_PARENT)) newborn.parent = tgid;
  newborn.tgid = birth.childs ? birth.childs->tgid : thread ? tgid : birth.child;
  if (thread) {
    if (const auto leader = tasks_.find(tgid); leader != tasks_.end()) leader->second.had_siblings = true;
  }
  if (auto undo = task.rare ? std::move(task.rare->undo) : nullptr) {  // its newborn has a copy of what was changed
    if (birth.call.has(CLONE_VM)) undo->bytes.clear();
    if (newborn.seen) {
      put_back(birth.child, *undo);
    } else {
      newborn.own_rare().undo = std::move(undo);
    }
  }
}

void Engine::observe(Tid tid, Fact fact) {
  act_on(Observation{stopped_at_, tid, std::move(fact)});
  while (!queue_.empty()) {
    const Observation observation = std::move(queue_.front());
    queue_.pop_front();
    act_on(observation);
  }
}

void Engine::act_on(const Observation& observation) {
  actions_.clear();
  timed(&Stats::model, [&] { observer_.observe(observation, actions_); });
  for (const Action& action : actions_) carry_out(action);
  timed(&Stats::telling, [&] { observer_.settle(); });
}

void Engine::carry_out(const Action& action) {
  if (const auto* resume = std::get_if<Resume>(&action)) {
    const auto task = tasks_.find(resume->tid);
    if (task != tasks_.end() && task->second.kept) return;
    if (killing_) ::kill(resume->tid, SIGKILL);
    switch (resume->until) {
      case Resume::Until::next_event:
        let_run(resume->tid, resume->signal);
        break;
      case Resume::Until::call_return:
        go_on(resume->tid, resume->signal, true);
        break;
      case Resume::Until::group_stop_ends:
        (void)listen(resume->tid);
        break;
    }
    if (task != tasks_.end()) charge(stats_.stop(task->second.stop));  // it may not be the one at hand
  } else if (const auto* woken = std::get_if<Undisturb>(&action)) {
    undisturb(woken->tid);
  } else if (const auto* refuse = std::get_if<RefuseCall>(&action)) {
    Registers registers;
    if (registers.read(refuse->tid) == 0) (void)registers.refuse(refuse->tid, ENOSYS);
    if (const auto task = tasks_.find(refuse->tid); task != tasks_.end() && task->second.rare) {
      task->second.rare->disturbed.reset();
    }
    go_on(refuse->tid, 0);
  } else if (const auto* untraced = std::get_if<TraceUntraced>(&action)) {
    if (auto undo = take_out_untraced(untraced->tid))
      tasks_[untraced->tid].own_rare().undo = std::make_unique<Undo>(std::move(*undo));
  } else if (const auto* newborn = std::get_if<AwaitReport>(&action)) {
    awaited_ = newborn->tid;
  } else if (const auto* free = std::get_if<LetGo>(&action)) {
    if (free->tid == stands_still_) stands_still_ = 0;
    pinning_.put_back(free->tid);
    (void)detach(free->tid, 0);
    tasks_.erase(free->tid);
  } else if (std::holds_alternative<HearAll>(action)) {
    to_hear_.clear();
    for (const auto& [tid, task] : tasks_) to_hear_.push_back(tid);
  } else if (const auto* who = std::get_if<Identify>(&action)) {
    queue_.push_back(Observation{now(), who->tid, Snapshot::identity(who->tid)});
  } else {
    kill_all();
  }
}

void Engine::undisturb(Tid tid) {
  const auto task = tasks_.find(tid);
  if (task == tasks_.end() || task->second.call_ended) return;
  auto disturbed = task->second.rare ? std::move(task->second.rare->disturbed) : nullptr;
  let_call_go_on(tid, disturbed, now(), !attaching());
  if (disturbed) task->second.own_rare().disturbed = std::move(disturbed);
}

void Engine::let_run(Tid tid, int signal) {
  const auto task = tasks_.find(tid);
  go_on(tid, signal, unfiltered() || (task != tasks_.end() && is_followed(task->second)));
}

void Engine::kill_all() {
  killing_ = true;
  observer_.killing();
  for (const auto& [tid, task] : tasks_) {
    if (tid > 0) ::kill(tid, SIGKILL);
  }
}

void Engine::woken() {
  const Interrupts interrupts = take_interrupts();
  if (const int signal = forwarding_.due(interrupts.to_forward, now()); signal != 0 && !root_ended_) {
    ::kill(root_, signal);
  }
  if (interrupts.late > late_) {
    late_ = interrupts.late;
    if (attaching()) {
      // What has been reported by now is told: a newborn's creator, above all.
      constexpr Nanos a_moment = 100'000'000;
      detaching_ = true;
      detach_by_ = now() + a_moment;
      outcome_.reason = EndReason::detached;
      return;
    }
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
  for (const auto& [tid, task] : tasks_) {
    if (!task.is_disturbed()) continue;
    const Disturbed& one = *task.rare->disturbed;
    if (one.made_again && one.deadline <= t) (void)interrupt(tid);  // it will return
  }
  timed(&Stats::telling, [&] { observer_.tick(t); });
  stopped_at_ = t;
  if (started_) observe(0, Tick{});
}

}  // namespace lwptrace::engine
