// What is said first of a change: it has to name the change.
#include "golden/differences.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "golden/text.h"

namespace lwptrace::golden {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kUsual = R"(lwptrace golden 1

1 process
  executes ./a.out
  makes 1/1
  makes 1.2
  ends exit_group 0

1/1 thread
  born pthread_create
  flags CLONE_VM CLONE_SETTLS
  takes SIGUSR1 handled from 1
  ends exit 0

1.2 process
  born fork
  ends exit_group 22
  reaped wait4 by 1
)";

Gallery whole(const std::string& text) { return *read(text, "x"); }

// The words about a run that is as usual but for `before`, which is `after` in it.
std::vector<std::string> of(const std::string& before, const std::string& after, const std::string& golden = kUsual) {
  std::string text = kUsual;
  const std::size_t at = text.find(before);
  EXPECT_NE(at, std::string::npos) << before;
  return differences(whole(golden), whole(text.replace(at, before.size(), after)), "golden");
}

TEST(Differences, OfTheSameThereAreNone) { EXPECT_THAT(of("fork", "fork"), IsEmpty()); }

TEST(Differences, NameTheChange) {
  EXPECT_THAT(of(" CLONE_SETTLS", ""), ElementsAre("thread 1/1 lost CLONE_SETTLS"));
  EXPECT_THAT(of("CLONE_VM", "CLONE_VM CLONE_FS"), ElementsAre("thread 1/1 gained CLONE_FS"));
  EXPECT_THAT(of("  reaped wait4 by 1\n", ""), ElementsAre("child 1.2 is no longer reaped (golden: wait4 by 1)"));
  EXPECT_THAT(of("exit_group 22", "exit_group 0"), ElementsAre("1.2 exited 0, golden says 22"));
  EXPECT_THAT(of("exit_group 22", "signal SIGSEGV"),
              ElementsAre("1.2 ended by signal SIGSEGV, golden says exit_group 22"));
  EXPECT_THAT(of("born fork", "born vfork"), ElementsAre("process 1.2 was born by vfork, golden says fork"));
  EXPECT_THAT(of("born fork", "born fork\n  exit-signal SIGUSR1"),
              ElementsAre("the exit signal of 1.2 is SIGUSR1, golden says SIGCHLD"));
  EXPECT_THAT(of("  takes SIGUSR1 handled from 1\n", ""), ElementsAre("1/1 takes: no longer SIGUSR1 handled from 1"));
  EXPECT_THAT(of("  makes 1.2\n", "  makes 1.2\n  sends SIGTERM to process 1.2\n"),
              ElementsAre("1 now sends SIGTERM to process 1.2"));
  EXPECT_THAT(of("  executes ./a.out\n", "  executes ./b.out\n"),
              ElementsAre("1 no longer executes ./a.out", "1 now executes ./b.out"));
}

TEST(Differences, LwpsThatAreMissingOrNewAreNamedByTheirBirth) {
  const std::string one_less = std::string(kUsual).substr(0, std::string(kUsual).find("\n1.2 process"));
  EXPECT_THAT(differences(whole(kUsual), whole(one_less), "golden"), ElementsAre("process 1.2 (fork) is missing"));
  EXPECT_THAT(differences(whole(one_less), whole(kUsual), "golden"), ElementsAre("process 1.2 (fork) is new"));
}

TEST(Differences, WhoWaitsInAnotherOrderIsToldApart) {
  const auto waits = [](const std::string& deeds) {
    return whole("lwptrace golden 1\n1 process\n  makes 1.1..3\n" + deeds + "1.1..3 process\n  reaped wait4 by 1\n");
  };
  const Gallery golden = waits("  reaps 1.1..3\n");
  EXPECT_THAT(differences(golden, waits("  reaps 1.2\n  reaps 1.1\n  reaps 1.3\n"), "golden"),
              testing::UnorderedElementsAre("1 no longer reaps 1.1", "1 now reaps 1.1"));
}

