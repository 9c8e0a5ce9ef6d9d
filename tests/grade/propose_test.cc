// What is proposed loads, and holds of the runs that it was made from.
#include "grade/propose.h"

#include <gmock/gmock.h>

#include "tests/grade/graded.h"

namespace lwptrace::grade {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Story;

Story three_children(int last_code) {
  Story s;
  const LwpId root = s.launch(0, {"./a"});
  for (Nanos i = 0; i < 3; ++i) s.fork(10 + i, root);
  for (LwpId child = 2; child < 5; ++child) s.exit(20 + child, child, child == 4 ? last_code : 0, How::exit_group);
  for (LwpId child = 2; child < 5; ++child) s.reap(30 + child, child, root);
  s.exit(80, root, 0, How::exit_group);
  return s;
}

Rubric rubric_with(const std::string& checks, std::size_t runs) {
  auto rubric = read_rubric("title: t\ncommand: ./a\n" + checks, "proposed.yaml");
  EXPECT_TRUE(rubric) << (rubric ? "" : rubric.error().text);
  if (!rubric) return {};
  rubric->runs = rubric->must_hold = runs;
  return *rubric;
}

TEST(Propose, ChecksLoadAndHoldOfAllRuns) {
  const std::vector<Evidence> runs(3, evidence(three_children(0)));
  const std::string checks = propose(runs);
  EXPECT_THAT(checks, AllOf(HasSubstr("births: { count: 3, kind: process, idiom: fork, creator: root }"),
                            HasSubstr("exits: { count: every, of: { kind: process, creator: root }, code: 0 }"),
                            HasSubstr("alive at once: { count: at least 4, kind: process }"), HasSubstr("order:"),
                            HasSubstr("every child is reaped: yes"), Not(HasSubstr("some runs alone"))));
  const Score score = grade::score(rubric_with(checks, 3), runs);
  EXPECT_EQ(score.earned, score.points);
  EXPECT_GE(score.checks.size(), 8U);
}

TEST(Propose, WhatIsNotSoEachTimeIsAComment) {
  std::vector<Evidence> runs{evidence(three_children(0)), evidence(three_children(7))};
  runs[0].out = "a\n# b: \"c\"\n\t\xff\n";
  runs[1].out = runs[0].out;
  const std::string checks = propose(runs);
  EXPECT_THAT(checks, HasSubstr("#    exits: { count: every, of: { kind: process, creator: root }, code: 0 }"));
  const Score score = grade::score(rubric_with(checks, 2), runs);
  EXPECT_EQ(score.earned, score.points);
}

TEST(Propose, AProgramThatMakesNobodyHasAStatusAndWords) {
  Story s;
  s.exit(80, s.launch(0, {"./a"}), 3, How::exit_group);
  const Evidence run = evidence(s, 1000, {3, {}, false});
  EXPECT_THAT(propose({&run, 1}), AllOf(HasSubstr("exit status: 3"), HasSubstr("births: 0"), Not(HasSubstr("order"))));
}

}  // namespace
}  // namespace lwptrace::grade
