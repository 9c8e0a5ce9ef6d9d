// Deliveries: who sent, to whom it was directed, and what it does where it is handled, ignored, by default, or forced
// on somebody who blocks it; and signals of the kernel's whose codes look like something else.
#include <gmock/gmock.h>

#include <csignal>

#include "world.h"

namespace lwptrace::model {
namespace {

using testing::Contains;

constexpr std::uint64_t bit(int signo) { return 1ULL << (signo - 1); }

Signal told(const SignalStop& stop) {
  World w;
  w.launch(100).see(100, stop);
  EXPECT_THAT(w.last, Contains(Action{Resume{100, Resume::Until::next_event, stop.signo}}));
  return w.only<Signal>();
}

TEST(Signal, IsDirectedToAThreadAProcessOrMadeByTheKernel) {
  EXPECT_EQ(told(unhandled(SIGUSR1, SI_TKILL, Sender{7, 0, {}})).scope, Scope::thread);
  EXPECT_EQ(told(unhandled(SIGUSR1, SI_USER, Sender{7, 0, {}})).scope, Scope::process);
  EXPECT_EQ(told(unhandled(SIGTTIN, SI_KERNEL)).scope, Scope::kernel);
  EXPECT_EQ(told(unhandled(SIGSEGV, SEGV_MAPERR)).scope, Scope::kernel);
  EXPECT_EQ(told(unhandled(SIGTRAP, TRAP_TRACE)).scope, Scope::kernel);
  EXPECT_EQ(told(unhandled(SIGSYS, 1)).scope, Scope::kernel);  // SYS_SECCOMP
}

TEST(Signal, DoesWhatItsDispositionSays) {
  SignalStop handled = unhandled(SIGTERM, SI_USER), ignored = handled, unknown = handled;
  handled.caught = bit(SIGTERM);
  ignored.ignored = bit(SIGTERM);
  unknown.caught = unknown.ignored = {};
  EXPECT_EQ(told(handled).disposition, Disposition::handler);
  EXPECT_EQ(told(handled).effect, Effect::handled);
  EXPECT_EQ(told(ignored).disposition, Disposition::ignore);
  EXPECT_EQ(told(ignored).effect, Effect::none);
  EXPECT_EQ(told(unknown).disposition, Disposition::unknown);
  EXPECT_EQ(told(unknown).effect, Effect::unknown);
  const std::pair<int, Effect> defaults[] = {{SIGTERM, Effect::terminate}, {SIGQUIT, Effect::core},
                                             {SIGTTOU, Effect::stop},      {SIGCONT, Effect::continue_},
                                             {SIGCHLD, Effect::none},      {SIGRTMIN + 3, Effect::terminate}};
  for (const auto& [signo, effect] : defaults) {
    EXPECT_EQ(told(unhandled(signo, SI_USER)).disposition, Disposition::default_action) << signo;
    EXPECT_EQ(told(unhandled(signo, SI_USER)).effect, effect) << signo;
  }
}

// The kernel takes the handler away before it forces a fault's signal on somebody who blocks it: it is fatal.
TEST(Signal, OfAFaultThatIsBlockedIsFatal) {
  World w;
  w.launch(100).born(100, 101, fork_call()).see(101, unhandled(SIGTRAP, SI_KERNEL));
  EXPECT_EQ(w.only<Signal>().effect, Effect::core);
}

TEST(Signal, NamesTheThreadThatSentItWhereItsCallWasSeen) {
  World w;
  w.launch(100).born(100, 101, pthread_create_call());
  w.see(101,
        EntryStop{KillCall{.call = "tgkill", .target = 100, .tgid = 100, .signo = SIGUSR1, .scope = Scope::thread}});
  w.see(100, unhandled(SIGUSR1, SI_TKILL, Sender{100, 0, {}}));
  EXPECT_EQ(w.only<Kill>().target_lwp, 1u);
  EXPECT_EQ(w.only<Signal>().sender->lwp, 2u);
  World unseen;
  unseen.launch(100).born(100, 101, pthread_create_call()).see(100, unhandled(SIGUSR1, SI_TKILL, Sender{100, 0, {}}));
  EXPECT_EQ(unseen.only<Signal>().sender->lwp, 1u) << "of the process only its leader is known";
}

TEST(Signal, OfATimerOrADescriptorHasNoSenderAndNoChildHasEscaped) {
  const std::pair<int, int> codes[] = {{SIGUSR1, SI_TIMER}, {SIGRTMIN, 1 /* POLL_IN */}, {SIGSYS, 1 /* SYS_SECCOMP */}};
  for (const auto& [signo, code] : codes) {
    World w;
    w.launch(100).see(100, unhandled(signo, code));
    EXPECT_FALSE(w.only<Signal>().sender) << signo;
    EXPECT_TRUE(w.all<Escaped>().empty()) << signo;
  }
}

SignalStop like_an_end(int signo, int code, Tid pid, int status) {
  SignalStop stop = unhandled(signo, code, Sender{pid, 0, {}});
  stop.status = status;
  return stop;
}

TEST(Signal, WithTheCodeOfAChildsEndIsOneOnlyOfSigchldOrWhereTheChildIsKnown) {
  CloneCall child = fork_call();
  child.exit_signal = SIGRTMIN + 6;
  World w;
  w.launch(100).born(100, 101, child).see(101, exited(3));
  w.see(100, like_an_end(SIGRTMIN + 6, CLD_EXITED, 101, 3));
  EXPECT_EQ(w.only<Signal>().sender->lwp, 2u);
  EXPECT_EQ(w.only<Signal>().status, 3);
  EXPECT_EQ(w.only<Signal>().scope, Scope::process);
  World descriptor;  // F_SETSIG: si_band, 65, is where a child's pid would be
  descriptor.launch(100).born(100, 65, fork_call()).see(100, like_an_end(SIGRTMIN + 6, 1 /* POLL_IN */, 65, 3));
  EXPECT_FALSE(descriptor.only<Signal>().sender);
  EXPECT_FALSE(descriptor.only<Signal>().status);
  EXPECT_EQ(descriptor.only<Signal>().scope, Scope::kernel);
  EXPECT_TRUE(descriptor.all<Escaped>().empty());
  World unseen;
  unseen.launch(100).see(100, like_an_end(SIGCHLD, CLD_EXITED, 101, 3));
  EXPECT_EQ(unseen.only<Escaped>().what, "child 101");
}

TEST(Signal, ThatAProgramMakesUpForItselfTellsNoEnd) {
  for (int signo : {SIGUSR2, SIGCHLD}) {
    World w;
    w.launch(100);
    w.see(100, EntryStop{KillCall{.call = "rt_sigqueueinfo", .target = 100, .signo = signo, .scope = Scope::process}});
    w.see(100, like_an_end(signo, CLD_EXITED, 7, 0));
    EXPECT_FALSE(w.only<Signal>().sender);
    EXPECT_EQ(w.only<Signal>().scope, Scope::process) << "as it was sent";
    EXPECT_TRUE(w.all<Escaped>().empty());
    World blocked;  // then its call has returned before the delivery
    blocked.launch(100);
    blocked.see(100,
                EntryStop{KillCall{.call = "rt_sigqueueinfo", .target = 100, .signo = signo, .scope = Scope::process}});
    blocked.see(100, ReturnStop{0, {}, {}, {}, {}, true}).see(100, like_an_end(signo, CLD_EXITED, 7, 0));
    EXPECT_EQ(blocked.only<Signal>().scope, Scope::process);
    EXPECT_TRUE(blocked.all<Escaped>().empty());
  }
  EXPECT_FALSE(told(like_an_end(SIGCHLD, CLD_EXITED, 0, 0)).sender) << "no child has that pid";
}

Scope scope_after(KillCall sent, const SignalStop& stop, Detail detail = Detail::life) {
  TrackerOptions options;
  options.detail = detail;
  World w(options);
  w.launch(100);
  if (!sent.call.empty()) w.see(100, EntryStop{std::move(sent)}).see(100, ReturnStop{0, {}, {}, {}, {}});
  w.see(100, stop);
  return w.only<Signal>().scope;
}

TEST(Signal, ThatIsQueuedIsDirectedAsItWasSent) {
  const SignalStop queued = unhandled(SIGUSR1, SI_QUEUE, Sender{100, 0, {}});
  const KillCall to_process{.call = "rt_sigqueueinfo", .target = 100, .signo = SIGUSR1, .scope = Scope::process};
  const KillCall to_thread{.call = "rt_tgsigqueueinfo", .target = 100, .signo = SIGUSR1, .scope = Scope::thread};
  EXPECT_EQ(scope_after(to_process, queued), Scope::process);
  EXPECT_EQ(scope_after(to_thread, queued), Scope::thread);
  EXPECT_EQ(scope_after({}, queued), Scope::unknown);
  EXPECT_EQ(scope_after({}, unhandled(SIGUSR1, SI_QUEUE, Sender{7, 0, {}})), Scope::unknown);
}

TEST(Signal, OfTheKernelsOwnIsItsOwnWhateverItsCode) {
  EXPECT_EQ(scope_after({}, unhandled(SIGUSR2, SI_TIMER)), Scope::kernel);
  const SignalStop broken = unhandled(SIGPIPE, SI_USER, Sender{100, 0, {}});
  const KillCall kill{.call = "kill", .target = 100, .signo = SIGPIPE, .scope = Scope::process};
  EXPECT_EQ(scope_after({}, broken), Scope::kernel);
  EXPECT_EQ(scope_after({}, broken, Detail::births), Scope::unknown) << "no send would have been seen";
  EXPECT_EQ(scope_after(kill, broken), Scope::unknown) << "it may be that one";
  EXPECT_EQ(scope_after({}, unhandled(SIGPIPE, SI_USER, Sender{7, 0, {}})), Scope::process);
  World w;
  w.launch(100).see(100, EntryStop{kill}).see(100, broken);
  EXPECT_EQ(w.only<Signal>().scope, Scope::process);
}

TEST(Signal, OfARefusedCallNamesIt) {
  SignalStop stop = unhandled(SIGSYS, 1);
  stop.syscall = "clone";
  EXPECT_EQ(told(stop).syscall, "clone");
}

TEST(Kill, OfAThreadsNumberOrDescriptorReachesItsProcessUnlessItIsForTheThread) {
  World w;
  w.launch(100).born(100, 101, fork_call()).born(101, 102, pthread_create_call());
  const KillCall calls[] = {
      {.call = "pidfd_send_signal", .target = 3, .signo = SIGUSR2, .scope = Scope::process, .target_pid = 102},
      {.call = "pidfd_send_signal", .target = 3, .signo = SIGUSR1, .scope = Scope::thread, .target_pid = 102},
      {.call = "kill", .target = 102, .signo = SIGUSR1, .scope = Scope::process}};
  for (const KillCall& call : calls) w.see(100, EntryStop{call}).see(100, ReturnStop{0, {}, {}, {}, {}});
  const auto kills = w.all<Kill>();
  ASSERT_EQ(kills.size(), 3u);
  EXPECT_EQ(std::get<Kill>(kills[0]->body).target_lwp, 2u);
  EXPECT_EQ(std::get<Kill>(kills[1]->body).target_lwp, 3u);
  EXPECT_EQ(std::get<Kill>(kills[2]->body).target_lwp, 2u);
}

TEST(Kill, IsSaidToWaitWhereItIsBlocked) {
  for (bool blocked : {false, true}) {
    World w;
    w.launch(100).see(100, EntryStop{KillCall{.call = "kill", .target = 100, .signo = SIGUSR1}});
    w.see(100, ReturnStop{0, {}, {}, {}, {}, blocked});
    EXPECT_EQ(w.only<Kill>().blocked, blocked);
  }
}

TEST(ForeignFilter, ThatAsksForATracerRefusesABirthAndIsToldAsTheReason) {
  World w;
  w.launch(100).see(100, ForeignFilterStop{fork_call()});
  EXPECT_EQ(w.only<BirthFailed>().error, ENOSYS);
  EXPECT_THAT(w.only<BirthFailed>().why, testing::HasSubstr("SECCOMP_RET_TRACE"));
  EXPECT_THAT(w.last, testing::ElementsAre(Action{RefuseCall{100}}));
  w.see(100, ForeignFilterStop{ExecCall{.file = "/bin/true"}});
  EXPECT_EQ(w.only<ExecFailed>().error, ENOSYS);
}

TEST(Signal, ThatIsQueuedIsToldAsOftenAsItCameWithItsValue) {
  World w;
  w.launch(100);
  for (int i = 0; i < 1000; i++) {
    SignalStop stop = unhandled(SIGRTMIN, SI_QUEUE, Sender{7, 0, {}});
    stop.caught = bit(SIGRTMIN);
    stop.value = i;
    w.see(100, stop);
  }
  const auto signals = w.all<Signal>();
  ASSERT_EQ(signals.size(), 1000u);
  for (int i = 0; i < 1000; i++) EXPECT_EQ(std::get<Signal>(signals[i]->body).value, i);
}

TEST(Sigkill, EndsAVforkedPairAndAStoppedOneLikeAnyOther) {
  World w;
  CloneCall vfork = fork_call();
  vfork.flags |= CLONE_VM | CLONE_VFORK;
  w.launch(100).born(100, 101, fork_call()).born(101, 102, vfork).see(102, GroupStop{SIGSTOP});
  w.see(101, killed_by(SIGKILL)).see(102, killed_by(SIGKILL));
  EXPECT_EQ(w.story(), "birth 1, exec 1, birth 1.1, birth 1.1.1, stop 1.1.1, exit 1.1, exit 1.1.1");
}

}  // namespace
}  // namespace lwptrace::model
