// How often each line of a golden held.
#include "golden/stability.h"

#include <gmock/gmock.h>

#include <string>

#include "tests/golden/galleries.h"

namespace lwptrace::golden {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> words(const std::vector<Fact>& facts) {
  std::vector<std::string> told;
  for (const Fact& fact : facts) told.push_back(std::to_string(fact.runs) + " " + fact.words);
  return told;
}

TEST(Stability, EachFactIsCountedOfEachLwp) {
  const Gallery golden = gallery("1 process\n  makes 1/1..2\n  ends exit_group 0\n1/1..2 thread\n  ends exit 0\n");
  const Gallery other =
      gallery("1 process\n  makes 1/1..2\n  named x\n  ends exit_group 1\n1/1..2 thread\n  ends exit 0\n");
  const Stability found = stability(golden, {golden, other, golden});
  EXPECT_THAT(words(found.facts),
              ElementsAre("3 1 process", "2 1 ends exit_group 0", "3 1 makes 1/1", "3 1 makes 1/2", "3 1/1 thread",
                          "3 1/1 ends exit 0", "3 1/2 thread", "3 1/2 ends exit 0"));
  EXPECT_THAT(words(found.extra), ElementsAre("1 1 ends exit_group 1", "1 1 named x"));
}

TEST(Stability, OfWhoIsMissingNothingHoldsAndWhoIsNewIsExtra) {
  const Gallery two = gallery("1 process\n  makes 1.1\n1.1 process\n  ends exit 0\n"), one = gallery("1 process\n");
  EXPECT_THAT(words(stability(two, {one, two}).facts),
              ElementsAre("2 1 process", "1 1 makes 1.1", "1 1.1 process", "1 1.1 ends exit 0"));
  EXPECT_THAT(words(stability(one, {two, two}).extra),
              testing::UnorderedElementsAre("2 1 makes 1.1", "2 1.1 process", "2 1.1 ends exit 0"));
}

TEST(Stability, WhatNeedNotBeThereHoldsWhereItIsNot) {
  const Gallery golden = gallery(
      "signals: ignore\n1 process\n  makes 1/1..3\n  named a or none\n  sends SIGHUP to process 1\n"
      "1/1..3 thread x1..3\n");
  const Stability found = stability(golden, {gallery("1 process\n  makes 1/1\n1/1 thread\n")});
  EXPECT_THAT(words(found.facts), ElementsAre("1 1 process", "1 1 makes 1/1", "1 1 makes 1/2", "1 1 makes 1/3",
                                              "1 1 named a or none", "1 1/1 thread", "1 1/2 thread", "1 1/3 thread"));
  EXPECT_THAT(found.extra, IsEmpty());
}

TEST(Stability, OfTwoFactsAlikeOneMayFail) {
  const Gallery twice = gallery("1 process\n  named a\n  named a\n");
  EXPECT_THAT(words(stability(twice, {twice, gallery("1 process\n  named a\n")}).facts),
              ElementsAre("2 1 process", "1 1 named a", "2 1 named a"));
}

}  // namespace
}  // namespace lwptrace::golden
