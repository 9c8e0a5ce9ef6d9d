// clone, clone3, fork and vfork from the registers and memory of each ABI.
#include "decoders/clone.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lwptrace/names.h>

#include "decoders/tables/clone_flags.h"
#include "tests/decoders/clone_calls.h"

namespace lwptrace::decoders {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Clone, X86_64OrderIsFlagsStackParentTidChildTidTls) {
  const CloneCall call =
      decode_clone_call({.abi = Abi::x86_64, .nr = 56, .args = {0x3d0f00, 0x7000, 0xa0, 0xb0, 0xc0}}, FakeMemory{});
  EXPECT_EQ(call.via, Via::clone);
  EXPECT_EQ(call.abi, Abi::x86_64);
  EXPECT_EQ(call.flags_raw, 0x3d0f00u);
  EXPECT_EQ(call.flags, 0x3d0f00u);
  EXPECT_EQ(call.stack, 0x7000u);
  EXPECT_EQ(call.stack_size, 0u);
  EXPECT_EQ(call.parent_tid, 0xa0u);
  EXPECT_EQ(call.child_tid, 0xb0u);
  EXPECT_EQ(call.tls, 0xc0u);
  EXPECT_EQ(call.args_size, 0u);
}

TEST(Clone, I386HasTlsBeforeChildTidAndTlsIsAUserDescWhoseBaseIsTaken) {
  FakeMemory memory;
  memory.put(0xc0, std::uint32_t{12}).put(0xc4, std::uint32_t{0xf7c00b40}).put(0xc8, std::uint32_t{0xfffff});
  const CloneCall call =
      decode_clone_call({.abi = Abi::i386, .nr = 120, .args = {0x3d0f00, 0x7000, 0xa0, 0xc0, 0xb0}}, memory);
  EXPECT_EQ(call.via, Via::clone);
  EXPECT_EQ(call.abi, Abi::i386);
  EXPECT_EQ(call.parent_tid, 0xa0u);
  EXPECT_EQ(call.child_tid, 0xb0u);
  EXPECT_EQ(call.tls, 0xf7c00b40u);
}

TEST(Clone, I386UserDescThatCannotBeReadLeavesItsAddress) {
  const CloneCall call =
      decode_clone_call({.abi = Abi::i386, .nr = 120, .args = {0x3d0f00, 0, 0, 0xc0, 0}}, FakeMemory{});
  EXPECT_EQ(call.tls, 0xc0u);
}

TEST(Clone, I386CallOfA64BitProgramUsesTheLowHalvesOfTheRegisters) {
  const CloneCall call =
      decode_clone_call({.abi = Abi::i386, .nr = 120, .args = {0xdead00000011, 0xdead00007000}}, FakeMemory{});
  EXPECT_EQ(call.flags_raw, 0x11u);
  EXPECT_EQ(call.stack, 0x7000u);
}

TEST(Clone, X32IsKnownByBit30OfTheNumberAndHasX86_64Order) {
  for (const Abi abi : {Abi::x32, Abi::x86_64}) {
    const CloneCall call =
        decode_clone_call({.abi = abi, .nr = 0x40000000 | 56, .args = {0x3d0f00, 1, 2, 3, 4}}, FakeMemory{});
    EXPECT_EQ(call.via, Via::clone);
    EXPECT_EQ(call.abi, Abi::x32);
    EXPECT_EQ(call.child_tid, 3u);
    EXPECT_EQ(call.tls, 4u);
  }
}

TEST(Clone, LowByteIsTheExitSignal) {
  const CloneCall call = decode_clone_call({.nr = 56, .args = {0x1200011}}, FakeMemory{});
  EXPECT_EQ(call.flags_raw, 0x1200011u);
  EXPECT_EQ(call.flags, 0x1200000u);
  EXPECT_EQ(call.exit_signal, 17);
}

TEST(Clone, AThreadHasNoExitSignalWhateverWasPassed) {
  EXPECT_EQ(decode_clone_call({.nr = 56, .args = {0x10911}}, FakeMemory{}).exit_signal, 0);
  EXPECT_EQ(decode_clone_call({.nr = 56, .args = {0x10911}}, FakeMemory{}).exit_signal_raw, 17u);
  EXPECT_EQ(clone3({.flags = 0x10900, .exit_signal = 17}, 64).exit_signal, 0);
}

TEST(Clone, PidfdAddressIsParentTidInCloneAlone) {
  EXPECT_EQ(decode_clone_call({.nr = 56, .args = {0x1011, 0, 0xa0}}, FakeMemory{}).pidfd, 0xa0u);
  EXPECT_EQ(decode_clone_call({.nr = 56, .args = {0x100011, 0, 0xa0}}, FakeMemory{}).pidfd, 0u);
}

