// The live engine: launches a program or attaches to processes, waits for their tasks' stops, turns each into an
// Observation (snapshot.h), and carries out the Actions that come back. It holds no opinion on what a stop means: that
// is the model's.
//
// Stop protocol: PTRACE_SEIZE before the exec; PTRACE_CONT everywhere but between the entry of a filtered call and its
// return, and while a call is made again (undisturbed.h); no PTRACE_EVENT_EXIT, no VFORK_DONE: a death is known from
// waitid alone. A newborn is never run under PTRACE_SYSCALL. After a creator's event the newborn is waited for
// directly, which costs the same at one task and at ten thousand, where waiting for any is linear in their number.
//
// Attached tasks have no filter, which would outlive us: with more detail than births they run under PTRACE_SYSCALL.
// They are traced by a thread of their own. When it ends, the kernel lets go of all of them at once, whatever they are
// doing: a signal that was about to be delivered is, who was stopped stays so, and nobody has to be stopped for it.
#pragma once

#include <lwptrace/action.h>
#include <lwptrace/result.h>
#include <lwptrace/trace.h>

#include <deque>
#include <set>
#include <unordered_map>
#include <vector>

#include "engine/attach.h"
#include "engine/forwarding.h"
#include "engine/hints.h"
#include "engine/launch.h"
#include "engine/pinning.h"
#include "engine/snapshot.h"
#include "engine/stats.h"

namespace lwptrace::engine {

class Observer {
 public:
  virtual ~Observer() = default;
  // Appends to `actions` what is to be done.
  virtual void observe(const Observation& observation, std::vector<Action>& actions) = 0;
  // The actions have been carried out and the tasks run: time for what need not keep them waiting.
  virtual void settle() = 0;
  // About every 100 ms, and whenever a signal came for lwptrace.
  virtual void tick(Nanos now) = 0;
  // Somebody asks to end after the program itself has ended; `left` tasks go on. A second time ends them.
  virtual void asked_to_end(std::size_t left) = 0;
  // All that is traced is being killed.
  virtual void killing() = 0;
  // One of those to attach to cannot be had, or not as it was asked for; the rest goes on.
  virtual void not_attached(const Error& why) = 0;
};

struct EngineOptions {
  AttachOptions attach;  // no pids: launch
  LaunchOptions launch;
  Detail detail = Detail::life;
  Nanos timeout = 0;                 // 0: none
  Backtracer* backtracer = nullptr;  // not owned; null: no backtraces
  bool times = false;                // read the clock for Stats: where the time goes
};

struct Outcome {
  EndReason reason = EndReason::exited;
  std::optional<Error> failure;  // nothing was traced
  bool not_executed = false;     // … because the exec failed: failure->code is its errno
  Stats stats;
};

class Engine {
 public:
  Engine(EngineOptions options, Observer& observer);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Traces until the last task of the tree has ended; attached ones, until somebody asks to end.
  [[nodiscard]] Outcome run();
  [[nodiscard]] Nanos now() const;

 private:
  struct Report {  // one answer of wait
    Tid tid = 0;
    int status = 0;              // as waitpid(2) gives it
    std::uint32_t real_uid = 0;  // the user that it really is, in our user namespace (waitid(2))
  };
  [[nodiscard]] bool attaching() const { return !options_.attach.pids.empty(); }
  // Without a filter every call stops.
  [[nodiscard]] bool unfiltered() const { return attaching() && options_.detail != Detail::births; }
  // Its next call is of interest, whatever it is.
  [[nodiscard]] static bool is_followed(const Task& task) { return task.is_disturbed() || task.call_ended; }
  Outcome trace_launched();
  Outcome trace_attached();
  Outcome trace_in_a_thread();
  void pin(const Found& found);
  void loop();
  void charge(Counted& to);
  template <class Work>
  auto timed(Nanos Stats::*part, const Work& work) {
    const Timed until_it_is_done(options_.times ? &(stats_.*part) : nullptr);
    return work();
  }
  [[nodiscard]] std::optional<Report> wait_for_any();              // nothing: no task is left
  [[nodiscard]] std::optional<Report> take(const Report& report);  // another stop than the one reported
  [[nodiscard]] std::vector<Tid> a_few_tasks();
  [[nodiscard]] bool any_unannounced() const;
  [[nodiscard]] bool is_early(const Report& report) const;
  [[nodiscard]] std::optional<Report> early_one(bool nobody_else);
  void handle(const Report& report);
  void handle_before_start(const Report& report);
  void hear_deaths();
  [[nodiscard]] std::optional<Report> death_of(Tid tid);
  [[nodiscard]] bool lives_alone(Tid process);
  void handle_death(Tid tid, int status);
  void note(const AnnouncedDeath& announced);
  [[nodiscard]] std::optional<Fact> read_stop(const Report& report, Task& task);
  void remember(Tid creator, Task& task, const BirthStop& birth);
  void observe(Tid tid, Fact fact);
  void act_on(const Observation& observation);
  void carry_out(const Action& action);
  void go_on(Tid tid, int signal, bool to_return = false);
  [[nodiscard]] bool is_alone(Tid process) const;
  [[nodiscard]] bool is_taken_first(const Report& report) const;
  void undisturb(Tid tid);
  void let_run(Tid tid, int signal);
  void kill_all();
  void woken();  // a signal or the 100 ms timer interrupted the wait

  EngineOptions options_;
  Observer& observer_;
  std::uint16_t mark_;  // of our filter's stops
  Hints hints_;
  Snapshot snapshot_;
  Nanos start_ = 0;       // clock_now() then
  Nanos stopped_at_ = 0;  // when the stop at hand was reported, before anything was read for it
  std::unordered_map<Tid, Task> tasks_;
  std::size_t bucket_ = 0;  // of tasks_: the last of those that were asked in turn
  std::vector<Action> actions_;
  std::deque<Observation> queue_;  // answers to Identify
  std::set<Tid> strangers_;  // children that lwptrace had before it began: a shell's, which became lwptrace by exec
  Tid root_ = 0;
  bool started_ = false;  // the root has passed its exec
  bool root_ended_ = false;
  bool unannounced_ = false;  // some newborn was looked at before its creator's event: it may be anybody's sibling
  Tid stands_still_ = 0;      // its stop is at hand, and not yet taken from the kernel
  Tid awaited_ = 0;           // a newborn that is certain to report soon
  int interruptions_ = 0;     // of the wait for it
  std::deque<Report> early_;  // newborns, stopped, whose creators' events are still to be reported
  Nanos early_since_ = 0;     // when the first of them came
  std::vector<Tid> to_hear_;  // each is asked once whether it has something to report
  std::uint64_t deaths_heard_ = 0;
  bool killing_ = false;
  bool detaching_ = false;
  Nanos detach_by_ = 0;
  Forwarding forwarding_;
  int late_ = 0;  // requests to end since the root has ended
  int failure_fd_ = -1;
  Pinning pinning_;
  Stats stats_;
  Counted* at_hand_ = &stats_.stop(StopKind::launch);
  std::uint64_t charged_ = 0;  // ptrace calls that have been put down to something
  Outcome outcome_;
};

}  // namespace lwptrace::engine
