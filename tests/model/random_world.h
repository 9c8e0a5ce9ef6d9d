// Any sequence of observations, however impossible: bytes choose whose stop it is and what it tells. Used by a test
// with fixed seeds and by the fuzz target; both ask for the promises that hold whatever the kernel says.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>

#include "world.h"

namespace lwptrace::model {

class Bytes {
 public:
  explicit Bytes(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  [[nodiscard]] bool empty() const { return at_ >= bytes_.size(); }
  std::uint8_t next(unsigned below) { return static_cast<std::uint8_t>((empty() ? 0u : bytes_[at_++]) % below); }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

inline Fact any_fact(Bytes& bytes) {
  auto tid = [&] { return Tid{100} + bytes.next(8); };
  auto call = [&]() -> CloneCall {
    CloneCall clone = bytes.next(2) != 0 ? pthread_create_call() : fork_call();
    if (bytes.next(8) == 0) clone.flags |= CLONE_PARENT;
    if (bytes.next(8) == 0) clone.flags |= CLONE_UNTRACED;
    return clone;
  };
  auto peek = [&] {
    const unsigned bits = bytes.next(16);
    return TaskPeek{(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0};
  };
  switch (bytes.next(15)) {
    case 0:
    case 1: {
      BirthStop stop;
      stop.child = tid();
      stop.call = call();
      return stop;
    }
    case 2:
    case 3:
      return NewbornStop{call(), {}, {}, {}, {}, {}};
    case 4: {
      Death death = exited(bytes.next(4), peek(), {bytes.next(4), bytes.next(8), bytes.next(2) != 0});
      death.group_goes_on = bytes.next(2) != 0;
      death.leader_is_over = bytes.next(4) == 0;
      if (bytes.next(3) == 0) death.status = Status{{}, bytes.next(32), false};
      if (bytes.next(3) == 0) death.identity = Identity{false, tid(), tid(), {}};
      return death;
    }
    case 5: {
      ExecStop stop;
      stop.former_tid = tid();
      return stop;
    }
    case 6:
      return EntryStop{call()};
    case 7:
      return EntryStop{KillCall{"kill", tid(), 0, bytes.next(32), Scope::process}};
    case 8:
      return EntryStop{FutexWaitCall{0x7f0000000910, 0}};
    case 9:
      return EntryStop{WaitCall{"wait4", -1, -1, 0, 0, 0}};
    case 10:
      return ReturnStop{std::int64_t{0} - bytes.next(40), tid(), 0, {}};
    case 11:
      return SignalStop{bytes.next(32), 0, Sender{tid(), 0, {}}, {}, {}, {}, 0, 0, {}};
    case 12:
      return Identity{bytes.next(2) != 0, tid(), tid(), {}};
    case 13: {
      Attached found;
      found.tgid = tid();
      found.ppid = tid();
      found.ended = bytes.next(4) == 0;
      return found;
    }
    default:
      if (bytes.next(2) != 0) return GroupStop{19};
      return bytes.next(2) != 0 ? Fact(Tick{}) : Fact(Lost{});
  }
}

// What is wrong with what was told, or "".
inline std::string broken_promise(const World& world) {
  std::set<LwpId> born, ended;
  std::set<std::string> paths;
  std::uint64_t seq = 0;
  for (const Event& event : world.events) {
    if (event.seq != ++seq) return "a gap in seq";
    if (const auto* birth = std::get_if<Birth>(&event.body)) {
      if (!born.insert(event.lwp).second) return "two births of one LWP";
      if (!paths.insert(birth->path).second) return "two LWPs of one path: " + birth->path;
      continue;
    }
    if (born.count(event.lwp) == 0) return std::string(type_name(event.body)) + " before the birth";
    const bool may_follow = std::holds_alternative<Reap>(event.body) || std::holds_alternative<Join>(event.body) ||
                            std::holds_alternative<Reparent>(event.body);
    if (ended.count(event.lwp) != 0 && !may_follow) return std::string(type_name(event.body)) + " after the exit";
    if (std::holds_alternative<Exit>(event.body)) ended.insert(event.lwp);
  }
  return "";
}

inline std::string run_any(std::span<const std::uint8_t> data) {
  Bytes bytes(data);
  World world;
  world.launch(100);
  while (!bytes.empty()) {
    const Tid tid = 100 + bytes.next(8);
    if (bytes.next(16) == 0) world.now += 2'000'000'000;
    world.see(tid, any_fact(bytes));
  }
  world.finish();
  return broken_promise(world);
}

}  // namespace lwptrace::model
