// `lwptrace decode`: what people type, and what they are told.
#include "cli/decode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <iterator>
#include <sstream>

namespace lwptrace::cli {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

DecodeOutcome decode(const std::string& line) {
  std::istringstream in(line);
  return run_decode({std::istream_iterator<std::string>(in), {}}, 96);
}

std::string told(const std::string& line) {
  const DecodeOutcome outcome = decode(line);
  EXPECT_EQ(outcome.status, 0) << line;
  EXPECT_EQ(outcome.err, "") << line;
  return outcome.out;
}

// Not understood: nothing on stdout, one line on stderr.
std::string complaint(const std::string& line) {
  const DecodeOutcome outcome = decode(line);
  EXPECT_EQ(outcome.status, 2) << line;
  EXPECT_EQ(outcome.out, "") << line;
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
  return outcome.err;
}

// The line that begins with `label`, and what it goes on to.
std::string row(const std::string& text, const std::string& label) {
  const std::size_t at = text.find("\n  " + label);
  if (at == std::string::npos) return "no such row";
  std::size_t end = text.find('\n', at + 1);
  while (end + 12 < text.size() && text.compare(end + 1, 12, std::string(12, ' ')) == 0) end = text.find('\n', end + 1);
  return text.substr(at + 1, end - at - 1);
}

TEST(DecodeClone, TheNumberThatPthreadCreatePasses) {
  const std::string out = told("clone 0x3d0f00");
  EXPECT_THAT(out, HasSubstr("clone flags 0x3d0f00\n"));
  for (const char* name : {"CLONE_VM", "CLONE_FS", "CLONE_FILES", "CLONE_SIGHAND", "CLONE_THREAD", "CLONE_SYSVSEM",
                           "CLONE_SETTLS", "CLONE_PARENT_SETTID", "CLONE_CHILD_CLEARTID"}) {
    EXPECT_THAT(out, ContainsRegex(std::string("0x[0-9a-f]+ +") + name + " "));
  }
  EXPECT_THAT(row(out, "idiom"), HasSubstr("this is what glibc's passes"));
  EXPECT_THAT(row(out, "exit signal"), HasSubstr("none"));
  EXPECT_THAT(row(out, "shared"), AllOf(HasSubstr("memory"), HasSubstr("signal handlers"), HasSubstr("thread group")));
  EXPECT_THAT(row(out, "copied"), HasSubstr("nothing"));
  EXPECT_THAT(row(out, "kernel"), HasSubstr("accepts it"));
}

TEST(DecodeClone, NamesGiveTheNumberAndTheRuleThatTheyBreak) {
  const std::string out = told("clone CLONE_VM CLONE_THREAD");
  EXPECT_THAT(out, HasSubstr("clone flags 0x10100\n"));
  EXPECT_THAT(row(out, "kernel"), HasSubstr("refuses it: EINVAL: CLONE_THREAD needs CLONE_SIGHAND"));
}

TEST(DecodeClone, EachFlagTellsItsKernelsAndItsDemands) {
  EXPECT_THAT(row(told("clone CLONE_THREAD"), "0x00010000"),
              AllOf(HasSubstr("since Linux 2.4.0"), HasSubstr("needs CLONE_SIGHAND"), HasSubstr("CLONE_NEWUSER")));
  EXPECT_THAT(row(told("clone CLONE_FS"), "0x00000200"), HasSubstr("excludes CLONE_NEWNS"));
  EXPECT_THAT(row(told("clone CLONE_DETACHED"), "0x00400000"), HasSubstr("Linux 2.5.32 to 2.6.1"));
}

TEST(DecodeClone, AllSpellingsOfASetAreOne) {
  const std::string expected = told("clone 0xf11");
  for (const char* line : {"clone 3857", "clone 07421", "clone CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|SIGCHLD",
                           "clone vm fs,files sighand 17", "clone flags=0xf00 exit_signal=CHLD", "clone 0xf00 SIGCHLD",
                           "clone 0xf11 SIGCHLD"}) {
    EXPECT_EQ(told(line), expected) << line;
  }
  EXPECT_THAT(row(expected, "idiom"), HasSubstr("linuxthreads"));
  EXPECT_THAT(row(expected, "exit signal"), HasSubstr("SIGCHLD (17)"));
}

TEST(DecodeClone, EveryReadingOfABitIsShown) {
  const std::string pidfd = told("clone CLONE_PID");
  EXPECT_THAT(pidfd, AllOf(HasSubstr("clone flags 0x1000\n"), HasSubstr("CLONE_PIDFD"), HasSubstr("since Linux 5.2"),
                           HasSubstr("once CLONE_PID (Linux 2.0 to 2.5.15)"), HasSubstr("once CLONE_IDLETASK")));
  EXPECT_THAT(told("clone 0x02000000"), AllOf(HasSubstr("CLONE_NEWCGROUP"), HasSubstr("once CLONE_STOPPED")));
}

TEST(DecodeClone, ExitSignalsAndWhoSeesTheEnd) {
  EXPECT_THAT(row(told("clone 0"), "exit signal"), HasSubstr("__WCLONE"));
  EXPECT_THAT(row(told("clone SIGUSR1"), "exit signal"), AllOf(HasSubstr("SIGUSR1 (10)"), HasSubstr("__WCLONE")));
  EXPECT_THAT(row(told("clone 0x10911"), "exit signal"), HasSubstr("SIGCHLD (17), without effect"));
  EXPECT_THAT(row(told("clone 0x7f"), "exit signal"), HasSubstr("127 is no signal"));
  EXPECT_THAT(row(told("clone 0x8011"), "exit signal"), HasSubstr("CLONE_PARENT"));
}

TEST(DecodeClone, Clone3sFlagsAreNoFlagsOfClone) {
  const std::string newtime = told("clone CLONE_NEWTIME");
  EXPECT_THAT(newtime, HasSubstr("clone flags 0x0\n"));
  EXPECT_THAT(row(newtime, "kernel"),
              AllOf(HasSubstr("flag of clone3 alone"), HasSubstr("5.6"), HasSubstr("exit signal"),
                    Not(HasSubstr("accepts")), Not(HasSubstr("2.0"))));
  EXPECT_THAT(row(told("clone CLEAR_SIGHAND SIGCHLD"), "kernel"),
              AllOf(HasSubstr("flag of clone3 alone"), HasSubstr("5.5"), Not(HasSubstr("accepts"))));
  EXPECT_THAT(told("clone 0x100000011"), AllOf(HasSubstr("CLONE_CLEAR_SIGHAND"), HasSubstr("32 bits: ignored")));
  EXPECT_THAT(told("clone3 CLONE_NEWTIME"), AllOf(HasSubstr("clone3 flags 0x80\n"), HasSubstr("time namespace")));
}

TEST(DecodeClone, Bit0x80IsNewtimeInClone3Alone) {
  EXPECT_THAT(row(told("clone 0x80"), "exit signal"),
              AllOf(HasSubstr("128 is no signal"), HasSubstr("CLONE_NEWTIME"), HasSubstr("clone3 alone")));
  EXPECT_THAT(row(told("clone 0x7f"), "exit signal"), Not(HasSubstr("CLONE_NEWTIME")));
}

TEST(DecodeClone, ManyUnknownBitsAreOneRow) {
  EXPECT_THAT(told("clone 0xffffffff00000000"),
              HasSubstr("\n  0xffffffc000000000                 above clone's 32 bits"));
  EXPECT_THAT(told("clone3 0xffffff8000000000"), HasSubstr("\n  0xffffff8000000000                 no flag of any"));
}

TEST(DecodeClone, AFlagOfThePastIsSaidToBeNoMore) {
  EXPECT_THAT(row(told("clone CLONE_STOPPED"), "note"), HasSubstr("since Linux 4.6 this bit is CLONE_NEWCGROUP"));
  EXPECT_EQ(row(told("clone CLONE_NEWCGROUP"), "note"), "no such row");
}

TEST(DecodeClone, TellsWhichKernelsAcceptItAndWhatOlderOnesDo) {
  EXPECT_THAT(row(told("clone 0x3d0f00"), "kernel"), testing::EndsWith("accepts it, since Linux 2.5.49"));
  EXPECT_THAT(row(told("clone NEWCGROUP"), "kernel"),
              HasSubstr("since Linux 4.6; older kernels ignore CLONE_NEWCGROUP"));
  EXPECT_THAT(row(told("clone3 INTO_CGROUP"), "kernel"),
              HasSubstr("since Linux 5.7; older kernels refuse CLONE_INTO_CGROUP"));
  for (const char* line : {"clone VM SIGHAND THREAD PIDFD", "clone3 VM SIGHAND THREAD PIDFD pidfd=0x10"}) {
    EXPECT_THAT(row(told(line), "kernel"),
                testing::EndsWith("accepts it, since Linux 6.9; EINVAL before: CLONE_PIDFD for a thread"));
  }
  EXPECT_THAT(row(told("clone3 NEWTIME"), "kernel"), AllOf(HasSubstr("since Linux 6.3"), HasSubstr("5.6")));
}

TEST(DecodeClone, NewNamespacesArePrivileged) {
  EXPECT_THAT(row(told("clone CLONE_NEWPID SIGCHLD"), "kernel"), HasSubstr("CAP_SYS_ADMIN"));
  EXPECT_THAT(row(told("clone CLONE_NEWPID CLONE_NEWUSER"), "kernel"), Not(HasSubstr("CAP_SYS_ADMIN")));
  EXPECT_THAT(row(told("clone NEWPID NEWNET"), "its own"), HasSubstr("pid namespace, net"));
}

TEST(DecodeClone, SlipsOfTheFingersAreRecognised) {
  EXPECT_EQ(complaint("clone CLONE_THRAED"),
            "decode clone: 'CLONE_THRAED' is not a clone flag; did you mean CLONE_THREAD?\n");
  EXPECT_EQ(complaint("clone VFROK"), "decode clone: 'VFROK' is not a clone flag; did you mean CLONE_VFORK?\n");
  EXPECT_EQ(
      complaint("clone banana"),
      "decode clone: 'banana' is not a clone flag: say a number (0x3d0f00) or names (CLONE_VM|CLONE_FS|SIGCHLD)\n");
  EXPECT_EQ(complaint("clone SIGCHDL"), "decode clone: 'SIGCHDL' is not a clone flag; did you mean SIGCHLD?\n");
  for (const char* line : {"clone 0x1g", "clone -1", "clone SIG", "clone CLONE_", "clone |", "clone VM clone"}) {
    EXPECT_THAT(complaint(line), AllOf(HasSubstr("is not a clone flag: say"), Not(HasSubstr("did you mean")))) << line;
  }
  EXPECT_THAT(run_decode({"clone", ""}, 96).err, HasSubstr("is not a clone flag"));
  EXPECT_THAT(complaint("clone 0x10000000000000000"), HasSubstr("is not a clone flag"));
  EXPECT_THAT(complaint("clone SIGCHLD SIGUSR1"), HasSubstr("two exit signals"));
  EXPECT_THAT(complaint("clone stack=0x1000"), HasSubstr("fields are clone3's"));
}

TEST(DecodeClone3, FieldsAndFlagsAsPosixSpawnPassesThem) {
  const std::string out = told(
      "clone3 flags=CLONE_VM|CLONE_VFORK|CLEAR_SIGHAND exit_signal=SIGCHLD stack=0x7f0000000000 stack_size=0x9000");
  EXPECT_THAT(out, HasSubstr("clone3 flags 0x100004100\n"));
  EXPECT_THAT(out, HasSubstr("  stack_size   36864\n  size         88\n"));
  EXPECT_THAT(row(out, "idiom"), HasSubstr("posix_spawn"));
  EXPECT_THAT(row(out, "kernel"), HasSubstr("accepts it, since Linux 5.5"));
}

TEST(DecodeClone3, BareWordsAreFlags) {
  EXPECT_EQ(told("clone3 VM VFORK SIGCHLD"), told("clone3 flags=0x4100 exit_signal=17"));
}

TEST(DecodeClone3, TheStructsOwnRules) {
  EXPECT_THAT(row(told("clone3 flags=0 size=63"), "kernel"),
              HasSubstr("EINVAL: struct clone_args is 64 bytes at least"));
  EXPECT_THAT(row(told("clone3 flags=0 size=0"), "size"), HasSubstr("0"));
  EXPECT_THAT(row(told("clone3 flags=0 size=5000"), "kernel"), HasSubstr("E2BIG"));
  EXPECT_THAT(row(told("clone3 flags=0 stack=0x1000"), "kernel"), HasSubstr("stack and stack_size go together"));
  EXPECT_THAT(row(told("clone3 flags=0 exit_signal=65"), "kernel"), HasSubstr("exit_signal 65 is no signal"));
  EXPECT_THAT(row(told("clone3 flags=0x4000000000"), "kernel"), HasSubstr("does not know: 0x4000000000"));
}

TEST(DecodeClone3, ClonesExitSignalIsNoFlagButAField) {
  EXPECT_THAT(row(told("clone3 0x11"), "0x00000011"), HasSubstr("exit_signal=SIGCHLD"));
}

TEST(DecodeClone3, WhatTheKernelLooksAtAfterTheFlags) {
  EXPECT_THAT(row(told("clone3 PIDFD"), "kernel"), HasSubstr("EFAULT while pidfd"));
  EXPECT_THAT(row(told("clone3 PIDFD pidfd=0x10"), "kernel"), Not(HasSubstr("EFAULT")));
  EXPECT_THAT(row(told("clone3 set_tid=0x10 set_tid_size=1"), "kernel"),
              AllOf(HasSubstr("since Linux 5.5"), HasSubstr("CAP_CHECKPOINT_RESTORE")));
}

TEST(DecodeClone3, TheNewestFlagTellsTheOldestKernel) {
  EXPECT_THAT(row(told("clone3 CLONE_AUTOREAP"), "kernel"), HasSubstr("accepts it, since Linux 7.1"));
  EXPECT_THAT(row(told("clone3 CLONE_VM"), "kernel"), HasSubstr("accepts it, since Linux 5.3"));
}

TEST(DecodeClone3, UnknownFieldsAndValues) {
  EXPECT_EQ(complaint("clone3 falgs=3"),
            "decode clone3: struct clone_args has no field 'falgs'; did you mean flags?\n");
  EXPECT_THAT(complaint("clone3 x=3"), HasSubstr("it has flags, exit_signal, pidfd"));
  EXPECT_THAT(complaint("clone3 exit_signal=SIGCHDL"), HasSubstr("did you mean SIGCHLD?"));
  EXPECT_THAT(complaint("clone3 stack=high"), HasSubstr("'high' is not a number, which stack takes"));
  EXPECT_THAT(complaint("clone3 exit_signal=SIGFOO"), HasSubstr("'SIGFOO' is not a signal"));
}

TEST(DecodeWait, StatusWords) {
  EXPECT_THAT(told("wait 0x8b"), HasSubstr("0x008b   killed by SIGSEGV (11), core dumped"));
  EXPECT_THAT(told("wait 11"), HasSubstr("killed by SIGSEGV (11), no core"));
  EXPECT_THAT(told("wait 0x300"), HasSubstr("exited with 3"));
  EXPECT_THAT(told("wait 0"), HasSubstr("exited with 0"));
  EXPECT_THAT(told("wait 0x137f"), HasSubstr("stopped by SIGSTOP (19)"));
  EXPECT_THAT(told("wait 0xffff"), HasSubstr("continued"));
  EXPECT_THAT(told("wait 0x857f"), HasSubstr("system call"));
  EXPECT_THAT(told("wait 0x3057f"), HasSubstr("PTRACE_EVENT_CLONE"));
  EXPECT_THAT(told("wait 0x80137f"), HasSubstr("a group-stop"));
  EXPECT_THAT(told("wait 0x63057f"), HasSubstr("ptrace event 99, which is not known"));
}

TEST(DecodeWait, SeveralWordsAreSeveralLines) {
  const std::string out = told("wait 0 256 139");
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 3);
}

