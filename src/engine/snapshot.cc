// At the event stop of a birth the creator's registers still hold the system call and its arguments, and a newborn's
// registers are a copy of them; so neither needs a stop of its own to be decoded.
#include "engine/snapshot.h"

#include <linux/audit.h>
#include <linux/sched.h>
#include <lwptrace/names.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "decoders/calls.h"
#include "decoders/clone.h"
#include "engine/exec_stack.h"
#include "engine/ptrace.h"
#include "procfs/procfs.h"

namespace lwptrace::engine {

namespace {

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

bool makes_kernel_threads(const Call& call) {
  const auto* other = std::get_if<OtherCall>(&call);
  return other != nullptr && other->name == "io_uring_setup";
}

bool gives_up_privileges(const Call& call) {
  const auto* other = std::get_if<OtherCall>(&call);
  return other != nullptr && other->name == "prctl" && static_cast<int>(other->args[0].value) == PR_SET_NO_NEW_PRIVS;
}

// Whether our filter would stop it, and not for the engine's sake.
bool is_told(const Call& call, Detail detail) {
  return detail == Detail::all || !(std::holds_alternative<OtherCall>(call) || std::holds_alternative<ExitCall>(call));
}

// Whether the signal, which was sent, is pending, and all who could take it block it.
bool waits(const KillCall& sent) {
  constexpr std::size_t many = 64;  // too many to look at each
  const Tid tid = sent.scope != Scope::group ? sent.target_pid.value_or(0) : 0;
  const auto target = tid > 0 ? procfs::status(tid) : std::nullopt;
  if (!target || !procfs::has_signal(target->blocked, sent.signo)) return false;
  if (sent.scope == Scope::thread) return procfs::has_signal(target->pending, sent.signo);
  if (!procfs::has_signal(target->shared_pending, sent.signo)) return false;
  const std::vector<Tid> threads = procfs::threads(target->tgid);
  return threads.size() <= many && std::all_of(threads.begin(), threads.end(), [&](Tid one) {
           const auto thread = procfs::status(one);
           return !thread || procfs::has_signal(thread->blocked, sent.signo);
         });
}

// By int 0x80, 64-bit code passes the arguments of clone3 in other registers. Where a clone3 read from the usual ones
// is not what the kernel would have made this event of (kernel_clone), its table has to be asked for.
bool fits(const CloneCall& call, int event) {
  if (call.via != Via::clone3) return true;
  const int expected = call.has(CLONE_VFORK)             ? PTRACE_EVENT_VFORK
                       : call.exit_signal_raw == SIGCHLD ? PTRACE_EVENT_FORK
                                                         : PTRACE_EVENT_CLONE;
  return !call.unreadable && call.args_size >= CLONE_ARGS_SIZE_VER0 && event == expected;
}

}  // namespace

Backtrace Snapshot::backtrace(Tid tid, Tid tgid, const Registers& registers, bool in_syscall) {
  if (registers.is_i386()) return {};
  return backtracer_->capture(tid, tgid, registers.for_unwind(in_syscall), TaskMemory(tid));
}

// Of a newborn whose creator's event came just before, the call is known.
std::optional<Fact> Snapshot::newborn(Tid tid) {
  NewbornStop stop;
  Registers registers;
  const TaskMemory memory(tid);
  const bool announced = tid == announced_child_;
  CloneCall call;
  if (!announced) {
    if (registers.read_call(tid) != 0) return std::nullopt;
    call = decoders::decode_clone_call(registers.syscall(), memory);
    if (call.via != Via::unknown) stop.call = call;
    if (registers.syscall().abi != Abi::i386) stop.fs_base = Address{registers.fs_base()};
  } else {
    call = std::move(announced_);
    announced_child_ = 0;
    const bool tls = call.has(CLONE_SETTLS) && call.abi != Abi::i386 && detail_ != Detail::births;
    if (const std::uint64_t base = tls ? fs_base_of(tid) : 0; base != 0) stop.fs_base = Address{base};
  }
  Tid value = 0;
  if (call.has(CLONE_CHILD_SETTID) && memory.get(call.child_tid, value)) stop.child_tid_value = value;
  if (!announced || !call.has(CLONE_THREAD)) {
    if (const pid_t pgid = ::getpgid(tid); pgid > 0) stop.pgid = pgid;
    if (const pid_t sid = ::getsid(tid); sid > 0) stop.sid = sid;
  }
  // A tid other than ours was stored: an unshare of the creator's that stopped nobody.
  nesting_ = nesting_ || call.has(CLONE_NEWPID) || (stop.child_tid_value && *stop.child_tid_value != tid);
  if (nesting_) {
    if (const auto status = procfs::status(tid)) stop.ns_tids = status->nested_tids();
  }
  return stop;
}

std::optional<Fact> Snapshot::birth(Tid tid, Task& task, int event) {
  std::uint64_t child = 0;
  if (event_message(tid, child) != 0) return std::nullopt;
  const TaskMemory memory(tid);
  BirthStop stop;
  stop.child = static_cast<Tid>(child);
  std::uint64_t sp = 0;
  Registers registers;
  const auto entered = task.rare ? std::move(task.rare->clone) : nullptr;
  if (entered) {
    stop.call = std::move(entered->call);
    sp = entered->sp;
  } else {
    if (registers.read_birth_call(tid) != 0) return std::nullopt;
    stop.call = decoders::decode_clone_call(registers.syscall(), memory);
    if (!fits(stop.call, event) && registers.ask_table(tid)) {
      stop.call = decoders::decode_clone_call(registers.syscall(), memory);
    }
    sp = registers.syscall().sp;
  }
  if (stop.call.unreadable) stop.childs = identity(stop.child);
  Tid value = 0;
  if (stop.call.has(CLONE_PARENT_SETTID) && memory.get(stop.call.parent_tid, value)) stop.parent_tid_value = value;
  if (stop.call.has(CLONE_PIDFD) && memory.get(stop.call.pidfd, value)) stop.pidfd_value = value;
  if (backtracer_ != nullptr && (!entered || registers.read(tid) == 0)) {
    stop.backtrace = backtrace(tid, task.tgid, registers, true);
  }
  // A filter's ENOSYS outranks our stop at clone3: what shows the call is what its caller had prepared for it.
  stop.clone3_refused = decoders::prepared_for_clone3(stop.call, sp, memory) && has_other_filters(tid);
  announced_child_ = stop.call.unreadable ? 0 : stop.child;
  announced_ = stop.call;
  return stop;
}

bool Snapshot::has_other_filters(const procfs::TaskStatus& status) const {
  return status.seccomp_filters.value_or(0) > (mark_ ? 1 : 0);
}

bool Snapshot::has_other_filters(Tid tid) const {
  if (confined_) return true;
  const auto status = procfs::status(tid);
  return status && has_other_filters(*status);
}

// What the engine itself has to know of a call that is stopped for nothing else. True: it is such a one.
bool Snapshot::learn_of(const Call& call) {
  const bool threads = makes_kernel_threads(call), privileges = gives_up_privileges(call);
  kernel_threads_ = kernel_threads_ || threads;
  no_new_privs_ = no_new_privs_ || privileges;
  return threads || privileges;
}

// /proc/PID is dear where nothing has looked at it before, and each file of it once more: what the new stack shows need
// not be asked there, nor what was read of the call at its entry.
std::optional<ExecStop> Snapshot::executes(Tid tid, Tid former, bool call_is_known,
                                           std::optional<std::uint32_t> real_uid) {
  Registers registers;
  if (registers.read(tid) != 0) return std::nullopt;
  if (backtracer_ != nullptr) backtracer_->forget(tid);
  ExecStop stop;
  stop.former_tid = former;
  const SyscallFrame frame = registers.syscall();
  stop.abi = frame.abi;
  const auto stack = read_exec_stack(TaskMemory(tid), frame.sp, registers.is_i386() ? 4 : 8, !call_is_known);
  stop.comm = stack && stack->comm ? *stack->comm : procfs::comm(tid);
  if (!call_is_known) {
    const bool whole = real_uid && stack && stack->file.starts_with('/');
    stop.file = whole ? stack->file : procfs::exe(tid);
    stop.argv = stack ? procfs::parse_cmdline(stack->words) : procfs::cmdline(tid);
  }
  if (real_uid && stack && stack->as_itself && !no_new_privs_) {
    stop.uid = real_uid;
  } else if (const auto user = procfs::user(tid)) {
    stop.uid = user->uid;
    const auto meant = procfs::file_identity(tid);
    stop.privilege_dropped = (meant.uid && meant.uid != user->uid) || (meant.gid && meant.gid != user->gid);
  }
  return stop;
}

std::optional<Fact> Snapshot::exec(Tid tid, Tid former, bool call_is_known, std::uint32_t real_uid) {
  auto stop = executes(tid, former, call_is_known, real_uid);
  return stop ? std::optional<Fact>(std::move(*stop)) : std::nullopt;
}

Launched Snapshot::launched(Tid tid, bool ignores_sigchld) {
  Launched launched;
  launched.ignores_sigchld = ignores_sigchld;
  if (auto stop = executes(tid, tid, false, {})) {
    launched.file = std::move(stop->file);
    launched.argv = std::move(stop->argv);
    launched.comm = std::move(stop->comm);
    launched.abi = stop->abi;
    launched.uid = stop->uid;
    launched.privilege_dropped = stop->privilege_dropped;
  }
  launched.ppid = ::getpid();
  launched.pgid = ::getpgid(tid);
  launched.sid = ::getsid(tid);
  const auto status = procfs::status(tid);
  confined_ = status && has_other_filters(*status);
  no_new_privs_ = !status || status->no_new_privs;
  return launched;
}

std::optional<Fact> Snapshot::filter_stop(Tid tid, Task& task) {
  CallStop at;
  if (call_stop(tid, at) != 0 || at.where != CallStop::Where::filter) return std::nullopt;
  Call call = decoders::decode_call(at.frame, TaskMemory(tid));
  // Should a filter of the tracee's own use our mark, then at least for no call that we let pass.
  const bool stopped = learn_of(call) || is_told(call, detail_);
  const bool ours = at.mark == mark_ && (stopped || !has_other_filters(tid));
  if (!ours) return ForeignFilterStop{std::move(call)};
  return entered(tid, task, at, std::move(call));
}

std::optional<Fact> Snapshot::unfiltered_call(Tid tid, Task& task) {
  CallStop at;
  if (call_stop(tid, at) != 0 || at.where == CallStop::Where::elsewhere) return std::nullopt;
  const bool told = task.in_told_call;
  task.in_told_call = false;
  if (at.where == CallStop::Where::return_) return told ? call_return(tid, task) : std::nullopt;
  Call call = decoders::decode_call(at.frame, TaskMemory(tid));
  (void)learn_of(call);
  if (!is_told(call, detail_)) return std::nullopt;
  task.in_told_call = true;
  return entered(tid, task, at, std::move(call));
}

void Snapshot::forget_entered(Task& task) {
  if (!task.rare) return;
  task.rare->clone.reset();
  task.rare->waiting.reset();
  task.rare->sending.reset();
}

Fact Snapshot::entered(Tid tid, Task& task, const CallStop& at, Call call) {
  EntryStop stop{std::move(call)};
  const auto* clone = std::get_if<CloneCall>(&stop.call);
  forget_entered(task);
  if (clone != nullptr) task.own_rare().clone = std::make_unique<EnteredClone>(EnteredClone{*clone, at.frame.sp});
  if (const auto* wait = std::get_if<WaitCall>(&stop.call)) {
    WaitCall& waiting = *(task.own_rare().waiting = std::make_unique<WaitCall>(*wait));
    if (wait->id_type == P_PIDFD && wait->info_addr == 0) {  // at the return nothing tells whom it stood for
      if (const auto pidfd = procfs::pidfd(tid, static_cast<int>(wait->id))) {
        waiting.id_type = P_PID;
        waiting.id = pidfd->target;
      }
    }
  }
  const bool follower = task.tgid != 0 && task.tgid != tid;
  const auto* exec = std::get_if<ExecCall>(&stop.call);
  task.in_known_exec = exec != nullptr && !exec->file.empty();
  if (follower && exec != nullptr) stop.leaders_own = ended_by_itself(task.tgid);
  task.changes_user = std::holds_alternative<CredentialsCall>(stop.call);
  const auto* name = std::get_if<NameCall>(&stop.call);
  task.changes_name = name != nullptr && name->unreadable;
  if (const auto* spaces = std::get_if<NamespaceCall>(&stop.call)) {
    // setns takes 0 for a namespace of any kind.
    nesting_ = nesting_ || (spaces->flags & CLONE_NEWPID) != 0 || (spaces->call == "setns" && spaces->flags == 0);
  }
  if (auto* kill = std::get_if<KillCall>(&stop.call)) look_at_target(tid, task, *kill);
  return stop;
}

void Snapshot::look_at_target(Tid tid, Task& task, KillCall& kill) const {
  if (kill.call == "pidfd_send_signal") {
    const auto pidfd = procfs::pidfd(tid, static_cast<int>(kill.target));
    if (pidfd) kill.target_pid = pidfd->target;
    if (kill.scope == Scope::unknown) kill.scope = pidfd && pidfd->of_thread ? Scope::thread : Scope::process;
    task.own_rare().sending = std::make_unique<KillCall>(kill);
    return;
  }
  const auto caller = nesting_ ? procfs::status(tid) : std::nullopt;
  if (nesting_ && (!caller || caller->ns_tids.size() > 1)) return;  // it counts otherwise than we
  constexpr int last_unqueued = 31;                                 // for those after it there may be no room
  std::uint64_t blocked = 0;
  const bool to_itself = (kill.call == "tkill" || (kill.call == "tgkill" && kill.tgid == task.tgid)) &&
                         kill.target == tid && kill.signo >= 1 && kill.signo <= last_unqueued;
  if (to_itself && signal_mask(tid, blocked) == 0 && !procfs::has_signal(blocked, kill.signo)) {
    kill.sure = true;
    return;
  }
  task.own_rare().sending = std::make_unique<KillCall>(kill);
  task.rare->sending->target_pid = static_cast<Tid>(kill.target);
}

std::optional<Fact> Snapshot::call_return(Tid tid, Task& task) {
  Registers registers;
  if (registers.read(tid) != 0) return std::nullopt;
  task.in_known_exec = false;
  ReturnStop stop;
  stop.ret = registers.result();
  if (task.rare && task.rare->waiting) read_wait_result(*task.rare->waiting, TaskMemory(tid), stop);
  if (task.changes_user && stop.ret == 0) {
    if (const auto status = procfs::status(tid)) stop.uid = status->uid;
  }
  if (task.changes_name && stop.ret == 0) stop.comm = procfs::comm(tid);
  task.changes_user = task.changes_name = false;
  if (task.rare && task.rare->sending && stop.ret == 0) stop.blocked = waits(*task.rare->sending);
  forget_entered(task);
  return stop;
}

// What it would do with the signal is its group's. Its leader's kept stat file tells of the signals up to 31 at a third
// of the price of the task's status file, which is read once, for the tids that it has in other namespaces.
void Snapshot::read_actions(Tid tid, Task& task, SignalStop& stop) {
  constexpr int last_in_stat = 31;
  if (task.signalled && stop.signo <= last_in_stat && task.tgid != 0) {
    if (const auto leader = leaders_.leader(task.tgid)) {
      stop.ignored = leader->ignored;
      stop.caught = leader->caught;
      return;
    }
  }
  if (const auto status = procfs::status(tid)) {
    task.signalled = true;
    stop.ignored = status->ignored;
    stop.caught = status->caught;
    stop.ns_tids = status->nested_tids();
  }
}

std::optional<Fact> Snapshot::signal(Tid tid, Task& task, int signo) {
  siginfo_t info{};
  if (siginfo(tid, info) != 0) return std::nullopt;
  SignalStop stop;
  stop.signo = signo;
  stop.code = info.si_code;
  const bool kernels = info.si_code > 0 && info.si_code != SI_KERNEL;
  const bool refused_call = kernels && signo == SIGSYS;
  const bool fault =
      kernels && (signo == SIGSEGV || signo == SIGBUS || signo == SIGILL || signo == SIGFPE || signo == SIGTRAP);
  // A child's end has its own layout, whatever exit signal it was born with. What F_SETSIG tells of a descriptor has
  // the same codes and another layout: who knows the children knows which it is.
  const bool child =
      info.si_code >= CLD_EXITED && info.si_code <= CLD_CONTINUED && !fault && !refused_call && signo != SIGPOLL;
  const bool sent =
      info.si_code <= 0 && info.si_code != SI_TIMER && info.si_code != SI_ASYNCIO && info.si_code != SI_SIGIO;
  if (fault) stop.addr = Address{reinterpret_cast<std::uint64_t>(info.si_addr)};
  if (refused_call) {
    const Abi abi = info.si_arch == AUDIT_ARCH_I386 ? Abi::i386 : Abi::x86_64;
    stop.addr = Address{reinterpret_cast<std::uint64_t>(info.si_call_addr)};
    stop.syscall = syscall_name(abi, static_cast<unsigned>(info.si_syscall));
  }
  if (child || sent) stop.sender = Sender{info.si_pid, info.si_uid, {}};
  if (child) stop.status = info.si_status;
  if (info.si_code == SI_QUEUE) stop.value = info.si_value.sival_int;
  read_actions(tid, task, stop);
  const Effect effect = default_effect(signo);
  if (stop.caught && !procfs::has_signal(*stop.caught | *stop.ignored, signo) &&
      (effect == Effect::terminate || effect == Effect::core)) {
    Registers registers;
    if (backtracer_ != nullptr && registers.read(tid) == 0) {
      stop.backtrace = backtrace(tid, task.tgid, registers, false);
    }
  }
  return stop;
}

Identity Snapshot::identity(Tid tid) {
  // Most that are asked for are gone, which /proc takes fifty times as long to say.
  const bool gone = ::getpgid(tid) < 0 && errno == ESRCH;
  const auto status = gone ? std::nullopt : procfs::status(tid);
  if (!status) return Identity{true, 0, 0, {}};
  return Identity{false, status->tgid, status->ppid, status->uid};
}

}  // namespace lwptrace::engine