TEST(Clone, BitsAbove31AreKeptAsPassedButMeanNothing) {
  const CloneCall call = decode_clone_call({.nr = 56, .args = {0x100000111}}, FakeMemory{});
  EXPECT_EQ(call.flags_raw, 0x100000111u);
  EXPECT_EQ(call.flags, 0x100u);
}

TEST(Clone, ForkAndVforkAreTheFlagsThatTheKernelUsesForThem) {
  for (const auto& [abi, nr] : {std::pair{Abi::x86_64, 57u}, {Abi::i386, 2u}, {Abi::x32, 0x40000000u | 57}}) {
    const CloneCall call = decode_clone_call({.abi = abi, .nr = nr, .args = {0xffff, 0xffff}}, FakeMemory{});
    EXPECT_EQ(call.via, Via::fork);
    EXPECT_EQ(call.flags_raw, 0x11u);
    EXPECT_EQ(call.flags, 0u);
    EXPECT_EQ(call.exit_signal, 17);
    EXPECT_EQ(call.stack, 0u);
  }
  for (const auto& [abi, nr] : {std::pair{Abi::x86_64, 58u}, {Abi::i386, 190u}, {Abi::x32, 0x40000000u | 58}}) {
    const CloneCall call = decode_clone_call({.abi = abi, .nr = nr}, FakeMemory{});
    EXPECT_EQ(call.via, Via::vfork);
    EXPECT_EQ(call.flags_raw, 0x4111u);
    EXPECT_EQ(call.exit_signal, 17);
  }
}

TEST(Clone, ItsNumbersAreThoseOfTheCallsThatAreNamedSo) {
  constexpr std::uint64_t numbers = 600, x32_bit = 0x40000000;
  for (const Abi abi : {Abi::x86_64, Abi::i386, Abi::x32}) {
    for (std::uint64_t place = 0; place < numbers; ++place) {
      const std::uint64_t nr = abi == Abi::x32 ? place | x32_bit : place;
      const std::string name = syscall_name(abi, nr);
      const bool makes = name == "clone" || name == "clone3" || name == "fork" || name == "vfork";
      const Via expected = makes ? from_string<Via>(name) : Via::unknown;
      EXPECT_EQ(decode_clone_call({.abi = abi, .nr = nr}, FakeMemory{}).via, expected) << name << ' ' << nr;
    }
  }
}

TEST(Clone, AnotherCallIsNone) {
  EXPECT_EQ(decode_clone_call({.nr = 0}, FakeMemory{}).via, Via::unknown);
  EXPECT_EQ(decode_clone_call({.abi = Abi::i386, .nr = 56}, FakeMemory{}).via, Via::unknown);
}

TEST(Clone, EveryFlagIsFoundWhereItStands) {
  for (const tables::CloneFlag& flag : tables::clone_flags()) {
    EXPECT_TRUE(clone3({.flags = flag.value}, 88).has(flag.value)) << flag.name;
    const CloneCall call = decode_clone_call({.nr = 56, .args = {flag.value}}, FakeMemory{});
    EXPECT_EQ(call.has(flag.value), !flag.clone3_only) << flag.name;
  }
}

const Clone3Args kFull{.flags = 0x3d1f00,
                       .pidfd = 1,
                       .child_tid = 2,
                       .parent_tid = 3,
                       .exit_signal = 5,
                       .stack = 6,
                       .stack_size = 7,
                       .tls = 8,
                       .set_tid = 0x2000,
                       .set_tid_size = 2,
                       .cgroup = 11,
                       .later = 0x0a0b};

TEST(Clone3, First64BytesHoldTheFieldsOfLinux53) {
  const CloneCall call = clone3(kFull, 64);
  EXPECT_EQ(call.via, Via::clone3);
  EXPECT_EQ(call.flags, 0x3d1f00u);
  EXPECT_EQ(call.pidfd, 1u);
  EXPECT_EQ(call.child_tid, 2u);
  EXPECT_EQ(call.parent_tid, 3u);
  EXPECT_EQ(call.exit_signal_raw, 5u);
  EXPECT_EQ(call.stack, 6u);
  EXPECT_EQ(call.stack_size, 7u);
  EXPECT_EQ(call.tls, 8u);
  EXPECT_EQ(call.set_tid_addr, 0u);
  EXPECT_EQ(call.cgroup, 0u);
  EXPECT_EQ(call.args_size, 64u);
  EXPECT_FALSE(call.unreadable);
}

