// Attached: those that were found alive have a birth and a name each, and the story goes on from there.
#include <gmock/gmock.h>

#include "world.h"

namespace lwptrace::model {
namespace {

using testing::ElementsAre;

Attached found(Tid tgid, Tid ppid = 1) {
  Attached fact;
  fact.tgid = tgid;
  fact.ppid = ppid;
  fact.fs_base = Address{0x7f0000000740};
  fact.exit_signal.signo = 17;
  fact.comm = "x";
  return fact;
}

Attached ended(Tid tgid) {
  Attached fact = found(tgid);
  fact.ended = true;
  return fact;
}

std::vector<std::string> paths(const World& w) {
  std::vector<std::string> all;
  for (const Event* event : w.all<Birth>()) all.push_back(std::get<Birth>(event->body).path);
  return all;
}

TEST(Attach, EachProcessIsARootAndItsThreadsAreNamedInOrder) {
  World w;
  w.see(100, found(100)).see(101, found(100)).see(105, found(100)).see(90, found(90)).see(91, found(90));
  EXPECT_THAT(paths(w), ElementsAre("1", "1/1", "1/2", "2", "2/1"));
  EXPECT_EQ(std::get<Birth>(w.events[1].body).kind, Kind::thread);
  EXPECT_EQ(w.events[2].tgid, 100);
  EXPECT_TRUE(w.last.empty()) << "its stop is still to come: then it is resumed";
}

TEST(Attach, BirthsFromThenOnAreNamedAfterThoseThatWereFound) {
  World w;
  w.see(100, found(100)).see(101, found(100)).see(102, found(100));
  w.born(100, 103, pthread_create_call()).born(101, 104, fork_call()).born(100, 105, fork_call());
  EXPECT_THAT(paths(w), ElementsAre("1", "1/1", "1/2", "1/3", "1/1.1", "1.4"));
  EXPECT_EQ(std::get<Birth>(w.events.back().body).creator, 1u);
}

TEST(Attach, TellsNothingThatNobodySaw) {
  World w;
  w.see(100, found(100));
  const auto& birth = w.only<Birth>();
  EXPECT_EQ(birth.via, Via::attach);
  EXPECT_EQ(birth.tls, (Tls{Address{0x7f0000000740}, Address{0x7f0000000740}, {}}));
  EXPECT_FALSE(birth.creator || birth.flags_raw || birth.child_tid || birth.parent);
  EXPECT_TRUE(w.all<Exec>().empty());
}

TEST(Attach, TheTidWordOfOneThatWasFoundIsToldAndShowsItsJoin) {
  Attached thread = found(100);
  thread.child_tid = ChildTid{Address{0x7f0000000910}, false, true, 101};
  World w;
  w.see(100, found(100)).see(101, thread);
  EXPECT_EQ(std::get<Birth>(w.events[1].body).child_tid, thread.child_tid);
  w.see(100, EntryStop{FutexWaitCall{0x7f0000000910, 101}}).see(101, exited_while_others_live(0));
  w.see(100, ReturnStop{0, {}, {}, {}});
  EXPECT_EQ(w.only<Join>().by, 1u);
}

TEST(Attach, AWorkerOfTheKernelsIsNoLwpOfTheProgram) {
  Attached worker = found(100);
  worker.worker = true;
  worker.comm = "iou-sqp-100";
  World w;
  w.see(100, found(100)).see(102, worker).see(101, found(100));
  EXPECT_EQ(w.story(), "birth 1, escaped 1, birth 1/1");
  EXPECT_EQ(w.only<Escaped>().what, "worker 102 (iou-sqp-100)");
  EXPECT_EQ(w.tracker.alive(), 2u);
}

TEST(Attach, AParentThatIsInTheTraceIsNamed) {
  World w;
  w.see(100, found(100)).see(200, found(200, 100));
  EXPECT_EQ(std::get<Birth>(w.events.back().body).parent, 1u);
  EXPECT_EQ(std::get<Birth>(w.events.back().body).path, "2");
}

TEST(Attach, TheFirstStopOfOneThatWasFoundLetsItGoOn) {
  World w;
  w.see(100, found(100)).see(100, TrapStop{});
  EXPECT_TRUE(w.resumed(100));
  EXPECT_EQ(w.story(), "birth 1");
}

TEST(Attach, OneThatWasStoppedIsToldToBeStopped) {
  World w;
  w.see(100, found(100)).see(100, GroupStop{19});
  EXPECT_EQ(w.last, (std::vector<Action>{Resume{100, Resume::Until::group_stop_ends, 0}}));
  EXPECT_EQ(w.story(), "birth 1, stop 1");
}

TEST(Attach, ALeaderThatHadEndedBeforeHasAnEndThatNobodySaw) {
  World w;
  w.see(100, ended(100)).see(101, found(100)).see(102, found(100));
  EXPECT_EQ(w.story(), "birth 1, exit 1, birth 1/1, birth 1/2");
  EXPECT_EQ(w.only<Exit>().how, How::lost);
  EXPECT_TRUE(w.only<Exit>().leader_zombie);
  w.see(101, exited_while_others_live(3)).see(102, exited(3));
  EXPECT_EQ(w.story(), "birth 1, exit 1, birth 1/1, birth 1/2, exit 1/1, exit 1/2");
  EXPECT_EQ(w.tracker.end(w.now, EndReason::exited).exits, 3u);
  EXPECT_EQ(w.tracker.end(w.now, EndReason::exited).status, (Status{3, {}, false}));
}

TEST(Attach, AnExecOfAThreadTakesOverALeaderThatHadEndedBefore) {
  World w;
  ExecStop exec;
  exec.former_tid = 101;
  w.see(100, ended(100)).see(101, found(100)).see(100, exec).see(100, exited(0));
  EXPECT_EQ(w.story(), "birth 1, exit 1, birth 1/1, exec 1/1, exit 1/1");
  EXPECT_EQ(w.only<Exec>().former_tid, 101);
}

TEST(Attach, ANewbornThatStopsBeforeItsCreatorsEventIsHeldAsEver) {
  World w;
  w.see(100, found(100)).see(101, NewbornStop{fork_call(), {}, {}, {}, {}, {}});
  EXPECT_FALSE(w.resumed(101));
  w.announce(100, 101, fork_call());
  EXPECT_THAT(paths(w), ElementsAre("1", "1.1"));
}

TEST(Attach, FindingATaskTwiceIsFindingItOnce) {
  World w;
  w.see(100, found(100)).see(100, found(100));
  EXPECT_EQ(w.story(), "birth 1");
}

TEST(Attach, TheLimitCountsThoseThatWereFound) {
  World w(TrackerOptions{.max_lwps = 2});
  w.see(100, found(100));
  EXPECT_TRUE(w.last.empty());
  w.see(101, found(100));
  EXPECT_THAT(w.last, ElementsAre(Action{KillAll{}}));
}

}  // namespace
}  // namespace lwptrace::model
