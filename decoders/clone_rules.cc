// The kernel's acceptance rules for clone(2) and clone3(2), after kernel/fork.c of Linux 7.1 in the order of its
// checks: copy_clone_args_from_user, clone3_args_valid, kernel_clone, copy_process. Why a call failed that broke none
// of them: clone_failures.cc.
#include "decoders/clone_rules.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <lwptrace/names.h>

#include <algorithm>
#include <cerrno>
#include <climits>

#include "decoders/tables/clone_flags.h"

namespace lwptrace::decoders {

using namespace tables;

namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kSizeVer0 = 64, kSizeVer2 = 88;
constexpr std::uint64_t kMaxSignal = 64;
constexpr std::uint64_t kMaxPidNsLevel = 32;
constexpr std::uint64_t kUserSpaceEnd = 0x00fffffffffff000;  // with five-level page tables; less with four

constexpr FlagRule kRules[] = {
#define NEEDS(flag, other, why) {k##flag, k##other, true, why},
#define FORBIDS(flag, other, why) {k##flag, k##other, false, why},
#include "decoders/clone_rules.def"
#undef NEEDS
#undef FORBIDS
};

std::string name_of(std::uint64_t flags) {
  return fmt::format("{}", fmt::join(clone_flag_names(flags, Via::clone3), "|"));
}

template <class... Args>
std::optional<Verdict> no(int error, fmt::format_string<Args...> text, Args&&... args) {
  return Verdict{error, fmt::format(text, std::forward<Args>(args)...)};
}

std::optional<Verdict> refused_struct(const CloneCall& call) {
  if (call.args_size > kPage)
    return no(E2BIG, "struct clone_args may be {} bytes at most, not {}", kPage, call.args_size);
  if (call.args_size < kSizeVer0) {
    return no(EINVAL, "struct clone_args is {} bytes at least, not {}", kSizeVer0, call.args_size);
  }
  if (call.unreadable) return no(EFAULT, "struct clone_args is not in readable memory");
  if (call.args_tail.find_first_not_of('0') != std::string::npos) {
    return no(E2BIG, "the bytes beyond the {} that the kernel knows must be zero", kSizeVer2);
  }
  if (call.set_tid_size > kMaxPidNsLevel) {
    return no(EINVAL, "set_tid_size is {}, but pid namespaces nest {} deep at most", call.set_tid_size, kMaxPidNsLevel);
  }
  if ((call.set_tid_addr == 0) != (call.set_tid_size == 0)) {
    return no(EINVAL, "set_tid and set_tid_size go together: an address and a count, or two zeros");
  }
  if (call.exit_signal_raw > kMaxSignal) {
    return no(EINVAL, "exit_signal {} is no signal: the last is {}", call.exit_signal_raw, kMaxSignal);
  }
  if (call.has(kCLONE_INTO_CGROUP) && call.args_size < kSizeVer2) {
    return no(EINVAL, "CLONE_INTO_CGROUP needs the field cgroup, and so a struct of {} bytes", kSizeVer2);
  }
  if (call.has(kCLONE_INTO_CGROUP) && call.cgroup > INT_MAX) {
    return no(EINVAL, "cgroup {:#x} is no file descriptor", call.cgroup);
  }
  return std::nullopt;
}

std::optional<Verdict> refused_clone3(const CloneCall& call) {
  if (auto verdict = refused_struct(call)) return verdict;
  std::uint64_t known = 0;
  for (const CloneFlag& flag : clone_flags()) known |= flag.value;
  if (const std::uint64_t unknown = call.flags & ~known; unknown != 0) {
    return no(EINVAL, "clone3 refuses flags that it does not know: {}", name_of(unknown));
  }
  if (call.has(kCLONE_DETACHED)) return no(EINVAL, "clone3 refuses CLONE_DETACHED, which clone ignores");
  if ((call.flags & (kCLONE_THREAD | kCLONE_PARENT)) != 0 && call.exit_signal_raw != 0) {
    return no(EINVAL, "{} goes without an exit_signal: the child is not its creator's own",
              name_of(call.flags & (kCLONE_THREAD | kCLONE_PARENT)));
  }
  if ((call.stack == 0) != (call.stack_size == 0)) {
    return no(EINVAL, "stack and stack_size go together: an address and a size, or two zeros");
  }
  if (call.stack > kUserSpaceEnd || call.stack_size > kUserSpaceEnd - call.stack) {
    return no(EINVAL, "the stack does not lie in user space");
  }
  return std::nullopt;
}

}  // namespace

std::span<const FlagRule> flag_rules() { return kRules; }

std::optional<Verdict> refusal(const CloneCall& call) {
  if (call.via == Via::clone3) {
    if (auto verdict = refused_clone3(call)) return verdict;
  }
  if (call.has(kCLONE_PIDFD | kCLONE_PARENT_SETTID) && (call.via != Via::clone3 || call.pidfd == call.parent_tid)) {
    return no(EINVAL, "CLONE_PIDFD and CLONE_PARENT_SETTID would store at one address{}",
              call.via == Via::clone3 ? "" : ": clone has one argument for both");
  }
  for (const FlagRule& rule : kRules) {
    if (call.has(rule.flag) && call.has(rule.other) != rule.needs) {
      return no(EINVAL, "{} {} {}: {}", name_of(rule.flag), rule.needs ? "needs" : "excludes", name_of(rule.other),
                rule.why);
    }
  }
  if (call.has(kCLONE_AUTOREAP) && call.exit_signal != 0) {
    return no(EINVAL, "CLONE_AUTOREAP goes without an exit_signal: nobody is told of the end");
  }
  if (std::any_of(call.set_tid.begin(), call.set_tid.end(), [](Tid tid) { return tid < 1; })) {
    return no(EINVAL, "set_tid holds a number that is no tid");
  }
  return std::nullopt;
}

}  // namespace lwptrace::decoders
