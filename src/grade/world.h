// One run as conditions look at it: the evidence, and what follows from it at a glance. Made in one pass over the
// events; it believes nothing (LWPs whose birth or end is missing are looked at as far as they go).
#pragma once

#include <string>
#include <unordered_map>

#include "analysis/lives.h"
#include "grade/count.h"
#include "grade/evidence.h"
#include "render/paths.h"

namespace lwptrace::grade {

class World {
 public:
  explicit World(const Evidence& run);  // which must outlive it

  [[nodiscard]] const Evidence& run() const { return run_; }
  [[nodiscard]] const std::vector<Event>& events() const { return run_.trace.events; }
  [[nodiscard]] const analysis::Lives& lives() const { return lives_; }

  [[nodiscard]] const Event* birth(LwpId lwp) const;       // null: not seen
  [[nodiscard]] const std::string& path(LwpId lwp) const;  // empty: not known
  [[nodiscard]] std::uint32_t depth(LwpId lwp) const;      // the root's is 0
  // "1.2 exit code 0 (at 12.3 ms)", printable.
  [[nodiscard]] std::string line(const Event& event) const;

  // Why something that was not seen may have been all the same: "took longer than 10 s"; empty: all was seen.
  [[nodiscard]] const std::string& unfinished() const { return unfinished_; }
  // Whether so many as were seen are as many as `count` asks for, even if the run was not seen to its end. A program
  // that was ended for making too many had not made its last.
  [[nodiscard]] bool proves(const Count& count) const;
  // Whether it is the exec that began the program.
  [[nodiscard]] bool is_launch(const Event& event) const { return &event == launch_; }
  // Whether lwptrace, not the program, may have made this end, or this LWP's.
  [[nodiscard]] bool forced(const Event& event) const;
  [[nodiscard]] bool forced(LwpId lwp) const;

 private:
  [[nodiscard]] bool forced(const Status& status, Nanos when) const;
  struct Born {
    const Event* event = nullptr;
    std::uint32_t depth = 0;
  };
  const Evidence& run_;
  analysis::Lives lives_;
  render::Paths paths_;
  std::unordered_map<LwpId, Born> born_;
  const Event* launch_ = nullptr;
  std::string unfinished_;
};

}  // namespace lwptrace::grade
