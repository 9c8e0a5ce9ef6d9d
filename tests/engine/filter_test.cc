// The system call filter, run as the kernel would run it: a small interpreter of the classic BPF that libseccomp emits
// takes (ABI, number, arguments) and says whether the call stops.
#include "engine/filter.h"

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>

#include <cstring>
#include <set>
#include <span>
#include <utility>

#include "decoders/calls.h"

namespace lwptrace::engine {
namespace {

std::uint32_t verdict(const std::vector<sock_filter>& program, const seccomp_data& data) {
  std::uint32_t a = 0;
  for (std::size_t pc = 0; pc < program.size(); ++pc) {
    const sock_filter& i = program[pc];
    switch (i.code) {
      case BPF_LD | BPF_W | BPF_ABS:
        std::memcpy(&a, reinterpret_cast<const char*>(&data) + i.k, sizeof a);
        break;
      case BPF_ALU | BPF_AND | BPF_K:
        a &= i.k;
        break;
      case BPF_JMP | BPF_JA:
        pc += i.k;
        break;
      case BPF_JMP | BPF_JEQ | BPF_K:
        pc += a == i.k ? i.jt : i.jf;
        break;
      case BPF_JMP | BPF_JGE | BPF_K:
        pc += a >= i.k ? i.jt : i.jf;
        break;
      case BPF_JMP | BPF_JGT | BPF_K:
        pc += a > i.k ? i.jt : i.jf;
        break;
      case BPF_JMP | BPF_JSET | BPF_K:
        pc += (a & i.k) != 0 ? i.jt : i.jf;
        break;
      case BPF_RET | BPF_K:
        return i.k;
      default:
        ADD_FAILURE() << "instruction " << i.code << " is not interpreted";
        return 0;
    }
  }
  ADD_FAILURE() << "the program ran off its end";
  return 0;
}

bool stops(Detail detail, std::uint32_t arch, int number, std::uint64_t first = 0, std::uint64_t second = 0) {
  constexpr std::uint16_t mark = 0x1234;
  static const auto life = make_filter(Detail::life, mark), all = make_filter(Detail::all, mark);
  const auto& program = detail == Detail::all ? all : life;
  EXPECT_TRUE(program.ok());
  seccomp_data data{};
  data.nr = number;
  data.arch = arch;
  data.args[0] = first;
  data.args[1] = second;
  const std::uint32_t answer = verdict(*program, data);
  EXPECT_TRUE(answer == SECCOMP_RET_ALLOW || answer == (SECCOMP_RET_TRACE | mark)) << answer;
  return answer != SECCOMP_RET_ALLOW;
}

constexpr std::uint32_t x86_64 = AUDIT_ARCH_X86_64, i386 = AUDIT_ARCH_I386;

TEST(Filter, BirthsStopsNoCall) { EXPECT_TRUE(make_filter(Detail::births, 1)->empty()); }

TEST(Filter, HasAnotherMarkInEachRunAndNoneThatPeopleChoose) {
  std::set<int> marks;
  for (int i = 0; i < 1000; i++) marks.insert(random_mark());
  EXPECT_GT(marks.size(), 900u);
  EXPECT_GE(*marks.begin(), 0x100);
  EXPECT_LT(*marks.rbegin(), 0xff00);
}

// A stop with our mark at a call that is decoded as none of these is taken for another filter's.
TEST(Filter, LifeStopsNoCallThatIsNotTold) {
  struct NoMemory : MemoryReader {
    std::size_t read(std::uint64_t, std::span<std::byte>) const override { return 0; }
  };
  const std::pair<Abi, std::uint32_t> abis[] = {{Abi::x86_64, x86_64}, {Abi::i386, i386}};
  for (const auto& [abi, arch] : abis) {
    for (int number = 0; number < 500; number++) {
      for (std::uint64_t first : {0, 15, 17, 36, 0x1001, 0x1002}) {
        for (std::uint64_t second : {0, 9, 128, 9 | 256}) {
          SyscallFrame frame;
          frame.abi = abi;
          frame.nr = static_cast<std::uint64_t>(number);
          frame.args = {first, second};
          const Call call = decoders::decode_call(frame, NoMemory{});
          const auto* other = std::get_if<OtherCall>(&call);
          const bool wanted =
              other != nullptr ? other->name == "io_uring_setup" : !std::holds_alternative<ExitCall>(call);
          EXPECT_EQ(stops(Detail::life, arch, number, first, second), wanted) << arch << " " << number << " " << first;
        }
      }
    }
  }
}

TEST(Filter, LifeStopsBirthsAndWhatEndsLives) {
  for (int call : {SYS_clone, SYS_clone3, SYS_fork, SYS_vfork, SYS_execve, SYS_execveat, SYS_wait4, SYS_waitid,
                   SYS_kill, SYS_tkill, SYS_tgkill, SYS_rt_sigqueueinfo, SYS_pidfd_send_signal, SYS_set_tid_address,
                   SYS_unshare, SYS_setns}) {
    EXPECT_TRUE(stops(Detail::life, x86_64, call)) << call;
  }
  for (int call : {SYS_read, SYS_write, SYS_getppid, SYS_exit, SYS_exit_group, SYS_mmap, SYS_rt_sigprocmask}) {
    EXPECT_FALSE(stops(Detail::life, x86_64, call)) << call;
  }
}

TEST(Filter, LifeKnowsThe32BitNumbers) {
  for (int call :
       {2 /*fork*/, 7 /*waitpid*/, 11 /*execve*/, 37 /*kill*/, 120 /*clone*/, 190 /*vfork*/, 435 /*clone3*/}) {
    EXPECT_TRUE(stops(Detail::life, i386, call)) << call;
  }
  EXPECT_FALSE(stops(Detail::life, i386, 3 /*read*/));
}

TEST(Filter, LifeSeesJoinsAndNotMutexes) {
  EXPECT_TRUE(stops(Detail::life, x86_64, SYS_futex, 0x1000, 0)) << "FUTEX_WAIT";
  EXPECT_TRUE(stops(Detail::life, x86_64, SYS_futex, 0x1000, 9 | 256)) << "FUTEX_WAIT_BITSET, real-time clock";
  EXPECT_TRUE(stops(Detail::life, x86_64, SYS_futex, 0x1000, 0xffffffff00000009)) << "the kernel reads 32 bits";
  EXPECT_FALSE(stops(Detail::life, x86_64, SYS_futex, 0x1000, 128)) << "FUTEX_WAIT, private";
  EXPECT_FALSE(stops(Detail::life, x86_64, SYS_futex, 0x1000, 1)) << "FUTEX_WAKE";
}

TEST(Filter, LifeLooksAtArgumentsOfPrctlArchPrctlAndSigaction) {
  EXPECT_TRUE(stops(Detail::life, x86_64, SYS_prctl, 15));
  EXPECT_TRUE(stops(Detail::life, x86_64, SYS_prctl, 36));
  EXPECT_FALSE(stops(Detail::life, x86_64, SYS_prctl, 4));
  EXPECT_TRUE(stops(Detail::life, x86_64, SYS_arch_prctl, 0x1002));
  EXPECT_FALSE(stops(Detail::life, x86_64, SYS_arch_prctl, 0x1003));
  EXPECT_TRUE(stops(Detail::life, x86_64, SYS_rt_sigaction, 17, 0x7ffe0000));
  EXPECT_FALSE(stops(Detail::life, x86_64, SYS_rt_sigaction, 17, 0)) << "only asks";
  EXPECT_FALSE(stops(Detail::life, x86_64, SYS_rt_sigaction, 15, 0x7ffe0000));
}

TEST(Filter, AllStopsEveryCallOfEveryAbi) {
  EXPECT_TRUE(stops(Detail::all, x86_64, SYS_getppid));
  EXPECT_TRUE(stops(Detail::all, i386, 3));
  EXPECT_TRUE(stops(Detail::all, 0x1234, 3)) << "an ABI that nobody knows";
}

}  // namespace
}  // namespace lwptrace::engine
