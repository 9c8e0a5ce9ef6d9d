// Pinning: tasks that were found alive run on one CPU while they are traced, and where they did before when they are
// let go. Tasks born meanwhile inherit the one CPU; what they go back to is their creator's.
#pragma once

#include <lwptrace/ids.h>

#include <unordered_map>

#include <sched.h>

namespace lwptrace::engine {

class Pinning {
 public:
  [[nodiscard]] int pin(Tid tid, int cpu);  // 0 or an errno
  void inherit(Tid newborn, Tid creator);
  void forget(Tid tid);  // it has ended
  // Unless it has been given other CPUs meanwhile, by its own call or somebody else's.
  void put_back(Tid tid);
  void put_back_all();

 private:
  cpu_set_t pinned_{};
  std::unordered_map<Tid, cpu_set_t> former_;
};

}  // namespace lwptrace::engine