TEST(Clone3, At80BytesSetTidIsReadFromTheCaller) {
  FakeMemory memory;
  memory.put(0x1000, kFull).put(0x2000, Tid{41}).put(0x2004, Tid{42}).put(0x2008, Tid{43});
  const CloneCall call = decode_clone_call({.nr = 435, .args = {0x1000, 80}}, memory);
  EXPECT_EQ(call.set_tid_addr, 0x2000u);
  EXPECT_EQ(call.set_tid_size, 2u);
  EXPECT_THAT(call.set_tid, ElementsAre(41, 42));
  EXPECT_EQ(call.cgroup, 0u);
}

TEST(Clone3, SetTidThatCannotBeReadIsShorterThanItsSize) {
  FakeMemory memory;
  memory.put(0x1000, kFull).put(0x2000, Tid{41});
  EXPECT_THAT(decode_clone_call({.nr = 435, .args = {0x1000, 88}}, memory).set_tid, ElementsAre(41));
  EXPECT_THAT(clone3(kFull, 88).set_tid, IsEmpty());
}

TEST(Clone3, SetTidOfAnAbsurdSizeIsReadUpTo32) {
  FakeMemory memory;
  memory.put(0x1000, Clone3Args{.set_tid = 0x2000, .set_tid_size = ~0ULL});
  for (Tid i = 0; i < 40; ++i) memory.put(0x2000 + 4 * i, i);
  EXPECT_EQ(decode_clone_call({.nr = 435, .args = {0x1000, 88}}, memory).set_tid.size(), 32u);
}

TEST(Clone3, At88BytesTheCgroupIsThere) {
  EXPECT_EQ(clone3(kFull, 88).cgroup, 11u);
  EXPECT_EQ(clone3(kFull, 88).args_tail, "");
}

TEST(Clone3, BytesBeyondTheKnownOnesAreKeptAsHexadecimal) {
  EXPECT_EQ(clone3(kFull, 96).args_tail, "0b0a000000000000");
  EXPECT_EQ(clone3(kFull, 90).args_tail, "0b0a");
  EXPECT_EQ(clone3(kFull, 96).cgroup, 11u);
}

TEST(Clone3, AnOversizeStructKeepsAtMost256BytesOfItsTail) {
  FakeMemory memory;
  for (std::uint64_t at = 0x1000; at < 0x3000; at += 8) memory.put(at, std::uint64_t{0});
  const CloneCall call = decode_clone_call({.nr = 435, .args = {0x1000, 5000}}, memory);
  EXPECT_EQ(call.args_size, 5000u);
  EXPECT_EQ(call.args_tail, std::string(512, '0'));
  EXPECT_FALSE(call.unreadable);
}

TEST(Clone3, AShortStructIsReadAsFarAsItGoes) {
  const CloneCall call = clone3(kFull, 16);
  EXPECT_EQ(call.flags, 0x3d1f00u);
  EXPECT_EQ(call.pidfd, 1u);
  EXPECT_EQ(call.child_tid, 0u);
  EXPECT_EQ(call.args_size, 16u);
  EXPECT_FALSE(call.unreadable);
}

TEST(Clone3, AStructThatCannotBeReadSaysSo) {
  const CloneCall none = decode_clone_call({.nr = 435, .args = {0, 88}}, FakeMemory{});
  EXPECT_TRUE(none.unreadable);
  EXPECT_EQ(none.flags, 0u);
  EXPECT_EQ(none.args_size, 88u);

  FakeMemory memory;
  memory.put(0x1000, std::uint64_t{0x100});
  const CloneCall half = decode_clone_call({.nr = 435, .args = {0x1000, 88}}, memory);
  EXPECT_TRUE(half.unreadable);
  EXPECT_EQ(half.flags, 0x100u);

  EXPECT_TRUE(clone3(kFull, 104).unreadable) << "the tail counts too";
}

TEST(Clone3, NewTimeIsAFlagAndNotASignal) {
  const CloneCall call = clone3({.flags = 0x80, .exit_signal = 17}, 64);
  EXPECT_EQ(call.flags, 0x80u);
  EXPECT_EQ(call.exit_signal, 17);
}

TEST(Clone3, AnExitSignalOf64BitsIsNotMistakenForASmallOne) {
  const CloneCall call = clone3({.exit_signal = 0x100000011}, 64);
  EXPECT_EQ(call.exit_signal_raw, 0x100000011u);
  EXPECT_NE(call.exit_signal, 17);
}

TEST(Clone3, I386HasTheSameStructAndAUserDescForTls) {
  FakeMemory memory;
  memory.put(0x1000, Clone3Args{.flags = 0x80000, .tls = 0x2000}).put(0x2004, std::uint32_t{0x5000});
  EXPECT_EQ(decode_clone_call({.abi = Abi::i386, .nr = 435, .args = {0x1000, 88}}, memory).tls, 0x5000u);
}

