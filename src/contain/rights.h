// What a program that nobody knows may do: its user, its limits, its descriptors and its environment. Taken in the
// child that is about to execute it, and never to be had again.
#pragma once

#include <lwptrace/ids.h>
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace lwptrace::contain {

constexpr uid_t nobody = 65534;

struct Rights {
  uid_t user = nobody;       // and group; its own, if it cannot become another
  Nanos cpu = 0;             // of each process, rounded up to seconds; 0: as much as there is
  std::uint64_t memory = 0;  // bytes of address space of each process
  std::uint64_t file = 0;    // bytes that a file may have
  std::uint64_t tasks = 0;   // of the user; 0: as many as there may be
  std::vector<std::pair<std::string, std::string>> environment;  // all of it
};

struct Streams {  // descriptors
  int in = -1, out = -1, err = -1;
  int cgroup = -1;  // the entrance of one; -1: it stays where it is
};

// 0 or an errno. It enters the cgroup, the streams become 0, 1 and 2, and no other descriptor outlives the exec.
[[nodiscard]] int take(const Rights& rights, const Streams& streams);

}  // namespace lwptrace::contain
