// Points: needs, partial, runs, and runs that do not show all.
#include "grade/score.h"

#include <gmock/gmock.h>

#include <csignal>

#include "tests/grade/graded.h"

namespace lwptrace::grade {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Story;

Evidence forks(int number) {
  Story s;
  const LwpId root = s.launch(0, {"./a"});
  for (int i = 0; i < number; ++i) {
    const LwpId child = s.fork(10 * i + 10, root);
    s.exit(10 * i + 12, child, 0, How::exit_group);
    s.reap(10 * i + 14, child, root);
  }
  s.exit(10 * number + 20, root, 0, How::exit_group);
  return evidence(s);
}

Score scored(const std::string& rubric, const std::vector<Evidence>& runs) {
  const auto read = read_rubric("title: t\ncommand: ./a\n" + rubric, "r.yaml");
  if (!read) return Score{read.error().text, 0, 0, false, {}, {}};
  return score(*read, runs);
}

TEST(Score, WhatACheckNeedsHasToPassFirst) {
  const Score score = scored(
      "checks:\n"
      "  - { name: a, points: 1, births: 3 }\n"
      "  - { name: b, points: 2, births: 2, needs: a }\n"
      "  - { name: c, points: 4, births: 2 }\n",
      {forks(2)});
  EXPECT_EQ(score.earned, 4);
  EXPECT_EQ(score.points, 7);
  EXPECT_FALSE(score.checks[1].looked_at);
  EXPECT_EQ(score.checks[1].failed, "not looked at: it needs \"a\", which did not pass");
  EXPECT_THAT(score.remarks, IsEmpty());
}

TEST(Score, PartOfWhatIsWantedEarnsPartOfThePoints) {
  const std::string rubric = "checks:\n  - { name: a, points: 10, births: 4, partial: yes }\n";
  EXPECT_EQ(scored(rubric, {forks(3)}).earned, 7.5);
  EXPECT_FALSE(scored(rubric, {forks(3)}).checks[0].passed);
  EXPECT_EQ(scored(rubric, {forks(5)}).earned, 7.5);
  EXPECT_EQ(scored(rubric, {forks(9)}).earned, 0);
  EXPECT_EQ(scored(rubric, {forks(4)}).earned, 10);
}

TEST(Score, SoManyOfTheRunsHaveToHold) {
  const std::string rubric =
      "runs: { count: 3, hold: 2 }\nchecks:\n  - { name: a, points: 10, births: 2, hint: Fork. }\n";
  const Score good = scored(rubric, {forks(2), forks(1), forks(2)});
  EXPECT_EQ(good.earned, 10);
  EXPECT_EQ(good.checks[0].held, 2U);
  EXPECT_EQ(good.checks[0].runs, 3U);
  EXPECT_EQ(good.checks[0].hint, "");
  const Score bad = scored(rubric, {forks(2), forks(1), forks(1)});
  EXPECT_EQ(bad.earned, 0);
  EXPECT_EQ(bad.checks[0].failed, "it held in 1 of 3 runs, and has to in 2; in run 2: there was 1: 1.1");
  EXPECT_EQ(bad.checks[0].hint, "Fork.");
}

TEST(Score, ARunThatCouldNotBeMadeDoesNotHold) {
  const std::string rubric = "runs: 2\nchecks:\n  - { name: a, points: 10, births: 2, partial: yes }\n";
  const Score score = scored(rubric, {forks(2)});
  EXPECT_EQ(score.earned, 5);
  EXPECT_FALSE(score.checks[0].passed);
  EXPECT_THAT(score.remarks, ElementsAre("1 of 2 runs were made"));
}

TEST(Score, NothingHoldsWhereNothingWasRun) {
  Evidence none;
  none.why_not = "the build failed: exit 1";
  const Score score = scored(
      "checks:\n"
      "  - { name: a, points: 1, no orphan: yes }\n"
      "  - { name: b, points: 1, births: none }\n"
      "  - { name: c, points: 1, not: { births: 2 } }\n"
      "  - { name: d, points: 1, stdout: '', partial: yes }\n",
      {none});
  EXPECT_EQ(score.earned, 0);
  EXPECT_THAT(score.remarks, ElementsAre("the build failed: exit 1"));
  EXPECT_EQ(score.checks[0].failed, "there is no run to look at");
}

TEST(Score, OfARunThatWasEndedWhatWasSeenHoldsAndWhatWasNotDoesNot) {
  Evidence run = forks(2);
  run.trace.events.pop_back();  // root does not end by itself, but is killed
  Exit killed;
  killed.how = How::signal;
  killed.status.signal = SIGKILL;
  run.trace.events.push_back(Event{run.trace.events.size() + 1, 900000, 1, 4711, 4711, killed});
  run.trace.end.reason = EndReason::timeout;
  run.why_not = "took longer than 10 s";
  const Score score = scored(
      "checks:\n"
      "  - { name: a, points: 1, births: 2 }\n"
      "  - { name: b, points: 1, births: { count: none, idiom: vfork } }\n"
      "  - { name: c, points: 1, no orphan: yes }\n"
      "  - { name: d, points: 1, exits: { signal: SIGKILL } }\n"
      "  - { name: e, points: 1, exit status: { signal: SIGKILL } }\n"
      "  - { name: f, points: 1, births: 3 }\n",
      {run});
  EXPECT_TRUE(score.checks[0].passed);
  for (const std::size_t i : {1, 2, 3, 4, 5}) {
    EXPECT_FALSE(score.checks[i].passed) << i;
    EXPECT_THAT(score.checks[i].failed, HasSubstr("took longer than 10 s")) << i;
  }
  EXPECT_THAT(score.remarks, ElementsAre("took longer than 10 s"));
}

TEST(Score, AProgramThatEndedHasItsExitStatusThoughWhatItLeftWasKilled) {
  Evidence run = forks(1);
  run.trace.end.reason = EndReason::timeout;
  run.why_not = "took longer than 10 s";
  EXPECT_TRUE(judged("exit status: 0", run).passed);
  EXPECT_FALSE(judged("no orphan: yes", run).passed);
}

TEST(Score, WhoMadeTooManyHadNotMadeTheLast) {
  Evidence run = forks(10);
  run.trace.end.reason = EndReason::guard;
  run.why_not = "had more than 32 LWPs at once";
  EXPECT_FALSE(judged("births: 10", run).passed);
  EXPECT_FALSE(judged("births: at most 100", run).passed);
  EXPECT_FALSE(judged("alive at once: 2..100", run).passed);
  EXPECT_TRUE(judged("births: at least 10", run).passed);
}

TEST(Score, WhomLwptraceMadeAnOrphanByItsKillIsNone) {
  Story s;
  const LwpId root = s.launch(0, {"./a"});
  const LwpId child = s.fork(10, root);
  s.die(900, root, SIGKILL);
  Reparent moved;
  moved.from = root;
  s.add(901, child, moved);
  s.die(902, child, SIGKILL);
  Evidence run = evidence(s);
  EXPECT_TRUE(judged("orphans: { of: 1.1, from: root }", run).passed);
  run.trace.end.reason = EndReason::timeout;
  run.why_not = "took longer than 10 s";
  EXPECT_FALSE(judged("orphans: { of: 1.1, from: root }", run).passed);
}

TEST(Score, WhatCannotBeSaidOfARunEarnsNoPart) {
  Evidence run = forks(4);
  run.why_not = "took longer than 10 s";
  const std::string rubric = "checks:\n  - { name: a, points: 8, partial: yes, reaps: { count: every, of: ";
  EXPECT_EQ(scored(rubric + "1.*, code: 0 } }\n", {run}).earned, 0);
  EXPECT_EQ(scored(rubric + "1.*, by: 1.1 } }\n", {run}).earned, 0);
}

TEST(Score, ACutTraceOrALostEventProvesNoAbsence) {
  const std::string rubric = "checks:\n  - { name: a, points: 1, failed births: none }\n";
  EXPECT_EQ(scored(rubric, {forks(1)}).earned, 1);
  Evidence cut = forks(1);
  cut.cut = true;
  EXPECT_EQ(scored(rubric, {cut}).earned, 0);
  Evidence lost = forks(1);
  lost.trace.end.dropped = 1;
  EXPECT_EQ(scored(rubric, {lost}).earned, 0);
  Evidence hidden = forks(1);
  hidden.trace.events.push_back(Event{hidden.trace.events.size() + 1, 990000, 1, 4711, 4711, Escaped{"a birth", "x"}});
  EXPECT_EQ(scored(rubric, {hidden}).earned, 0);
}

TEST(Score, AHundredThousandLwpsAreJudgedAtOnce) {
  const Score score = scored(
      "checks:\n"
      "  - { name: a, points: 1, births: 100000 }\n"
      "  - { name: b, points: 1, every child is reaped: yes }\n"
      "  - { name: c, points: 1, no zombie at exit: yes }\n"
      "  - { name: d, points: 1, alive at once: { count: 1, kind: process, creator: root } }\n"
      "  - { name: e, points: 1, births: { count: none, creator: { creator: { kind: process } } } }\n"
      "  - name: f\n"
      "    points: 1\n"
      "    order: { first: { reaps: { by: root } }, then: { exits: { of: root } } }\n"
      "  - name: g\n"
      "    points: 1\n"
      "    order: { first: { births: { creator: root } }, then: { exits: { of: 1.* } } }\n",
      {forks(100000)});
  EXPECT_EQ(score.earned, 6);
  EXPECT_FALSE(score.checks[6].passed) << "the last is born after the first ends";
}

TEST(Score, WhatAProgramCalledItselfCannotBreakALine) {
  Story s;
  const LwpId root = s.launch(0, {"./a"});
  s.add(10, root, Comm{"x\n\x1b[31m", "a"});
  s.exit(20, root);
  const Evidence run = evidence(s);
  const CheckScore score = judged("names: { name: good }", run);
  ASSERT_FALSE(score.events.empty());
  EXPECT_THAT(score.events[0], HasSubstr("x\\n\\x1b[31m"));
}

}  // namespace
}  // namespace lwptrace::grade
