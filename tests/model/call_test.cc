// Calls and signals: failed births, fallbacks, names, sends that are seen after their delivery, group-stops.
#include <gmock/gmock.h>

#include <cerrno>
#include <csignal>

#include "world.h"

namespace lwptrace::model {
namespace {

using testing::ElementsAre;

Resume to_return(Tid tid) { return Resume{tid, Resume::Until::call_return, 0}; }

TEST(Uid, OfANewbornIsItsCreatorsWhateverItsSiblingsBecame) {
  World w;
  w.launch(100).born(100, 101, pthread_create_call());
  ReturnStop became;
  became.uid = 65534;
  w.see(101, EntryStop{CredentialsCall{}}).see(101, became).born(100, 102, fork_call()).born(101, 103, fork_call());
  const auto births = w.all<Birth>();
  EXPECT_EQ(std::get<Birth>(births[2]->body).uid, 0u);
  EXPECT_EQ(std::get<Birth>(births[3]->body).uid, 65534u);
}

TEST(BirthFailed, IsToldAtTheReturnWithTheRuleThatWasBroken) {
  World w;
  CloneCall call;
  call.via = Via::clone;
  call.flags_raw = call.flags = CLONE_THREAD;
  w.launch(100).see(100, EntryStop{call});
  EXPECT_THAT(w.last, ElementsAre(Action{to_return(100)}));
  w.see(100, ReturnStop{-EINVAL, {}, {}, {}});
  EXPECT_EQ(w.only<BirthFailed>().error, EINVAL);
  EXPECT_THAT(w.only<BirthFailed>().why, testing::HasSubstr("CLONE_SIGHAND"));
}

TEST(BirthFailed, ACallThatTheKernelRestartsHasNotFailed) {
  World w;
  w.launch(100).see(100, EntryStop{fork_call()}).see(100, ReturnStop{-513, {}, {}, {}});
  EXPECT_TRUE(w.all<BirthFailed>().empty());
}

TEST(Untraced, IsTracedAndToldAsItWasAskedFor) {
  World w;
  CloneCall call = fork_call();
  call.flags |= CLONE_UNTRACED;
  call.flags_raw |= CLONE_UNTRACED;
  w.launch(100).see(100, EntryStop{call});
  EXPECT_THAT(w.last, ElementsAre(Action{TraceUntraced{100}}, Action{to_return(100)}));
  w.born(100, 101, fork_call());
  EXPECT_EQ(std::get<Birth>(w.events.back().body).flags_raw, Address{call.flags_raw});
}

TEST(Fallback, Clone3WithoutTheKernelsHelpThenCloneIsOneBirth) {
  World w;
  w.launch(100).see(100, EntryStop{pthread_create_call()}).see(100, ReturnStop{-ENOSYS, {}, {}, {}});
  CloneCall clone = pthread_create_call();
  clone.via = Via::clone;
  w.see(100, EntryStop{clone}).born(100, 101, clone);
  EXPECT_TRUE(w.all<BirthFailed>().empty());
  EXPECT_EQ(std::get<Birth>(w.events.back().body).fallback, "clone3");
  EXPECT_EQ(std::get<Birth>(w.events.back().body).path, "1/1");
}

TEST(Fallback, IsToldOfACloneWhoseClone3AFilterRefusedUnseen) {
  World w;
  CloneCall clone = pthread_create_call();
  clone.via = Via::clone;
  BirthStop stop;
  stop.child = 101;
  stop.call = clone;
  stop.clone3_refused = true;
  w.launch(100).see(100, EntryStop{clone}).see(100, stop).see(101, NewbornStop{clone, {}, {}, {}, {}, {}});
  EXPECT_EQ(std::get<Birth>(w.events.back().body).fallback, "clone3");
  w.see(100, EntryStop{clone}).born(100, 102, clone);
  EXPECT_EQ(std::get<Birth>(w.events.back().body).fallback, "") << "it is told of one birth, not of its creator";
}

TEST(Fallback, Clone3ThatNobodyRetriesIsAFailedBirth) {
  World w;
  w.launch(100).see(100, EntryStop{pthread_create_call()}).see(100, ReturnStop{-ENOSYS, {}, {}, {}});
  EXPECT_TRUE(w.all<BirthFailed>().empty());
  w.see(100, exited(1));
  EXPECT_EQ(w.story(), "birth 1, exec 1, birth_failed 1, exit 1");
}

TEST(Exec, ASuccessfulOneIsNamedAsItWasCalled) {
  World w;
  w.launch(100).see(100, EntryStop{ExecCall{"./script", {"./script", "a"}, false}});
  ExecStop stop;
  stop.former_tid = 100;
  stop.file = "/usr/bin/dash";
  stop.argv = {"/bin/sh", "./script", "a"};
  stop.comm = "script";
  w.see(100, stop);
  EXPECT_EQ(std::get<Exec>(w.events.back().body).file, "./script");
  EXPECT_THAT(std::get<Exec>(w.events.back().body).argv, ElementsAre("./script", "a"));
}

TEST(Exec, AFailedOneIsToldWithItsErrno) {
  World w;
  w.launch(100).see(100, EntryStop{ExecCall{"/nowhere", {"x"}, false}}).see(100, ReturnStop{-ENOENT, {}, {}, {}});
  EXPECT_EQ(w.only<ExecFailed>().error, ENOENT);
  EXPECT_EQ(w.only<ExecFailed>().file, "/nowhere");
}

TEST(Comm, IsToldAtTheEntryAndCostsNoReturnStop) {
  World w;
  w.launch(100).see(100, EntryStop{NameCall{"worker"}});
  EXPECT_EQ(w.only<Comm>().former, "x");
  EXPECT_THAT(w.last, ElementsAre(Action{Resume{100, Resume::Until::next_event, 0}}));
}

TEST(Tls, IsToldAtTheEntryWhereItCannotFail) {
  World w;
  w.launch(100).see(100, EntryStop{TlsSetCall{"arch_prctl", "ARCH_SET_FS", 0x7f3fc3e21740}});
  EXPECT_THAT(w.last, ElementsAre(Action{Resume{100}}));
  EXPECT_EQ(w.only<TlsCall>().error, 0);
}

TEST(Tls, OfAnAddressThatIsNoProgramsHasItsErrno) {
  World w;
  w.launch(100).see(100, EntryStop{TlsSetCall{"arch_prctl", "ARCH_SET_GS", 0xffff800000000000}});
  EXPECT_THAT(w.last, ElementsAre(Action{to_return(100)}));
  w.see(100, ReturnStop{-EPERM, {}, {}, {}});
  EXPECT_EQ(w.only<TlsCall>().error, EPERM);
}

TEST(Kill, ComesBeforeTheDeliveryThatItCaused) {
  World w;
  w.launch(100).born(100, 101, fork_call());
  w.see(100, EntryStop{KillCall{"kill", 101, 0, SIGTERM, Scope::process}});
  w.see(101, SignalStop{SIGTERM, SI_USER, Sender{100, 0, {}}, {}, {}, {}, 0, 0, {}});
  w.see(100, ReturnStop{0, {}, {}, {}});
  EXPECT_EQ(w.story(), "birth 1, exec 1, birth 1.1, kill 1, signal 1.1");
  EXPECT_EQ(w.only<Kill>().target_lwp, 2u);
  EXPECT_EQ(w.only<Signal>().sender->lwp, 1u);
  EXPECT_EQ(w.only<Signal>().effect, Effect::terminate);
}

TEST(Kill, ASigkillNamesTheKillerOfTheDead) {
  World w;
  w.launch(100).born(100, 101, fork_call()).see(100, EntryStop{KillCall{"kill", 101, 0, SIGKILL, Scope::process}});
  w.see(101, killed_by(SIGKILL)).see(100, ReturnStop{0, {}, {}, {}});
  EXPECT_EQ(w.story(), "birth 1, exec 1, birth 1.1, kill 1, exit 1.1");
  EXPECT_EQ(w.only<Exit>().how, How::signal);
  EXPECT_EQ(w.only<Exit>().by, 1u);
}

TEST(Kill, OfAThreadToItselfThatCannotFailIsToldAtItsEntry) {
  World w;
  KillCall call{"tgkill", 100, 100, SIGUSR1, Scope::thread};
  call.sure = true;
  w.launch(100).see(100, EntryStop{call});
  EXPECT_THAT(w.last, ElementsAre(Action{Resume{100, Resume::Until::next_event, 0}}));
  EXPECT_EQ(w.only<Kill>().target_lwp, 1u);
  w.see(100, unhandled(SIGUSR1, SI_TKILL, Sender{100, 0, {}}));
  EXPECT_EQ(w.story(), "birth 1, exec 1, kill 1, signal 1");
}

TEST(Kill, ByAThreadNamesTheThread) {
  World w;
  w.launch(100).born(100, 101, pthread_create_call());
  w.see(101, EntryStop{KillCall{"tgkill", 100, 100, SIGUSR1, Scope::thread}}).see(101, ReturnStop{0, {}, {}, {}});
  w.see(100, SignalStop{SIGUSR1, SI_TKILL, Sender{100, 0, {}}, {}, {}, {}, 0, 1ULL << (SIGUSR1 - 1), {}});
  EXPECT_EQ(w.only<Signal>().sender->lwp, 2u);
  EXPECT_EQ(w.only<Signal>().scope, Scope::thread);
  EXPECT_EQ(w.only<Signal>().disposition, Disposition::handler);
  EXPECT_EQ(w.only<Signal>().effect, Effect::handled);
}

TEST(Kill, AFailedSendKeepsItsErrno) {
  World w;
  w.launch(100).see(100, EntryStop{KillCall{"kill", 4711, 0, SIGTERM, Scope::process}});
  w.see(100, ReturnStop{-ESRCH, {}, {}, {}});
  EXPECT_EQ(w.only<Kill>().error, ESRCH);
}

KillCall by_pidfd(std::optional<Tid> target) {
  KillCall call{"pidfd_send_signal", 3, 0, SIGTERM, Scope::process};
  call.target_pid = target;
  return call;
}

TEST(Kill, ThroughADescriptorReachesWhomItStandsFor) {
  World w;
  w.launch(100).born(100, 101, fork_call()).born(100, 102, fork_call());
  w.see(100, EntryStop{by_pidfd(101)});
  w.see(102, SignalStop{SIGTERM, SI_USER, Sender{7, 0, {}}, {}, {}, {}, 0, 0, {}});
  EXPECT_TRUE(w.all<Kill>().empty()) << "somebody else's signal to somebody else";
  w.see(100, ReturnStop{0, {}, {}, {}});
  EXPECT_EQ(w.only<Kill>().target, 3);
  EXPECT_EQ(w.only<Kill>().target_lwp, 2u);
}

TEST(Kill, ThroughADescriptorThatCannotBeReadNamesNobody) {
  World w;
  w.launch(100).born(100, 101, fork_call()).see(100, EntryStop{by_pidfd({})}).see(100, ReturnStop{0, {}, {}, {}});
  EXPECT_EQ(w.only<Kill>().target_lwp, std::nullopt);
}

// In a pid namespace of their own 101 is 1 and its children 102 and 103 are 2 and 3; the root's tid is 2 by chance.
World& two_in_a_namespace(World& w) {
  w.launch(2);
  w.announce(2, 101, fork_call()).see(101, NewbornStop{fork_call(), {}, {}, {}, {}, {1}});
  w.announce(101, 102, fork_call()).see(102, NewbornStop{fork_call(), {}, {}, {}, {}, {2}});
  return w.announce(101, 103, fork_call()).see(103, NewbornStop{fork_call(), {}, {}, {}, {}, {3}});
}

TEST(PidNamespace, ASendersNumberIsThatOfTheReceiversNamespace) {
  World w;
  two_in_a_namespace(w).see(103, SignalStop{SIGUSR1, SI_USER, Sender{2, 0, {}}, {}, {}, {}, 0, 0, {}});
  EXPECT_EQ(w.only<Signal>().sender->pid, 2);
  EXPECT_EQ(w.only<Signal>().sender->lwp, std::nullopt) << "102 it is, the root it is not, and neither is certain";
}

TEST(PidNamespace, AChildAndOneselfAreCertain) {
  World w;
  two_in_a_namespace(w).see(101, SignalStop{SIGCHLD, CLD_STOPPED, Sender{2, 0, {}}, {}, SIGSTOP, {}, 0, 0, {}});
  w.see(103, SignalStop{SIGABRT, SI_TKILL, Sender{3, 0, {}}, {}, {}, {}, 0, 0, {}});
  const auto signals = w.all<Signal>();
  EXPECT_EQ(std::get<Signal>(signals[0]->body).sender->lwp, 3u);
  EXPECT_EQ(std::get<Signal>(signals[1]->body).sender->lwp, 4u);
}

TEST(PidNamespace, AParentReapsAndKillsItsChildrenByTheirNumbersThere) {
  World w;
  two_in_a_namespace(w).see(101, EntryStop{KillCall{"kill", 3, 0, SIGKILL, Scope::process}});
  w.see(103, killed_by(SIGKILL)).see(101, ReturnStop{0, {}, {}, {}});
  w.see(101, EntryStop{WaitCall{"wait4", -1, -1, 0, 0, 0}}).see(101, ReturnStop{3, 3, SIGKILL, {}});
  EXPECT_EQ(w.only<Kill>().target_lwp, 4u);
  EXPECT_EQ(w.only<Exit>().by, 2u);
  EXPECT_EQ(w.only<Reap>().by, 2u);
  w.see(101, SignalStop{SIGCHLD, CLD_KILLED, Sender{3, 0, {}}, {}, SIGKILL, {}, 0, 0, {}});
  EXPECT_EQ(w.only<Signal>().sender->lwp, 4u) << "after the wait, too";
  w.see(102, EntryStop{KillCall{"kill", 2, 0, 0, Scope::process}}).see(102, ReturnStop{0, {}, {}, {}});
  w.see(102, EntryStop{KillCall{"tgkill", 2, 2, SIGUSR1, Scope::thread}}).see(102, ReturnStop{0, {}, {}, {}});
  const auto kills = w.all<Kill>();
  EXPECT_EQ(std::get<Kill>(kills[1]->body).target_lwp, 3u) << "itself";
  EXPECT_EQ(std::get<Kill>(kills[2]->body).target_lwp, std::nullopt) << "not the root";
}

TEST(Signal, IsPassedOnToTheProgram) {
  World w;
  w.launch(100).see(100, SignalStop{SIGUSR1, SI_USER, Sender{1, 0, {}}, {}, {}, {}, 0, 0, {}});
  EXPECT_THAT(w.last, ElementsAre(Action{Resume{100, Resume::Until::next_event, SIGUSR1}}));
}

TEST(GroupStop, IsListenedToAndEndsWithAContinue) {
  World w;
  w.launch(100).see(100, GroupStop{SIGTSTP});
  EXPECT_THAT(w.last, ElementsAre(Action{Resume{100, Resume::Until::group_stop_ends, 0}}));
  w.see(100, TrapStop{});
  EXPECT_EQ(w.story(), "birth 1, exec 1, stop 1, continue 1");
  EXPECT_THAT(w.last, ElementsAre(Action{Resume{100, Resume::Until::next_event, 0}}));
}

TEST(ForeignFilter, AnswersAsIfNobodyTraced) {
  World w;
  w.launch(100).see(100, ForeignFilterStop{});
  EXPECT_THAT(w.last, ElementsAre(Action{RefuseCall{100}}));
}

TEST(Robustness, FactsAboutNobodyAreResumedAndChangeNothing) {
  World w;
  w.launch(100);
  w.see(555, SignalStop{}).see(555, EntryStop{NameCall{"x"}}).see(555, ReturnStop{}).see(555, TrapStop{});
  w.see(555, ExecStop{}).see(555, Identity{}).see(555, Lost{});
  BirthStop birth;
  birth.child = 556;
  w.see(555, birth);
  EXPECT_EQ(w.story(), "birth 1, exec 1");
}

}  // namespace
}  // namespace lwptrace::model
