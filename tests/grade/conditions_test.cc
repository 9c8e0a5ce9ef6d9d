// What each fact holds of, and what it says where it does not.
#include <gmock/gmock.h>

#include "tests/grade/graded.h"

namespace lwptrace::grade {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Story;

Status code(int code) { return {code, {}, false}; }

// main forks 1.1, which ends with 22 and is reaped; makes the thread 1/2 and joins it.
Story family() {
  Story s;
  const LwpId root = s.launch(0, {"./a"});
  const LwpId child = s.fork(10, root);
  s.exit(20, child, 22, How::exit_group);
  s.reap(30, child, root, code(22));
  const LwpId thread = s.thread(40, root, "worker");
  s.exit(60, thread);
  s.join(70, thread, root);
  s.exit(80, root, 0, How::exit_group);
  return s;
}

struct Case {
  const char* condition;
  bool holds;
};

class OfAFamily : public ::testing::TestWithParam<Case> {};

TEST_P(OfAFamily, IsJudged) {
  const CheckScore score = judged(GetParam().condition, evidence(family()));
  EXPECT_EQ(score.passed, GetParam().holds) << GetParam().condition << "\n" << score.failed;
  EXPECT_NE(score.name, "broken") << score.failed;
  EXPECT_EQ(score.earned, GetParam().holds ? 10 : 0);
  EXPECT_EQ(score.failed.empty(), GetParam().holds);
  EXPECT_FALSE(score.wanted.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Conditions, OfAFamily,
    ::testing::Values(
        Case{"births: 2", true}, Case{"births: 3", false}, Case{"births: none", false}, Case{"births: 1..2", true},
        Case{"births: at most 1", false}, Case{"births: { idiom: fork, count: 1 }", true},
        Case{"births: { idiom: [vfork, fork], creator: root, parent: 1, depth: 1, kind: process, of: 1.1 }", true},
        Case{"births: { idiom: vfork }", false}, Case{"births: { call: clone3, count: 2 }", false},
        Case{"births: { flags: CLONE_THREAD, without: CLONE_VFORK, count: 1 }", true},
        Case{"births: { flags: [CLONE_VM, CLONE_VFORK] }", false},
        Case{"births: { shares: [vm, files], count: 1 }", true},
        Case{"births: { copies: [vm, files], count: 1 }", true}, Case{"births: { creator: { kind: thread } }", false},
        Case{"births: { depth: 2..3 }", false},
        Case{"births: { count: every, creator: root, depth: 1, call: [fork, clone, clone3] }", true},
        Case{"births: { count: every, kind: thread, idiom: pthread_create }", true},
        Case{"births: { count: every, idiom: pthread_create }", false},
        Case{"births: { count: every, creator: 1.1, idiom: fork }", false}, Case{"exits: { of: 1.1, code: 22 }", true},
        Case{"exits: { of: 1.*, code: 1..255 }", true}, Case{"exits: { of: 1/*, code: 0, how: exit }", true},
        Case{"exits: { of: 1.1, code: [0, 21] }", false}, Case{"exits: { signal: SIGSEGV }", false},
        Case{"exits: { of: { kind: thread }, code: 0, count: 1 }", true},
        Case{"reaps: { of: 1.1, by: root, code: 22, count: 1 }", true}, Case{"reaps: { by: 1.1 }", false},
        Case{"joins: { of: 1/2, by: root }", true}, Case{"joins: none", false}, Case{"failed births: none", true},
        Case{"failed births: { errno: EINVAL }", false}, Case{"execs: none", true}, Case{"execs: { file: a }", false},
        Case{"failed execs: none", true}, Case{"orphans: none", true}, Case{"names: { name: x }", false},
        Case{"signals sent: none", true}, Case{"failed signals: none", true}, Case{"signals taken: 1", false},
        Case{"every child is reaped: yes", true}, Case{"no zombie at exit: yes", true}, Case{"no orphan: yes", true},
        Case{"every thread ends by itself: yes", true},
        Case{"order:\n  first: { reaps: { by: root } }\n  then: { exits: { of: root } }", true},
        Case{"order:\n  first: { exits: { of: 1.1 } }\n  then: { births: { kind: thread } }", true},
        Case{"order:\n  first: { exits: { of: root } }\n  then: { exits: { of: 1.1 } }", false},
        Case{"order:\n  first: { births: { of: 1.7 } }\n  then: { exits: { of: 1.1 } }", false},
        Case{"alive at once: 2", true}, Case{"alive at once: at least 3", false},
        Case{"alive at once: { count: 1, kind: thread }", true}, Case{"exit status: 0", true},
        Case{"exit status: 1..255", false}, Case{"exit status: { signal: SIGSEGV }", false},
        Case{"wall time: { at most: 2ms }", true}, Case{"wall time: { at least: 2ms }", false},
        Case{"wall time: { at most: 60 x longest thread }", true},
        Case{"wall time: { at most: 1.5 x longest thread }", false}, Case{"not:\n  births: none", true},
        Case{"not:\n  births: 2", false}, Case{"any:\n  - births: 3\n  - exits: { code: 22 }", true},
        Case{"any:\n  - births: 3\n  - births: 4", false}, Case{"all:\n  - births: 2\n  - reaps: 1", true},
        Case{"all:\n  - births: 2\n  - reaps: 2", false}, Case{"births: 2\nreaps: 2", false},
        Case{"births: 2\nreaps: 1", true}));

TEST(Conditions, AFailureTellsWhatWasThereAndTheEventsThatShowIt) {
  const CheckScore score = judged("exits: { of: 1.1, code: 0 }", evidence(family()));
  EXPECT_EQ(score.wanted, "there is at least 1 exit of 1.1 with code 0");
  EXPECT_EQ(score.failed, "there was none among 3 exits");
  EXPECT_THAT(score.events,
              ElementsAre(HasSubstr("1.1 exit code 22"), HasSubstr("1/2 exit code 0"), HasSubstr("1 exit code 0")));
}

TEST(Conditions, TooManyAreNamed) {
  const CheckScore score = judged("births: { count: 1, creator: root }", evidence(family()));
  EXPECT_EQ(score.wanted, "there is exactly 1 birth made by root");
  EXPECT_EQ(score.failed, "there were 2: 1.1, 1/2");
}

TEST(Conditions, WhatIsExpectedOfEveryShowsWhomItIsNotSoOf) {
  const CheckScore score = judged("exits: { count: every, of: { kind: process }, code: 0 }", evidence(family()));
  EXPECT_EQ(score.wanted, "every exit of a process is one with code 0");
  EXPECT_EQ(score.failed, "it was so of 1 of 2");
  EXPECT_THAT(score.events, ElementsAre("1.1 exit code 22 (at 20.0 µs)"));
}

TEST(Conditions, TimeAloneIsNoOrder) {
  Story s;
  const LwpId root = s.launch(0, {"./a"});
  const LwpId one = s.fork(10, root), other = s.fork(20, root);
  s.exit(30, one, 0, How::exit_group);
  s.exit(40, other, 0, How::exit_group);
  const Evidence run = evidence(s);
  EXPECT_FALSE(judged("order:\n  first: { exits: { of: 1.1 } }\n  then: { exits: { of: 1.2 } }", run).passed);
  EXPECT_TRUE(judged("order:\n  first: { births: { of: 1.1 } }\n  then: { exits: { of: 1.2 } }", run).passed);
}

TEST(Conditions, ASignalFollowsItsSend) {
  Story s;
  const LwpId root = s.launch(0, {"./a"});
  const LwpId child = s.fork(10, root);
  Kill kill;
  kill.call = "kill";
  kill.signo = 15;
  kill.target_lwp = child;
  s.add(20, root, kill);
  s.signal(30, child, 15, Effect::terminate, Sender{4711, {}, root});
  s.die(31, child, 15);
  s.reap(40, child, root, {{}, 15, false});
  s.exit(50, root);
  const Evidence run = evidence(s);
  EXPECT_TRUE(judged("signals sent: { by: root, to: 1.1, signal: SIGTERM }", run).passed);
  EXPECT_TRUE(
      judged("signals taken: { of: 1.1, signal: [SIGINT, SIGTERM], effect: terminate, from: root }", run).passed);
  EXPECT_TRUE(judged("exits: { of: 1.1, signal: SIGTERM, how: signal }", run).passed);
  EXPECT_TRUE(judged("reaps: { of: 1.1, signal: SIGTERM }", run).passed);
  EXPECT_TRUE(
      judged("order:\n  first: { signals sent: { signal: SIGTERM } }\n  then: { exits: { of: 1.1 } }", run).passed);
  EXPECT_FALSE(
      judged("order:\n  first: { exits: { of: 1.1 } }\n  then: { signals sent: { signal: SIGTERM } }", run).passed);
}

TEST(Conditions, AZombieAndAnOrphanAreFound) {
  Story s;
  const LwpId root = s.launch(0, {"./a"});
  const LwpId dead = s.fork(10, root);
  const LwpId left = s.fork(11, root);
  s.exit(20, dead, 0, How::exit_group);
  s.exit(30, root, 0, How::exit_group);
  s.add(31, left, Reparent{root, 1, {}, "init"});
  s.exit(40, left, 0, How::exit_group);
  s.reap(50, dead, 0);
  const Evidence run = evidence(s);
  const CheckScore zombie = judged("no zombie at exit: yes", run);
  EXPECT_FALSE(zombie.passed);
  EXPECT_THAT(zombie.events, ElementsAre("1.1 was a zombie when its parent ended"));
  const CheckScore orphan = judged("no orphan: yes", run);
  EXPECT_THAT(orphan.events, ElementsAre("1.2 lost its parent, and was adopted"));
  EXPECT_TRUE(judged("orphans: { of: 1.2, from: root, count: 1 }", run).passed);
  const CheckScore reaped = judged("every child is reaped: yes", run);
  EXPECT_EQ(reaped.failed, "it was not so of 2 of 2");
}

TEST(Conditions, AThreadThatIsEndedWithItsProcessIsFound) {
  Story s;
  const LwpId root = s.launch(0, {"./a"});
  const LwpId thread = s.thread(10, root);
  s.exit(20, root, 0, How::exit_group);
  s.taken(21, thread, root, code(0));
  const CheckScore score = judged("every thread ends by itself: yes", evidence(s));
  EXPECT_FALSE(score.passed);
  EXPECT_THAT(score.events, ElementsAre("1/1 was ended with its process"));
}

TEST(Conditions, EveryWantsAtLeastOne) {
  Story s;
  s.exit(10, s.launch(0, {"./a"}), 0, How::exit_group);
  EXPECT_EQ(judged("every child is reaped: yes", evidence(s)).failed, "there was no child process");
  EXPECT_EQ(judged("every thread ends by itself: yes", evidence(s)).failed, "there was no thread");
  EXPECT_EQ(judged("exits: { count: every, of: 1.*, code: 0 }", evidence(s)).failed, "there was no exit of 1.*");
}

TEST(Conditions, AnExecIsAskedForByFileAndWords) {
  Story s;
  const LwpId root = s.launch(0, {"./a"});
  const LwpId child = s.fork(10, root);
  s.exec(20, child, {"/bin/ls", "-l", "/tmp"});
  s.add(30, root, ExecFailed{"/bin/nothing", 2});
  const Evidence run = evidence(s);
  EXPECT_TRUE(judged("execs: { file: ls, by: 1.1, words: ['*', -l, /tmp], count: 1 }", run).passed);
  EXPECT_TRUE(judged("execs: { file: /bin/*, words: ['/ls$/', -l, '*'] }", run).passed);
  EXPECT_FALSE(judged("execs: { file: /ls }", run).passed);
  EXPECT_FALSE(judged("execs: { words: [ls, -l] }", run).passed);
  EXPECT_FALSE(judged("execs: { by: root }", run).passed) << "its own start is no exec of the program";
  EXPECT_TRUE(judged("failed execs: { file: nothing, errno: ENOENT, by: root }", run).passed);
}

TEST(Conditions, AnOrderThatShouldNotBeIsShown) {
  const CheckScore score = judged(
      "not:\n  order:\n    first: { reaps: { of: 1.1 } }\n    then: { births: { of: 1/2 } }", evidence(family()));
  EXPECT_FALSE(score.passed);
  EXPECT_THAT(score.events, ElementsAre(HasSubstr("1.1 reaped by 1"), HasSubstr("1/2 born thread")));
}

TEST(Conditions, AChildThatAnotherThreadOfItsParentAdoptsIsNoOrphan) {
  Story s;
  const LwpId root = s.launch(0, {"./a"});
  const LwpId thread = s.thread(10, root);
  s.fork(20, thread);
  s.exit(30, thread);
  s.add(31, 3, Reparent{root, 4711, root, "thread"});
  EXPECT_TRUE(judged("no orphan: yes\norphans: none", evidence(s)).passed);
}

TEST(Conditions, AFailureOfSeveralTellsEachThatIsNotSo) {
  const CheckScore score = judged("births: 3\nreaps: 1\njoins: 2", evidence(family()));
  EXPECT_EQ(score.wanted, "there are exactly 3 births, and there is exactly 1 reap, and there are exactly 2 joins");
  EXPECT_EQ(score.failed,
            "there are exactly 3 births, but there were 2: 1.1, 1/2; there are exactly 2 joins, but there was 1: 1/2");
}

TEST(Conditions, AStarInAPathIsOneNumber) {
  Story s;
  const LwpId root = s.launch(0, {"./a"});
  const LwpId child = s.fork(10, root);
  for (int i = 0; i < 12; ++i) s.fork(20 + i, child);
  const Evidence run = evidence(s);
  EXPECT_TRUE(judged("births: { of: 1.*, count: 1 }", run).passed);
  EXPECT_TRUE(judged("births: { of: 1.1.*, count: 12, parent: 1.1, depth: 2 }", run).passed);
  EXPECT_TRUE(judged("births: { of: 1.1.1, count: 1 }", run).passed);
  EXPECT_FALSE(judged("births: { of: 1/* }", run).passed);
}

TEST(Conditions, WhatWasPrintedIsAskedFor) {
  Story s;
  s.exit(10, s.launch(0, {"./a"}), 0, How::exit_group);
  Evidence run = evidence(s);
  run.out = "one\ntwo\n";
  EXPECT_TRUE(judged("stdout: \"one\\ntwo\"", run).passed);
  EXPECT_TRUE(judged("stdout: { contains: [one, two], lacks: three, matches: /^t.o$/, lines: 2 }", run).passed);
  EXPECT_TRUE(judged("stderr: \"\"", run).passed);
  EXPECT_EQ(judged("stdout: { is: one }", run).failed, "it begins 'one\\ntwo\\n'");
  EXPECT_EQ(judged("stdout: { matches: /^three/ }", run).failed,
            "'/^three/' is nowhere in it; it begins 'one\\ntwo\\n'");
  EXPECT_EQ(judged("stdout: { lines: at least 3 }", run).failed, "it has 2 lines");
  EXPECT_FALSE(judged("stderr: { contains: x }", run).passed);
  run.out_cut = true;
  EXPECT_THAT(judged("stdout: { lacks: three }", run).failed, HasSubstr("more than the limit allows"));
}

TEST(Conditions, AnExpressionTakesNoLongerForWhatIsMeantToHangIt) {
  Story s;
  s.exit(10, s.launch(0, {"./a"}), 0, How::exit_group);
  Evidence run = evidence(s);
  run.out = std::string(1 << 20, 'a') + "b";
  EXPECT_FALSE(judged("stdout: { matches: '^(a+)+$' }", run).passed);
}

}  // namespace
}  // namespace lwptrace::grade
