// Runs of one program that are not the same, and the golden that holds all of them.
#include "golden/several.h"

#include <gmock/gmock.h>

#include <string>

#include "golden/differences.h"
#include "tests/golden/galleries.h"

namespace lwptrace::golden {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string text_of(const Common& found) { return write(found.gallery).substr(sizeof "lwptrace golden 1"); }

TEST(Common, OfRunsThatAreTheSameIsEach) {
  const Gallery run = gallery("1 process\n  named a\n  ends exit_group 0\n");
  const auto found = common({run, run, run});
  ASSERT_TRUE(found);
  EXPECT_EQ(write(found->gallery), write(run));
  EXPECT_THAT(found->varies, IsEmpty());
}

TEST(Common, FactsThatVaryAreAlternativesTheMostFrequentFirst) {
  const Gallery a = gallery("1 process\n  ends exit_group 0\n  reaped wait4 by 1\n");
  const Gallery b = gallery("1 process\n  ends signal SIGTERM\n");
  const auto found = common({b, a, a});
  ASSERT_TRUE(found);
  EXPECT_EQ(text_of(*found), "\n1 process\n  ends exit_group 0 or signal SIGTERM\n  reaped wait4 by 1 or none\n");
  EXPECT_THAT(found->varies, ElementsAre("1 ends: exit_group 0 in 2, signal SIGTERM in 1 of 3 runs",
                                         "1 is reaped: wait4 by 1 in 2, none in 1 of 3 runs"));
}

TEST(Common, MoreThanAFewAlternativesAreAPattern) {
  std::vector<Gallery> runs;
  runs.reserve(5);
  for (int i = 0; i < 5; ++i) runs.push_back(gallery("1 process\n  ends exit_group " + std::to_string(i) + "\n"));
  const auto found = common(runs);
  ASSERT_TRUE(found);
  EXPECT_EQ(text_of(*found), "\n1 process\n  ends exit_group *\n");
}

TEST(Common, WhatIsNewEachTimeIsAPatternOfWhatStays) {
  std::vector<Gallery> runs;
  for (const char* name : {"aX.s", "ab.s", "azzz.s"}) {
    runs.push_back(gallery("1 process\n  executes /bin/as -o f.o /tmp/" + std::string(name) + " -q\n  named x\n"));
  }
  const auto found = common(runs);
  ASSERT_TRUE(found);
  EXPECT_EQ(text_of(*found), "\n1 process\n  executes /bin/as -o f.o /tmp/a*.s -q\n  named x\n");
}

TEST(Common, WhatIsDoneInSomeRunsMayBeAbsent) {
  const Gallery a = gallery("1 process\n  named a\n  named b\n  named c\n"),
                b = gallery("1 process\n  named a\n  named c\n");
  const auto found = common({a, b});
  ASSERT_TRUE(found);
  EXPECT_EQ(text_of(*found), "\n1 process\n  named a\n  named b or none\n  named c\n");
  EXPECT_THAT(found->varies, ElementsAre("1 named b: in 1 of 2 runs"));
}

TEST(Common, WhomNobodyCanFollowMayBeMadeInSomeRuns) {
  const Gallery a = gallery("1 process\n  named a\n"),
                b = gallery("1 process\n  named a\n  makes somebody whom nobody can follow\n");
  const auto found = common({a, b});
  ASSERT_TRUE(found);
  EXPECT_EQ(text_of(*found), "\n1 process\n  named a\n  makes somebody whom nobody can follow or none\n");
}

TEST(Common, LwpsThatSomeRunsLackAreACrowdOfUncertainNumber) {
  std::vector<Gallery> runs;
  for (const char* last : {"5", "3", "4"}) {
    runs.push_back(gallery("1 process\n  makes 1/1.." + std::string(last) + "\n1/1.." + last +
                           " thread\n  born pthread_create\n"));
  }
  const auto found = common(runs);
  ASSERT_TRUE(found);
  EXPECT_EQ(text_of(*found), "\n1 process\n  makes 1/1..5\n\n1/1..5 thread ×3..5\n  born pthread_create\n");
  EXPECT_THAT(found->varies, ElementsAre("1/1 and its like: from 3 to 5 of them"));
}

TEST(Common, WhoIsNotThereIsNotReaped) {
  std::vector<Gallery> runs;
  for (const char* last : {"4", "2"}) {
    const std::string range = "1.1.." + std::string(last);
    runs.push_back(gallery("1 process\n  makes " + range + "\n  reaps " + range + "\n" + range + " process\n"));
  }
  const auto found = common(runs);
  ASSERT_TRUE(found);
  EXPECT_EQ(text_of(*found),
            "\n1 process\n  makes 1.1..4\n  reaps 1.1..2\n  reaps 1.3 or none\n  reaps 1.4 or none\n\n1.1..4 process "
            "×2..4\n");
}

TEST(Common, AJoinThatWasSeenOnceIsThere) {
  const auto with = [](const std::string& joined) { return gallery("1 process\n  makes 1/1\n1/1 thread\n" + joined); };
  const auto found = common({with(""), with("  joined by 1\n"), with("")});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->gallery.lwps.at("1/1").joined, "by 1");
  EXPECT_THAT(found->varies, IsEmpty());
}

TEST(Common, ReapingsInAnyOrderAreAlternatives) {
  const std::string makes = "1 process\n  makes 1.1..2\n", children = "1.1..2 process\n";
  const auto found = common({gallery(makes + "  reaps 1.1\n  reaps 1.2\n" + children),
                             gallery(makes + "  reaps 1.2\n  reaps 1.1\n" + children)});
  ASSERT_TRUE(found);
  EXPECT_THAT(text_of(*found), HasSubstr("\n  reaps 1.1 or reaps 1.2\n"));
}

TEST(Common, ThereIsNoneWhereChanceChoosesWhoMakesWhom) {
  const Gallery a = gallery("1 process\n  makes 1/1\n  makes 1.2\n1/1 thread\n1.2 process\n");
  const Gallery b = gallery("1 process\n  makes 1.1\n  makes 1/2\n1.1 process\n1/2 thread\n");
  const auto found = common({a, b});
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().text, HasSubstr("the runs have no golden in common: "));
  EXPECT_THAT(found.error().text, HasSubstr(", in run 2 of 2; "));
}

}  // namespace
}  // namespace lwptrace::golden
