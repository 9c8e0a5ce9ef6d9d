// Goldens that leave something open, against runs that differ in just that.
#include "golden/fit.h"

#include <gmock/gmock.h>

#include <string>

#include "golden/differences.h"
#include "tests/golden/galleries.h"

namespace lwptrace::golden {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> told(const std::string& wanted, const std::string& actual) {
  return differences(gallery(wanted), gallery(actual), "golden");
}

constexpr const char* kPool = R"(1 process
  makes 1/1..4
  makes 1.5
  sends SIGTERM to process 1.5
1/1..4 thread ×2..4
  born pthread_create
1.5 process
  born fork
  reaped wait4 by 1
)";

std::string pool(int threads) {
  const std::string last = std::to_string(threads), child = std::to_string(threads + 1);
  return "1 process\n  makes 1/1.." + last + "\n  makes 1." + child + "\n  sends SIGTERM to process 1." + child +
         "\n1/1.." + last + " thread\n  born pthread_create\n1." + child +
         " process\n  born fork\n  reaped wait4 by 1\n";
}

TEST(Fit, ACrowdIsAsManyAsThereAreAndWhoeverFollowsIsTheSame) {
  for (const int threads : {2, 3, 4}) EXPECT_THAT(told(kPool, pool(threads)), IsEmpty()) << threads;
  const std::string wanted = write(gallery(kPool)), actual = write(gallery(pool(3)));
  EXPECT_EQ(unified(gallery(kPool), gallery(pool(3)), "a", "b", false), "");
}

TEST(Fit, TooManyOfACrowdAreNewAndTooFewAreMissing) {
  EXPECT_THAT(told(kPool, pool(5)), ElementsAre("thread 1/6 (pthread_create) is new"));
  EXPECT_THAT(told(kPool,
                   "1 process\n  makes 1/1\n  makes 1.2\n  sends SIGTERM to process 1.2\n1/1 thread\n  born "
                   "pthread_create\n1.2 process\n  born fork\n  reaped wait4 by 1\n"),
              ElementsAre("thread 1/2 (pthread_create) is missing"));
}

TEST(Fit, WhatOneOfACrowdDoesOtherwiseIsSaid) {
  Gallery run = gallery(pool(3));
  run.lwps["1/2"].ends = "exit 1";
  EXPECT_THAT(differences(gallery(kPool), run, "golden"), ElementsAre("1/2 ended by exit 1, golden has no end of it"));
}

TEST(Fit, WhoIsNotThereTakesHisChildrenAlong) {
  const std::string wanted =
      "1 process\n  makes 1/1..2\n1/1..2 thread ×1..2\n  makes 1/1.1\n1/2.1 process\n  born fork\n"
      "1/1.1 process\n  born fork\n";
  Gallery golden = gallery(wanted);
  golden.lwps["1/2"].does = {"makes 1/2.1"};
  EXPECT_THAT(differences(golden,
                          gallery("1 process\n  makes 1/1\n1/1 thread\n  makes 1/1.1\n1/1.1 process\n  born "
                                  "fork\n"),
                          "golden"),
              IsEmpty());
}

TEST(Fit, WhatIsIgnoredIsInNeither) {
  const std::string body =
      "1 process\n  named a\n  sends SIGTERM to process 1\n  takes SIGTERM handle from 1\n  ends "
      "exit_group 0\n";
  const std::string other = "1 process\n  named b\n  named c\n  ends exit_group 0\n";
  EXPECT_THAT(told("names: ignore\nsignals: ignore\n" + body, other), IsEmpty());
  EXPECT_THAT(told("names: ignore\n" + body, other),
              ElementsAre("1 no longer sends SIGTERM to process 1", "1 takes: no longer SIGTERM handle from 1"));
}

TEST(Fit, ALineMayBeAbsentWhereNoneIsAmongItsAlternatives) {
  const std::string wanted = "1 process\n  named a or none\n  named a\n  reaped wait4 by 1 or none\n";
  for (const char* actual : {"1 process\n  named a\n", "1 process\n  named a\n  named a\n  reaped wait4 by 1\n"}) {
    EXPECT_THAT(told(wanted, actual), IsEmpty());
    EXPECT_EQ(unified(gallery(wanted), gallery(actual), "a", "b", false), "");
  }
  EXPECT_THAT(told(wanted, "1 process\n"), ElementsAre("1 no longer named a"));
}

}  // namespace
}  // namespace lwptrace::golden
