// log: each event as the line that people read.
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <regex>

#include "tests/render/drawn.h"

namespace lwptrace::render {
namespace {

std::string log_of(const std::vector<Event>& events) { return drawn(events, make_log); }

// One event of the root (path 1), as its verb and sentence.
std::string of_root(const EventBody& body) {
  const std::string text = log_of({at(0, 1, 4711, root()), at(1, 1, 4711, body)});
  const std::string line = text.substr(text.find('\n') + 1);
  return line.substr(line.find("4711") + 9);
}

// The birth of LWP 2 by the root, as its sentence.
std::string of_birth(const Birth& birth) {
  const std::string text = log_of({at(0, 1, 4711, root()), at(1, 2, 4712, birth)});
  return text.substr(text.rfind("born      ") + 10);
}

Exit ended(How how, Status status, std::optional<LwpId> by = {}) {
  return Exit{how, status, by, false, {}, {}, {}, {}};
}

TEST(Log, ColumnsAreTimePathTidAndWhatHappened) {
  EXPECT_EQ(log_of({
                at(0, 1, 4711, root()),
                at(812, 2, 4711, pthread()),
                at(61'000'001, 2, 4711, ended(How::exit, Status{0, {}, false})),
                at(12'345'000'000, 2, 4711, Join{1, Address{0x7f9389606990}, 2'120'000}),
            }),
            "   0.000000  1          4711     born      launched  ppid 4700  pgid 4711  sid 4600  uid 1000\n"
            "   0.000812  1/1        4712     born      thread by pthread_create of 1  "
            "shares all but io  stack 8 MiB  31.4 µs\n"
            "  61.000001  1/1        4712     exit      code 0\n"
            "12345.000000  1/1        4712     joined    by 1 after 2.12 ms\n");
}

TEST(Log, AForkCopies) { EXPECT_EQ(of_birth(forked()), "process by fork of 1  copies all\n"); }

TEST(Log, APosixSpawnSharesMemoryUntilItsExec) {
  Birth birth = forked();
  birth.via = Via::clone3;
  birth.idiom = Idiom::posix_spawn;
  birth.flags_raw = Address{0x4100};
  birth.child_tid.reset();
  birth.stack = Address{0x7f93897ee000};
  birth.stack_size = 0x9000;
  birth.shares.emplace().vm = true;
  EXPECT_EQ(of_birth(birth), "process by posix_spawn of 1  shares vm only  stack 36 KiB\n");
  birth.flags_raw = Address{0x100004100};
  EXPECT_EQ(of_birth(birth), "process by posix_spawn of 1  shares vm only  handlers reset  stack 36 KiB\n");
}

TEST(Log, AnUnusualCloneShowsItsCallItsFlagsAndAllItsArguments) {
  Birth birth;
  birth.path = "1.1";
  birth.via = Via::clone3;
  birth.kind = Kind::process;
  birth.idiom = Idiom::clone;
  birth.creator = 1;
  birth.parent = 1;
  birth.flags_raw = Address{0x4000000000 | 0x200000000 | 0x20800000 | 0x8000 | 0x1000};
  birth.exit_signal = ExitSignal{0};
  birth.stack = Address{0x5610ea442070};
  birth.tls = Tls{Address{0x1000}, Address{0x2000}, false};
  birth.parent_tid = ParentTid{Address{0x7ffd0010}, 7};
  birth.child_tid = ChildTid{Address{0x7ffd0020}, true, false, 4712};
  birth.pidfd = 3;
  birth.set_tid = {30000, 5};
  birth.cgroup = 6;
  birth.args_size = 96;
  birth.args_tail = "0500000000000000";
  birth.shares.emplace().io = true;
  birth.shares->parent = true;
  birth.shares->new_ns = {"pid", "net"};
  birth.abi = Abi::i386;
  EXPECT_EQ(of_birth(birth),
            "process by clone3 of 1  shares io only  new namespaces pid net  child of 1 (CLONE_PARENT)  "
            "exit signal none  own stack  TLS 0x1000 but FS base 0x2000  parent_tid 0x7ffd0010 holds 7, not 4712  "
            "pidfd 3  set_tid 30000 5  into cgroup of fd 6  and CLONE_UNTRACED|0x4000000000  "
            "clone_args of 96 bytes  unknown tail 0500000000000000  i386\n");
}

TEST(Log, ABirthInAPidNamespaceShowsTheTidThereAndAFallbackItsReason) {
  Birth birth = forked();
  birth.child_tid.reset();
  birth.ns_tids = {12, 1};
  birth.fallback = "clone3";
  EXPECT_EQ(of_birth(birth), "process by fork of 1  copies all  tid in nested namespaces 12 1  after clone3 ENOSYS\n");
}

TEST(Log, AForkOntoAStackAndALinuxThreadAreOnlyLikeOne) {
  Birth birth = forked();
  birth.stack = Address{0x5610ea442070};
  EXPECT_EQ(of_birth(birth), "process by clone like fork of 1  copies all  own stack\n");
  birth.idiom = Idiom::linuxthreads;
  birth.flags_raw = Address{0xf00 | SIGUSR1};
  birth.exit_signal = ExitSignal{SIGUSR1};
  birth.shares = Shares{true, true, true, true, false, false, false, false, {}};
  EXPECT_EQ(of_birth(birth),
            "process by clone like linuxthreads of 1  shares all but sysvsem io  exit signal SIGUSR1  own stack\n");
}

TEST(Log, ATidWordThatHoldsTheTidOfAnInnerNamespaceIsNotWrong) {
  Birth birth = forked();
  birth.child_tid->value = 1;
  EXPECT_EQ(of_birth(birth), "process by fork of 1  copies all  child_tid 0x7f9389607a10 holds 1, not 4712\n");
  birth.ns_tids = {12, 1};
  EXPECT_EQ(of_birth(birth), "process by fork of 1  copies all  tid in nested namespaces 12 1\n");
}

TEST(Log, ABirthThatIsNotFollowedSaysSo) {
  Birth birth = forked();
  birth.followed = false;
  EXPECT_EQ(of_birth(birth), "process by fork of 1  copies all  not followed\n");
}

TEST(Log, AThreadWithoutALibraryIsNamedAfterItsCall) {
  Birth birth = pthread();
  birth.via = Via::clone;
  birth.idiom = Idiom::clone_thread;
  birth.flags_raw = Address{0x50f00};
  birth.tls.reset();
  birth.parent_tid.reset();
  birth.child_tid.reset();
  birth.stack_size.reset();
  birth.duration_ns.reset();
  EXPECT_EQ(of_birth(birth), "thread by clone of 1  shares all but io\n");
  birth.flags_raw = Address{0x10f00 | 0x01000000};
  birth.shares->files = birth.shares->fs = birth.shares->sysvsem = false;
  EXPECT_EQ(of_birth(birth), "thread by clone of 1  shares vm sighand only  and CLONE_CHILD_SETTID\n");
}

TEST(Log, AnAttachedProcessIsNamed) {
  Birth birth = root();
  birth.via = Via::attach;
  EXPECT_EQ(of_birth(birth), "attached to this process  \"a.out\"  ppid 4700  pgid 4711  sid 4600  uid 1000\n");
}

TEST(Log, ACreatorWhoseBirthWasNotSeenIsShownByNumber) {
  Birth birth = forked();
  birth.creator = 9;
  EXPECT_TRUE(of_birth(birth).starts_with("process by fork of #9  ")) << of_birth(birth);
}

TEST(Log, FailuresNameTheErrnoAndTheRule) {
  EXPECT_EQ(of_root(BirthFailed{Via::clone3, Address{0x10100}, ExitSignal{0}, EINVAL,
                                "CLONE_THREAD needs CLONE_SIGHAND", 88, ""}),
            "FAILED    clone3 CLONE_VM|CLONE_THREAD  EINVAL: CLONE_THREAD needs CLONE_SIGHAND\n");
  EXPECT_EQ(of_root(BirthFailed{Via::clone, Address{17}, ExitSignal{SIGCHLD}, EAGAIN, "", {}, ""}),
            "FAILED    clone  exit signal SIGCHLD  EAGAIN\n");
  EXPECT_EQ(of_root(BirthFailed{Via::clone3, Address{0}, ExitSignal{0}, E2BIG, "", 90, "0500"}),
            "FAILED    clone3  clone_args of 90 bytes  unknown tail 0500  E2BIG\n");
  EXPECT_EQ(of_root(ExecFailed{"/nonexistent", ENOENT}), "FAILED    exec /nonexistent: ENOENT\n");
}

TEST(Log, AnExecShowsFileAndArguments) {
  EXPECT_EQ(of_root(Exec{"/bin/true", {"true", "a \"b\"", "c\\d"}, true, "true", {}, {}, Abi::x86_64, 0}),
            "exec      /bin/true  [\"true\", \"a \\\"b\\\"\", \"c\\\\d\", …]\n");
  EXPECT_EQ(of_root(Exec{"./x", {"./x"}, false, "x", {}, {}, Abi::x86_64, 0}), "exec      ./x\n");
}

TEST(Log, AnExecByAThreadShowsWhoItWasAndWhomItDestroyed) {
  EXPECT_EQ(of_root(Exec{"./x", {"x"}, false, "other", 4712, {1, 2}, Abi::i386, {}}),
            "exec      ./x  [\"x\"]  named \"other\"  was tid 4712, leads its process now  destroyed 1 #2  i386\n");
  EXPECT_EQ(of_root(Exec{"./x", {"x"}, false, "x", {}, {2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, Abi::x86_64, {}}),
            "exec      ./x  [\"x\"]  destroyed #2 #3 #4 #5 #6 #7 #8 #9 and 2 more\n");
}

TEST(Log, AnExecThatDidNotGiveWhatItsFilePromisesSaysSo) {
  EXPECT_EQ(of_root(Exec{"/bin/su", {"/bin/su"}, false, "su", {}, {}, Abi::x86_64, 1000, true}),
            "exec      /bin/su  its set-ID privilege is dropped\n");
}

TEST(Log, ALongCommandLineIsCutSoThatItDoesNotBuryTheLog) {
  const std::string line = of_root(
      Exec{"/bin/cc", std::vector<std::string>(64, std::string(4096, 'x')), false, "cc", {}, {}, Abi::x86_64, {}});
  EXPECT_LT(line.size(), 110U);
  EXPECT_TRUE(line.ends_with("…\n")) << line;
}

TEST(Log, Names) {
  EXPECT_EQ(of_root(Comm{"worker", "a.out"}), "named     \"worker\", was \"a.out\"\n");
  EXPECT_EQ(of_root(Comm{"worker", ""}), "named     \"worker\"\n");
}

TEST(Log, ADeliveryTellsCauseSenderScopeAndEffect) {
  Signal segv;
  segv.signo = SIGSEGV;
  segv.code = SEGV_MAPERR;
  segv.scope = Scope::kernel;
  segv.disposition = Disposition::default_action;
  segv.effect = Effect::core;
  segv.addr = Address{8};
  EXPECT_EQ(of_root(segv),
            "signal    SIGSEGV (SEGV_MAPERR at 0x8) from the kernel  kills the process, dumping core where allowed\n");

  Signal term;
  term.signo = SIGTERM;
  term.code = SI_USER;
  term.sender = Sender{99, 1000, {}};
  term.scope = Scope::process;
  term.effect = Effect::terminate;
  EXPECT_EQ(of_root(term), "signal    SIGTERM (SI_USER) from pid 99 (uid 1000) to the process  kills the process\n");
  term.sender->lwp = 1;
  term.effect = Effect::handled;
  EXPECT_EQ(of_root(term), "signal    SIGTERM (SI_USER) from 1 to the process  handler runs\n");

  Signal queued;
  queued.signo = 34;
  queued.code = SI_QUEUE;
  queued.scope = Scope::thread;
  queued.value = 7;
  queued.disposition = Disposition::ignore;
  queued.effect = Effect::none;
  EXPECT_EQ(of_root(queued), "signal    SIGRTMIN (SI_QUEUE, value 7) to the thread  ignored\n");
}

TEST(Log, ASigchldTellsHowTheChildEnded) {
  Signal chld;
  chld.signo = SIGCHLD;
  chld.code = CLD_EXITED;
  chld.status = 3;
  chld.effect = Effect::none;
  EXPECT_EQ(of_root(chld), "signal    SIGCHLD (CLD_EXITED, code 3)  ignored by default\n");
  chld.code = CLD_KILLED;
  chld.status = SIGTERM;
  EXPECT_EQ(of_root(chld), "signal    SIGCHLD (CLD_KILLED, SIGTERM)  ignored by default\n");
}

TEST(Log, ASigchldOfAChildThatWasReapedStillNamesIt) {
  Signal chld;
  chld.signo = SIGCHLD;
  chld.sender = Sender{4712, 0, 2};
  const std::string text = log_of(
      {at(0, 1, 4711, root()), at(1, 2, 4712, forked()), at(2, 2, 4712, ended(How::exit_group, Status{0, {}, false})),
       at(3, 2, 4712, Reap{1, Status{0, {}, false}, "wait4", {}, false}), at(4, 1, 4711, chld)});
  EXPECT_NE(text.find(" from 1.1\n"), std::string::npos) << text;
}

TEST(Log, Sends) {
  EXPECT_EQ(of_root(Kill{"kill", SIGTERM, 4711, 1, Scope::process, 0}), "sends     SIGTERM to 1 with kill\n");
  EXPECT_EQ(of_root(Kill{"kill", SIGTERM, 4711, 1, Scope::process, 0, true}),
            "sends     SIGTERM to 1 with kill; blocked there, it waits\n");
  EXPECT_EQ(of_root(Kill{"kill", SIGTERM, 99, {}, Scope::process, ESRCH}),
            "sends     SIGTERM to pid 99 with kill: ESRCH\n");
  EXPECT_EQ(of_root(Kill{"kill", 0, -55, {}, Scope::group, EPERM}),
            "sends     nothing (a probe) to process group 55 with kill: EPERM\n");
  EXPECT_EQ(of_root(Kill{"kill", SIGINT, 0, {}, Scope::group, 0}), "sends     SIGINT to its process group with kill\n");
  EXPECT_EQ(of_root(Kill{"kill", SIGINT, -1, {}, Scope::group, 0}), "sends     SIGINT to every process with kill\n");
  EXPECT_EQ(of_root(Kill{"tgkill", SIGABRT, 4711, 1, Scope::thread, 0}), "sends     SIGABRT to thread 1 with tgkill\n");
  EXPECT_EQ(of_root(Kill{"tkill", SIGABRT, 99, {}, Scope::thread, ESRCH}),
            "sends     SIGABRT to thread tid 99 with tkill: ESRCH\n");
  EXPECT_EQ(of_root(Kill{"pidfd_send_signal", SIGTERM, 3, {}, Scope::process, 0}),
            "sends     SIGTERM to pidfd 3 with pidfd_send_signal\n");
}

TEST(Log, GroupStops) {
  EXPECT_EQ(of_root(Stop{SIGTSTP, Scope::group}), "stopped   by SIGTSTP with its group\n");
  EXPECT_EQ(of_root(Continue{SIGCONT, Scope::group}), "continued by SIGCONT\n");
}

TEST(Log, EveryWayToEnd) {
  EXPECT_EQ(of_root(ended(How::exit_group, Status{3, {}, false})), "exit      code 3\n");
  EXPECT_EQ(of_root(ended(How::exit, Status{0, {}, false})), "exit      code 0 (exit)\n");
  EXPECT_NE(
      log_of({at(0, 2, 4711, ended(How::exit_group, Status{4, {}, false}))}).find("exit      code 4 (exit_group)"),
      std::string::npos);
  EXPECT_EQ(of_root(ended(How::unknown, Status{7, {}, false})), "exit      code 7\n");
  EXPECT_EQ(of_root(ended(How::signal, Status{{}, SIGSEGV, true})), "killed    by SIGSEGV (core dumped)\n");
  EXPECT_EQ(of_root(ended(How::signal, Status{{}, SIGKILL, false}, 2)), "killed    by SIGKILL from #2\n");
  EXPECT_EQ(of_root(ended(How::group, Status{1, {}, false}, 2)), "ended     with #2, which called exit_group(1)\n");
  EXPECT_EQ(of_root(ended(How::group, Status{{}, SIGSEGV, true}, 2)),
            "ended     with #2, which was killed by SIGSEGV (core dumped)\n");
  EXPECT_EQ(of_root(ended(How::group, Status{1, {}, false})), "ended     with its process, exit_group(1)\n");
  EXPECT_EQ(of_root(ended(How::exec, Status{0, {}, false}, 2)), "ended     by the exec of #2\n");
  EXPECT_EQ(of_root(ended(How::lost, {})), "lost      its end was not seen\n");
}

TEST(Log, AnExitTellsTimesAndWhatIsUnusual) {
  EXPECT_EQ(of_root(Exit{How::exit, Status{0, {}, false}, {}, true, 1'230'000, 950, 1'110, false}),
            "exit      code 0 (exit)  the leader ended before its threads  its tid word was not cleared  "
            "cpu 1.23 ms  user 950 ns  system 1.11 µs\n");
}

TEST(Log, WhatFollowsAnEnd) {
  EXPECT_EQ(of_root(Reap{1, Status{3, {}, false}, "wait4", 121'000, false}),
            "reaped    by 1 with wait4: code 3  zombie for 121 µs\n");
  EXPECT_EQ(of_root(Reap{0, Status{{}, SIGKILL, false}, "", {}, true}),
            "reaped    by the kernel, nobody has to wait for it: SIGKILL\n");
  EXPECT_EQ(of_root(Reap{0, {}, "", {}, false}), "reaped    outside the trace\n");
  EXPECT_EQ(of_root(Reparent{2, 1, {}, "init"}), "adopted   by pid 1 (init), its parent #2 ended\n");
  EXPECT_EQ(of_root(Reparent{{}, 4711, 1, "subreaper"}), "adopted   by 1 (subreaper)\n");
}

TEST(Log, CallsOfTheProgramItself) {
  EXPECT_EQ(of_root(TidAddress{Address{0x7f00}, 0}), "tidaddr   set_tid_address(0x7f00), cleared at its end\n");
  EXPECT_EQ(of_root(TlsCall{"arch_prctl", "ARCH_SET_FS", Address{0x7f00}, EPERM}),
            "tls       arch_prctl(ARCH_SET_FS, 0x7f00): EPERM\n");
  EXPECT_EQ(of_root(Namespace{"unshare", Address{0x600}, {}, 0}), "namespace unshare(CLONE_FS|CLONE_FILES)\n");
  EXPECT_EQ(of_root(Namespace{"setns", Address{0}, 3, EINVAL}), "namespace setns(fd 3, 0): EINVAL\n");
  EXPECT_EQ(of_root(Syscall{"kcmp", {Address{1}, Address{0}}, -EPERM}), "call      kcmp(0x1, 0x0) = EPERM\n");
  EXPECT_EQ(of_root(Syscall{"getppid", {}, 4700}), "call      getppid() = 4700\n");
  EXPECT_EQ(of_root(Syscall{"pause", {}, {}}), "call      pause()\n");
}

TEST(Log, TheStartOfACLibraryAfterAnExecIsLeftOut) {
  const Exec exec{"/bin/true", {"true"}, false, "true", {}, {}, Abi::x86_64, 0};
  const TlsCall tls{"arch_prctl", "ARCH_SET_FS", Address{0x7f00}, 0};
  const TidAddress word{Address{0x7f10}, 0};
  TlsCall refused = tls;
  refused.error = EPERM;
  const std::string text = log_of({at(0, 1, 4711, root()), at(1, 1, 4711, exec), at(2, 1, 4711, refused),
                                   at(3, 1, 4711, tls), at(4, 1, 4711, word), at(5, 1, 4711, word), at(6, 1, 4711, tls),
                                   at(7, 1, 4711, exec), at(8, 1, 4711, word), at(9, 1, 4711, tls)});
  EXPECT_EQ(text.substr(text.find('\n') + 1),
            "   0.000001  1          4711     exec      /bin/true  [\"true\"]\n"
            "   0.000002  1          4711     tls       arch_prctl(ARCH_SET_FS, 0x7f00): EPERM\n"
            "   0.000005  1          4711     tidaddr   set_tid_address(0x7f10), cleared at its end\n"
            "   0.000006  1          4711     tls       arch_prctl(ARCH_SET_FS, 0x7f00)\n"
            "   0.000007  1          4711     exec      /bin/true  [\"true\"]\n");
}

TEST(Log, ABirthThatCannotBeFollowed) {
  EXPECT_EQ(of_root(Escaped{"clone", "CLONE_UNTRACED"}), "ESCAPED   clone: CLONE_UNTRACED\n");
}

TEST(Log, ABacktraceStandsBelowItsEvent) {
  Birth birth = forked();
  birth.child_tid.reset();
  birth.backtrace = {Frame{Address{0x401136}, "main", 0x16, "/bin/a.out", "a.c", 12},
                     Frame{Address{0x7f00}, "", {}, "/lib/libc.so.6", "", {}},
                     Frame{Address{0x10}, "", {}, "", "", {}}};
  EXPECT_EQ(of_birth(birth),
            "process by fork of 1  copies all\n"
            "    at 0x401136 main+0x16 (/bin/a.out) a.c:12\n"
            "    at 0x7f00 (/lib/libc.so.6)\n"
            "    at 0x10\n");
}

TEST(Log, TheEndCounts) {
  StringSink out;
  TraceEnd end;
  end.t = 2'500'000;
  end.status = Status{3, {}, false};
  end.lwps = end.births = end.exits = 1200;
  end.failed_births = 2;
  end.execs = 1;
  end.max_alive = 7;
  end.dropped = 1;
  make_log(out, {})->end(end);
  EXPECT_EQ(out.text(),
            "   0.002500                      end       all ended, the program with code 3  "
            "1,200 LWPs (7 at most alive)  1,200 births (2 more failed)  1,200 exits  1 exec  0 signals  "
            "DROPPED 1 event\n");
}

TEST(Log, ARecordingThatWasCutSaysWhere) {
  StringSink out;
  make_log(out, {})->cut("line 118: cut in the middle of a line");
  EXPECT_EQ(out.text(),
            "                                 cut       the recording has no end: line 118: cut in the middle of a "
            "line\n");
}

TEST(Log, NothingThatATraceeChoseCanSteerTheTerminalOrBreakALine) {
  const std::string evil = "\x1b]0;owned\a\n\r\x1b[2J";
  const std::vector<Frame> frames{Frame{Address{1}, evil, {}, evil, evil, 1}};
  Birth birth = forked();
  birth.path = evil;
  birth.comm = birth.fallback = birth.args_tail = evil;
  birth.backtrace = frames;
  std::vector<Event> events{at(0, 2, 4712, birth)};
  const std::vector<EventBody> bodies{Exec{evil, {evil, evil}, false, evil, {}, {2}, Abi::x86_64, {}},
                                      ExecFailed{evil, ENOENT},
                                      Comm{evil, evil},
                                      BirthFailed{Via::clone, {}, {}, EINVAL, evil, {}, evil},
                                      Kill{evil, SIGTERM, 1, 2, Scope::process, 0},
                                      Reap{2, {}, evil, {}, false},
                                      Reparent{2, 1, 2, evil},
                                      TlsCall{evil, evil, {}, EINVAL},
                                      Namespace{evil, {}, {}, 0},
                                      Escaped{evil, evil},
                                      Syscall{evil, {}, {}}};
  for (const EventBody& body : bodies) events.push_back(at(1, 2, 4712, body));
  const std::string text = log_of(events);
  EXPECT_EQ(text.find_first_of("\x1b\a\r"), std::string::npos) << text;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), static_cast<long>(events.size() + frames.size()));
}

TEST(Log, ColourChangesNothingButTheColour) {
  const std::vector<Event> events{at(0, 1, 4711, root()), at(1, 2, 4711, pthread()),
                                  at(2, 2, 4711, ended(How::signal, Status{{}, SIGSEGV, true}))};
  const std::string plain = drawn(events, make_log);
  const std::string coloured = drawn(events, make_log, Options{100, true});
  EXPECT_NE(coloured, plain);
  EXPECT_EQ(std::regex_replace(coloured, std::regex("\x1b\\[[0-9;]*m"), ""), plain);
}

}  // namespace
}  // namespace lwptrace::render
