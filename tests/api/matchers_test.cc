// What a failure says: what was there in place of what the test expects, in the words of golden files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lwptrace/matchers.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/events.h"

namespace lwptrace {
namespace {

using ::testing::Not;

// 1 makes a thread, a child that exits 22 and one that executes true and is killed.
RecordedTrace usual() {
  testing::Story story;
  const LwpId root = story.launch(0, {"./a.out"});
  const LwpId thread = story.thread(1, root);
  const LwpId child = story.fork(2, root);
  const LwpId other = story.spawn(3, root);
  story.exec(4, other, {"/bin/true", "now"});
  story.signal(4, other, SIGTERM, Effect::terminate);
  story.exit(5, thread);
  story.exit(5, child, 22, How::exit_group);
  story.reap(6, child, root);
  story.die(6, other, SIGTERM);
  story.exit(7, root, 0, How::exit_group);
  return {story.header, story.events, {}};
}

// Why `matcher` does not match.
std::string why(const TraceMatcher& matcher, const RecordedTrace& trace = usual()) {
  std::ostringstream words;
  EXPECT_FALSE(matcher.MatchAndExplain(trace, nullptr));
  EXPECT_FALSE(matcher.MatchAndExplain(trace, &words));
  return words.str();
}

TEST(Matchers, MatchWhatIsThere) {
  EXPECT_THAT(usual(), HasBirth("1/1", Idiom::pthread_create));
  EXPECT_THAT(usual(), HasBirth("1.2", Idiom::fork));
  EXPECT_THAT(usual(), HasBirth(Idiom::posix_spawn));
  EXPECT_THAT(usual(), HasExec("1.3", "/bin/true now"));
  EXPECT_THAT(usual(), HasSignal("1.3", "SIGTERM terminate"));
  EXPECT_THAT(usual(), HasExit("1.2", "exit_group 22"));
  EXPECT_THAT(usual(), HasReap("1.2", "wait4 by 1"));
  EXPECT_THAT(usual(), HasReap("1.3", "none"));
  EXPECT_THAT(usual(), HasLine("1", "makes 1.2"));
  EXPECT_THAT(usual(), HasLine("1", "born launch"));
  EXPECT_THAT(usual(), ::testing::AllOf(Not(HasBirth(Idiom::vfork)), Not(HasExit("1.2", "exit_group 0"))));
}

TEST(Matchers, TellWhatWasThereInstead) {
  EXPECT_EQ(why(HasBirth("1.2", Idiom::vfork)), "process 1.2 was born by fork, the test says vfork");
  EXPECT_EQ(why(HasExit("1.2", "exit_group 0")), "1.2 exited 22, the test says 0");
  EXPECT_EQ(why(HasExit("1.3", "exit_group 0")), "1.3 ended by signal SIGTERM, the test says exit_group 0");
  EXPECT_EQ(why(HasReap("1.2", "waitid by 1")), "child 1.2 is reaped with wait4 by 1, the test says waitid by 1");
  EXPECT_EQ(why(HasExec("1.3", "/bin/false")), "1.3 no longer executes /bin/false\n1.3 now executes /bin/true now");
  EXPECT_EQ(why(HasSignal("1", "SIGTERM handled")), "1 takes: no longer SIGTERM handled");
  EXPECT_EQ(why(HasLine("1.2", "flags CLONE_VM")), "process 1.2 lost CLONE_VM");
}

TEST(Matchers, NameWhoIsThereWhenSomebodyIsMissing) {
  EXPECT_EQ(why(HasBirth("1.4", Idiom::fork)),
            "process 1.4 (fork) is missing; there are 1 (launch), 1/1 (pthread_create), 1.2 (fork), 1.3 (posix_spawn)");
  EXPECT_EQ(why(HasExit("1/9", "exit 0")),
            "thread 1/9 is missing; there are 1 (launch), 1/1 (pthread_create), 1.2 (fork), 1.3 (posix_spawn)");
}

TEST(Matchers, APatternOfPathsAsksForOneThatFits) {
  std::ostringstream where;
  EXPECT_TRUE(HasExit("1.*", "exit_group 22").MatchAndExplain(usual(), &where));
  EXPECT_EQ(where.str(), "1.2: ends exit_group 22");
  EXPECT_EQ(why(HasExit("1.*", "exit_group 0")),
            "1.2 exited 22, the test says 0\n1.3 ended by signal SIGTERM, the test says exit_group 0");
}

TEST(Matchers, OfACrowdOnlySomeAreNamed) {
  testing::Story story;
  const LwpId root = story.launch(0, {"./a.out"});
  for (int i = 0; i < 1000; ++i) story.thread(1, root);
  const std::string words = why(HasBirth(Idiom::fork), {story.header, story.events, {}});
  EXPECT_THAT(words, ::testing::StartsWith("process 1 was born by launch, the test says fork\nthread 1/1 was born by"));
  EXPECT_THAT(words, ::testing::EndsWith("\nand 981 more"));
}

TEST(Matchers, ALineThatNoGoldenHasIsNamed) {
  EXPECT_THAT(why(HasLine("1", "bron fork")), ::testing::HasSubstr("\"bron\" is not known; it may be born, "));
  EXPECT_EQ(why(HasLine("1", "# born")), "the test says nothing: \"# born\" is no line of a golden");
}

TEST(Matchers, DescribeThemselves) {
  std::ostringstream yes, no, trace;
  HasReap("1.2", "wait4 by 1").DescribeTo(&yes);
  EXPECT_EQ(yes.str(), "a trace that says of 1.2: reaped wait4 by 1");
  HasBirth(Idiom::vfork).DescribeNegationTo(&no);
  EXPECT_EQ(no.str(), "a trace that does not say of somebody: born vfork");
  PrintTo(usual(), &trace);
  EXPECT_EQ(trace.str(), "the trace of ./a.out");
}

class Golden : public ::testing::Test {
 protected:
  void write(const std::string& text) const { std::ofstream(file_) << text; }
  void TearDown() override { std::filesystem::remove(file_); }
  const std::string file_ = ::testing::TempDir() + "lwptrace-" + std::to_string(::getpid()) + ".golden";
};

constexpr const char* kThread = R"(lwptrace golden 1
command ./a.out

1 process
  executes ./a.out
  makes 1/1
  ends exit_group 0

1/1 thread
  born pthread_create
  flags any
  ends exit 0
)";

TEST_F(Golden, AllThatItSaysIsCompared) {
  testing::Story story;
  const LwpId root = story.launch(0, {"./a.out"});
  const LwpId thread = story.thread(1, root);
  story.exit(2, thread);
  story.exit(3, root, 7, How::exit_group);
  const RecordedTrace trace{story.header, story.events, {}};
  write(kThread);
  EXPECT_EQ(why(IsSameAsGolden(file_), trace),
            "1 exited 7, golden says 0\n\n--- " + file_ +
                "\n+++ this trace\n@@ -4,7 +4,7 @@\n 1 process\n   executes ./a.out\n   makes 1/1\n"
                "-  ends exit_group 0\n+  ends exit_group 7\n \n 1/1 thread\n   born pthread_create\n");
  std::string right = kThread;
  write(right.replace(right.find("exit_group 0"), 12, "exit_group 7"));
  EXPECT_THAT(trace, IsSameAsGolden(file_));
}

TEST_F(Golden, AFileThatIsNotThereOrNoGoldenDoesNotMatch) {
  EXPECT_EQ(why(IsSameAsGolden(file_)),
            file_ + ": No such file or directory; to make it: lwptrace check --update GOLDEN -- PROG");
  write("something else\n");
  EXPECT_THAT(why(IsSameAsGolden(file_)), ::testing::StartsWith(file_ + ":1:1: not a golden file"));
}

}  // namespace
}  // namespace lwptrace
