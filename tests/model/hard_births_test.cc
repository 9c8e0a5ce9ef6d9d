// Births on the hard paths: creators that die inside clone, newborns that nobody announces, children that no tracer is
// shown, inits of pid namespaces. Each observation list is what the kernel was seen to tell.
#include <gmock/gmock.h>

#include "world.h"

namespace lwptrace::model {
namespace {

using testing::Contains;
using testing::Not;

NewbornStop newborn(const CloneCall& call, std::vector<Tid> ns_tids = {}) {
  NewbornStop stop;
  stop.call = call;
  stop.ns_tids = std::move(ns_tids);
  return stop;
}

CloneCall with(CloneCall call, std::uint64_t flags) {
  call.flags |= flags;
  call.flags_raw |= flags;
  return call;
}

SignalStop child_ended(Tid pid) { return unhandled(SIGCHLD, 1, Sender{pid, 0, {}}); }

const Birth& birth_of(const World& w, std::size_t n) { return std::get<Birth>(w.all<Birth>().at(n)->body); }

TEST(LostCreator, ThatMadeNobodyDoesNotGetTheChildOfAnother) {
  World w;
  w.launch(100).born(100, 101, fork_call()).born(100, 102, fork_call());
  w.see(101, EntryStop{fork_call()}).see(101, killed_by(9));  // before its clone did anything
  w.see(102, EntryStop{fork_call()}).see(103, newborn(fork_call()));
  EXPECT_FALSE(w.resumed(103)) << "102 is about to announce it";
  w.announce(102, 103, fork_call());
  EXPECT_TRUE(w.resumed(103));
  EXPECT_EQ(birth_of(w, 3).path, "1.2.1");
  EXPECT_EQ(w.all<Birth>().size(), 4u);
}

TEST(LostCreator, GetsItsChildWhenTheOtherWhoMightHaveMadeItMadeAnother) {
  World w;
  w.launch(100).born(100, 101, fork_call()).born(100, 102, fork_call());
  w.see(101, EntryStop{fork_call()}).see(102, EntryStop{fork_call()});
  w.see(103, newborn(fork_call())).see(101, killed_by(9)).see(103, Identity{false, 103, 100, 0});
  EXPECT_EQ(w.all<Birth>().size(), 3u) << "it may be of either";
  w.announce(102, 104, fork_call()).see(104, newborn(fork_call()));
  EXPECT_TRUE(w.resumed(104));
  ASSERT_EQ(w.all<Birth>().size(), 5u);
  EXPECT_EQ(birth_of(w, 3).path, "1.2.1");
  EXPECT_EQ(birth_of(w, 4).path, "1.1.1");
}

TEST(LostCreator, GetsItsChildWhenTheOtherWhoMightHaveMadeItFailed) {
  World w;
  w.launch(100).born(100, 101, fork_call()).born(100, 102, fork_call());
  w.see(101, EntryStop{fork_call()}).see(102, EntryStop{fork_call()});
  w.see(103, newborn(fork_call())).see(101, killed_by(9)).see(102, ReturnStop{-11, {}, {}, {}});
  EXPECT_TRUE(w.resumed(103));
  EXPECT_EQ(birth_of(w, 3).path, "1.1.1");
}

TEST(LostCreator, IsUnknownWhereTwoDiedInTheSameCall) {
  World w;
  w.launch(100).born(100, 101, fork_call()).born(100, 102, fork_call());
  w.see(101, EntryStop{fork_call()}).see(102, EntryStop{fork_call()});
  w.see(101, killed_by(9)).see(102, killed_by(9)).see(103, newborn(fork_call()));
  EXPECT_THAT(w.last, Contains(Action{Identify{103}}));
  w.see(103, Identity{false, 103, 100, 0});
  EXPECT_TRUE(w.resumed(103));
  EXPECT_EQ(birth_of(w, 3).creator, std::nullopt);
  EXPECT_EQ(birth_of(w, 3).path, "?.4");
}

TEST(LostCreator, IsNotOneWhoDiedLongBeforeOrEnteredItsCallAfterwards) {
  World w;
  w.launch(100).born(100, 101, fork_call()).born(100, 102, fork_call()).born(100, 103, fork_call());
  w.see(101, EntryStop{fork_call()}).see(101, killed_by(9));
  w.now += 2'000'000'000;
  w.see(102, EntryStop{fork_call()}).see(104, newborn(fork_call()));
  w.now += 1000;
  w.see(103, EntryStop{fork_call()}).see(103, killed_by(9)).see(102, killed_by(9));
  EXPECT_TRUE(w.resumed(104));
  EXPECT_EQ(birth_of(w, 4).path, "1.2.1");
}

TEST(LostCreator, IsNotTheOneWhoInheritedTheNewborn) {
  World w;
  w.launch(100).born(100, 101, fork_call());
  w.see(102, newborn(fork_call())).see(101, killed_by(9)).see(102, Identity{false, 102, 100, 0});
  w.now += 2'000'000'000;
  w.see(0, Tick{}).see(102, Identity{false, 102, 100, 0});
  EXPECT_TRUE(w.resumed(102));
  EXPECT_EQ(birth_of(w, 2).creator, std::nullopt);
  EXPECT_EQ(birth_of(w, 2).parent, 1u);
}

// A thread bomb that a guard ends: thousands die unannounced, and are adopted one after another, not inside each other.
TEST(LostCreator, OfThousandsOfDeadNewbornsEachIsAdoptedByItself) {
  constexpr Tid many = 4000;
  World w;
  w.launch(100);
  for (Tid tid = 1000; tid < 1000 + many; ++tid) {
    Death death = killed_by(9);
    death.identity = Identity{false, 100, 1, 0};
    w.see(tid, death);
  }
  w.see(100, killed_by(9)).finish();
  EXPECT_EQ(w.all<Birth>().size(), static_cast<std::size_t>(many) + 1);
  EXPECT_EQ(w.all<Exit>().size(), static_cast<std::size_t>(many) + 1);
}

TEST(Untraced, NewbornThatIsAttachedWithoutAnEventIsToldAtOnce) {
  World w;
  const CloneCall call = with(fork_call(), CLONE_PTRACE | CLONE_UNTRACED);
  w.launch(100).see(101, newborn(call));
  EXPECT_THAT(w.last, Contains(Action{Identify{101}}));
  w.see(101, Identity{false, 101, 100, 0});
  EXPECT_TRUE(w.resumed(101));
  EXPECT_EQ(birth_of(w, 1).path, "1.1");
}

TEST(Untraced, FlagIsTakenOutAtTheEntryAndToldAsItWasAskedFor) {
  World w;
  const CloneCall asked = with(fork_call(), CLONE_UNTRACED);
  w.launch(100).see(100, EntryStop{asked});
  EXPECT_THAT(w.last, Contains(Action{TraceUntraced{100}}));
  w.announce(100, 101, fork_call()).see(101, newborn(fork_call()));
  EXPECT_EQ(birth_of(w, 1).flags_raw, Address{asked.flags_raw});
  w.see(100, ReturnStop{101, {}, {}, {}});
  EXPECT_TRUE(w.all<Escaped>().empty());
}

TEST(Untraced, ChildOfACallThatReturnedWithoutAnEventHasEscaped) {
  World w;
  w.launch(100).see(100, EntryStop{with(fork_call(), CLONE_UNTRACED)}).see(100, ReturnStop{101, {}, {}, {}});
  EXPECT_EQ(w.all<Escaped>().size(), 1u);
  w.see(100, child_ended(101));
  EXPECT_EQ(w.all<Escaped>().size(), 1u) << "it is told once";
}

TEST(Untraced, ChildThatOnlyItsParentIsToldOfHasEscaped) {
  TrackerOptions options;
  options.detail = Detail::births;
  World w(options);
  w.launch(100).born(100, 101, fork_call()).see(101, exited(0)).see(100, child_ended(101));
  EXPECT_TRUE(w.all<Escaped>().empty());
  w.see(100, child_ended(102));
  ASSERT_EQ(w.all<Escaped>().size(), 1u);
  EXPECT_EQ(w.all<Escaped>()[0]->lwp, 1u);
}

TEST(Untraced, NumbersOfANestedNamespaceSayNothingOfAnEscape) {
  World w;
  SignalStop stop = child_ended(2);
  stop.ns_tids = {1};
  w.launch(100).see(100, stop);
  EXPECT_TRUE(w.all<Escaped>().empty());
}

TEST(ExitSignal, OfASiblingIsItsCreatorsWhateverWasPassed) {
  World w;
  CloneCall child = fork_call(), sibling = with(fork_call(), CLONE_PARENT);
  child.exit_signal = SIGUSR1;
  sibling.exit_signal = SIGTERM;
  w.launch(100).born(100, 101, child).born(101, 102, sibling).born(100, 103, sibling);
  EXPECT_EQ(birth_of(w, 2).exit_signal.signo, SIGUSR1);
  EXPECT_EQ(birth_of(w, 3).exit_signal.signo, SIGCHLD) << "the root's: its sibling is a child of lwptrace";
}

TEST(ExitSignal, IsSigchldAgainAfterAnExec) {
  for (const Tid who : {101, 100}) {  // of the child, of the parent
    World w;
    Launched launched{"/bin/x", {"x"}, "x", Abi::x86_64, 1, 100, 100, 0};
    launched.ignores_sigchld = true;
    CloneCall child = fork_call();
    child.exit_signal = 0;
    ExecStop exec;
    exec.former_tid = who;
    w.see(100, launched).born(100, 101, child).see(who, exec).see(101, exited(0));
    EXPECT_TRUE(w.only<Reap>().automatic);
  }
  World w;
  Launched launched{"/bin/x", {"x"}, "x", Abi::x86_64, 1, 100, 100, 0};
  launched.ignores_sigchld = true;
  CloneCall child = fork_call();
  child.exit_signal = 0;
  w.see(100, launched).born(100, 101, child).see(101, exited(0));
  EXPECT_TRUE(w.all<Reap>().empty()) << "only SIGCHLD's children reap themselves";
}

TEST(Filter, ThatKillsOneThreadEndsItByASignalAndItsProcessGoesOn) {
  World w;
  w.launch(100).born(100, 101, pthread_create_call());
  Death death = killed_by(SIGSYS);
  death.self = own_exit;
  death.own = death.status;
  death.group_goes_on = true;
  w.see(101, death);
  EXPECT_EQ(w.only<Exit>().how, How::signal);
  EXPECT_EQ(w.only<Exit>().status.signal, SIGSYS);
}

TEST(Name, ThatCouldNotBeReadIsWhatTheCallerIsCalledAfterwards) {
  World w;
  w.launch(100).see(100, EntryStop{NameCall{.unreadable = true}});
  EXPECT_TRUE(w.all<Comm>().empty());
  w.see(100, ReturnStop{.comm = "secretive"});
  EXPECT_EQ(w.only<Comm>().comm, "secretive");
}

World with_init() {
  World w;
  const CloneCall call = with(fork_call(), CLONE_NEWPID);
  w.launch(100).announce(100, 101, call).see(101, newborn(call, {1}));
  return w;
}

TEST(NamespaceInit, IsNotEndedByASignalThatItDoesNotHandle) {
  World w = with_init();
  w.see(101, unhandled(SIGTERM, 0, Sender{0, 0, {}}));
  EXPECT_EQ(w.only<Signal>().effect, Effect::none);
  EXPECT_THAT(w.last, Contains(Action{Resume{101, Resume::Until::next_event, SIGTERM}})) << "the kernel drops it";
}

TEST(NamespaceInit, IsStoppedFromOutsideOnly) {
  World w = with_init();
  w.see(101, unhandled(SIGSTOP, 0, Sender{0, 0, {}}));
  EXPECT_EQ(w.only<Signal>().effect, Effect::stop);
  World inside = with_init();
  inside.see(101, unhandled(SIGSTOP, 0, Sender{2, 0, {}}));
  EXPECT_EQ(inside.only<Signal>().effect, Effect::none);
  EXPECT_THAT(inside.last, Contains(Action{Resume{101, Resume::Until::next_event, 0}}));
}

TEST(NamespaceInit, ThatFaultsIsLetGoOfToDieOfIt) {
  World w = with_init();
  w.see(101, unhandled(SIGSEGV, 1));
  EXPECT_THAT(w.last, Contains(Action{LetGo{101}}));
  EXPECT_FALSE(w.resumed(101));
  EXPECT_EQ(w.only<Signal>().effect, Effect::core);
  EXPECT_EQ(w.only<Exit>().how, How::signal);
  EXPECT_EQ(w.only<Exit>().status.signal, SIGSEGV);
}

TEST(NamespaceInit, IsKnownByItsOwnSignalsWhereNobodySawTheNamespaceMade) {
  World w;
  SignalStop stop = unhandled(SIGTERM, 0, Sender{0, 0, {}});
  stop.ns_tids = {1};
  w.launch(100).born(100, 101, fork_call()).see(101, stop);
  EXPECT_EQ(w.only<Signal>().effect, Effect::none);
  World plain;
  plain.launch(100).born(100, 101, fork_call()).see(101, unhandled(SIGTERM, 0, Sender{1, 0, {}}));
  EXPECT_EQ(plain.only<Signal>().effect, Effect::terminate);
  EXPECT_THAT(plain.last, Not(Contains(Action{LetGo{101}})));
}

}  // namespace
}  // namespace lwptrace::model