TEST(Differences, AWaitForAnyChildMayFindItAtAnyTime) {
  const auto waits = [](const std::string& deeds) {
    return whole("lwptrace golden 1\n1 process\n  makes 1.1..3\n" + deeds + "1.1..3 process\n  reaped wait4 by 1\n");
  };
  const Gallery all = waits("  reaps 1.1..3\n"), some = waits("  reaps 1.1\n  reaps 1.3\n"), none = waits("");
  for (const Gallery* a : {&all, &some, &none}) {
    for (const Gallery* b : {&all, &some, &none}) EXPECT_THAT(differences(*a, *b, "golden"), IsEmpty());
  }
  EXPECT_THAT(differences(all, waits("  reaps 1.3\n  reaps 1.1\n"), "golden"), testing::SizeIs(2));
}

TEST(Differences, WhoJoinsAThreadCountsWhereItWasSeenInBoth) {
  const auto with = [](const std::string& joined) {
    return whole("lwptrace golden 1\n1 process\n  makes 1/1..2\n1/1 thread\n1/2 thread\n  ends exit 0\n" + joined);
  };
  EXPECT_THAT(differences(with("  joined by 1\n"), with("  joined by 1/1\n"), "golden"),
              ElementsAre("thread 1/2 is joined by 1/1, golden says by 1"));
  EXPECT_THAT(differences(with("  joined by 1\n"), with(""), "golden"), IsEmpty());
  EXPECT_THAT(differences(with(""), with("  joined by 1\n"), "golden"), IsEmpty());
}

TEST(Differences, AReapingThatIsMissedIsToldOnceOfTheChild) {
  const auto family = [](const std::string& deeds, const std::string& children) {
    return whole("lwptrace golden 1\n1 process\n" + deeds + children);
  };
  const Gallery golden = family("  makes 1.1\n  reaps 1.1\n", "1.1 process\n  reaped wait4 by 1\n");
  EXPECT_THAT(differences(golden, family("  makes 1.1\n", "1.1 process\n"), "golden"),
              ElementsAre("child 1.1 is no longer reaped (golden: wait4 by 1)"));
  EXPECT_THAT(differences(golden, family("", ""), "golden"), ElementsAre("process 1.1 is missing"));
}

TEST(Differences, AGoldenMayLeaveThingsOpen) {
  std::string golden = kUsual;
  golden.replace(golden.find("exit_group 22"), 13, "exit_group 2* or signal SIGTERM");
  EXPECT_THAT(of("exit_group 22", "exit_group 21", golden), IsEmpty());
  EXPECT_THAT(of("exit_group 22", "signal SIGTERM", golden), IsEmpty());
  EXPECT_THAT(of("exit_group 22", "exit_group 1", golden), testing::SizeIs(1));
}

TEST(Matches, PatternsAndAlternatives) {
  EXPECT_TRUE(matches("any", "whatever"));
  EXPECT_TRUE(matches("a*c", "abbc"));
  EXPECT_FALSE(matches("a*c", "abcd"));
  EXPECT_TRUE(matches("none or wait4 by 1", ""));
  EXPECT_FALSE(matches("wait4 by 1", ""));
  EXPECT_FALSE(matches("", "x"));
}

TEST(Unified, ShowsThePlaceWithThreeLinesAround) {
  std::string other = kUsual;
  other.replace(other.find("exit_group 22"), 13, "exit_group 0");
  EXPECT_EQ(unified(whole(kUsual), whole(other), "x.golden", "this run", false),
            "--- x.golden\n+++ this run\n@@ -14,5 +14,5 @@\n \n 1.2 process\n   born fork\n-  ends exit_group 22\n"
            "+  ends exit_group 0\n   reaped wait4 by 1\n");
  EXPECT_EQ(unified(whole(kUsual), whole(kUsual), "a", "b", false), "");
}

}  // namespace
}  // namespace lwptrace::golden
