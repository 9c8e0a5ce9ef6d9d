// Sharing: who shares what with whom. For each resource that clone(2) can share (memory, files, …) the fold follows
// every LWP from one kernel object to the next: the creator's own at a sharing birth, a new one at any other birth,
// a new one when an exec or unshare(2) leaves others behind. Sharing is by object over the whole trace, dead LWPs
// among its users; what a program does inside shared memory is not looked at.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "analysis/lives.h"

namespace lwptrace::analysis {

enum class Resource : std::uint8_t { memory, files, fs, handlers, sysvsem, io, namespaces };
constexpr std::size_t kResources = 7;

using ObjectId = std::uint32_t;  // of one resource; 0: not known (attached threads, births that were not seen)

// Which objects an LWP had, in order; most have one of each all their lives.
struct Holding {
  LwpId lwp = 0;
  std::array<ObjectId, kResources> first{};
  std::array<ObjectId, kResources> last{};
  std::uint8_t copied = 0;      // bit per Resource: its own, and not shared, from birth (the creator was known)
  std::uint8_t by_exec = 0;     // bit per Resource: an exec gave it a new object, or renewed the one it had alone
  std::uint8_t by_unshare = 0;  // bit per Resource: unshare(2) or setns(2) did
};

class Sharing : public TraceSink {
 public:
  void header(const TraceHeader&) override {}
  void event(const Event& event) override;
  void end(const TraceEnd&) override {}

  // In the order of Lives::all() of the same trace.
  [[nodiscard]] const std::vector<Holding>& all() const { return holdings_; }
  [[nodiscard]] const Holding* find(LwpId lwp) const;
  // How many LWPs ever used it.
  [[nodiscard]] std::uint32_t users(Resource resource, ObjectId object) const;

 private:
  Holding& of(const Event& event);
  void on(Holding& holding, const Birth& birth, const Event& event);
  void leave(Holding& holding, Resource resource);
  ObjectId make(Resource resource);
  void use(Holding& holding, Resource resource, ObjectId object);

  std::vector<Holding> holdings_;
  std::unordered_map<LwpId, std::uint32_t> index_;
  std::unordered_map<Tid, LwpId> attached_;                   // thread group leaders that were found alive
  std::array<std::vector<std::uint32_t>, kResources> users_;  // of object n at n - 1
};

}  // namespace lwptrace::analysis
