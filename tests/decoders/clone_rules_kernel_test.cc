// The judge of the rules is the kernel: each set of bad arguments is passed to it, and refusal() must have foretold the
// errno. None of them makes a child. Memory is read from this process itself, by process_vm_readv as a tracer would.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <lwptrace/names.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "decoders/clone.h"
#include "decoders/clone_rules.h"
#include "decoders/tables/clone_flags.h"
#include "fake_memory.h"

namespace lwptrace::decoders {
namespace {

using namespace tables;

class OwnMemory : public MemoryReader {
 public:
  [[nodiscard]] std::size_t read(std::uint64_t address, std::span<std::byte> out) const override {
    const iovec local{out.data(), out.size()};
    const iovec remote{reinterpret_cast<void*>(address), out.size()};  // NOLINT(performance-no-int-to-ptr)
    const ssize_t got = process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
    return got < 0 ? 0 : static_cast<std::size_t>(got);
  }
};

// Makes the call and returns its errno. A child that was born after all ends at once and is collected.
int ask_kernel(const SyscallFrame& frame) {
  const auto& a = frame.args;
  const long child = syscall(static_cast<long>(frame.nr), a[0], a[1], a[2], a[3], a[4]);
  if (child == 0) _exit(0);
  if (child < 0) return errno;
  waitpid(static_cast<pid_t>(child), nullptr, __WALL);
  return 0;
}

void expect_refused(const SyscallFrame& frame, const std::string& what) {
  const auto verdict = refusal(decode_clone_call(frame, OwnMemory{}));
  ASSERT_TRUE(verdict) << what;  // before the call: a set that is accepted might make a thread on our stack
  const int error = ask_kernel(frame);
  if (frame.nr == SYS_clone3 && error == ENOSYS) GTEST_SKIP() << "clone3 is hidden here";
  EXPECT_EQ(errno_name(verdict->error), errno_name(error)) << what << ": " << verdict->why;
}

void expect_clone3_refused(const Clone3Args& args, std::uint64_t size, const std::string& what) {
  expect_refused({.nr = SYS_clone3, .args = {reinterpret_cast<std::uint64_t>(&args), size}}, what);
}

TEST(KernelAsJudge, FlagsThatCloneRefuses) {
  const std::uint64_t sets[] = {
      kCLONE_THREAD,
      kCLONE_THREAD | kCLONE_VM,
      kCLONE_SIGHAND,
      kCLONE_THREAD | kCLONE_SIGHAND,
      kCLONE_NEWNS | kCLONE_FS,
      kCLONE_NEWUSER | kCLONE_FS,
      kCLONE_THREAD | kCLONE_SIGHAND | kCLONE_VM | kCLONE_NEWUSER,
      kCLONE_THREAD | kCLONE_SIGHAND | kCLONE_VM | kCLONE_NEWPID,
      kCLONE_PIDFD | kCLONE_DETACHED,
      kCLONE_PIDFD | kCLONE_PARENT_SETTID,
  };
  for (const std::uint64_t flags : sets) {
    expect_refused({.nr = SYS_clone, .args = {flags}}, fmt::format("clone({:#x})", flags));
  }
}

TEST(KernelAsJudge, FlagsThatClone3Refuses) {
  const std::uint64_t sets[] = {
      kCLONE_THREAD,
      kCLONE_SIGHAND,
      kCLONE_THREAD | kCLONE_SIGHAND,
      kCLONE_NEWNS | kCLONE_FS,
      kCLONE_NEWUSER | kCLONE_FS,
      kCLONE_THREAD | kCLONE_SIGHAND | kCLONE_VM | kCLONE_NEWUSER,
      kCLONE_THREAD | kCLONE_SIGHAND | kCLONE_VM | kCLONE_NEWPID,
      kCLONE_DETACHED,
      kCLONE_CLEAR_SIGHAND | kCLONE_SIGHAND | kCLONE_VM,
      1ULL << 0,
      1ULL << 6,
      1ULL << 50,
      1ULL << 63,
  };
  for (const std::uint64_t flags : sets) {
    expect_clone3_refused({.flags = flags}, 64, fmt::format("clone3({:#x})", flags));
  }
}

// Linux 7.1 knows these bits and refuses the sets; an older kernel refuses the bits.
TEST(KernelAsJudge, NewerFlagsThatClone3Refuses) {
  const std::uint64_t sets[] = {
      kCLONE_AUTOREAP | kCLONE_PARENT,
      kCLONE_AUTOREAP | kCLONE_THREAD | kCLONE_SIGHAND | kCLONE_VM,
      kCLONE_NNP | kCLONE_THREAD | kCLONE_SIGHAND | kCLONE_VM,
      kCLONE_PIDFD_AUTOKILL,
      kCLONE_PIDFD_AUTOKILL | kCLONE_PIDFD,
      kCLONE_EMPTY_MNTNS | kCLONE_FS,
  };
  for (const std::uint64_t flags : sets) {
    expect_clone3_refused({.flags = flags}, 64, fmt::format("clone3({:#x})", flags));
  }
}

TEST(KernelAsJudge, SizesThatClone3Refuses) {
  for (const std::uint64_t size : {0, 1, 8, 63, 4097, 100000}) {
    expect_clone3_refused({}, size, fmt::format("size {}", size));
  }
  expect_clone3_refused({.later = 1}, 96, "a tail that is not zero");
  expect_refused({.nr = SYS_clone3, .args = {0, 88}}, "a null pointer");
  expect_refused({.nr = SYS_clone3, .args = {0, 8}}, "a null pointer and a short size");
}

TEST(KernelAsJudge, FieldsThatClone3Refuses) {
  Tid tid = -1;
  const auto address = reinterpret_cast<std::uint64_t>(&tid);
  expect_clone3_refused({.exit_signal = 65}, 64, "exit_signal 65");
  expect_clone3_refused({.exit_signal = 0x111}, 64, "exit_signal 0x111");
  expect_clone3_refused({.exit_signal = 0x100000011}, 64, "exit_signal of 64 bits");
  expect_clone3_refused({.flags = kCLONE_PARENT, .exit_signal = 17}, 64, "PARENT with exit_signal");
  expect_clone3_refused({.flags = 0x10900, .exit_signal = 17}, 64, "THREAD with exit_signal");
  expect_clone3_refused({.stack = address}, 64, "stack alone");
  expect_clone3_refused({.stack_size = 4096}, 64, "stack_size alone");
  expect_clone3_refused({.stack = 1ULL << 60, .stack_size = 4096}, 64, "stack beyond user space");
  expect_clone3_refused({.stack = ~0ULL - 100, .stack_size = 4096}, 64, "stack that wraps");
  expect_clone3_refused({.set_tid = address}, 88, "set_tid alone");
  expect_clone3_refused({.set_tid_size = 1}, 88, "set_tid_size alone");
  expect_clone3_refused({.set_tid = address, .set_tid_size = 33}, 88, "set_tid_size 33");
  expect_clone3_refused({.flags = kCLONE_INTO_CGROUP}, 64, "cgroup in 64 bytes");
  expect_clone3_refused({.flags = kCLONE_INTO_CGROUP}, 80, "cgroup in 80 bytes");
  expect_clone3_refused({.flags = kCLONE_INTO_CGROUP, .cgroup = 0x80000000}, 88, "cgroup beyond INT_MAX");
  expect_clone3_refused({.flags = kCLONE_PIDFD | kCLONE_PARENT_SETTID, .pidfd = address, .parent_tid = address}, 64,
                        "pidfd and parent_tid at one address");
  expect_clone3_refused({.set_tid = address, .set_tid_size = 1}, 88, "set_tid -1");
}

TEST(KernelAsJudge, NewipcExcludesSysvsem) {
  if (geteuid() != 0) GTEST_SKIP() << "without privileges EPERM comes first";
  expect_refused({.nr = SYS_clone, .args = {kCLONE_NEWIPC | kCLONE_SYSVSEM}}, "NEWIPC|SYSVSEM");
}

TEST(KernelAsJudge, AcceptsWhatNoRuleRefuses) {
  Tid tid = 0;
  const Clone3Args zero_tail{.exit_signal = 17};
  const Clone3Args two_words{.flags = kCLONE_CHILD_SETTID | kCLONE_PARENT_SETTID,
                             .child_tid = reinterpret_cast<std::uint64_t>(&tid),
                             .parent_tid = reinterpret_cast<std::uint64_t>(&tid),
                             .exit_signal = 17};
  const SyscallFrame frames[] = {
      {.nr = SYS_clone, .args = {17}},
      {.nr = SYS_clone, .args = {17 | kCLONE_DETACHED}},
      {.nr = SYS_clone, .args = {17 | kCLONE_AUTOREAP}},  // bits above 31 are ignored
      {.nr = SYS_clone, .args = {17 | kCLONE_FILES | kCLONE_FS | kCLONE_SYSVSEM | kCLONE_IO | kCLONE_UNTRACED}},
      {.nr = SYS_clone3, .args = {reinterpret_cast<std::uint64_t>(&zero_tail), 64}},
      {.nr = SYS_clone3, .args = {reinterpret_cast<std::uint64_t>(&zero_tail), 96}},
      {.nr = SYS_clone3, .args = {reinterpret_cast<std::uint64_t>(&two_words), 88}},
  };
  for (const SyscallFrame& frame : frames) {
    EXPECT_FALSE(refusal(decode_clone_call(frame, OwnMemory{})));
    const int error = ask_kernel(frame);
    if (frame.nr == SYS_clone3 && error == ENOSYS) continue;
    EXPECT_EQ(errno_name(error), errno_name(0)) << frame.nr << " " << std::hex << frame.args[0];
  }
}

}  // namespace
}  // namespace lwptrace::decoders
