// Lives: the record that each LWP's events leave behind, in whole traces and in broken ones.
#include "analysis/lives.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "tests/support/events.h"

namespace lwptrace::analysis {
namespace {

using ::testing::ElementsAre;
using testing::Story;

Lives lives_of(const Story& story, Nanos us) {
  Lives lives;
  story.tell(lives, us);
  return lives;
}

TEST(Lives, EachBirthIsAtItsPlaceUnderItsCreator) {
  Story s;
  const LwpId root = s.launch(0, {"./a", "x"});
  const LwpId thread = s.thread(10, root, "w");
  const LwpId child = s.fork(20, thread);
  const LwpId second = s.thread(30, root);
  const Lives lives = lives_of(s, 100);
  EXPECT_EQ(lives.find(root)->first_child, thread);
  EXPECT_EQ(lives.find(thread)->next, second);
  EXPECT_EQ(lives.find(child)->creator, thread);
  EXPECT_EQ(lives.find(child)->parent, root);
  EXPECT_EQ(lives.find(thread)->leader, root);
  EXPECT_EQ(lives.find(root)->threads, 2U);
  EXPECT_EQ(lives.path(child), "1/1.1");
  EXPECT_EQ(lives.comm(*lives.find(thread)), "w");
  EXPECT_THAT(lives.command(*lives.find(root)), ElementsAre("./a", "x"));
  EXPECT_THAT(lives.in_tree_order(), ElementsAre(root, thread, child, second));
}

TEST(Lives, AnEndIsKeptWithWhoWaitedForIt) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  const LwpId child = s.fork(10, root);
  const LwpId thread = s.thread(20, root);
  s.die(50, child, SIGKILL);
  s.reap(70, child, root, {{}, SIGKILL, false});
  s.exit(80, thread);
  s.join(81, thread, root);
  const Lives lives = lives_of(s, 100);
  const Life& dead = *lives.find(child);
  EXPECT_TRUE(dead.exited && dead.reaped);
  EXPECT_EQ(dead.how, How::signal);
  EXPECT_EQ(dead.status.signal, SIGKILL);
  EXPECT_EQ(dead.collected, 70'000);
  EXPECT_EQ(lives.span_of(dead), 40'000);
  EXPECT_TRUE(lives.find(thread)->joined);
  EXPECT_EQ(lives.find(thread)->waiter, root);
  EXPECT_FALSE(lives.find(root)->exited);
  EXPECT_EQ(lives.span_of(*lives.find(root)), 100'000);
}

TEST(Lives, TotalsCountWhatHappened) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  for (int i = 0; i < 3; ++i) {
    const LwpId child = s.fork(10 + i * 10, root);
    s.exit(15 + i * 10, child, 0, How::exit_group);
  }
  s.thread(50, root);
  s.signal(60, root, SIGUSR1, Effect::handled);
  BirthFailed failed;
  failed.error = EAGAIN;
  s.add(70, root, failed);
  const Lives lives = lives_of(s, 100);
  const Totals& totals = lives.totals();
  EXPECT_EQ(totals.processes, 4U);
  EXPECT_EQ(totals.threads, 1U);
  EXPECT_EQ(totals.births, 5U);
  EXPECT_EQ(totals.exits, 3U);
  EXPECT_EQ(totals.alive, 2U);
  EXPECT_EQ(totals.max_alive, 2U);
  EXPECT_EQ(totals.by_signal.at(SIGUSR1), 1U);
  EXPECT_EQ(totals.failed_by_error.at(EAGAIN), 1U);
}

TEST(Lives, WhoIsNotFollowedIsNotAlive) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  const LwpId left = s.unfollowed(10, root);
  s.exit(50, root);
  const Lives lives = lives_of(s, 100);
  EXPECT_FALSE(lives.find(left)->followed);
  EXPECT_EQ(lives.span_of(*lives.find(left)), 0);
  EXPECT_EQ(lives.totals().max_alive, 1U);
  EXPECT_EQ(lives.totals().alive, 0U);
  EXPECT_EQ(lives.totals().unfollowed, 1U);
}

TEST(Lives, ADeathBySignalHasTheSenderOfItsDelivery) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  const LwpId inside = s.fork(10, root);
  const LwpId outside = s.fork(20, root);
  const LwpId overtaken = s.fork(30, root);
  s.signal(40, inside, SIGTERM, Effect::terminate, Sender{4711, 0, root});
  s.die(41, inside, SIGTERM);
  s.signal(50, outside, SIGTERM, Effect::terminate, Sender{99, 0, {}});
  s.die(51, outside, SIGTERM);
  s.signal(60, overtaken, SIGTERM, Effect::terminate, Sender{99, 0, {}});
  s.die(61, overtaken, SIGKILL);
  const Lives lives = lives_of(s, 100);
  EXPECT_EQ(lives.find(inside)->by, root);
  EXPECT_EQ(lives.find(outside)->by, 0U);
  EXPECT_EQ(lives.find(outside)->by_pid, 99);
  EXPECT_EQ(lives.find(overtaken)->by_pid, 0) << "another signal than the one delivered";
}

TEST(Lives, WhoTakesOthersAlongIsKnownWhoeverIsToldFirst) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  const LwpId thread = s.thread(10, root);
  s.taken(20, root, thread, {4, {}, false});
  s.exit(21, thread, 4, How::exit_group);
  const Lives lives = lives_of(s, 100);
  EXPECT_TRUE(lives.find(thread)->took_others);
  EXPECT_FALSE(lives.find(root)->took_others);
}

