// Stops and signals that nobody handles: a newborn that joins a group-stop, calls that an ignored signal has woken, and
// a leader that has ended when its threads are killed.
#include <gmock/gmock.h>

#include <csignal>

#include "world.h"

namespace lwptrace::model {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;

Resume listen_to(Tid tid) { return Resume{tid, Resume::Until::group_stop_ends, 0}; }

NewbornStop stopped_by(int signo) {
  NewbornStop stop;
  stop.call = pthread_create_call();
  stop.group_stop = signo;
  return stop;
}

TEST(GroupStop, OfANewbornThreadIsListenedToAndNotRunThrough) {
  World w;
  w.launch(100).announce(100, 101, pthread_create_call()).see(101, stopped_by(SIGSTOP));
  EXPECT_EQ(w.story(), "birth 1, exec 1, birth 1/1, stop 1/1");
  EXPECT_EQ(w.only<Stop>().signo, SIGSTOP);
  EXPECT_THAT(w.last, ElementsAre(Action{listen_to(101)}));
  w.see(101, TrapStop{});
  EXPECT_EQ(w.story(), "birth 1, exec 1, birth 1/1, stop 1/1, continue 1/1");
  EXPECT_TRUE(w.resumed(101));
}

TEST(GroupStop, OfANewbornThatIsNotAnnouncedYetIsListenedToWhenItIs) {
  World w;
  w.launch(100).see(101, stopped_by(SIGTSTP));
  EXPECT_TRUE(w.last.empty());
  w.announce(100, 101, pthread_create_call());
  EXPECT_EQ(w.story(), "birth 1, exec 1, birth 1/1, stop 1/1");
  EXPECT_THAT(w.last, Contains(Action{listen_to(101)}));
}

TEST(GroupStop, OfANewbornWhoseBirthWasToldWithoutItsStopIsListenedToAsWell) {
  World w;
  w.launch(100).announce(100, 101, pthread_create_call()).see(100, GroupStop{SIGSTOP}).see(101, stopped_by(SIGSTOP));
  EXPECT_EQ(w.story(), "birth 1, exec 1, birth 1/1, stop 1, stop 1/1");
  EXPECT_THAT(w.last, ElementsAre(Action{listen_to(101)}));
}

TEST(GroupStop, ThatFollowsAnotherWithoutAReportBetweenMeansAContinue) {
  World w;
  w.launch(100).see(100, GroupStop{SIGTTIN}).see(100, GroupStop{SIGTTOU}).see(100, TrapStop{});
  EXPECT_EQ(w.story(), "birth 1, exec 1, stop 1, continue 1, stop 1, continue 1");
}

TEST(Reparent, ToTheFirstProcessOfAPidNamespaceIsToItsInit) {
  World w;
  w.launch(100).announce(100, 101, fork_call()).see(101, NewbornStop{fork_call(), {}, {}, {}, {}, {1}});
  w.announce(101, 102, fork_call()).see(102, NewbornStop{fork_call(), {}, {}, {}, {}, {2}});
  w.announce(102, 103, fork_call()).see(103, NewbornStop{fork_call(), {}, {}, {}, {}, {3}});
  w.see(102, exited(0)).see(103, Identity{false, 103, 101, {}});
  EXPECT_EQ(w.only<Reparent>().why, "init");
  EXPECT_EQ(w.only<Reparent>().to_lwp, 2u);
}

TEST(Exit, OfALeaderThatWasSeenToCallItIsItsOwnThoughItsThreadsAreKilledLater) {
  World w;
  w.launch(100).born(100, 101, pthread_create_call()).see(100, EntryStop{ExitCall{false, 3}});
  Death of_thread = killed_by(SIGKILL), of_leader = killed_by(SIGKILL);
  of_thread.self = forced;
  of_leader.self = own_exit_overtaken;
  w.see(101, of_thread).see(100, of_leader);
  const auto& leaders = std::get<Exit>(w.events.back().body);
  EXPECT_EQ(leaders.how, How::exit);
  EXPECT_EQ(leaders.status.code, 3);
  EXPECT_TRUE(leaders.leader_zombie);
}

SignalStop delivery(int signo, std::uint64_t ignored, std::uint64_t caught) {
  return SignalStop{signo, SI_USER, Sender{7, 0, {}}, {}, {}, {}, ignored, caught, {}, {}};
}
constexpr std::uint64_t bit(int signo) { return 1ULL << (signo - 1); }

TEST(IgnoredSignal, DisturbsNoCall) {
  World w;
  w.launch(100);
  const SignalStop ignored[] = {delivery(SIGCHLD, 0, 0), delivery(SIGURG, 0, 0), delivery(SIGCONT, 0, 0),
                                delivery(SIGHUP, bit(SIGHUP), 0)};
  for (const SignalStop& stop : ignored) {
    w.see(100, stop);
    EXPECT_THAT(w.last,
                ElementsAre(Action{Undisturb{100}}, Action{Resume{100, Resume::Until::next_event, stop.signo}}));
  }
}

TEST(IgnoredSignal, IsNotOneThatIsHandledOrKillsOrOfUnknownDisposition) {
  World w;
  w.launch(100);
  SignalStop unknown = delivery(SIGCHLD, 0, 0);
  unknown.ignored = unknown.caught = {};
  const SignalStop others[] = {delivery(SIGCHLD, 0, bit(SIGCHLD)), delivery(SIGTERM, 0, 0),
                               delivery(SIGCONT, 0, bit(SIGCONT)), unknown};
  for (const SignalStop& stop : others) {
    w.see(100, stop);
    EXPECT_THAT(w.last, Not(Contains(Action{Undisturb{100}}))) << stop.signo;
  }
}

}  // namespace
}  // namespace lwptrace::model
