// At the event stop of a birth the creator's registers still hold the system call and its arguments, and a newborn's
// registers are a copy of them; so neither needs a stop of its own to be decoded.
#include "engine/snapshot.h"

#include <lwptrace/names.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "decoders/calls.h"
#include "decoders/clone.h"
#include "engine/deaths.h"
#include "engine/filter.h"
#include "engine/ptrace.h"
#include "procfs/procfs.h"

namespace lwptrace::engine {

namespace {

bool has(std::uint64_t mask, int signo) { return signo >= 1 && signo <= 64 && ((mask >> (signo - 1)) & 1) != 0; }

// What the caller of wait4 or waitid was given: whose status, and which.
void read_wait_result(const WaitCall& call, const TaskMemory& memory, ReturnStop& stop) {
  if (call.call != "waitid") {
    if (stop.ret <= 0) return;
    stop.waited = static_cast<Tid>(stop.ret);
    int status = 0;
    if (memory.get(call.status_addr, status)) stop.wait_status = status;
    return;
  }
  // The first words of siginfo_t for SIGCHLD are the same in every ABI up to alignment: signo, errno, code, then (after
  // padding on 64 bits) pid, uid, status.
  siginfo_t info{};
  if (stop.ret == 0 && call.info_addr == 0 && call.id_type == P_PID && (call.options & WNOHANG) == 0) {
    stop.waited = static_cast<Tid>(call.id);  // without siginfo only the caller's own words tell whom
    return;
  }
  if (stop.ret != 0 || !memory.get(call.info_addr, info) || info.si_pid == 0) return;
  stop.waited = info.si_pid;
  switch (info.si_code) {
    case CLD_EXITED:
      stop.wait_status = (info.si_status & 0xff) << 8;
      break;
    case CLD_KILLED:
      stop.wait_status = info.si_status & 0x7f;
      break;
    case CLD_DUMPED:
      stop.wait_status = (info.si_status & 0x7f) | 0x80;
      break;
    case CLD_CONTINUED:
      stop.wait_status = 0xffff;
      break;
    default:
      stop.wait_status = (info.si_status << 8) | 0x7f;
  }
}

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

// What the others of its thread group say about a death with that code of its own.
void look_at_siblings(Tid tgid, Tid tid, int code, Death& death) {
  const auto leader = procfs::stat(tgid, tgid);
  if (!leader || leader->peek.killed) return;
  if (leader->peek.zombie) death.leaders_own = decode_wait_status(leader->exit_code);
  // A thread that was told to end bears no mark for a moment, and may lose the CPU in it. The group's code does not
  // lie.
  if (code != 0 && procfs::group_exit_code(tgid) == code) return;
  death.group_goes_on = goes_on(tgid, tgid, leader);
  if (death.group_goes_on) return;
  for (Tid other : procfs::some_threads(tgid)) {
    if (other == tid || other == tgid || !goes_on(tgid, other, procfs::stat(tgid, other))) continue;
    death.group_goes_on = true;
    death.leader_is_over = leader->peek.zombie;
    return;
  }
}

}  // namespace

std::vector<Frame> Snapshot::backtrace(Tid tid, Tid tgid, bool in_syscall) {
  Registers registers;
  if (backtracer_ == nullptr || registers.read(tid) != 0 || registers.is_i386()) return {};
  return backtracer_->capture(tid, tgid, registers.for_unwind(in_syscall), TaskMemory(tid));
}

std::optional<Fact> Snapshot::newborn(Tid tid) {
  Registers registers;
  if (registers.read(tid) != 0) return std::nullopt;
  NewbornStop stop;
  const TaskMemory memory(tid);
  const CloneCall call = decoders::decode_clone_call(registers.syscall(), memory);
  if (call.via != Via::unknown) stop.call = call;
  if (!registers.is_i386()) stop.fs_base = Address{registers.fs_base()};
  Tid value = 0;
  if (call.has(CLONE_CHILD_SETTID) && memory.get(call.child_tid, value)) stop.child_tid_value = value;
  if (const pid_t pgid = ::getpgid(tid); pgid > 0) stop.pgid = pgid;
  if (const pid_t sid = ::getsid(tid); sid > 0) stop.sid = sid;
  nesting_ = nesting_ || call.has(CLONE_NEWPID);
  if (nesting_) {
    if (const auto status = procfs::status(tid)) {
      stop.ns_tids.assign(status->ns_tids.begin() + (status->ns_tids.empty() ? 0 : 1), status->ns_tids.end());
    }
  }
  return stop;
}

std::optional<Fact> Snapshot::birth(Tid tid, const Task& task) {
  std::uint64_t child = 0;
  Registers registers;
  if (event_message(tid, child) != 0 || registers.read(tid) != 0) return std::nullopt;
  const TaskMemory memory(tid);
  BirthStop stop;
  stop.child = static_cast<Tid>(child);
  stop.call = decoders::decode_clone_call(registers.syscall(), memory);
  if (stop.call.unreadable) stop.childs = identity(stop.child);
  Tid value = 0;
  if (stop.call.has(CLONE_PARENT_SETTID) && memory.get(stop.call.parent_tid, value)) stop.parent_tid_value = value;
  if (stop.call.has(CLONE_PIDFD) && memory.get(stop.call.pidfd, value)) stop.pidfd_value = value;
  if (backtracer_ != nullptr) stop.backtrace = backtrace(tid, task.tgid, true);
  // A filter's ENOSYS outranks our stop at clone3: what shows the call is what its caller had prepared for it.
  stop.clone3_refused =
      decoders::prepared_for_clone3(stop.call, registers.syscall().sp, memory) && has_other_filters(tid);
  return stop;
}

bool Snapshot::has_other_filters(Tid tid) const {
  if (confined_) return true;
  const auto status = procfs::status(tid);
  return status && status->seccomp_filters.value_or(0) > own_filters_;
}

std::optional<Fact> Snapshot::exec(Tid tid) {
  std::uint64_t former = 0;
  Registers registers;
  if (event_message(tid, former) != 0 || registers.read(tid) != 0) return std::nullopt;
  if (backtracer_ != nullptr) backtracer_->forget(tid);
  ExecStop stop;
  stop.former_tid = static_cast<Tid>(former);
  stop.file = procfs::exe(tid);
  stop.argv = procfs::cmdline(tid);
  stop.comm = procfs::comm(tid);
  stop.abi = registers.syscall().abi;
  if (const auto status = procfs::status(tid)) stop.uid = status->uid;
  return stop;
}

Launched Snapshot::launched(Tid tid, bool ignores_sigchld) {
  Launched launched;
  launched.ignores_sigchld = ignores_sigchld;
  if (auto fact = exec(tid)) {
    auto& stop = std::get<ExecStop>(*fact);
    launched.file = std::move(stop.file);
    launched.argv = std::move(stop.argv);
    launched.comm = std::move(stop.comm);
    launched.abi = stop.abi;
    launched.uid = stop.uid;
  }
  launched.ppid = ::getpid();
  launched.pgid = ::getpgid(tid);
  launched.sid = ::getsid(tid);
  confined_ = has_other_filters(tid);
  return launched;
}

std::optional<Fact> Snapshot::filter_stop(Tid tid, Task& task) {
  std::uint64_t mark = 0;
  if (event_message(tid, mark) != 0) return std::nullopt;
  if (mark != filter_mark) return ForeignFilterStop{};
  Registers registers;
  if (registers.read(tid) != 0) return std::nullopt;
  EntryStop stop{decoders::decode_call(registers.syscall(), TaskMemory(tid))};
  task.waiting.reset();
  if (const auto* wait = std::get_if<WaitCall>(&stop.call)) task.waiting = *wait;
  task.changes_user = std::holds_alternative<CredentialsCall>(stop.call);
  if (const auto* spaces = std::get_if<NamespaceCall>(&stop.call)) {
    // setns takes 0 for a namespace of any kind.
    nesting_ = nesting_ || (spaces->flags & CLONE_NEWPID) != 0 || (spaces->call == "setns" && spaces->flags == 0);
  }
  if (auto* kill = std::get_if<KillCall>(&stop.call); kill != nullptr && kill->call == "pidfd_send_signal") {
    kill->target_pid = procfs::pidfd_target(tid, static_cast<int>(kill->target));
  }
  return stop;
}

std::optional<Fact> Snapshot::call_return(Tid tid, Task& task) {
  Registers registers;
  if (registers.read(tid) != 0) return std::nullopt;
  ReturnStop stop;
  stop.ret = registers.result();
  if (task.waiting) read_wait_result(*task.waiting, TaskMemory(tid), stop);
  if (task.changes_user && stop.ret == 0) {
    if (const auto status = procfs::status(tid)) stop.uid = status->uid;
  }
  task.waiting.reset();
  task.changes_user = false;
  return stop;
}

std::optional<Fact> Snapshot::signal(Tid tid, const Task& task, int signo) {
  siginfo_t info{};
  if (siginfo(tid, info) != 0) return std::nullopt;
  SignalStop stop;
  stop.signo = signo;
  stop.code = info.si_code;
  const bool fault = info.si_code > 0 && info.si_code != SI_KERNEL &&
                     (signo == SIGSEGV || signo == SIGBUS || signo == SIGILL || signo == SIGFPE || signo == SIGTRAP);
  // A child's end has its own layout, whatever exit signal it was born with.
  const bool child = info.si_code >= CLD_EXITED && info.si_code <= CLD_CONTINUED && !fault && signo != SIGPOLL;
  const bool sent =
      info.si_code <= 0 && info.si_code != SI_TIMER && info.si_code != SI_ASYNCIO && info.si_code != SI_SIGIO;
  if (fault) stop.addr = Address{reinterpret_cast<std::uint64_t>(info.si_addr)};
  if (child || sent) stop.sender = Sender{info.si_pid, info.si_uid, {}};
  if (child) stop.status = info.si_status;
  if (info.si_code == SI_QUEUE) stop.value = info.si_value.sival_int;
  if (const auto status = procfs::status(tid)) {
    stop.blocked = status->blocked;
    stop.ignored = status->ignored;
    stop.caught = status->caught;
    const Effect effect = default_effect(signo);
    const bool fatal = !has(status->caught, signo) && !has(status->ignored, signo) &&
                       (effect == Effect::terminate || effect == Effect::core);
    if (fatal) stop.backtrace = backtrace(tid, task.tgid, false);
  }
  return stop;
}

Death Snapshot::death(Tid tid, const Task* task, Status status) {
  Death death;
  death.status = status;
  Tid tgid = task != nullptr ? task->tgid : 0;
  if (tgid == 0) {  // nobody has announced it
    death.identity = identity(tid);
    if (death.identity->gone) return death;
    tgid = death.identity->tgid;
  }
  const std::uint64_t alive_at = task != nullptr ? task->alive_at : 0;
  death.order = task != nullptr && task->death
                    ? DeathOrder{*task->death, *task->death, true}
                    : DeathOrder{alive_at, std::max(alive_at + 1, deaths_announced()) - 1, false};
  const bool leader = tid == tgid;
  if (leader && backtracer_ != nullptr) backtracer_->forget(tgid);
  const bool alone = leader && (task == nullptr || !task->had_siblings);  // nobody else can have ended it
  if (alone && !cpu_times_) return death;
  const auto self = procfs::stat(tgid, tid);
  if (!self) return death;
  if (cpu_times_) {
    const Nanos tick = 1'000'000'000 / ::sysconf(_SC_CLK_TCK);
    death.cpu_ns = procfs::cpu_time(tgid, tid);
    death.utime_ns = static_cast<Nanos>(self->utime_ticks) * tick;
    death.stime_ns = static_cast<Nanos>(self->stime_ticks) * tick;
  }
  if (alone) return death;
  death.self = self->peek;
  if (!leader) death.own = decode_wait_status(self->exit_code);  // a leader's is its group's by now (release_task)
  // A leader is reported when nobody else is left. Of one that was taken along there is nothing more to learn; and
  // looking for siblings of each would be quadratic.
  if (!leader && !self->peek.killed) look_at_siblings(tgid, tid, self->exit_code, death);
  return death;
}

Identity Snapshot::identity(Tid tid) {
  const auto status = procfs::status(tid);
  if (!status) return Identity{true, 0, 0, {}};
  return Identity{false, status->tgid, status->ppid, status->uid};
}

}  // namespace lwptrace::engine