// The judge is the C library: what its macros say of a word is what we say, and where none of them applies, or where no
// kernel could make the word, that is said.
TEST(DecodeWait, EveryWordOf16BitsIsToldAsTheMacrosReadIt) {
  for (int word = 0; word <= 0xffff; ++word) {
    const std::string text = run_decode({"wait", std::to_string(word)}, 1000).out;
    const std::string said = text.substr(9);
    const bool impossible = said.find("no wait returns this word") != std::string::npos;
    ASSERT_EQ(WIFEXITED(word), said.starts_with("exited with " + std::to_string(WEXITSTATUS(word)) + ";")) << text;
    ASSERT_EQ(WIFSIGNALED(word), said.starts_with("killed ")) << text;
    ASSERT_EQ(WIFSTOPPED(word), said.starts_with("stopped")) << text;
    ASSERT_EQ(WIFCONTINUED(word), said.starts_with("continued")) << text;
    if (!said.starts_with("exited") && !said.starts_with("killed") && !said.starts_with("stopped") && word != 0xffff) {
      ASSERT_TRUE(impossible) << text;
    }
    if (WIFSIGNALED(word) && WTERMSIG(word) > 64) {
      ASSERT_TRUE(impossible) << text;
    }
    if (WIFSIGNALED(word) && (WTERMSIG(word) == 9 || WTERMSIG(word) == 11)) {
      ASSERT_EQ(impossible, WTERMSIG(word) == 9 && WCOREDUMP(word)) << text;
    }
    if (WIFSTOPPED(word) && WSTOPSIG(word) >= 1 && WSTOPSIG(word) <= 64) {
      ASSERT_FALSE(impossible) << text;
    }
    ASSERT_EQ(said.find("SIG0"), std::string::npos) << text;
  }
}