TEST(Clone3, X32HasItsOwnBitInTheNumber) {
  FakeMemory memory;
  memory.put(0x1000, kFull);
  const CloneCall call = decode_clone_call({.abi = Abi::x32, .nr = 0x40000000 | 435, .args = {0x1000, 64}}, memory);
  EXPECT_EQ(call.via, Via::clone3);
  EXPECT_EQ(call.tls, 8u);
}

// glibc's pthread_create where clone3 was refused: what it passed to clone, and what stands 88 bytes up its stack.
constexpr std::uint64_t kSp = 0x7ffc0000;
const SyscallFrame kFallback{.abi = Abi::x86_64,
                             .nr = 56,
                             .args = {0x3d0f00, 0x7f00107f70, 0x7f00107990, 0x7f00107990, 0x7f001076c0},
                             .sp = kSp};
constexpr Clone3Args kPrepared{.flags = 0x3d0f00,
                               .child_tid = 0x7f00107990,
                               .parent_tid = 0x7f00107990,
                               .stack = 0x7f00000000,
                               .stack_size = 0x107f80,
                               .tls = 0x7f001076c0};

bool prepared(const Clone3Args& args, const SyscallFrame& frame = kFallback, std::uint64_t offset = 88) {
  FakeMemory memory;
  for (std::uint64_t at = 0; at < 2048; at += 8) memory.put(kSp + at, std::uint64_t{0});
  memory.put(kSp + offset, args);
  return prepared_for_clone3(decode_clone_call(frame, memory), frame.sp, memory);
}

TEST(PreparedForClone3, IsAStructOfTheSameValuesOnTheStack) {
  EXPECT_TRUE(prepared(kPrepared));
  Clone3Args spawn{.flags = 0x4100, .exit_signal = 17, .stack = 0x7f00000000, .stack_size = 0x9000};
  const SyscallFrame clone{.abi = Abi::x86_64, .nr = 56, .args = {0x4111, 0x7f00008ff0}, .sp = kSp};
  EXPECT_TRUE(prepared(spawn, clone, 120));
  spawn.flags |= 0x100000000;
  EXPECT_TRUE(prepared(spawn, clone, 120)) << "CLONE_CLEAR_SIGHAND, which clone cannot be told";
}

TEST(PreparedForClone3, IsNotOneThatDiffersInAnyWordThatMatters) {
  const auto changed = [](std::uint64_t Clone3Args::*field) {
    Clone3Args args = kPrepared;
    args.*field += 0x40;
    return args;
  };
  using A = Clone3Args;
  for (auto field : {&A::flags, &A::child_tid, &A::parent_tid, &A::exit_signal, &A::stack, &A::stack_size, &A::tls}) {
    EXPECT_FALSE(prepared(changed(field)));
  }
  EXPECT_TRUE(prepared(changed(&A::pidfd))) << "CLONE_PIDFD is not set";
  Clone3Args below = kPrepared;
  below.stack_size -= 0x20;
  EXPECT_FALSE(prepared(below)) << "the newborn's stack would begin outside";
}

TEST(PreparedForClone3, IsNotLookedForWhereItCannotBe) {
  EXPECT_FALSE(prepared(kPrepared, kFallback, 1024)) << "too far up";
  EXPECT_FALSE(prepared({.exit_signal = 17}, {.abi = Abi::x86_64, .nr = 56, .args = {17}, .sp = kSp}))
      << "a fork: a 17 among zeros proves nothing";
  const CloneCall call = decode_clone_call(kFallback, FakeMemory{});
  EXPECT_FALSE(prepared_for_clone3(call, kSp, FakeMemory{})) << "nothing is readable";
  EXPECT_FALSE(prepared_for_clone3(call, ~std::uint64_t{0} - 8, FakeMemory{}));
  FakeMemory top;
  top.put(kSp, kPrepared.flags);
  EXPECT_FALSE(prepared_for_clone3(call, kSp, top)) << "the stack ends in the middle of it";
}

TEST(PreparedForClone3, OnI386FieldsAreAlignedToFourBytesAndTlsIsAUserDesc) {
  FakeMemory memory;
  for (std::uint64_t at = 0; at < 512; at += 4) memory.put(kSp + at, std::uint32_t{0});
  memory.put(kSp + 84, Clone3Args{.flags = 0x80100, .stack = 0xf7000000, .stack_size = 0x1000, .tls = 0xc0});
  memory.put(0xc4, std::uint32_t{0xf7c00b40});
  const SyscallFrame frame{.abi = Abi::i386, .nr = 120, .args = {0x80100, 0xf7000fe0, 0, 0xc0, 0}, .sp = kSp};
  EXPECT_TRUE(prepared_for_clone3(decode_clone_call(frame, memory), kSp, memory));
}

}  // namespace
}  // namespace lwptrace::decoders
