// Who is who when tids move: execs by threads with the leader alive or gone, kills that overtake an exec or a birth,
// pid namespaces in pid namespaces.
#include <gmock/gmock.h>

#include <csignal>

#include "world.h"

namespace lwptrace::model {
namespace {

using testing::ElementsAre;

ExecStop exec_of(Tid former) {
  ExecStop exec;
  exec.former_tid = former;
  exec.file = "/bin/true";
  return exec;
}

TEST(Exec, ByAThreadWhoseLeaderWasSeenToEndDestroysTheOthersOnly) {
  World w;
  w.launch(100).born(100, 101, pthread_create_call()).born(100, 102, pthread_create_call());
  w.see(100, EntryStop{ExitCall{false, 0}}).see(101, exited(0, forced)).see(100, exec_of(102));
  EXPECT_EQ(exit_of(w, "1").how, How::exit);
  EXPECT_TRUE(exit_of(w, "1").leader_zombie);
  EXPECT_EQ(exit_of(w, "1/1").how, How::exec);
  const auto& told = std::get<Exec>(w.all<Exec>().back()->body);
  EXPECT_EQ(told.former_tid, 102);
  EXPECT_THAT(told.replaced, ElementsAre(2u));
}

TEST(Exec, ByTheLeaderKeepsItsTidAndDestroysTheOthers) {
  World w;
  w.launch(100).born(100, 101, pthread_create_call()).see(101, exited(0, forced)).see(100, exec_of(100));
  EXPECT_EQ(exit_of(w, "1/1").how, How::exec);
  EXPECT_EQ(exit_of(w, "1/1").by, 1u);
  const auto& told = std::get<Exec>(w.all<Exec>().back()->body);
  EXPECT_EQ(told.former_tid, std::nullopt);
  EXPECT_THAT(told.replaced, ElementsAre(2u));
}

TEST(Exec, ThatIsKilledBeforeItsStopEndsAsKilled) {
  World w;
  w.launch(100).born(100, 101, fork_call());
  w.see(101, EntryStop{ExecCall{}}).see(101, killed_by(SIGKILL));
  EXPECT_EQ(w.all<Exec>().size(), 1u) << "the root's";
  EXPECT_TRUE(w.all<ExecFailed>().empty());
  EXPECT_EQ(exit_of(w, "1.1").how, How::signal);
}

TEST(Exec, OfAThreadThatIsKilledWithTheLeadersTidAlreadyEndsBoth) {
  World w;
  w.launch(100).born(100, 101, pthread_create_call());
  w.see(101, EntryStop{ExecCall{}}).see(100, killed_by(SIGKILL));
  EXPECT_EQ(exit_of(w, "1").how, How::exec);
  EXPECT_EQ(exit_of(w, "1").by, 2u);
  EXPECT_EQ(exit_of(w, "1/1").how, How::signal);
  EXPECT_EQ(w.all<Exit>().back()->tid, 100);
  EXPECT_EQ(w.tracker.alive(), 0u);
}

// The kernel stores the tid before the newborn first runs: another thread may kill and wait for whom nobody has
// announced.
TEST(Unannounced, ChildThatAnotherThreadKillsAndReapsHasABirthAnEndAndAReap) {
  World w;
  w.launch(100).born(100, 101, pthread_create_call());
  w.see(101, EntryStop{KillCall{.call = "kill", .target = 102, .signo = SIGKILL, .scope = Scope::process}});
  w.see(102, killed_by(SIGKILL)).announce(100, 102, fork_call());
  w.see(101, ReturnStop{0, {}, {}, {}, {}});
  w.see(101, EntryStop{WaitCall{.call = "wait4", .id = 102}}).see(101, ReturnStop{102, 102, 9, {}, {}});
  EXPECT_EQ(w.only<Reap>().by, 2u);
  EXPECT_EQ(exit_of(w, "1.2").status.signal, SIGKILL);
  EXPECT_EQ(w.path(w.all<Reap>()[0]->lwp), "1.2");
}

TEST(Newborns, OfAGroupThatAFatalSignalEndsHaveOneBirthAndOneEndEach) {
  World w;
  CloneCall other = pthread_create_call();
  other.stack += 0x100000;
  other.tls += 0x100000;
  other.parent_tid = other.child_tid += 0x100000;
  w.launch(100).born(100, 101, fork_call()).born(101, 102, pthread_create_call());
  w.see(102, EntryStop{other}).see(103, NewbornStop{other, {}, {}, {}, {}, {}});  // held: 102 is about to announce it
  w.see(103, killed_by(SIGTERM)).see(102, killed_by(SIGTERM)).see(101, killed_by(SIGTERM));
  w.see(100, exited(0));
  w.finish();
  EXPECT_EQ(w.all<Birth>().size(), 4u);
  EXPECT_EQ(w.all<Exit>().size(), 4u);
  EXPECT_EQ(exit_of(w, "1.1/1/1").status.signal, SIGTERM);
}

TEST(PidNamespaces, AreToldFromTheOutermostToTheInnermost) {
  World w;
  CloneCall call = fork_call();
  call.via = Via::clone3;
  call.flags |= CLONE_NEWPID;
  call.set_tid = {1, 50, 600};
  w.launch(100).announce(100, 101, call).see(101, NewbornStop{call, {}, {}, {}, {}, {600, 50, 1}});
  const auto& birth = std::get<Birth>(w.all<Birth>().back()->body);
  EXPECT_THAT(birth.ns_tids, ElementsAre(600, 50, 1));
  EXPECT_THAT(birth.set_tid, ElementsAre(1, 50, 600));
}

}  // namespace
}  // namespace lwptrace::model
