// Crowds: siblings that are alike, told as one ("5,000 threads like this"), so that a drawing stays readable whatever
// the number of LWPs. It only groups; what a crowd looks like is for the renderer.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/lives.h"

namespace lwptrace::analysis {

// How alike siblings must be to be told as one.
enum class Likeness : std::uint8_t {
  life,  // born, named, ended and waited for in the same way, and so were all whom they made
  name,  // of one kind, idiom and name, however they ended and whatever they made
  kind,  // threads, or processes
};

// One row of a drawing: a single LWP, or a crowd.
struct Row {
  std::vector<LwpId> members;  // in order of birth; never empty
  [[nodiscard]] bool crowd() const { return members.size() > 1; }
  [[nodiscard]] LwpId first() const { return members.front(); }
};

class Crowds {
 public:
  // Fewer than `least` siblings alike are told one by one. `lives` must outlive this and not change.
  Crowds(const Lives& lives, Likeness likeness, std::size_t least);

  // Those that `creator` made (0: the roots), each crowd at the place of its first member.
  [[nodiscard]] std::vector<Row> children(LwpId creator) const;

 private:
  [[nodiscard]] std::uint64_t own_key(const Life& life) const;
  [[nodiscard]] std::uint64_t ender_key(const Life& life) const;

  const Lives& lives_;
  Likeness likeness_;
  std::size_t least_;
  std::vector<std::uint64_t> keys_;  // by place in lives_.all(): equal keys are alike
};

// The middle one of the members' spans (of the upper two, the first).
[[nodiscard]] Nanos median_span(const Lives& lives, const std::vector<LwpId>& members);

// How many LWPs the members and all those whom they made are.
[[nodiscard]] std::uint64_t family_size(const Lives& lives, const std::vector<LwpId>& members);

}  // namespace lwptrace::analysis
