// The rules by which the kernel refuses a clone, and the words for a call that failed.
#include "decoders/clone_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lwptrace/names.h>

#include <cerrno>

#include "decoders/clone.h"
#include "decoders/tables/clone_flags.h"
#include "tests/decoders/clone_calls.h"

namespace lwptrace::decoders {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string why(const CloneCall& call) {
  const auto verdict = refusal(call);
  return verdict ? verdict->why : "accepted";
}

TEST(CloneRules, WhatLibrariesPassIsAccepted) {
  for (const std::uint64_t flags : {0x3d0f00, 0x7d0f00, 0x11, 0x1200011, 0x4111, 0xf11, 0}) {
    EXPECT_EQ(why(clone(flags)), "accepted") << std::hex << flags;
  }
  EXPECT_EQ(why(clone3({.flags = 0x100004100, .exit_signal = 17, .stack = 0x7000, .stack_size = 0x9000})), "accepted");
  EXPECT_EQ(why(decode_clone_call({.nr = 57}, FakeMemory{})), "accepted");
  EXPECT_EQ(why(decode_clone_call({.nr = 58}, FakeMemory{})), "accepted");
}

TEST(CloneRules, EachRowIsFoundByTheSmallestSetThatBreaksItAlone) {
  for (const FlagRule& rule : flag_rules()) {
    // Give the flag everything that it and its needs need, but break this rule.
    std::uint64_t flags = rule.flag | (rule.needs ? 0 : rule.other);
    for (int round = 0; round < 3; ++round) {
      for (const FlagRule& other : flag_rules()) {
        const bool broken_on_purpose = other.flag == rule.flag && other.other == rule.other;
        if (other.needs && !broken_on_purpose && (flags & other.flag) != 0) flags |= other.other;
      }
    }
    if (rule.needs) flags &= ~rule.other;
    const auto verdict = refusal(clone3({.flags = flags, .pidfd = 0x10}));
    ASSERT_TRUE(verdict) << std::hex << flags;
    EXPECT_EQ(verdict->error, EINVAL);
    EXPECT_FALSE(verdict->why.empty());
  }
}

TEST(CloneRules, TheReasonNamesBothFlags) {
  EXPECT_EQ(why(clone(0x10000)),
            "CLONE_THREAD needs CLONE_SIGHAND: the threads of a process have one table of signal handlers");
  EXPECT_EQ(why(clone(0x10800)),
            "CLONE_SIGHAND needs CLONE_VM: handlers are addresses, so who shares them shares the memory");
  EXPECT_EQ(why(clone(0x20200)),
            "CLONE_NEWNS excludes CLONE_FS: one root directory cannot stand in two mount namespaces");
}

TEST(CloneRules, PidfdAndParentSettidShareAnArgumentInCloneAlone) {
  EXPECT_THAT(why(clone(0x101011)), HasSubstr("one argument for both"));
  EXPECT_EQ(why(clone3({.flags = 0x101000, .pidfd = 0x10, .parent_tid = 0x20})), "accepted");
  EXPECT_THAT(why(clone3({.flags = 0x101000, .pidfd = 0x10, .parent_tid = 0x10})), HasSubstr("one address"));
}

TEST(CloneRules, DetachedIsIgnoredByCloneAndRefusedByClone3) {
  EXPECT_EQ(why(clone(0x400011)), "accepted");
  EXPECT_THAT(why(clone3({.flags = 0x400000})), HasSubstr("CLONE_DETACHED"));
}

TEST(CloneRules, CloneIgnoresBitsThatClone3Refuses) {
  EXPECT_EQ(why(clone(0x4000000011)), "accepted");
  EXPECT_THAT(why(clone3({.flags = 1ULL << 38})), HasSubstr("0x4000000000"));
  EXPECT_THAT(why(clone3({.flags = 0x11})), HasSubstr("0x1|0x10"));
}

TEST(CloneRules, SizesOfTheStruct) {
  EXPECT_EQ(refusal(clone3({}, 63))->error, EINVAL);
  EXPECT_EQ(refusal(clone3({}, 0))->error, EINVAL);
  EXPECT_EQ(refusal(clone3({}, 4097))->error, E2BIG);
  EXPECT_EQ(why(clone3({}, 64)), "accepted");
  EXPECT_EQ(why(clone3({}, 96)), "accepted");
  EXPECT_EQ(refusal(clone3({.later = 1}, 96))->error, E2BIG);
  EXPECT_EQ(refusal(decode_clone_call({.nr = 435, .args = {0, 88}}, FakeMemory{}))->error, EFAULT);
}

TEST(CloneRules, ExitSignals) {
  EXPECT_EQ(why(clone3({.exit_signal = 64})), "accepted");
  EXPECT_THAT(why(clone3({.exit_signal = 65})), HasSubstr("exit_signal 65"));
  EXPECT_EQ(refusal(clone3({.exit_signal = 0x100000011}))->error, EINVAL);
  EXPECT_EQ(why(clone(0x7f)), "accepted") << "clone never looked";
  EXPECT_THAT(why(clone3({.flags = 0x10900, .exit_signal = 17})), HasSubstr("CLONE_THREAD goes without"));
  EXPECT_THAT(why(clone3({.flags = 0x8000, .exit_signal = 17})), HasSubstr("CLONE_PARENT goes without"));
  EXPECT_EQ(why(clone(0x10911)), "accepted");
}

TEST(CloneRules, FieldsThatGoTogether) {
  EXPECT_THAT(why(clone3({.stack = 0x1000})), HasSubstr("stack_size"));
  EXPECT_THAT(why(clone3({.stack_size = 0x1000})), HasSubstr("stack_size"));
  EXPECT_THAT(why(clone3({.stack = ~0ULL - 10, .stack_size = 0x1000})), HasSubstr("user space"));
  EXPECT_THAT(why(clone3({.set_tid = 0x1000})), HasSubstr("set_tid_size"));
  EXPECT_THAT(why(clone3({.set_tid_size = 1})), HasSubstr("set_tid_size"));
  EXPECT_THAT(why(clone3({.set_tid = 0x1000, .set_tid_size = 33})), HasSubstr("32 deep"));
  EXPECT_THAT(why(clone3({.flags = 1ULL << 33}, 80)), HasSubstr("88 bytes"));
  EXPECT_THAT(why(clone3({.flags = 1ULL << 33, .cgroup = 0x80000000})), HasSubstr("0x80000000"));
}

TEST(CloneRules, TheFlagsOfLinux71) {
  using namespace tables;
  EXPECT_EQ(why(clone3({.flags = kCLONE_AUTOREAP})), "accepted");
  EXPECT_THAT(why(clone3({.flags = kCLONE_AUTOREAP, .exit_signal = 17})), HasSubstr("CLONE_AUTOREAP"));
  EXPECT_THAT(why(clone3({.flags = kCLONE_PIDFD_AUTOKILL | kCLONE_PIDFD})), HasSubstr("needs CLONE_AUTOREAP"));
  EXPECT_THAT(why(clone3({.flags = kCLONE_EMPTY_MNTNS | kCLONE_FS})), HasSubstr("excludes CLONE_FS"));
}

TEST(Failures, ABrokenRuleIsTheReasonWhereTheErrnoAgrees) {
  EXPECT_THAT(explain_failure(clone(0x10000), EINVAL), HasSubstr("needs CLONE_SIGHAND"));
  EXPECT_THAT(explain_failure(clone(0x10000), EAGAIN), Not(HasSubstr("CLONE_SIGHAND")));
}

TEST(Failures, LimitsPrivilegesAndMachines) {
  EXPECT_THAT(explain_failure(clone(0x11), EAGAIN), HasSubstr("RLIMIT_NPROC"));
  EXPECT_THAT(explain_failure(clone(0x20000011), EPERM), HasSubstr("CLONE_NEWPID needs CAP_SYS_ADMIN"));
  EXPECT_THAT(explain_failure(clone(0x10000011), EPERM), HasSubstr("CLONE_NEWUSER is not allowed"));
  EXPECT_THAT(explain_failure(clone(0x11), EPERM), HasSubstr("seccomp"));
  EXPECT_THAT(explain_failure(clone3({.set_tid = 1, .set_tid_size = 1}), EPERM), HasSubstr("CAP_CHECKPOINT_RESTORE"));
  EXPECT_THAT(explain_failure(clone3({}), ENOSYS), HasSubstr("clone3 is hidden by a seccomp filter"));
  EXPECT_THAT(explain_failure(clone(0x11), ENOSYS), Not(HasSubstr("clone3")));
  CloneCall x32 = clone(0x11);
  x32.abi = Abi::x32;
  EXPECT_THAT(explain_failure(x32, ENOSYS), HasSubstr("x32 ABI"));
  EXPECT_THAT(explain_failure(clone3({.flags = 1ULL << 34}), EINVAL), HasSubstr("Linux 7.1"));
  EXPECT_THAT(explain_failure(clone(0x11900), EINVAL), HasSubstr("6.9"));
  EXPECT_THAT(explain_failure(clone(0x8000), EINVAL), HasSubstr("init of a pid namespace"));
  EXPECT_THAT(explain_failure(clone(0x1000), EFAULT), HasSubstr("pidfd"));
  EXPECT_THAT(explain_failure(clone(0x10000000), ENOSPC), HasSubstr("32 deep"));
  EXPECT_THAT(explain_failure(clone(0x11), 513), HasSubstr("signal was pending"));
}

TEST(Failures, EveryLimitOnTasksIsNamedWithThePlaceToLookAtIt) {
  const std::string why = explain_failure(clone(0x11), EAGAIN);
  for (const char* words : {"RLIMIT_NPROC of the user (ulimit -u", "pids.max", "/sys/fs/cgroup", "kernel.threads-max",
                            "kernel.pid_max", "sysctl", "SCHED_DEADLINE"}) {
    EXPECT_THAT(why, HasSubstr(words));
  }
  EXPECT_THAT(why, Not(HasSubstr("\n")));
}

TEST(Failures, Clone3sTimeNamespaceIsYoungerThanTheFlag) {
  EXPECT_THAT(explain_failure(clone3({.flags = 0x80}), EINVAL), HasSubstr("since Linux 6.3"));
}

TEST(Failures, EveryErrnoHasWords) {
  for (int error = 1; error < 600; ++error) {
    EXPECT_FALSE(explain_failure(clone(0x11), error).empty()) << error;
    EXPECT_FALSE(explain_failure(clone3({.flags = ~0ULL}), error).empty()) << error;
  }
  EXPECT_THAT(explain_failure(clone(0x11), 99), HasSubstr("EADDRNOTAVAIL"));
}

}  // namespace
}  // namespace lwptrace::decoders