TEST(DecodeWait, BitsWithoutMeaningAreShown) {
  EXPECT_THAT(told("wait 0x020b"), HasSubstr("bits 8 to 15 (0x2) mean nothing"));
  EXPECT_THAT(told("wait 0x70300"), HasSubstr("bits 16 and up (0x7) mean nothing"));
}

TEST(DecodeWait, TheOtherWayRound) {
  EXPECT_EQ(told("wait exited 3"), told("wait 0x300"));
  EXPECT_EQ(told("wait SIGSEGV core"), told("wait 0x8b"));
  EXPECT_EQ(told("wait killed 9"), told("wait 9"));
  EXPECT_EQ(told("wait stopped SIGSTOP"), told("wait 0x137f"));
  EXPECT_EQ(told("wait continued"), told("wait 0xffff"));
  EXPECT_EQ(told("wait PTRACE_EVENT_EXEC"), told("wait 0x4057f"));
}

TEST(DecodeWait, WordsThatMakeNoStatus) {
  EXPECT_THAT(complaint("wait exitd 3"), HasSubstr("did you mean exited?"));
  EXPECT_THAT(complaint("wait exited"), HasSubstr("needs an exit code"));
  EXPECT_THAT(complaint("wait exited 256"), HasSubstr("0 to 255"));
  EXPECT_THAT(complaint("wait SIGSEGV kore"), HasSubstr("'kore' cannot follow a signal"));
  EXPECT_THAT(complaint("wait killed"), HasSubstr("needs a signal"));
  EXPECT_THAT(complaint("wait continued 3"), HasSubstr("one word too many"));
  EXPECT_THAT(complaint("wait 0 banana"), HasSubstr("'banana' is not a status word"));
  EXPECT_THAT(complaint("wait 0x100000000"), HasSubstr("32 bits"));
}

