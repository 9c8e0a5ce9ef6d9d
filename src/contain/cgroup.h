// Control groups, version 2 (cgroups(7)): what holds for all processes of a run together, which no rlimit does.
//
//     our own cgroup            Cgroups
//       lwptrace-PID-N          a Cgroup: the limits are here, where nobody of the run is
//         run                   the program and whatever it starts
//
// So that a program with a cgroup namespace of its own, and a mount of it, finds no limits in there that it could lift.
#pragma once

#include <lwptrace/result.h>
#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>

namespace lwptrace::contain {

// The folder of a process's cgroup, from the texts of its /proc/PID/mountinfo and cgroup; empty: not to be seen.
[[nodiscard]] std::string folder_of_cgroup(const std::string& mountinfo, const std::string& cgroup);

struct Together {            // 0: no limit
  std::uint64_t memory = 0;  // bytes; none of them are swapped
  std::uint64_t tasks = 0;   // alive at once
};

// Our own cgroup, where those of the runs are made. Of one process, before it has any child that lives: the controllers
// may take that it moves to a cgroup beside them for as long as this lives.
class Cgroups {
 public:
  Cgroups();
  explicit Cgroups(const std::string& folder);
  ~Cgroups();
  Cgroups(const Cgroups&) = delete;
  Cgroups& operator=(const Cgroups&) = delete;

  [[nodiscard]] bool usable() const { return folder_ >= 0; }  // there can be some, if only to tell who belongs together
  [[nodiscard]] bool limits_memory() const { return memory_; }
  [[nodiscard]] bool limits_tasks() const { return tasks_; }

 private:
  friend class Cgroup;
  bool enable(const std::string& controller);
  bool move_beside();
  void move_back() const;
  void give_up();

  int folder_ = -1;
  pid_t owner_ = -1;
  bool memory_ = false, tasks_ = false, moved_ = false;
};

// Of one run. The destructor kills whoever is left in it.
class Cgroup {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Cgroup>> make(const Cgroups& in, const Together& most);
  ~Cgroup();
  Cgroup(const Cgroup&) = delete;
  Cgroup& operator=(const Cgroup&) = delete;

  [[nodiscard]] int entrance() const { return entrance_; }  // for enter_cgroup(); closed in an exec
  [[nodiscard]] bool ran_out_of_memory() const;             // of what it may have, and was killed

 private:
  Cgroup() = default;
  std::string furnish(const Cgroups& in, const Together& most);  // what failed, or ""

  int parent_ = -1, folder_ = -1, entrance_ = -1;
  std::string name_;
};

// The caller and all that it forks from now on; 0 or an errno.
[[nodiscard]] int enter_cgroup(int entrance);

}  // namespace lwptrace::contain
