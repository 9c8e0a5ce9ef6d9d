// Every family of system calls that has a Call of its own, and the rest as OtherCall.
#include "decoders/calls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_memory.h"

namespace lwptrace::decoders {
namespace {

using testing::ElementsAre;

Call decode(const SyscallFrame& frame, const FakeMemory& memory = {}) { return decode_call(frame, memory); }
Call decode32(std::uint64_t nr, std::array<std::uint64_t, 6> args, const FakeMemory& memory = {}) {
  return decode_call({.abi = Abi::i386, .nr = nr, .args = args}, memory);
}

TEST(Calls, CloneFamilyInEveryAbi) {
  for (const std::uint64_t nr : {56, 57, 58, 435}) {
    EXPECT_TRUE(std::holds_alternative<CloneCall>(decode({.nr = nr}))) << nr;
    EXPECT_TRUE(std::holds_alternative<CloneCall>(decode({.abi = Abi::x32, .nr = nr | 0x40000000}))) << nr;
  }
  for (const std::uint64_t nr : {2, 120, 190, 435}) {
    EXPECT_TRUE(std::holds_alternative<CloneCall>(decode32(nr, {}))) << nr;
  }
}

TEST(Exec, FileAndWordsAreReadThrough64BitPointers) {
  FakeMemory memory;
  memory.put_string(0x100, "/bin/echo").put_string(0x200, "echo").put_string(0x300, "");
  memory.put(0x1000, std::uint64_t{0x200}).put(0x1008, std::uint64_t{0x300}).put(0x1010, std::uint64_t{0});
  const auto call = std::get<ExecCall>(decode({.nr = 59, .args = {0x100, 0x1000}}, memory));
  EXPECT_EQ(call, (ExecCall{.file = "/bin/echo", .argv = {"echo", ""}}));
}

TEST(Exec, I386AndX32ArraysHave32BitPointers) {
  FakeMemory memory;
  memory.put_string(0x100, "a").put_string(0x200, "b").put_string(0x300, "c");
  memory.put(0x1000, std::uint32_t{0x200}).put(0x1004, std::uint32_t{0x300}).put(0x1008, std::uint32_t{0});
  const ExecCall expected{.file = "a", .argv = {"b", "c"}};
  EXPECT_EQ(std::get<ExecCall>(decode32(11, {0x100, 0x1000}, memory)), expected);
  EXPECT_EQ(std::get<ExecCall>(decode({.abi = Abi::x32, .nr = 0x40000000 | 520, .args = {0x100, 0x1000}}, memory)),
            expected);
}

TEST(Exec, ExecveatSpellsTheFileAsTheKernelDoes) {
  FakeMemory memory;
  memory.put_string(0x100, "").put_string(0x200, "x").put_string(0x300, "/x").put(0x1000, std::uint64_t{0});
  const auto file = [&](std::uint64_t fd, std::uint64_t path) {
    return std::get<ExecCall>(decode({.nr = 322, .args = {fd, path, 0x1000}}, memory)).file;
  };
  EXPECT_EQ(file(5, 0x100), "/dev/fd/5");
  EXPECT_EQ(file(5, 0x200), "/dev/fd/5/x");
  EXPECT_EQ(file(5, 0x300), "/x");
  EXPECT_EQ(file(0xffffffffffffff9c, 0x200), "x") << "AT_FDCWD";
}

TEST(Exec, MoreThan64WordsAreCut) {
  FakeMemory memory;
  memory.put_string(0x100, "x");
  for (std::uint64_t i = 0; i < 64; ++i) memory.put(0x1000 + 8 * i, std::uint64_t{0x100});
  memory.put(0x1000 + 8 * 64, std::uint64_t{0});
  auto call = std::get<ExecCall>(decode({.nr = 59, .args = {0x100, 0x1000}}, memory));
  EXPECT_EQ(call.argv.size(), 64u);
  EXPECT_FALSE(call.argv_cut);

  memory.put(0x1000 + 8 * 64, std::uint64_t{0x100});
  call = std::get<ExecCall>(decode({.nr = 59, .args = {0x100, 0x1000}}, memory));
  EXPECT_EQ(call.argv.size(), 64u);
  EXPECT_TRUE(call.argv_cut);
}

TEST(Exec, AWordOfMoreThan4096BytesIsCut) {
  FakeMemory memory;
  memory.put_string(0x10000, std::string(4095, 'x')).put_string(0x20000, std::string(4097, 'y'));
  memory.put(0x1000, std::uint64_t{0x10000}).put(0x1008, std::uint64_t{0});
  memory.put(0x1100, std::uint64_t{0x20000}).put(0x1108, std::uint64_t{0});
  const auto whole = std::get<ExecCall>(decode({.nr = 59, .args = {0x10000, 0x1000}}, memory));
  EXPECT_EQ(whole.argv[0].size(), 4095u);
  EXPECT_FALSE(whole.argv_cut);
  const auto cut = std::get<ExecCall>(decode({.nr = 59, .args = {0x10000, 0x1100}}, memory));
  EXPECT_EQ(cut.argv[0].size(), 4096u);
  EXPECT_TRUE(cut.argv_cut);
}

TEST(Exec, UnreadableMemoryIsDataAndNotAnError) {
  FakeMemory memory;
  memory.put_string(0x100, "x");
  EXPECT_EQ(std::get<ExecCall>(decode({.nr = 59, .args = {0, 0}}, memory)), ExecCall{});
  EXPECT_EQ(std::get<ExecCall>(decode({.nr = 59, .args = {0x100, 0x9000}}, memory)),
            (ExecCall{.file = "x", .argv_cut = true}));
  memory.put(0x1000, std::uint64_t{0x8000});
  EXPECT_EQ(std::get<ExecCall>(decode({.nr = 59, .args = {0x100, 0x1000}}, memory)),
            (ExecCall{.file = "x", .argv = {""}, .argv_cut = true}));
}

TEST(Wait, Wait4AndWaitpidKeepTheSignOfThePid) {
  EXPECT_EQ(std::get<WaitCall>(decode({.nr = 61, .args = {0xffffffff, 0x50, 0x40000001, 0x60}})),
            (WaitCall{.call = "wait4", .id = -1, .options = 0x40000001, .status_addr = 0x50}));
  EXPECT_EQ(std::get<WaitCall>(decode32(7, {42, 0x50, 1})),
            (WaitCall{.call = "waitpid", .id = 42, .options = 1, .status_addr = 0x50}));
  EXPECT_EQ(std::get<WaitCall>(decode32(114, {0xfffffffe, 0x50, 0})).id, -2);
}

TEST(Wait, WaitidHasTypeIdInfoOptions) {
  const WaitCall expected{.call = "waitid", .id = 42, .id_type = 1, .options = 4, .info_addr = 0x70};
  EXPECT_EQ(std::get<WaitCall>(decode({.nr = 247, .args = {1, 42, 0x70, 4, 0}})), expected);
  EXPECT_EQ(std::get<WaitCall>(decode32(284, {1, 42, 0x70, 4, 0})), expected);
}

TEST(Kill, TargetsAndScopes) {
  EXPECT_EQ(std::get<KillCall>(decode({.nr = 62, .args = {42, 15}})),
            (KillCall{.call = "kill", .target = 42, .signo = 15, .scope = Scope::process}));
  EXPECT_EQ(std::get<KillCall>(decode32(37, {0xffffffd6, 15})),
            (KillCall{.call = "kill", .target = -42, .signo = 15, .scope = Scope::group}));
  EXPECT_EQ(std::get<KillCall>(decode({.nr = 62, .args = {0, 15}})).scope, Scope::group);
  EXPECT_EQ(std::get<KillCall>(decode({.nr = 200, .args = {43, 10}})),
            (KillCall{.call = "tkill", .target = 43, .signo = 10, .scope = Scope::thread}));
  EXPECT_EQ(std::get<KillCall>(decode({.nr = 234, .args = {42, 43, 6}})),
            (KillCall{.call = "tgkill", .target = 43, .tgid = 42, .signo = 6, .scope = Scope::thread}));
  EXPECT_EQ(std::get<KillCall>(decode32(238, {43, 10})).call, "tkill");
  EXPECT_EQ(std::get<KillCall>(decode32(270, {42, 43, 6})).target, 43);
  EXPECT_EQ(std::get<KillCall>(decode({.nr = 129, .args = {42, 34, 0x99}})),
            (KillCall{.call = "rt_sigqueueinfo", .target = 42, .signo = 34, .scope = Scope::process}));
  EXPECT_EQ(std::get<KillCall>(decode({.nr = 297, .args = {42, 43, 34, 0x99}})),
            (KillCall{.call = "rt_tgsigqueueinfo", .target = 43, .tgid = 42, .signo = 34, .scope = Scope::thread}));
}

TEST(Kill, PidfdSendSignalHasItsScopeInItsFlags) {
  EXPECT_EQ(std::get<KillCall>(decode({.nr = 424, .args = {5, 15, 0, 0}})),
            (KillCall{.call = "pidfd_send_signal", .target = 5, .signo = 15, .scope = Scope::unknown}))
      << "the kind of descriptor decides";
  EXPECT_EQ(std::get<KillCall>(decode({.nr = 424, .args = {5, 15, 0, 1}})).scope, Scope::thread);
  EXPECT_EQ(std::get<KillCall>(decode({.nr = 424, .args = {5, 15, 0, 2}})).scope, Scope::process);
  EXPECT_EQ(std::get<KillCall>(decode({.nr = 424, .args = {5, 15, 0, 4}})).scope, Scope::group);
}

TEST(Futex, OnlyASharedWaitIsAJoin) {
  const FutexWaitCall join{.addr = 0x7f00, .expected = 4711};
  EXPECT_EQ(std::get<FutexWaitCall>(decode({.nr = 202, .args = {0x7f00, 0, 4711}})), join);
  EXPECT_EQ(std::get<FutexWaitCall>(decode({.nr = 202, .args = {0x7f00, 9 | 256, 4711}})), join) << "glibc";
  EXPECT_EQ(std::get<FutexWaitCall>(decode32(240, {0x7f00, 0, 4711})), join);
  EXPECT_EQ(std::get<FutexWaitCall>(decode32(422, {0x7f00, 9 | 256, 4711})), join);
  for (const std::uint64_t operation : {128, 128 | 9, 1, 129, 3, 6}) {
    EXPECT_EQ(std::get<OtherCall>(decode({.nr = 202, .args = {0x7f00, operation, 1}})).name, "futex") << operation;
  }
}

TEST(Prctl, NamesAndSubreapersHaveCallsOfTheirOwn) {
  FakeMemory memory;
  memory.put_string(0x100, "worker").put_string(0x200, "a name of more than sixteen bytes");
  EXPECT_EQ(std::get<NameCall>(decode({.nr = 157, .args = {15, 0x100}}, memory)).comm, "worker");
  EXPECT_EQ(std::get<NameCall>(decode32(172, {15, 0x200}, memory)).comm, "a name of more ");
  EXPECT_EQ(std::get<SubreaperCall>(decode({.nr = 157, .args = {36, 1}})).on, true);
  EXPECT_EQ(std::get<SubreaperCall>(decode({.nr = 157, .args = {36, 0}})).on, false);
  EXPECT_EQ(std::get<OtherCall>(decode({.nr = 157, .args = {38, 1}})).name, "prctl");
}

TEST(Tls, ArchPrctlThatSetsABase) {
  EXPECT_EQ(std::get<TlsSetCall>(decode({.nr = 158, .args = {0x1002, 0x7f00}})),
            (TlsSetCall{.call = "arch_prctl", .code = "ARCH_SET_FS", .addr = 0x7f00}));
  EXPECT_EQ(std::get<TlsSetCall>(decode({.nr = 158, .args = {0x1001, 0x7f00}})).code, "ARCH_SET_GS");
  EXPECT_EQ(std::get<OtherCall>(decode({.nr = 158, .args = {0x1003, 0x7f00}})).name, "arch_prctl");
}

TEST(Tls, SetThreadAreaTakesTheBaseOutOfTheUserDesc) {
  FakeMemory memory;
  memory.put(0x100, std::uint32_t{0xffffffff}).put(0x104, std::uint32_t{0xf7d00000});
  EXPECT_EQ(std::get<TlsSetCall>(decode32(243, {0x100}, memory)),
            (TlsSetCall{.call = "set_thread_area", .addr = 0xf7d00000}));
  EXPECT_EQ(std::get<TlsSetCall>(decode32(243, {0x100})).addr, 0x100u);
}

TEST(TidAddress, IsTheArgument) {
  EXPECT_EQ(std::get<TidAddressCall>(decode({.nr = 218, .args = {0x7f10}})).addr, 0x7f10u);
  EXPECT_EQ(std::get<TidAddressCall>(decode32(258, {0x7f10})).addr, 0x7f10u);
}

TEST(Namespaces, UnshareAndSetns) {
  EXPECT_EQ(std::get<NamespaceCall>(decode({.nr = 272, .args = {0x10020000}})),
            (NamespaceCall{.call = "unshare", .flags = 0x10020000}));
  EXPECT_EQ(std::get<NamespaceCall>(decode({.nr = 308, .args = {7, 0x40000000}})),
            (NamespaceCall{.call = "setns", .flags = 0x40000000, .fd = 7}));
}

TEST(Credentials, EverySetterOfTheUid) {
  for (const std::uint64_t nr : {105, 113, 117}) {
    EXPECT_TRUE(std::holds_alternative<CredentialsCall>(decode({.nr = nr}))) << nr;
  }
  for (const std::uint64_t nr : {23, 70, 164, 203, 208, 213}) {
    EXPECT_TRUE(std::holds_alternative<CredentialsCall>(decode32(nr, {}))) << nr;
  }
}

TEST(Exit, OneThreadOrTheGroup) {
  EXPECT_EQ(std::get<ExitCall>(decode({.nr = 60, .args = {3}})), (ExitCall{.group = false, .code = 3}));
  EXPECT_EQ(std::get<ExitCall>(decode({.nr = 231, .args = {0xffffffff}})), (ExitCall{.group = true, .code = -1}));
  EXPECT_EQ(std::get<ExitCall>(decode32(252, {4})), (ExitCall{.group = true, .code = 4}));
}

TEST(Other, KeepsTheNameAndEveryArgument) {
  const auto call = std::get<OtherCall>(decode({.nr = 0, .args = {1, 2, 3, 4, 5, 0xffffffffffffffff}}));
  EXPECT_EQ(call.name, "read");
  EXPECT_THAT(call.args, ElementsAre(Address{1}, Address{2}, Address{3}, Address{4}, Address{5}, Address{~0ULL}));
  EXPECT_EQ(std::get<OtherCall>(decode({.nr = 5000})).name, "syscall_5000");
  EXPECT_EQ(std::get<OtherCall>(decode({.abi = Abi::unknown, .nr = 56})).name, "syscall_56");
}

}  // namespace
}  // namespace lwptrace::decoders
