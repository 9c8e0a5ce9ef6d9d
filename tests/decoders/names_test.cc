// Names for the kernel's numbers, both ways (lwptrace/names.h).
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lwptrace/names.h>

#include <set>

#include "decoders/tables/clone_flags.h"
#include "decoders/tables/signals.h"

namespace lwptrace {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(CloneFlagNames, CloneTakesTheLowByteForTheExitSignal) {
  EXPECT_THAT(clone_flag_names(0x11, Via::clone), IsEmpty());
  EXPECT_THAT(clone_flag_names(0x80, Via::clone), IsEmpty());
  EXPECT_THAT(clone_flag_names(0x1200011, Via::clone), ElementsAre("CLONE_CHILD_CLEARTID", "CLONE_CHILD_SETTID"));
}

TEST(CloneFlagNames, ForClone3EveryBitIsAFlag) {
  EXPECT_THAT(clone_flag_names(0x80, Via::clone3), ElementsAre("CLONE_NEWTIME"));
  EXPECT_THAT(clone_flag_names(0x11, Via::clone3), ElementsAre("0x1", "0x10"));
  EXPECT_THAT(clone_flag_names(0x300000000, Via::clone3), ElementsAre("CLONE_CLEAR_SIGHAND", "CLONE_INTO_CGROUP"));
}

TEST(CloneFlagNames, UnknownBitsAreHexadecimalWordsInTheirPlace) {
  EXPECT_THAT(clone_flag_names(0x8000004000000100, Via::clone3),
              ElementsAre("CLONE_VM", "0x4000000000", "0x8000000000000000"));
  EXPECT_THAT(clone_flag_names(0x100000100, Via::clone), ElementsAre("CLONE_VM", "0x100000000"));
}

TEST(CloneFlagNames, EveryLivingFlagIsNamedByItsBit) {
  for (const tables::CloneFlag& flag : tables::clone_flags()) {
    if (!flag.until.empty() && flag.name != "CLONE_DETACHED") continue;
    EXPECT_THAT(clone_flag_names(flag.value, Via::clone3), ElementsAre(std::string(flag.name)));
    if (!flag.clone3_only) {
      EXPECT_THAT(clone_flag_names(flag.value, Via::clone), ElementsAre(std::string(flag.name)));
    }
  }
}

TEST(CloneFlagNames, HistoricMeaningsOfABitAreRowsBeforeTheLivingOne) {
  std::vector<std::string> readings;
  for (const tables::CloneFlag& flag : tables::clone_flags()) {
    if (flag.value == 0x1000) readings.emplace_back(flag.name);
  }
  EXPECT_THAT(readings, ElementsAre("CLONE_PID", "CLONE_IDLETASK", "CLONE_PIDFD"));
}

TEST(CloneFlagNames, RowsAscendAndEveryBitFrom7To37IsNamedInClone3) {
  std::uint64_t last = 0, all = 0;
  for (const tables::CloneFlag& flag : tables::clone_flags()) {
    EXPECT_GE(flag.value, last) << flag.name;
    last = flag.value;
    all |= flag.value;
  }
  EXPECT_EQ(all, (1ULL << 38) - 0x80);
}

TEST(SignalNames, EveryNumberNamesItselfBothWays) {
  std::set<std::string> seen;
  for (int signo = 0; signo < 200; ++signo) {
    const std::string name = signal_name(signo);
    EXPECT_TRUE(seen.insert(name).second) << name;
    EXPECT_EQ(signal_number(name), signo) << name;
  }
}

TEST(SignalNames, RealTimeSignalsCountFromTheLibrarysFirst) {
  EXPECT_EQ(signal_name(32), "SIG32");
  EXPECT_EQ(signal_name(33), "SIG33");
  EXPECT_EQ(signal_name(34), "SIGRTMIN");
  EXPECT_EQ(signal_name(35), "SIGRTMIN+1");
  EXPECT_EQ(signal_name(64), "SIGRTMAX");
  EXPECT_EQ(signal_name(65), "SIG65");
  EXPECT_EQ(signal_number("RTMIN+3"), 37);
  EXPECT_EQ(signal_number("SIGRTMAX-2"), 62);
}

TEST(SignalNames, AreReadInTheFormsThatPeopleWrite) {
  for (const char* name : {"SIGCHLD", "CHLD", "chld", "17", "SIGCLD"}) EXPECT_EQ(signal_number(name), 17) << name;
  EXPECT_EQ(signal_number("POLL"), 29);
}

TEST(SignalNames, NonsenseHasNoNumber) {
  for (const char* name : {"", "SIG", "SIGFOO", "-3", "1x", "RTMIN-1", "RTMAX+1", "RTMIN+", "RTMIN3", "SIG-1"}) {
    EXPECT_EQ(signal_number(name), std::nullopt) << name;
  }
}

TEST(SignalNames, DefaultActionsAreThoseOfSignal7) {
  EXPECT_EQ(default_effect(15), Effect::terminate);
  EXPECT_EQ(default_effect(11), Effect::core);
  EXPECT_EQ(default_effect(17), Effect::none);
  EXPECT_EQ(default_effect(18), Effect::continue_);
  EXPECT_EQ(default_effect(19), Effect::stop);
  EXPECT_EQ(default_effect(40), Effect::terminate);
  EXPECT_EQ(default_effect(65), Effect::unknown);
  EXPECT_EQ(default_effect(0), Effect::unknown);
}

TEST(SignalNames, EverySignalHasAMeaning) {
  for (int signo = 1; signo <= 64; ++signo) EXPECT_FALSE(tables::signal_meaning(signo).empty()) << signo;
  EXPECT_TRUE(tables::signal_meaning(65).empty());
}

TEST(SiCodeNames, PositiveCodesDependOnTheSignal) {
  EXPECT_EQ(si_code_name(11, 1), "SEGV_MAPERR");
  EXPECT_EQ(si_code_name(17, 1), "CLD_EXITED");
  EXPECT_EQ(si_code_name(10, 1), "CLD_EXITED") << "a child's end under another exit signal";
  EXPECT_EQ(si_code_name(10, 77), "77");
  EXPECT_EQ(si_code_name(11, 0), "SI_USER");
  EXPECT_EQ(si_code_name(11, 0x80), "SI_KERNEL");
  EXPECT_EQ(si_code_name(15, -6), "SI_TKILL");
}

TEST(SiCodeNames, WithoutAStatusTheyTellOfADescriptor) {
  Signal signal;
  signal.signo = 40;
  signal.code = 1;
  EXPECT_EQ(si_code_name(signal), "POLL_IN");
  EXPECT_EQ(si_code_number(40, "POLL_IN"), 1);
  signal.status = 0;
  EXPECT_EQ(si_code_name(signal), "CLD_EXITED");
  signal.status = {};
  signal.signo = 17;
  EXPECT_EQ(si_code_name(signal), "CLD_EXITED");
  signal.signo = 31;
  EXPECT_EQ(si_code_name(signal), "SYS_SECCOMP");
  EXPECT_EQ(si_code_number(31, "POLL_IN"), std::nullopt);
}

TEST(SiCodeNames, EveryCodeOfEverySignalIsReadBack) {
  for (int signo = 1; signo <= 64; ++signo) {
    for (int code = -70; code < 300; ++code) {
      EXPECT_EQ(si_code_number(signo, si_code_name(signo, code)), code) << signo << " " << code;
    }
  }
  EXPECT_EQ(si_code_number(11, "CLD_EXITED"), std::nullopt);
  EXPECT_EQ(si_code_number(11, "1x"), std::nullopt);
}

TEST(ErrnoNames, EveryNumberNamesItselfBothWays) {
  for (int error = 0; error < 600; ++error) EXPECT_EQ(errno_number(errno_name(error)), error);
  EXPECT_EQ(errno_name(38), "ENOSYS");
  EXPECT_EQ(errno_name(512), "ERESTARTSYS");
  EXPECT_EQ(errno_name(516), "ERESTART_RESTARTBLOCK");
  EXPECT_EQ(errno_name(4095), "E4095");
  EXPECT_EQ(errno_number("EWOULDBLOCK"), 11);
  for (const char* name : {"", "E", "EFOO", "ENOSY", "38", "E1x"}) EXPECT_EQ(errno_number(name), std::nullopt) << name;
}

TEST(SyscallNames, DependOnTheAbi) {
  EXPECT_EQ(syscall_name(Abi::x86_64, 110), "getppid");
  EXPECT_EQ(syscall_name(Abi::i386, 110), "iopl");
  EXPECT_EQ(syscall_name(Abi::i386, 2), "fork");
  EXPECT_EQ(syscall_name(Abi::x86_64, 435), "clone3");
  EXPECT_EQ(syscall_name(Abi::i386, 435), "clone3");
  EXPECT_EQ(syscall_name(Abi::x32, 0x40000000 | 56), "clone");
  EXPECT_EQ(syscall_name(Abi::x32, 0x40000000 | 520), "execve");
}

TEST(SyscallNames, NewCallsAreNamedHoweverOldTheLibraryIs) {
  EXPECT_EQ(syscall_name(Abi::x86_64, 449), "futex_waitv");
  EXPECT_EQ(syscall_name(Abi::x86_64, 451), "cachestat");
  EXPECT_EQ(syscall_name(Abi::x86_64, 462), "mseal");
  EXPECT_EQ(syscall_name(Abi::i386, 469), "file_setattr");
  EXPECT_EQ(syscall_name(Abi::x86_64, 335), "uretprobe");
}

TEST(SyscallNames, UnknownNumbersShowThemselves) {
  EXPECT_EQ(syscall_name(Abi::x86_64, 500), "syscall_500");
  EXPECT_EQ(syscall_name(Abi::x86_64, 0xffffffffffffffff), "syscall_18446744073709551615");
  EXPECT_EQ(syscall_name(Abi::unknown, 1), "syscall_1");
}

template <class E>
void expect_round_trip(E last) {
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    EXPECT_EQ(from_string<E>(to_string(static_cast<E>(i))), static_cast<E>(i)) << i;
  }
  EXPECT_EQ(from_string<E>("no such word"), E::unknown);
  EXPECT_EQ(to_string(E::unknown), "");
}

