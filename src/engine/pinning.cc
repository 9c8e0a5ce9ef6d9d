// sched_setaffinity(2) by tid: it concerns one task, whatever that task is doing.
#include "engine/pinning.h"

#include <cerrno>

namespace lwptrace::engine {

int Pinning::pin(Tid tid, int cpu) {
  CPU_ZERO(&pinned_);
  CPU_SET(static_cast<unsigned>(cpu), &pinned_);
  cpu_set_t former;
  if (::sched_getaffinity(tid, sizeof former, &former) != 0) return errno;
  if (::sched_setaffinity(tid, sizeof pinned_, &pinned_) != 0) return errno;
  former_.insert_or_assign(tid, former);
  return 0;
}

void Pinning::inherit(Tid newborn, Tid creator) {
  if (const auto found = former_.find(creator); found != former_.end()) {
    former_.insert_or_assign(newborn, cpu_set_t(found->second));
  }
}

void Pinning::forget(Tid tid) { former_.erase(tid); }

void Pinning::put_back(Tid tid) {
  const auto found = former_.find(tid);
  if (found == former_.end()) return;
  cpu_set_t present;
  if (::sched_getaffinity(tid, sizeof present, &present) == 0 && CPU_EQUAL(&present, &pinned_)) {
    (void)::sched_setaffinity(tid, sizeof found->second, &found->second);
  }
  former_.erase(found);
}

void Pinning::put_back_all() {
  while (!former_.empty()) put_back(former_.begin()->first);
}

}  // namespace lwptrace::engine
