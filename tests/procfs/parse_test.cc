// The parsers of /proc's texts, on literal texts of the kernel.
#include <gmock/gmock.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "procfs/procfs.h"

namespace lwptrace::procfs {
namespace {

using testing::ElementsAre;

TEST(Status, HasWhatTheModelAsksFor) {
  const auto status = parse_status(
      "Name:\tx\\ny\\\\n\nUmask:\t0022\nState:\tS "
      "(sleeping)\nTgid:\t100\nNgid:\t0\nPid:\t101\nPPid:\t7\nTracerPid:\t9\n"
      "VmHWM:\t    9292 "
      "kB\nUid:\t1000\t1001\t1002\t1003\nGid:\t2000\t2001\t2002\t2003\nNSpid:\t101\t5\t1\nSigPnd:\t2\nShdPnd:"
      "\t4\nSigBlk:"
      "\t0000000000010000\n"
      "SigIgn:\t0000000000001000\nSigCgt:\t8000000000000002\n");
  ASSERT_TRUE(status);
  EXPECT_EQ(status->comm, "x\ny\\n");
  EXPECT_EQ(status->peak_kib, 9292u);
  EXPECT_EQ(status->tgid, 100);
  EXPECT_EQ(status->ppid, 7);
  EXPECT_EQ(status->uid, 1001u) << "the effective one";
  EXPECT_EQ(status->gid, 2001u);
  EXPECT_THAT(status->ns_tids, ElementsAre(101, 5, 1));
  EXPECT_EQ(status->pending, 2u);
  EXPECT_EQ(status->shared_pending, 4u);
  EXPECT_EQ(status->blocked, 0x10000u);
  EXPECT_EQ(status->ignored, 0x1000u);
  EXPECT_EQ(status->caught, 0x8000000000000002u);
}

TEST(Status, CountsSeccompFiltersWhereTheKernelTells) {
  const std::string text = "Tgid:\t1\nPPid:\t0\nUid:\t0\t0\t0\t0\nSeccomp:\t2\n";
  EXPECT_EQ(parse_status(text)->seccomp_filters, std::nullopt);
  EXPECT_EQ(parse_status(text + "Seccomp_filters:\t3\n")->seccomp_filters, 3);
}

TEST(Pidfd, StandsForAProcessOrAThreadThatIsThere) {
  const std::string text = "pos:\t0\nflags:\t02000002\nmnt_id:\t16\nino:\t9\n";
  EXPECT_EQ(parse_pidfd(text + "Pid:\t4711\nNSpid:\t4711\t2\n"), (Pidfd{4711, false}));
  EXPECT_EQ(parse_pidfd("flags:\t02000202\nPid:\t4712\n"), (Pidfd{4712, true}));
  EXPECT_EQ(parse_pidfd(text + "Pid:\t-1\nNSpid:\t-1\n"), std::nullopt) << "reaped";
  EXPECT_EQ(parse_pidfd(text + "Pid:\t0\nNSpid:\t0\n"), std::nullopt) << "of another pid namespace";
  EXPECT_EQ(parse_pidfd(text), std::nullopt) << "some other file";
}

TEST(Status, OfAnotherTextIsNothing) {
  EXPECT_FALSE(parse_status(""));
  EXPECT_FALSE(parse_status("Tgid:\t1\n"));
}

std::string stat_line(const std::string& name, const std::string& state, unsigned flags, std::uint64_t pending) {
  return "4711 (" + name + ") " + state + " 1 2 3 4 5 " + std::to_string(flags) +
         " 10 11 12 13 70 80 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 " + std::to_string(pending) +
         " 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 768\n";
}

TEST(Stat, TellsHowATaskEnds) {
  const auto own = parse_stat(stat_line("x", "Z", 0x40004, 0));
  ASSERT_TRUE(own);
  EXPECT_EQ(own->peek, (TaskPeek{true, true, false, false}));
  EXPECT_EQ(own->exit_code, 3 << 8);
  EXPECT_EQ(parse_stat(stat_line("x", "Z", 0x404, 0))->peek, (TaskPeek{true, true, true, false}));
  EXPECT_EQ(parse_stat(stat_line("x", "S", 0x40, 0x100))->peek, (TaskPeek{false, false, false, true}));
}

TEST(Stat, HasEachFieldWhereProc5CountsIt) {
  const auto stat = parse_stat(stat_line("x", "R", 0x40, 0));
  EXPECT_TRUE(stat->running);
  EXPECT_EQ(stat->ppid, 1);
  EXPECT_EQ(stat->utime_ticks, 70u);
  EXPECT_EQ(stat->stime_ticks, 80u);
  EXPECT_EQ(stat->ignored, 33u);
  EXPECT_EQ(stat->caught, 34u);
  EXPECT_EQ(stat->exit_signal, 38);
  EXPECT_EQ(stat->cpu, 39);
}

TEST(Stat, ThatIsCutOffIsNothing) {
  const std::string whole = stat_line("x", "S", 0x40, 0);
  const std::size_t last = whole.rfind(' ');
  EXPECT_TRUE(parse_stat(whole.substr(0, last + 2)));
  EXPECT_FALSE(parse_stat(whole.substr(0, last)));
  EXPECT_FALSE(parse_stat(whole.substr(0, 20)));
  EXPECT_FALSE(parse_stat("4711 (x)"));
}

TEST(Stat, TellsWhichThreadsAreTheKernelsOwn) {
  EXPECT_FALSE(parse_stat(stat_line("x", "S", 0x40, 0))->kernel_worker);
  EXPECT_TRUE(parse_stat(stat_line("iou-sqp-4710", "S", 0x404050, 0))->kernel_worker);
  EXPECT_TRUE(parse_stat(stat_line("vhost-4710", "S", 0x404040, 0))->kernel_worker);
  EXPECT_FALSE(parse_stat(stat_line("vhost-4710", "S", 0x404040, 0))->kernel_thread) << "it is of a user's process";
}

TEST(Stat, ANameMayHoldParenthesesAndBlanks) {
  EXPECT_TRUE(parse_stat(stat_line("a) Z (b", "R", 0, 0)));
  EXPECT_FALSE(parse_stat(stat_line("a) Z (b", "R", 0, 0))->peek.zombie);
  EXPECT_TRUE(parse_stat(stat_line("a) Z (b", "R", 0, 0))->running);
}

TEST(Stat, OfAShortTextIsNothing) {
  EXPECT_FALSE(parse_stat("4711 (x) S 1 2"));
  EXPECT_FALSE(parse_stat("4711 x S"));
}

TEST(Cmdline, IsSplitAtItsNulBytes) {
  EXPECT_THAT(parse_cmdline(std::string_view("sh\0-c\0\0", 7)), ElementsAre("sh", "-c", ""));
  EXPECT_TRUE(parse_cmdline("").empty());
}

TEST(Read, OfATaskThatIsGoneIsNothing) {
  EXPECT_FALSE(status(0x7ffffff0));
  EXPECT_FALSE(stat(0x7ffffff0, 0x7ffffff0));
  EXPECT_EQ(comm(0x7ffffff0), "");
  EXPECT_TRUE(some_threads(0x7ffffff0).empty());
  EXPECT_FALSE(user(0x7ffffff0));
}

TEST(Read, TheUserIsTheEffectiveOneOfWhoeverIsNotDumpableToo) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::geteuid() == 0 && (::setresgid(1, 1002, 1) != 0 || ::setresuid(1, 1001, 1) != 0)) ::_exit(2);
    if (::prctl(PR_SET_DUMPABLE, 0) != 0) ::_exit(3);
    const auto own = user(::getpid());
    ::_exit(own && own->uid == ::geteuid() && own->gid == ::getegid() ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace lwptrace::procfs