TEST(EnumNames, EveryEnumeratorIsReadBack) {
  expect_round_trip(Via::clone3);
  expect_round_trip(Kind::thread);
  expect_round_trip(Idiom::clone);
  expect_round_trip(Scope::group);
  expect_round_trip(Disposition::default_action);
  expect_round_trip(Effect::core);
  expect_round_trip(How::lost);
  expect_round_trip(Abi::x32);
  expect_round_trip(Detail::all);
  expect_round_trip(EndReason::output);
}

TEST(EnumNames, WordsThatCppKeepsForItselfAreRecordedAsInTheContract) {
  EXPECT_EQ(to_string(Effect::continue_), "continue");
  EXPECT_EQ(to_string(Disposition::default_action), "default");
  EXPECT_EQ(to_string(How::exit_group), "exit_group");
  EXPECT_EQ(to_string(Idiom::clone_thread), "clone_thread");
}

TEST(EventTypes, EveryBodyHasItsRecordedType) {
  EXPECT_STREQ(type_name(Birth{}), "birth");
  EXPECT_STREQ(type_name(BirthFailed{}), "birth_failed");
  EXPECT_STREQ(type_name(Exec{}), "exec");
  EXPECT_STREQ(type_name(ExecFailed{}), "exec_failed");
  EXPECT_STREQ(type_name(Comm{}), "comm");
  EXPECT_STREQ(type_name(Signal{}), "signal");
  EXPECT_STREQ(type_name(Kill{}), "kill");
  EXPECT_STREQ(type_name(Stop{}), "stop");
  EXPECT_STREQ(type_name(Continue{}), "continue");
  EXPECT_STREQ(type_name(Exit{}), "exit");
  EXPECT_STREQ(type_name(Reap{}), "reap");
  EXPECT_STREQ(type_name(Join{}), "join");
  EXPECT_STREQ(type_name(Reparent{}), "reparent");
  EXPECT_STREQ(type_name(TidAddress{}), "tid_address");
  EXPECT_STREQ(type_name(TlsCall{}), "tls");
  EXPECT_STREQ(type_name(Namespace{}), "namespace");
  EXPECT_STREQ(type_name(Escaped{}), "escaped");
  EXPECT_STREQ(type_name(Syscall{}), "syscall");
}

}  // namespace
}  // namespace lwptrace
