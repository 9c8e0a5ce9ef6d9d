// Who has to wait for whom: children that reap themselves, and by whose word; waits that take nobody; zombies that
// stay; and the end of a pid namespace, whose deaths come in any order.
#include <gmock/gmock.h>
#include <lwptrace/names.h>
#include <sys/wait.h>

#include "world.h"

namespace lwptrace::model {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

// Each reap as "path by path", or "path by itself".
std::vector<std::string> reaps(const World& w) {
  std::vector<std::string> told;
  for (const Event* event : w.all<Reap>()) {
    const auto& reap = std::get<Reap>(event->body);
    told.push_back(w.path(event->lwp) + " by " + (reap.automatic ? "itself" : w.path(reap.by)));
  }
  return told;
}

CloneCall fork_with_exit_signal(int signo) {
  CloneCall call = fork_call();
  call.exit_signal = signo;
  call.flags_raw = call.flags | static_cast<std::uint64_t>(signo);
  return call;
}

ExecStop exec_of(Tid tid) {
  ExecStop exec;
  exec.former_tid = tid;
  exec.file = "/bin/y";
  exec.argv = {"y"};
  exec.comm = "y";
  return exec;
}

constexpr ChildActionCall usual{false, false}, ignored{true, false}, no_wait{false, true};
constexpr std::uint64_t wnohang = 1;

TEST(AutomaticReap, IsThatOfSaNocldwaitAsWell) {
  World w;
  w.launch(100).see(100, EntryStop{no_wait}).born(100, 101, fork_call()).see(101, exited(3));
  EXPECT_THAT(reaps(w), ElementsAre("1.1 by itself"));
}

TEST(AutomaticReap, IsInheritedByFork) {
  for (const ChildActionCall& action : {ignored, no_wait}) {
    World w;
    w.launch(100).see(100, EntryStop{action}).born(100, 101, fork_call()).see(100, EntryStop{usual});
    w.born(101, 102, fork_call()).see(102, exited(0)).see(101, exited(0));
    EXPECT_THAT(reaps(w), ElementsAre("1.1.1 by itself"));
  }
}

TEST(AutomaticReap, OutlivesAnExecWhereSigchldIsIgnoredAndNotForSaNocldwait) {
  for (const ChildActionCall& action : {ignored, no_wait}) {
    World w;
    w.launch(100).see(100, EntryStop{action}).see(100, exec_of(100)).born(100, 101, fork_call()).see(101, exited(0));
    EXPECT_EQ(reaps(w).size(), action == ignored ? 1U : 0U);
  }
}

TEST(AutomaticReap, IsNotOfAChildWithAnotherExitSignal) {
  for (const int exit_signal : {0, 10}) {
    World w;
    w.launch(100).see(100, EntryStop{ignored}).born(100, 101, fork_with_exit_signal(exit_signal)).see(101, exited(0));
    EXPECT_TRUE(reaps(w).empty());
    w.see(100, EntryStop{WaitCall{"wait4", -1, -1, 0, 0, 0}}).see(100, ReturnStop{101, 101, 0, {}});
    EXPECT_THAT(reaps(w), ElementsAre("1.1 by 1"));
  }
}

TEST(AutomaticReap, IsNotOfAZombieFromBefore) {
  World w;
  w.launch(100).born(100, 101, fork_call()).see(101, exited(0)).see(100, EntryStop{ignored});
  EXPECT_TRUE(reaps(w).empty());
  w.see(100, EntryStop{WaitCall{"wait4", -1, -1, 0, 0, 0}}).see(100, ReturnStop{101, 101, 0, {}});
  EXPECT_THAT(reaps(w), ElementsAre("1.1 by 1"));
}

TEST(Wait, ThatFindsNobodyReapsNobody) {
  World w;
  w.launch(100).born(100, 101, fork_call());
  w.see(100, EntryStop{WaitCall{"wait4", -1, -1, wnohang, 0, 0}}).see(101, exited(0));
  w.see(100, ReturnStop{0, 0, {}, {}});  // it had looked before the child ended
  EXPECT_TRUE(reaps(w).empty());
  w.see(100, EntryStop{WaitCall{"waitid", 101, 1, wnohang, 0, 0}}).see(100, ReturnStop{0, 101, 0, {}});
  EXPECT_THAT(reaps(w), ElementsAre("1.1 by 1"));
}

TEST(Wait, TellsWhomItNamedIfItWouldHaveWaitedForHim) {
  const struct {
    WaitCall call;
    std::optional<Tid> asked;
  } rows[] = {{{"wait4", 101, -1, 0, 0, 0}, 101},
              {{"wait4", 101, -1, wnohang, 0, 0}, {}},
              {{"wait4", -1, -1, 0, 0, 0}, {}},
              {{"wait4", 0, -1, 0, 0, 0}, {}},
              {{"wait4", -100, -1, 0, 0, 0}, {}},
              {{"waitid", 101, P_PID, WEXITED, 0, 0}, 101},
              {{"waitid", 3, P_PIDFD, WEXITED, 0, 0}, 101},
              {{"waitid", 3, P_PIDFD, WEXITED | wnohang, 0, 0}, {}},
              {{"waitid", 100, P_PGID, WEXITED, 0, 0}, {}},
              {{"waitid", 0, P_ALL, WEXITED, 0, 0}, {}}};
  for (const auto& row : rows) {
    World w;
    w.launch(100).born(100, 101, fork_call()).see(101, exited(4));
    w.see(100, EntryStop{row.call}).see(100, ReturnStop{101, 101, 4 << 8, {}});
    EXPECT_EQ(w.only<Reap>().asked, row.asked) << row.call.call << " " << row.call.id;
  }
}

TEST(Wait, ThatASignalInterruptsIsToldOnceItHasReaped) {
  constexpr std::int64_t erestartsys = -512, eintr = -4, echild = -10;
  World w;
  w.launch(100).born(100, 101, fork_call());
  const WaitCall wait{"wait4", 101, -1, 0, 0, 0};
  w.see(100, EntryStop{wait}).see(100, ReturnStop{erestartsys, {}, {}, {}});
  w.see(100, EntryStop{wait}).see(100, ReturnStop{eintr, {}, {}, {}}).see(101, exited(4));
  EXPECT_TRUE(reaps(w).empty());
  w.see(100, EntryStop{wait}).see(100, ReturnStop{101, 101, 4 << 8, {}});
  EXPECT_EQ(w.only<Reap>().asked, 101);
  w.see(100, EntryStop{wait}).see(100, ReturnStop{echild, {}, {}, {}});
  EXPECT_THAT(reaps(w), ElementsAre("1.1 by 1"));
}

TEST(Wait, OfAnotherThreadReapsAsWell) {
  World w;
  w.launch(100).born(100, 101, pthread_create_call()).born(100, 102, fork_call()).see(102, exited(4));
  w.see(101, EntryStop{WaitCall{"wait4", 102, -1, 0, 0, 0}}).see(101, ReturnStop{102, 102, 4 << 8, {}});
  EXPECT_THAT(reaps(w), ElementsAre("1.2 by 1/1"));
}

TEST(Zombie, ThatNobodyWaitedForEndsWithItsParentAndIsReapedByNobodyInTheTrace) {
  World w;
  w.launch(100).born(100, 101, fork_call()).see(101, exited(0)).see(100, exited(0));
  w.see(101, Identity{true, 0, 0, {}}).finish();
  EXPECT_TRUE(reaps(w).empty());
  EXPECT_EQ(w.all<Exit>().size(), 2U);
}

// Process 1 of a namespace exits; whoever is left is killed, in group-stop, with threads, without its leader; the
// deaths are reported in any order, the init's own last.
TEST(NamespaceInit, ThatExitsTakesEverybodyAlongInWhateverOrderTheyDie) {
  constexpr Tid init = 101, stopped = 102, thread_of_stopped = 103, over = 104, thread_of_over = 105;
  CloneCall namespaced = fork_call();
  namespaced.flags |= CLONE_NEWPID;
  const std::vector<std::vector<Tid>> orders = {{thread_of_stopped, stopped, thread_of_over, over},
                                                {thread_of_over, over, thread_of_stopped, stopped}};
  for (const std::vector<Tid>& order : orders) {
    World w;
    w.launch(100).born(100, init, namespaced).born(init, stopped, fork_call());
    w.born(stopped, thread_of_stopped, pthread_create_call()).born(init, over, fork_call());
    w.born(over, thread_of_over, pthread_create_call());
    w.see(stopped, GroupStop{19}).see(thread_of_stopped, GroupStop{19});
    for (const Tid tid : order) {
      Death death = killed_by(9);
      death.self = tid == over ? own_exit : forced;
      w.see(tid, death);
    }
    EXPECT_EQ(w.all<Exit>().size(), 4U);
    w.see(init, exited(7));
    std::vector<std::string> ends;
    for (const Event* event : w.all<Exit>()) {
      const auto& exit = std::get<Exit>(event->body);
      ends.push_back(w.path(event->lwp) + " " + std::string(to_string(exit.how)) +
                     (exit.leader_zombie ? " leader" : ""));
    }
    EXPECT_THAT(ends, UnorderedElementsAre("1.1.1 signal", "1.1.1/1 signal", "1.1.2 exit leader", "1.1.2/1 signal",
                                           "1.1 exit_group"));
  }
}

TEST(AutomaticReap, IsWhatCloneAutoreapAsksFor) {  // Linux 7.1; no exit signal goes with it
  CloneCall call = fork_call();
  call.via = Via::clone3;
  call.flags = call.flags_raw = 0x400000000;
  call.exit_signal = 0;
  World w;
  w.launch(100).born(100, 101, call).see(101, exited(3));
  EXPECT_TRUE(w.only<Reap>().automatic);
}

TEST(AutomaticReap, IsThatOfWhoSharesTheHandlersAsWell) {  // CLONE_SIGHAND without CLONE_THREAD
  CloneCall call = fork_call();
  call.flags |= CLONE_VM | CLONE_SIGHAND;
  call.flags_raw = call.flags | 17;
  World w;
  w.launch(100).born(100, 101, call).see(101, EntryStop{ignored}).see(101, exited(0));
  EXPECT_TRUE(w.only<Reap>().automatic);
}

TEST(Reparent, IsToldOfAnOrphanThatDiedBeforeItsParentsDeathWasReported) {
  World w;
  w.launch(100).born(100, 101, fork_call()).born(101, 102, fork_call());
  Death death = exited(0);
  death.ppid = 1;  // /proc said so before it was reaped
  w.see(102, death).see(101, exited(0)).see(102, Identity{true, 0, 0, {}});
  EXPECT_EQ(w.only<Reparent>().to_pid, 1);
}

TEST(Reparent, OfWhatAThreadMadeIsToTheFirstThreadThatGoesOn) {
  World w;
  w.launch(100).born(100, 101, pthread_create_call()).born(101, 102, fork_call());
  Death death = exited_while_others_live(0);
  death.own = death.status;
  w.see(101, death);
  EXPECT_EQ(w.only<Reparent>().from, 2u);
  EXPECT_EQ(w.only<Reparent>().to_lwp, 1u);
  EXPECT_EQ(w.only<Reparent>().to_pid, 100);
  EXPECT_EQ(w.only<Reparent>().why, "thread");
}

TEST(Exit, OfALeaderThatWasOverWhenASignalEndedItsThreadsHasItsOwnCode) {
  World w;
  w.launch(100).born(100, 101, pthread_create_call());
  Death thread = killed_by(9), leader = killed_by(9);
  thread.self = forced;
  thread.leaders_own = Status{7, {}, false};
  leader.self = own_exit;
  w.see(101, thread).see(100, leader);
  const auto exits = w.all<Exit>();
  ASSERT_EQ(exits.size(), 2u);
  const auto& told = std::get<Exit>(exits[1]->body);
  EXPECT_EQ(told.how, How::exit);
  EXPECT_EQ(told.status.code, 7);
  EXPECT_TRUE(told.leader_zombie);
}

TEST(Exit, OfALeaderThatWasOverBeforeAnExecIsItsOwn) {
  World w;
  w.launch(100).born(100, 101, pthread_create_call());
  EntryStop entry{ExecCall{}};
  entry.leaders_own = Status{3, {}, false};
  ExecStop exec;
  exec.former_tid = 101;
  w.see(101, entry).see(100, exec);
  EXPECT_EQ(w.only<Exit>().how, How::exit);
  EXPECT_EQ(w.only<Exit>().status.code, 3);
  EXPECT_TRUE(std::get<Exec>(w.all<Exec>().back()->body).replaced.empty());
}

}  // namespace
}  // namespace lwptrace::model