TEST(DecodeSignal, NumbersAndNamesTellTheSame) {
  const std::string out = told("signal 11");
  EXPECT_THAT(out, AllOf(HasSubstr("SIGSEGV (11)\n"), HasSubstr("core: "), HasSubstr("not mapped")));
  for (const char* line : {"signal SIGSEGV", "signal segv", "signal 0xb", "signal 013"}) EXPECT_EQ(told(line), out);
  EXPECT_THAT(told("signal RTMIN+3"), HasSubstr("SIGRTMIN+3 (37)"));
  EXPECT_THAT(told("signal CHLD CONT"), AllOf(HasSubstr("ignore: "), HasSubstr("continue: ")));
}

TEST(DecodeSignal, NoSignals) {
  EXPECT_THAT(complaint("signal SIGSEVG"), HasSubstr("did you mean SIGSEGV?"));
  EXPECT_THAT(complaint("signal segvv"), HasSubstr("did you mean SEGV?"));
  EXPECT_THAT(complaint("signal 65"), HasSubstr("1 to 64"));
  EXPECT_THAT(complaint("signal 0"), HasSubstr("1 to 64"));
  EXPECT_THAT(complaint("signal -1"), HasSubstr("1 to 64"));
}

TEST(Decode, NothingToDecode) {
  EXPECT_THAT(complaint(""), HasSubstr("lwptrace decode clone 0x3d0f00"));
  EXPECT_EQ(complaint("clonee 3"), "decode: 'clonee' is nothing that can be decoded; did you mean clone?\n");
  EXPECT_THAT(complaint("sig 3"), HasSubstr("did you mean signal?"));
  EXPECT_THAT(complaint("banana 3"), HasSubstr("say clone, clone3, wait or signal"));
  EXPECT_EQ(complaint("clone"), "decode clone: a value is missing, as in: lwptrace decode clone 0x3d0f00\n");
  EXPECT_THAT(complaint("wait"), HasSubstr("decode wait 0x8b"));
}

TEST(Decode, LinesFitTheColumnsAskedFor) {
  for (const int columns : {60, 80, 96}) {
    for (const char* line : {"clone 0xffffffffffffffff", "clone3 flags=0xffffffffffffffff", "wait 0x8b 0x6057f 0x00ff",
                             "signal 1 11 33 40"}) {
      std::istringstream words(line);
      const auto outcome = run_decode({std::istream_iterator<std::string>(words), {}}, columns);
      std::istringstream lines(outcome.out);
      for (std::string text; std::getline(lines, text);) {
        EXPECT_LE(text.size(), static_cast<std::size_t>(columns)) << text;
        EXPECT_FALSE(text.ends_with(' ')) << "'" << text << "'";
      }
    }
  }
}

}  // namespace
}  // namespace lwptrace::cli
