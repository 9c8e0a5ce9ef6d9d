// What a death shows before it is reaped: who died, and what the others of its thread group look like at that moment.
// What it means is for the model to say (src/model/exit.cc).
#include <sys/wait.h>
#include <unistd.h>

#include <ctime>

#include <algorithm>
#include <utility>

#include "engine/clock.h"
#include "engine/deaths.h"
#include "engine/snapshot.h"
#include "procfs/procfs.h"

namespace lwptrace::engine {

namespace {

// Whether a thread lives and nobody has told it to end. exit_group marks everybody before its caller dies: a SIGKILL is
// pending, which becomes PF_SIGNALED when the thread takes it. The mark may go over from the one to the other while a
// running thread's file is being written; then the second look finds it.
bool goes_on(const std::optional<procfs::TaskStat>& thread) {
  return thread && !thread->peek.zombie && !thread->peek.exiting && !thread->peek.killed &&
         !thread->peek.sigkill_pending;
}
bool goes_on(Tid tgid, Tid tid, const std::optional<procfs::TaskStat>& thread) {
  return goes_on(thread) && (!thread->running || goes_on(procfs::stat(tgid, tid)));
}

// What all threads that a group ever had have spent on a CPU; of its only one, to the nanosecond what schedstat says.
std::optional<Nanos> spent_by_group(Tid tgid) {
  // As clock_getcpuclockid(3) makes it, which asks the kernel whether it is there as well.
  constexpr clockid_t of_scheduler = 2;
  const Nanos spent = clock_now(~static_cast<clockid_t>(tgid) << 3 | of_scheduler);
  return spent != 0 ? std::optional(spent) : std::nullopt;
}

}  // namespace

bool Snapshot::leader_goes_on(Tid tgid, const procfs::TaskStat& leader) {
  return goes_on(leader) && (!leader.running || goes_on(leaders_.leader(tgid)));
}

// What the others of its thread group say about a death with that code of its own.
void Snapshot::look_at_siblings(Tid tgid, Tid tid, int code, Death& death) {
  const auto leader = leaders_.leader(tgid);
  if (!leader || leader->peek.killed) return;
  if (leader->peek.zombie) death.leaders_own = decode_wait_status(leader->exit_code);
  // A thread that was told to end bears no mark for a moment, and may lose the CPU in it. The group's code does not
  // lie.
  if (code != 0 && procfs::group_exit_code(tgid) == code) return;
  death.group_goes_on = leader_goes_on(tgid, *leader);
  if (death.group_goes_on) return;
  for (Tid other : procfs::some_threads(tgid)) {
    if (other == tid || other == tgid || !goes_on(tgid, other, procfs::stat(tgid, other))) continue;
    death.group_goes_on = true;
    death.leader_is_over = leader->peek.zombie;
    return;
  }
}

std::optional<Status> Snapshot::ended_by_itself(Tid tgid) {
  const auto leader = procfs::stat(tgid, tgid);
  if (!leader || !leader->peek.zombie || leader->peek.killed) return std::nullopt;
  return decode_wait_status(leader->exit_code);
}

Death Snapshot::death(Tid tid, const Task* task, Status status, bool parent_lives) {
  Death death;
  death.status = status;
  Tid tgid = task != nullptr ? task->tgid : 0;
  if (tgid == 0) {  // nobody has announced it
    death.identity = identity(tid);
    if (death.identity->gone) return death;
    tgid = death.identity->tgid;
  }
  const std::uint64_t announced = task != nullptr ? task->announced : 0;
  death.order = task != nullptr && task->death_announced
                    ? DeathOrder{announced, announced, true}
                    : DeathOrder{announced, std::max(announced + 1, announcements()) - 1, false};
  const bool leader = tid == tgid;
  if (leader && backtracer_ != nullptr) backtracer_->forget(tgid);
  if (leader) leaders_.forget(tgid);
  const Nanos tick = 1'000'000'000 / ::sysconf(_SC_CLK_TCK);
  const auto spent_less_than_a_tick = [&] {  // in all: it has none of either
    if (!death.cpu_ns || *death.cpu_ns >= tick) return false;
    death.utime_ns = death.stime_ns = 0;
    return true;
  };
  const bool alone = leader && (task == nullptr || !task->had_siblings);  // nobody else can have ended it
  if (alone && detail_ == Detail::births) return death;
  const bool wants_times = detail_ != Detail::births;
  if (alone && parent_lives && !kernel_threads_) {
    death.cpu_ns = spent_by_group(tgid);
    if (spent_less_than_a_tick()) return death;
  }
  if (!leader && status.code) {
    // Whoever ends a group marks its leader first, and a leader that destroys its threads by an exec sleeps
    // uninterruptibly until they are gone (zap_other_threads, de_thread). Neither can be seen: it ended by itself.
    const auto first = leaders_.leader(tgid);
    if (first && !first->uninterruptible && leader_goes_on(tgid, *first)) {
      death.self = TaskPeek{true, true, false, false};
      death.own = status;
      death.group_goes_on = true;
      if (!wants_times) return death;
      death.cpu_ns = procfs::cpu_time(tgid, tid);
      if (spent_less_than_a_tick()) return death;
    }
  }
  const auto self = procfs::stat(tgid, tid);
  if (!self) return death;
  if (wants_times) {
    if (!death.cpu_ns) death.cpu_ns = procfs::cpu_time(tgid, tid);
    death.utime_ns = static_cast<Nanos>(self->utime_ticks) * tick;
    death.stime_ns = static_cast<Nanos>(self->stime_ticks) * tick;
  }
  if (leader) death.ppid = self->ppid;
  if (alone || death.group_goes_on) return death;
  death.self = self->peek;
  if (!leader) death.own = decode_wait_status(self->exit_code);  // a leader's is its group's by now (release_task)
  // A leader is reported when nobody else is left. Of one that was taken along there is nothing more to learn; and
  // looking for siblings of each would be quadratic.
  if (!leader && !self->peek.killed) look_at_siblings(tgid, tid, self->exit_code, death);
  if (!leader && self->peek.killed && status.signal && std::exchange(killed_, tgid) != tgid) {
    death.leaders_own = ended_by_itself(tgid);
  }
  return death;
}

}  // namespace lwptrace::engine
