// Ends: who ended whom, execs that destroy siblings, joins, reaps, orphans.
#include <gmock/gmock.h>

#include <cerrno>
#include <csignal>

#include "world.h"

namespace lwptrace::model {
namespace {

using testing::Contains;
using testing::ElementsAre;

World with_two_threads() {
  World w;
  w.launch(100).born(100, 101, pthread_create_call()).born(100, 102, pthread_create_call());
  return w;
}

TEST(Exit, AThreadThatEndsWhileOthersLiveCalledExit) {
  World w = with_two_threads();
  w.see(101, exited_while_others_live(0));
  EXPECT_EQ(exit_of(w, "1/1").how, How::exit);
  EXPECT_FALSE(exit_of(w, "1/1").by);
}

TEST(Exit, AThreadsExitGroupTakesTheOthersAlong) {
  World w = with_two_threads();
  w.see(102, exited(3, forced)).see(101, exited(3, own_exit));
  EXPECT_TRUE(w.all<Exit>().empty()) << "nobody knows yet who called exit_group";
  w.see(100, exited(3, forced));
  EXPECT_EQ(exit_of(w, "1/1").how, How::exit_group);
  EXPECT_EQ(exit_of(w, "1/2").how, How::group);
  EXPECT_EQ(exit_of(w, "1/2").by, 2u);
  EXPECT_EQ(exit_of(w, "1").how, How::group);
  EXPECT_EQ(exit_of(w, "1").by, 2u);
  EXPECT_EQ(w.events.back().lwp, 2u) << "who ended the group is told last";
  EXPECT_EQ(w.tracker.end(w.now, EndReason::exited).status, (Status{3, {}, false}));
}

TEST(Exit, TheLeadersExitGroupIsKnownWhenTheLeaderIsReportedLast) {
  World w = with_two_threads();
  w.see(101, exited(0, forced)).see(102, exited(0, forced)).see(100, exited(0, own_exit));
  EXPECT_EQ(exit_of(w, "1").how, How::exit_group);
  EXPECT_EQ(exit_of(w, "1/1").by, 1u);
  EXPECT_EQ(w.events.back().lwp, 1u);
}

// A short thread ends by itself; before its death is reported another thread calls exit_group.
TEST(Exit, OfThreadsThatWereNotForcedTheLastToDieEndedTheGroup) {
  for (const bool short_one_is_reported_first : {true, false}) {
    World w = with_two_threads();
    const Death short_one = exited(0, own_exit, nth(4)), ender = exited(0, own_exit, from(5));
    if (short_one_is_reported_first) w.see(101, short_one);
    w.see(102, ender);
    if (!short_one_is_reported_first) w.see(101, short_one);
    w.see(100, exited(0, forced, from(5)));
    EXPECT_EQ(exit_of(w, "1/1").how, How::exit);
    EXPECT_EQ(exit_of(w, "1/2").how, How::exit_group);
    EXPECT_EQ(exit_of(w, "1").by, 3u);
  }
}

TEST(Exit, AThreadWhoseOwnCodeIsNotTheGroupsDidNotEndIt) {
  World w = with_two_threads();
  Death short_one = exited(7, own_exit, from(5)), ender = exited(7, own_exit, from(5));
  short_one.own = Status{0, {}, false};
  ender.own = Status{7, {}, false};
  w.see(101, short_one).see(102, ender).see(100, exited(7, forced, from(5)));
  EXPECT_EQ(exit_of(w, "1/1").how, How::exit);
  EXPECT_EQ(exit_of(w, "1/1").status.code, 0) << "its own code, not the group's";
  EXPECT_EQ(exit_of(w, "1/2").how, How::exit_group);
}

TEST(Exit, AThreadInExitWhenAnotherEndsTheGroupEndedByItself) {
  World w = with_two_threads();
  w.see(102, exited(0, own_exit_overtaken, nth(9))).see(101, exited(0, own_exit, nth(8)));
  w.see(100, exited(0, forced, nth(7)));
  EXPECT_EQ(exit_of(w, "1/2").how, How::exit);
  EXPECT_EQ(exit_of(w, "1/1").how, How::exit_group);
}

TEST(Exit, ALeaderThatWasSeenOverWhileAThreadWentOnIsAZombieLeader) {
  World w = with_two_threads();
  Death first = exited_while_others_live(0);
  first.leader_is_over = true;
  w.see(101, first).see(102, exited(0, own_exit)).see(100, exited(0, own_exit));
  EXPECT_EQ(exit_of(w, "1").how, How::exit);
  EXPECT_TRUE(exit_of(w, "1").leader_zombie);
  EXPECT_EQ(exit_of(w, "1/2").how, How::exit_group) << "the last one ends the group, by whichever call";
}

TEST(Exit, ALeaderThatDiedBeforeTheLastThreadIsAZombieLeader) {
  World w;
  w.launch(100).born(100, 101, pthread_create_call());
  w.see(101, exited(0, own_exit, from(1))).see(100, exited(0, own_exit, nth(1)));
  EXPECT_TRUE(exit_of(w, "1").leader_zombie);
  EXPECT_EQ(exit_of(w, "1").how, How::exit);
  EXPECT_EQ(exit_of(w, "1/1").how, How::exit_group);
}

TEST(Exit, ALeaderWhoseOwnCodeIsNotTheGroupsDidNotEndIt) {
  World w;
  w.launch(100).born(100, 101, pthread_create_call());
  Death ender = exited(7, own_exit);
  ender.leaders_own = Status{0, {}, false};
  w.see(101, ender).see(100, exited(7, own_exit));
  EXPECT_TRUE(exit_of(w, "1").leader_zombie);
  EXPECT_EQ(exit_of(w, "1/1").how, How::exit_group);
}

TEST(Exit, ANewbornThatDiedUnannouncedInAnEndedGroupWasTakenAlong) {
  World w;
  w.launch(100).born(100, 101, pthread_create_call());
  Death newborn = exited(7, forced);
  newborn.identity = Identity{false, 100, 1, 0};
  w.see(102, newborn).see(101, exited(7, own_exit)).see(100, exited(7, forced));
  w.finish();
  const Event* birth = w.all<Birth>().back();
  EXPECT_EQ(exit_of(w, w.path(birth->lwp)).how, How::group);
  EXPECT_EQ(exit_of(w, w.path(birth->lwp)).by, 2u);
  EXPECT_EQ(birth->tgid, 100);
}

TEST(Exit, AThreadThatIsReportedAfterTheLeadersExitGroupEndedByItself) {
  for (const DeathOrder thread : {nth(1), from(0)}) {
    World w;
    w.launch(100).born(100, 101, pthread_create_call());
    w.see(101, exited(0, own_exit, thread)).see(100, exited(0, own_exit, thread.named ? from(1) : nth(1)));
    EXPECT_EQ(exit_of(w, "1/1").how, How::exit);
    EXPECT_EQ(exit_of(w, "1").how, How::exit_group);
    EXPECT_FALSE(exit_of(w, "1").leader_zombie);
  }
}

TEST(Exit, AZombieLeaderKeepsItsOwnCodeWhenASignalEndsTheGroup) {
  World w;
  w.launch(100).born(100, 101, pthread_create_call());
  Death leader = killed_by(11);
  leader.self = own_exit;
  leader.own = Status{4, {}, false};
  w.see(101, SignalStop{11, 1, {}, Address{0}, {}, {}, 0, 0, {}});
  w.see(101, killed_by(11)).see(100, leader);
  EXPECT_EQ(exit_of(w, "1").how, How::exit);
  EXPECT_EQ(exit_of(w, "1").status.code, 4);
  EXPECT_TRUE(exit_of(w, "1").leader_zombie);
  EXPECT_EQ(exit_of(w, "1/1").how, How::signal);
  EXPECT_EQ(w.tracker.end(w.now, EndReason::exited).status, (Status{{}, 11, false}));
}

TEST(Exit, WhatIsStillHeldAtTheEndIsTold) {
  World w = with_two_threads();
  w.see(101, exited(0, forced));
  w.finish();
  EXPECT_EQ(exit_of(w, "1/1").how, How::group);
}

TEST(Exit, AFatalSignalOfOneThreadEndsTheGroup) {
  World w = with_two_threads();
  w.see(102, SignalStop{11, 1, {}, Address{0}, {}, {}, 0, 0, {}});
  w.see(101, killed_by(11)).see(102, killed_by(11)).see(100, killed_by(11));
  EXPECT_EQ(w.only<Signal>().effect, Effect::core);
  EXPECT_EQ(exit_of(w, "1/2").how, How::signal);
  EXPECT_EQ(exit_of(w, "1/1").how, How::group);
  EXPECT_EQ(exit_of(w, "1/1").by, 3u);
  EXPECT_EQ(exit_of(w, "1").by, 3u);
}

TEST(Exit, AThreadsExecDestroysItsSiblingsAndTakesTheLeadersTid) {
  World w = with_two_threads();
  w.see(101, exited(0, forced));
  ExecStop exec;
  exec.former_tid = 102;
  exec.file = "/bin/true";
  exec.comm = "true";
  w.see(100, exec);
  EXPECT_EQ(exit_of(w, "1").how, How::exec);
  EXPECT_EQ(exit_of(w, "1/1").how, How::exec);
  EXPECT_EQ(exit_of(w, "1/1").by, 3u);
  const auto& told = std::get<Exec>(w.events.back().body);
  EXPECT_EQ(w.events.back().lwp, 3u);
  EXPECT_EQ(w.events.back().tid, 100);
  EXPECT_EQ(told.former_tid, 102);
  EXPECT_THAT(told.replaced, ElementsAre(2u, 1u));
  w.see(100, exited(5));
  EXPECT_EQ(exit_of(w, "1/2").status.code, 5);
  EXPECT_EQ(w.tracker.end(w.now, EndReason::exited).status, (Status{5, {}, false})) << "the root's group lived on";
  EXPECT_EQ(w.all<Exit>().size(), 3u);
}

TEST(Join, IsToldAfterTheExitOfTheJoined) {
  World w;
  w.launch(100).born(100, 101, pthread_create_call());
  w.see(100, EntryStop{FutexWaitCall{0x7f0000000910, 101}}).see(100, ReturnStop{0, {}, {}, {}});
  EXPECT_TRUE(w.all<Join>().empty());
  w.see(101, exited_while_others_live(0));
  EXPECT_EQ(w.story(), "birth 1, exec 1, birth 1/1, exit 1/1, join 1/1");
  EXPECT_EQ(w.only<Join>().by, 1u);
  EXPECT_EQ(w.only<Join>().waited_ns, 1000);
}

TEST(Join, OfAThreadWhoseExitWasToldFirst) {
  World w;
  w.launch(100).born(100, 101, pthread_create_call());
  w.see(100, EntryStop{FutexWaitCall{0x7f0000000910, 101}}).see(101, exited_while_others_live(0));
  w.see(100, ReturnStop{0, {}, {}, {}});
  EXPECT_EQ(w.story(), "birth 1, exec 1, birth 1/1, exit 1/1, join 1/1");
}

TEST(Join, IsNotStoppedAtItsReturn) {
  World w;
  w.launch(100).born(100, 101, pthread_create_call()).see(100, EntryStop{FutexWaitCall{0x7f0000000910, 101}});
  EXPECT_THAT(w.last, ElementsAre(Action{Resume{100, Resume::Until::next_event, 0}}));
  w.see(101, exited_while_others_live(0));
  EXPECT_EQ(w.story(), "birth 1, exec 1, birth 1/1, exit 1/1, join 1/1");
  EXPECT_EQ(w.only<Join>().waited_ns, 1000);
}

TEST(Join, WithATimeoutEndsAtItsReturn) {
  World w;
  w.launch(100).born(100, 101, pthread_create_call()).see(100, EntryStop{FutexWaitCall{0x7f0000000910, 101, true}});
  EXPECT_THAT(w.last, ElementsAre(Action{Resume{100, Resume::Until::call_return, 0}}));
  w.see(100, ReturnStop{-ETIMEDOUT, {}, {}, {}}).see(101, exited_while_others_live(0));
  EXPECT_TRUE(w.all<Join>().empty());
}

TEST(Join, OfAThreadWhoseDeathIsReportedAfterTheJoinersNextStop) {
  World w;
  w.launch(100).born(100, 101, pthread_create_call()).see(100, EntryStop{FutexWaitCall{0x7f0000000910, 101}});
  w.see(100, EntryStop{pthread_create_call()});
  EXPECT_THAT(w.last, Contains(Action{AwaitReport{101}}));
  w.see(101, exited_while_others_live(0));
  EXPECT_EQ(w.only<Join>().waited_ns, 1000);
}

TEST(Join, ThatASignalInterruptedIsOneOnlyIfItIsBegunAnew) {
  SignalStop handled = unhandled(SIGUSR1, SI_USER);
  handled.caught = 1ULL << (SIGUSR1 - 1);
  for (const bool anew : {false, true}) {
    World w;
    w.launch(100).born(100, 101, pthread_create_call()).see(100, EntryStop{FutexWaitCall{0x7f0000000910, 101}});
    w.see(100, handled);
    if (anew) w.see(100, EntryStop{FutexWaitCall{0x7f0000000910, 101}});
    w.see(101, exited_while_others_live(0));
    EXPECT_EQ(w.all<Join>().size(), anew ? 1 : 0);
  }
}

TEST(Join, OfWhomAnExitGroupTookAlongIsNone) {
  World w;
  w.launch(100).born(100, 101, pthread_create_call()).born(100, 102, pthread_create_call());
  w.see(100, EntryStop{FutexWaitCall{0x7f0000000910, 101}});
  w.see(101, exited(0, forced)).see(102, exited(0, own_exit)).see(100, exited(0, forced));
  EXPECT_TRUE(w.all<Join>().empty());
}

TEST(Join, AFutexThatIsNobodysTidWordIsLetGoAtOnce) {
  World w;
  w.launch(100).born(100, 101, pthread_create_call());
  w.see(100, EntryStop{FutexWaitCall{0x1234, 0}});
  EXPECT_THAT(w.last, ElementsAre(Action{Resume{100, Resume::Until::next_event, 0}}));
}

TEST(Join, TheSameAddressInAnotherMemoryIsAnotherWord) {
  World w;
  w.launch(100).born(100, 101, pthread_create_call()).born(100, 102, fork_call());
  w.see(102, EntryStop{FutexWaitCall{0x7f0000000910, 101}});
  EXPECT_THAT(w.last, ElementsAre(Action{Resume{102, Resume::Until::next_event, 0}}));
}

TEST(Reap, WithBirthsThatNoWaitIsSeenTheZombiesAreAskedForNowAndThen) {
  TrackerOptions options;
  options.detail = Detail::births;
  World w{options};
  w.launch(100);
  std::size_t asked = 0;
  for (Tid tid = 101; tid < 101 + 200; tid++) {
    w.born(100, tid, fork_call()).see(tid, exited(0));
    std::vector<Tid> who;
    for (const Action& action : w.last) {
      if (const auto* identify = std::get_if<Identify>(&action)) who.push_back(identify->tid);
    }
    asked += who.size();
    for (const Tid gone : who) w.see(gone, Identity{true, 0, 0, {}});
  }
  EXPECT_EQ(asked, 192u) << "each once, 64 at a time";
  EXPECT_TRUE(w.all<Reparent>().empty());
}

TEST(Reap, NamesWhoWaitedAndHowLongTheZombieWas) {
  World w;
  w.launch(100).born(100, 101, fork_call()).see(101, exited(22));
  WaitCall wait;
  wait.call = "wait4";
  w.see(100, EntryStop{wait}).see(100, ReturnStop{101, 101, 22 << 8, {}});
  EXPECT_EQ(w.only<Reap>().by, 1u);
  EXPECT_EQ(w.only<Reap>().status, (Status{22, {}, false}));
  EXPECT_EQ(w.only<Reap>().zombie_ns, 2000);
  EXPECT_EQ(w.events.back().lwp, 2u);
}

TEST(Reap, ASigchldThatComesAfterItStillNamesTheChild) {
  World w;
  w.launch(100).born(100, 101, fork_call()).see(101, exited(0));
  w.see(100, EntryStop{WaitCall{"wait4", -1, -1, 0, 0, 0}}).see(100, ReturnStop{101, 101, 0, {}});
  w.see(100, SignalStop{17, 1, Sender{101, 0, {}}, {}, 0, {}, 0, 0, {}});
  EXPECT_EQ(w.only<Signal>().sender->lwp, 2u);
}

TEST(Reap, IsAutomaticWhereTheParentIgnoresSigchld) {
  World w;
  w.launch(100).see(100, EntryStop{ChildActionCall{true, false}}).born(100, 101, fork_call()).see(101, exited(3));
  EXPECT_TRUE(w.only<Reap>().automatic);
  EXPECT_EQ(w.only<Reap>().status.code, 3);
  EXPECT_EQ(w.events.back().lwp, 2u);
}

TEST(Reap, AStoppedChildOrWnowaitReapsNobody) {
  World w;
  w.launch(100).born(100, 101, fork_call());
  WaitCall wait;
  wait.call = "wait4";
  w.see(100, EntryStop{wait}).see(100, ReturnStop{101, 101, (19 << 8) | 0x7f, {}});
  w.see(101, exited(0));
  wait.options = 0x01000000;  // WNOWAIT
  w.see(100, EntryStop{wait}).see(100, ReturnStop{0, 101, 0, {}});
  EXPECT_TRUE(w.all<Reap>().empty());
}

TEST(Reparent, ChildrenOfAnEndedProcessAreLookedUp) {
  World w;
  w.launch(100).born(100, 101, fork_call()).born(101, 102, fork_call()).see(101, exited(0));
  EXPECT_THAT(w.last, Contains(Action{Identify{102}}));
  w.see(102, Identity{false, 102, 1, 0});
  const auto& told = w.only<Reparent>();
  EXPECT_EQ(told.from, 2u);
  EXPECT_EQ(told.to_pid, 1);
  EXPECT_EQ(told.why, "init");
  EXPECT_EQ(w.events.back().lwp, 3u);
}

TEST(Reparent, ASubreaperInTheTraceIsNamedAndReaps) {
  World w;
  w.launch(100).see(100, EntryStop{SubreaperCall{true}});
  w.born(100, 101, fork_call()).born(101, 102, fork_call()).see(101, exited(0)).see(102, Identity{false, 102, 100, 0});
  EXPECT_EQ(w.only<Reparent>().to_lwp, 1u);
  EXPECT_EQ(w.only<Reparent>().why, "subreaper");
  WaitCall wait;
  wait.call = "waitid";
  w.see(102, exited(4)).see(100, EntryStop{wait}).see(100, ReturnStop{0, 102, 4 << 8, {}});
  EXPECT_EQ(w.only<Reap>().by, 1u);
}

}  // namespace
}  // namespace lwptrace::model
