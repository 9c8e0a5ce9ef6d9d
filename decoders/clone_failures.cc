// Why a real clone call failed: the rule it broke (clone_rules.cc), else what its errno tells about limits, privileges
// and the machine, after clone(2) and the kernel's own paths to that errno.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <lwptrace/names.h>

#include <cerrno>

#include "decoders/clone_rules.h"
#include "decoders/tables/clone_flags.h"

namespace lwptrace::decoders {

using namespace tables;

namespace {

constexpr int kERESTARTNOINTR = 513;  // what a tracer sees where the call will be made again
constexpr std::uint64_t kFourLevelEnd = 0x00007ffffffff000;
constexpr std::uint64_t kNamespaces = kCLONE_NEWNS | kCLONE_EMPTY_MNTNS | kCLONE_NEWCGROUP | kCLONE_NEWUTS |
                                      kCLONE_NEWIPC | kCLONE_NEWPID | kCLONE_NEWNET | kCLONE_NEWTIME;

std::string names(const CloneCall& call, std::uint64_t among) {
  return fmt::format("{}", fmt::join(clone_flag_names(call.flags & among, Via::clone3), "|"));
}

std::string not_permitted(const CloneCall& call) {
  if (!call.set_tid.empty() || call.set_tid_size != 0) {
    return "set_tid needs CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE in the user namespace of each pid namespace named";
  }
  if (call.has(kCLONE_SETTLS) && call.abi == Abi::x86_64 && call.tls >= kFourLevelEnd) {
    return fmt::format("tls {:#x} is no address of user space", call.tls);
  }
  if (call.has(kCLONE_NEWUSER)) {
    return "CLONE_NEWUSER is not allowed here: forbidden by a sysctl or security module, the caller is in a chroot, or "
           "its uid has no mapping";
  }
  if ((call.flags & kNamespaces) != 0) {
    return fmt::format("{} needs CAP_SYS_ADMIN, or CLONE_NEWUSER beside it", names(call, kNamespaces));
  }
  if (call.has(kCLONE_PIDFD_AUTOKILL) && !call.has(kCLONE_NNP)) {
    return "CLONE_PIDFD_AUTOKILL needs CLONE_NNP or CAP_SYS_ADMIN";
  }
  return "a seccomp filter or a security module forbids it";
}

std::string bad_argument(const CloneCall& call) {
  if (call.via == Via::clone3) {
    for (const CloneFlag& flag : clone_flags()) {
      if (flag.clone3_only && flag.value != kCLONE_NEWTIME && call.has(flag.value)) {
        return fmt::format("this kernel may be older than {}, which came with Linux {}", flag.name, flag.since);
      }
    }
    if (call.stack > kFourLevelEnd - call.stack_size) return "the stack does not lie in user space";
    if (call.set_tid_size != 0) {
      return "set_tid names a tid beyond kernel.pid_max, or more pid namespaces than the caller is in";
    }
  }
  if (call.via == Via::clone3 && call.has(kCLONE_NEWTIME)) {
    return "clone3 takes CLONE_NEWTIME since Linux 6.3, unshare since 5.6; and a kernel may be built without it";
  }
  if (call.has(kCLONE_PIDFD | kCLONE_THREAD)) return "kernels before 6.9 refuse CLONE_PIDFD for a thread";
  if (call.has(kCLONE_PARENT))
    return "CLONE_PARENT is refused to the init of a pid namespace: nobody would reap the child";
  if (call.has(kCLONE_THREAD)) {
    return "CLONE_THREAD is refused while the caller's children are destined for another pid namespace (unshare, "
           "setns)";
  }
  if (call.has(kCLONE_NEWPID))
    return "CLONE_NEWPID is refused while the caller's children are destined for another pid "
           "namespace (unshare, setns)";
  return "an argument that the kernel does not take, or a namespace that it was built without";
}

std::string bad_address(const CloneCall& call) {
  if (call.set_tid_size != 0 && call.set_tid.size() < call.set_tid_size) return "set_tid is not in readable memory";
  if (call.has(kCLONE_PIDFD)) return fmt::format("the place for the pidfd, {:#x}, is not writable", call.pidfd);
  if (call.has(kCLONE_SETTLS)) return fmt::format("tls {:#x} could not be read or is no address", call.tls);
  return "an argument is an address that the caller has no memory at";
}

}  // namespace

std::string explain_failure(const CloneCall& call, int error) {
  if (const auto verdict = refusal(call); verdict && verdict->error == error) return verdict->why;
  switch (error) {
    case EAGAIN:
      return "a limit on tasks was reached: RLIMIT_NPROC of the user (ulimit -u; not for root), pids.max of the cgroup "
             "or "
             "one above (files pids.max and pids.current in /sys/fs/cgroup), kernel.threads-max or kernel.pid_max "
             "(sysctl); or the caller runs under SCHED_DEADLINE, which may not fork";
    case ENOMEM:
      return "no memory for another task, or the init of its pid namespace has ended";
    case EPERM:
      return not_permitted(call);
    case ENOSYS:
      if (call.abi == Abi::x32) {
        return "a call of the x32 ABI, which this kernel may be built without (CONFIG_X86_X32_ABI); else a seccomp "
               "filter answers in its place";
      }
      return call.via == Via::clone3
                 ? "clone3 is hidden by a seccomp filter, as in many containers, or the kernel is older than 5.3; C "
                   "libraries then use clone"
                 : "a seccomp filter answers in the kernel's place";
    case EINVAL:
      return bad_argument(call);
    case EFAULT:
      return bad_address(call);
    case E2BIG:
      return "struct clone_args has non-zero bytes that this kernel does not know: it is older than the caller";
    case ENOSPC:
      return "namespaces nest 32 deep at most, and each user has limits (/proc/sys/user/max_*_namespaces)";
    case EUSERS:
      return "user namespaces nest 32 deep at most (kernels before 4.9)";
    case EEXIST:
      return "a tid in set_tid is in use";
    case EBUSY:
      return "the cgroup hands controllers down to its children, and so may hold no task itself";
    case EOPNOTSUPP:
      return "the cgroup is of a type that cannot hold a process (domain invalid)";
    case EBADF:
      return call.has(kCLONE_INTO_CGROUP)
                 ? fmt::format("cgroup {} is not an open descriptor of a cgroup v2 directory", call.cgroup)
                 : "a descriptor that is not open";
    case EACCES:
      return "the caller may not move tasks into that cgroup";
    case ENODEV:
      return "the cgroup has been removed";
    case EMFILE:
    case ENFILE:
      return "no descriptor is left for the pidfd";
    case kERESTARTNOINTR:
      return "a signal was pending: the call is made again after it";
    case EINTR:
      return "a fatal signal came while the child was being made";
    default:
      return fmt::format("{}: no rule of clone(2) answers it; a seccomp filter or a security module may",
                         errno_name(error));
  }
}

}  // namespace lwptrace::decoders
