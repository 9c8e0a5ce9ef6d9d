// Walls around one submission, and the programs that are run within them. Whoever builds them is behind them himself,
// for good: a process of its own does it, which has opened and read all that it needs before.
//
// Within: a working copy in memory of limited size; the rest of the machine read-only; nothing where the rubric, the
// submissions and the results are; no network. A program runs as the first process of its own pid namespace, so that
// its end is the end of everything that it started. Where the kernel does not allow that, the working copy is a folder,
// limits and users are all that is left, and missing() says so.
#pragma once

#include <lwptrace/ids.h>
#include <lwptrace/result.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "contain/cgroup.h"
#include "contain/rights.h"

namespace lwptrace::contain {

struct Plan {
  std::string submission;                                  // absolute: a folder, or one file; empty: nothing
  std::vector<std::pair<std::string, std::string>> files;  // absolute, and where below the working copy
  std::vector<std::string> hidden;                         // absolute
  std::uint64_t disk = 0;                                  // bytes that may be written beside the working copy
  bool contained = true;                                   // can_contain()
  std::string scratch;                                     // if not: a folder that is ours, and its owner removes
  const Cgroups* cgroups = nullptr;                        // where each run gets one of its own; null: nowhere
};

struct Run {
  Nanos wall = 0;            // after that it is killed
  std::uint64_t output = 0;  // bytes of stdout and of stderr: more, and it is killed
  bool fresh = false;        // on a copy of its own of the working copy
  // In the first process, which may write to `streams`; its exit status. `folder` is the working copy.
  std::function<int(const Streams& streams, const std::string& folder)> inside;
  Together most;  // of all that take() the streams, and what they start; as far as there is a cgroup
};

struct Ran {
  int status = 0;  // exit status of the first process; 128 + N: signal N killed it
  std::string out, err;
  bool out_cut = false, err_cut = false, too_long = false;
  bool out_of_memory = false;  // all of them together had more than they may, and were killed
};

class Walls {
 public:
  [[nodiscard]] static Result<Walls> build(const Plan& plan);

  // An Error: it could not be begun. What it has left behind is gone when this returns.
  [[nodiscard]] Result<Ran> run(const Run& run, const std::string& input) const;

  [[nodiscard]] uid_t user() const { return user_; }              // whom the programs run as
  [[nodiscard]] bool counts_tasks() const { return own_users_; }  // nobody else's count against RLIMIT_NPROC
  [[nodiscard]] const std::vector<std::string>& missing() const { return missing_; }

 private:
  Walls() = default;
  Result<bool> furnish(const Plan& plan, const std::string& top);
  [[nodiscard]] int first(const Run& run, const Streams& streams) const;
  [[nodiscard]] std::string prepare(bool fresh) const;  // what failed, or ""

  bool contained_ = true, own_users_ = false;
  std::uint64_t disk_ = 0;
  std::string top_;  // where the working copy stands
  uid_t user_ = nobody;
  const Cgroups* cgroups_ = nullptr;
  std::vector<std::string> missing_;
};

}  // namespace lwptrace::contain