TEST(Lives, TheNamesOfManyExecsAreKeptButForTheMiddle) {
  Story s;
  const LwpId root = s.launch(0, {"sh"});
  s.exec(10, root, {"/usr/bin/env"});
  EXPECT_THAT(lives_of(s, 20).exec_names(*lives_of(s, 20).find(root)), ElementsAre("sh", "env"));
  for (int i = 0; i < 100; ++i) s.exec(20, root, {"p" + std::to_string(i)});
  const Lives lives = lives_of(s, 30);
  const auto names = lives.exec_names(*lives.find(root));
  EXPECT_LE(names.size(), 16U);
  EXPECT_EQ(names.front(), "sh");
  EXPECT_EQ(names.back(), "p99");
}

TEST(Lives, EndsAreNoDeeds) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  const LwpId child = s.fork(10, root);
  s.exit(20, child);
  s.reap(30, child, root);
  EXPECT_EQ(lives_of(s, 100).last_act(), 10'000);
}

TEST(Lives, FailedBirthsAlikeAreCountedTogether) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  for (const int error : {EAGAIN, EINVAL, EAGAIN}) {
    BirthFailed failed;
    failed.error = error;
    s.add(10, root, failed);
  }
  const Lives lives = lives_of(s, 100);
  ASSERT_EQ(lives.failures(root).size(), 2U);
  EXPECT_EQ(lives.failures(root)[0].count, 2U);
  EXPECT_EQ(lives.find(root)->failed, 3U);
  EXPECT_TRUE(lives.failures(7).empty());
}

TEST(Lives, AnExecMakesItsCallerTheLeader) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  const LwpId thread = s.thread(10, root);
  s.exec(20, thread, {"/bin/b"});
  s.thread(30, thread);
  const Lives lives = lives_of(s, 100);
  EXPECT_EQ(lives.find(thread)->leader, thread);
  EXPECT_EQ(lives.find(thread)->threads, 1U);
  EXPECT_EQ(lives.comm(*lives.find(thread)), "b");
}

TEST(Lives, WhomTheTraceNamesWithoutABirthGetsARecord) {
  Story s;
  s.exit(50, 1'000'000'000, 3, How::exit_group);
  s.add(60, 4, Comm{"x", ""});
  const Lives lives = lives_of(s, 100);
  ASSERT_EQ(lives.all().size(), 2U);
  EXPECT_FALSE(lives.all()[0].born_seen);
  EXPECT_TRUE(lives.find(1'000'000'000)->exited);
  EXPECT_EQ(lives.path(4), "#4");
  EXPECT_EQ(lives.find(5), nullptr);
}

TEST(Lives, ACreatorThatIsNotKnownOrIsTheNewbornItselfMakesARoot) {
  Lives lives;
  for (const LwpId id : {1U, 2U}) {
    Birth birth;
    birth.path = std::to_string(id);
    birth.creator = id == 1 ? 99 : 2;
    lives.event(Event{id, 10, id, 100, 100, birth});
  }
  EXPECT_THAT(lives.in_tree_order(), ElementsAre(1, 2));
}

TEST(Lives, ASecondBirthAndASecondExitChangeNothing) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  const LwpId child = s.fork(10, root);
  Birth again;
  again.path = "9";
  again.creator = child;
  s.add(20, root, again);
  s.exit(30, child, 1);
  s.exit(40, child, 2);
  const Lives lives = lives_of(s, 100);
  EXPECT_EQ(lives.path(root), "1");
  EXPECT_EQ(lives.find(root)->creator, 0U);
  EXPECT_EQ(lives.find(child)->status.code, 1);
  EXPECT_EQ(lives.totals().exits, 1U);
}

TEST(Lives, AttachedThreadsFindTheirLeader) {
  Lives lives;
  for (const LwpId id : {1U, 2U}) {
    Birth birth;
    birth.via = Via::attach;
    birth.kind = id == 1 ? Kind::process : Kind::thread;
    birth.path = id == 1 ? "1" : "1/1";
    lives.event(Event{id, 0, id, static_cast<Tid>(99 + id), 100, birth});
  }
  EXPECT_EQ(lives.find(2)->leader, 1U);
  EXPECT_EQ(lives.find(1)->threads, 1U);
}

TEST(Lives, ARecordIsSmall) { EXPECT_LE(sizeof(Life), 200U); }

TEST(Lives, ACutIsRemembered) {
  Story s;
  s.launch(0, {"a"});
  Lives lives;
  s.tell_cut(lives, "line 3");
  EXPECT_EQ(lives.cut_where(), "line 3");
  EXPECT_FALSE(lives.ending());
}

}  // namespace
}  // namespace lwptrace::analysis
