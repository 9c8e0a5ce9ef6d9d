// World: drives a Tracker with literal observations and keeps what came of them, so that a test is a list of what the
// kernel said and what must have been told. Time is a counter: one microsecond an observation.
#pragma once

#include <sched.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "model/tracker.h"

namespace lwptrace::model {

inline CloneCall pthread_create_call() {
  CloneCall call;
  call.via = Via::clone3;
  call.flags_raw = call.flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |
                                CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
  call.stack = 0x70000000;
  call.stack_size = 0x7fff00;
  call.tls = 0x7f0000000640;
  call.parent_tid = call.child_tid = 0x7f0000000910;
  call.args_size = 88;
  return call;
}

inline CloneCall fork_call() {
  CloneCall call;
  call.via = Via::clone;
  call.flags_raw = CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | 17;
  call.flags = CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID;
  call.exit_signal = 17;
  call.child_tid = 0x7f0000000a10;
  return call;
}

inline Death exited(int code, std::optional<TaskPeek> self = {}, DeathOrder order = {0, 1000, false}) {
  Death death;
  death.status.code = code;
  death.self = self;
  death.order = order;
  return death;
}

inline Death exited_while_others_live(int code) {
  Death death = exited(code, TaskPeek{true, true, false, false});
  death.group_goes_on = true;
  return death;
}

inline Death killed_by(int signo) {
  Death death;
  death.status.signal = signo;
  return death;
}

// A delivery to who neither handles nor ignores anything.
inline SignalStop unhandled(int signo, int code, std::optional<Sender> sender = {}) {
  SignalStop stop;
  stop.signo = signo;
  stop.code = code;
  stop.sender = sender;
  stop.caught = stop.ignored = 0;
  return stop;
}

constexpr TaskPeek own_exit{true, true, false, false}, forced{true, true, true, false};
constexpr TaskPeek own_exit_overtaken{true, true, false, true};  // in exit already when another ended the group

// The n-th announced death, and one that was merged into the n-th or a later one.
constexpr DeathOrder nth(std::uint64_t n) { return {n, n, true}; }
constexpr DeathOrder from(std::uint64_t n) { return {n, 1000, false}; }

class World {
 public:
  explicit World(TrackerOptions options = {}) : tracker(options) {}

  World& see(Tid tid, Fact fact) {
    Step step;
    tracker.apply(Observation{now += 1000, tid, std::move(fact)}, step);
    keep(step);
    return *this;
  }
  World& launch(Tid tid) { return see(tid, Launched{"/bin/x", {"x"}, "x", Abi::x86_64, 1, tid, tid, 0}); }
  World& announce(Tid creator, Tid child, CloneCall call) {
    BirthStop stop;
    stop.child = child;
    stop.call = std::move(call);
    return see(creator, stop);
  }
  World& born(Tid creator, Tid child, const CloneCall& call) {
    announce(creator, child, call);
    return see(child, NewbornStop{call, Address{call.tls}, {}, {}, {}, {}});
  }
  void finish() {
    Step step;
    tracker.finish(now += 1000, step);
    keep(step);
  }

  // The events of one type, in order.
  template <class T>
  std::vector<const Event*> all() const {
    std::vector<const Event*> found;
    for (const Event& event : events) {
      if (std::holds_alternative<T>(event.body)) found.push_back(&event);
    }
    return found;
  }
  template <class T>
  const T& only() const {
    const auto found = all<T>();
    if (found.size() != 1) throw std::runtime_error("expected one event, got " + std::to_string(found.size()));
    return std::get<T>(found[0]->body);
  }
  // "birth 1/1, exit 1/1 …": what was told, by path, in order.
  std::string story() const {
    std::string text;
    for (const Event& event : events) {
      text += (text.empty() ? "" : ", ") + std::string(type_name(event.body)) + " " + path(event.lwp);
    }
    return text;
  }
  std::string path(LwpId lwp) const {
    for (const Event& event : events) {
      if (const auto* birth = std::get_if<Birth>(&event.body); birth != nullptr && event.lwp == lwp) return birth->path;
    }
    return "?";
  }
  bool resumed(Tid tid) const {
    for (const Action& action : last) {
      if (const auto* resume = std::get_if<Resume>(&action); resume != nullptr && resume->tid == tid) return true;
    }
    return false;
  }

  Tracker tracker;
  Nanos now = 0;
  std::vector<Event> events;
  std::vector<Action> last;  // of the last observation

 private:
  void keep(Step& step) {
    events.insert(events.end(), step.events.begin(), step.events.end());
    last = step.actions;
  }
};

inline const Exit& exit_of(const World& w, const std::string& path) {
  for (const Event* event : w.all<Exit>()) {
    if (w.path(event->lwp) == path) return std::get<Exit>(event->body);
  }
  throw std::runtime_error("no exit of " + path);
}

}  // namespace lwptrace::model
