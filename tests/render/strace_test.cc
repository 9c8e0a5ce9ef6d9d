// strace: each event as the line that strace 6.1 prints for it (spellings were compared with strace itself).
#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>

#include "tests/render/drawn.h"

namespace lwptrace::render {
namespace {

std::string strace_of(const std::vector<Event>& events) { return drawn(events, make_strace); }

// One event of the root, alone alive.
std::string strace_of_root(const EventBody& body) { return strace_of({at(0, 1, 4711, root()), at(1, 1, 4711, body)}); }

// The birth of LWP 2 by the root.
std::string strace_of_birth(const Birth& birth) { return strace_of({at(0, 1, 4711, root()), at(1, 2, 4712, birth)}); }

TEST(Strace, TheLaunchIsTheExecveThatFollowsIt) {
  EXPECT_EQ(strace_of_root(Exec{"/bin/true", {"true", "-x"}, false, "true", {}, {}, Abi::x86_64, {}}),
            "execve(\"/bin/true\", [\"true\", \"-x\"], ...) = 0\n");
}

TEST(Strace, APthreadIsAClone3OfItsCreator) {
  EXPECT_EQ(strace_of_birth(pthread()),
            "clone3({flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD|CLONE_SYSVSEM|CLONE_SETTLS|"
            "CLONE_PARENT_SETTID|CLONE_CHILD_CLEARTID, child_tid=0x7f9389606990, parent_tid=0x7f9389606990, "
            "exit_signal=0, stack=0x7f9388e06000, stack_size=0x7fff80, tls=0x7f93896066c0} => {parent_tid=[4712]}, 88)"
            " = 4712\n");
}

TEST(Strace, AForkIsTheCloneThatGlibcMakes) {
  EXPECT_EQ(strace_of_birth(forked()),
            "clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, "
            "child_tidptr=0x7f9389607a10) = 4712\n");
}

TEST(Strace, ForkAndVforkHaveNoArguments) {
  Birth birth = forked();
  birth.via = Via::fork;
  EXPECT_EQ(strace_of_birth(birth), "fork()                                  = 4712\n");
  birth.via = Via::vfork;
  EXPECT_EQ(strace_of_birth(birth), "vfork()                                 = 4712\n");
}

TEST(Strace, CloneShowsWhatTheKernelStored) {
  Birth birth = forked();
  birth.flags_raw = Address{0x01180111};
  birth.stack = Address{0x5610ea442070};
  birth.tls = Tls{Address{0x1000}, {}, {}};
  birth.parent_tid = ParentTid{Address{0x7ffd69ba377c}, 4712};
  EXPECT_EQ(strace_of_birth(birth),
            "clone(child_stack=0x5610ea442070, "
            "flags=CLONE_VM|CLONE_SETTLS|CLONE_PARENT_SETTID|CLONE_CHILD_SETTID|SIGCHLD, parent_tid=[4712], "
            "tls=0x1000, child_tidptr=0x7f9389607a10) = 4712\n");
}

TEST(Strace, CloneStoresAPidfdWhereParentTidPoints) {
  Birth birth = forked();
  birth.flags_raw = Address{0x1011};
  birth.pidfd = 4;
  birth.child_tid.reset();
  EXPECT_EQ(strace_of_birth(birth), "clone(child_stack=NULL, flags=CLONE_PIDFD|SIGCHLD, parent_tid=[4]) = 4712\n");
}

TEST(Strace, Clone3ShowsItsRareArguments) {
  Birth birth = pthread();
  birth.kind = Kind::process;
  birth.flags_raw = Address{0x200001000};
  birth.exit_signal = ExitSignal{40};
  birth.stack.reset();
  birth.stack_size.reset();
  birth.tls.reset();
  birth.parent_tid.reset();
  birth.child_tid.reset();
  birth.pidfd = 3;
  birth.set_tid = {30000, 5};
  birth.cgroup = 6;
  birth.args_size = 96;
  birth.args_tail = "0500000000000000";
  EXPECT_EQ(strace_of_birth(birth),
            "clone3({flags=CLONE_PIDFD|CLONE_INTO_CGROUP, pidfd=..., exit_signal=SIGRT_8, stack=NULL, stack_size=0, "
            "set_tid=[30000, 5], set_tid_size=2, cgroup=6, /* bytes 88..95 */ "
            "\"\\x05\\x00\\x00\\x00\\x00\\x00\\x00\\x00\"} => {pidfd=[3]}, 96) = 4712\n");
}

TEST(Strace, ATailOfZerosIsNotShown) {
  Birth birth = pthread();
  birth.args_size = 92;
  birth.args_tail = "00000000";
  EXPECT_TRUE(strace_of_birth(birth).ends_with("tls=0x7f93896066c0} => {parent_tid=[4712]}, 92) = 4712\n"))
      << strace_of_birth(birth);
}

TEST(Strace, UnknownFlagsKeepTheirBits) {
  Birth birth = forked();
  birth.child_tid.reset();
  birth.flags_raw = Address{0xf0000010000 | SIGUSR1};
  EXPECT_EQ(strace_of_birth(birth), "clone(child_stack=NULL, flags=CLONE_THREAD|0xf0000000000|SIGUSR1) = 4712\n");
  birth.flags_raw = Address{0x8000000000};
  EXPECT_EQ(strace_of_birth(birth), "clone(child_stack=NULL, flags=0x8000000000 /* CLONE_??? */) = 4712\n");
  birth.flags_raw = Address{0};
  EXPECT_EQ(strace_of_birth(birth), "clone(child_stack=NULL, flags=0)        = 4712\n");
}

TEST(Strace, FailedBirthsNameTheirErrno) {
  EXPECT_EQ(strace_of_root(BirthFailed{Via::clone3, Address{0x10000}, ExitSignal{0}, EINVAL, "ignored", 88, ""}),
            "clone3({flags=CLONE_THREAD, exit_signal=0, ...}, 88) = -1 EINVAL (Invalid argument)\n");
  EXPECT_EQ(
      strace_of_root(BirthFailed{Via::clone, Address{0x10000 | SIGCHLD}, ExitSignal{SIGCHLD}, EINVAL, "", {}, ""}),
      "clone(child_stack=..., flags=CLONE_THREAD|SIGCHLD) = -1 EINVAL (Invalid argument)\n");
  EXPECT_EQ(strace_of_root(BirthFailed{Via::fork, {}, {}, EAGAIN, "", {}, ""}),
            "fork()                                  = -1 EAGAIN (Resource temporarily unavailable)\n");
  EXPECT_EQ(
      strace_of_root(BirthFailed{Via::clone3, Address{0}, ExitSignal{0}, E2BIG, "", 90, "0500"}),
      "clone3({flags=0, exit_signal=0, ..., /* bytes 88..89 */ \"\\x05\\x00\"}, 90) = -1 E2BIG (Argument list too "
      "long)\n");
}

TEST(Strace, AProcessIsNamedOnceAnotherIsAliveAndNoLongerWhenItIsAloneAgain) {
  EXPECT_EQ(strace_of({
                at(0, 1, 4711, root()),
                at(1, 2, 4712, forked()),
                at(2, 1, 4711, TidAddress{Address{0x7f00}, 0}),
                at(3, 2, 4712, Exit{How::exit_group, Status{3, {}, false}, {}, false, {}, {}, {}, {}}),
                at(4, 2, 4712, Reap{1, Status{3, {}, false}, "wait4", 5, false}),
                at(5, 1, 4711, Exit{How::exit_group, Status{0, {}, false}, {}, false, {}, {}, {}, {}}),
            }),
            "clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, "
            "child_tidptr=0x7f9389607a10) = 4712\n"
            "[pid  4711] set_tid_address(0x7f00)     = 4711\n"
            "[pid  4712] exit_group(3)               = ?\n"
            "[pid  4712] +++ exited with 3 +++\n"
            "wait4(4712, [{WIFEXITED(s) && WEXITSTATUS(s) == 3}], ...) = 4712\n"
            "exit_group(0)                           = ?\n"
            "+++ exited with 0 +++\n");
}

TEST(Strace, ABirthByAThreadIsTheThreadsLine) {
  Birth nested = forked();
  nested.via = Via::fork;
  nested.path = "1/1.1";
  nested.creator = 2;
  const std::string text = strace_of({at(0, 1, 4711, root()), at(1, 2, 4711, pthread()), at(2, 3, 4713, nested)});
  EXPECT_EQ(text.substr(text.find('\n') + 1), "[pid  4712] fork()                      = 4713\n");
}

TEST(Strace, DeathsBySignalAndByASibling) {
  EXPECT_EQ(strace_of_root(Exit{How::signal, Status{{}, SIGSEGV, true}, {}, false, {}, {}, {}, {}}),
            "+++ killed by SIGSEGV (core dumped) +++\n");
  EXPECT_EQ(strace_of_root(Exit{How::group, Status{1, {}, false}, 2, false, {}, {}, {}, {}}),
            "+++ exited with 1 +++\n");
  EXPECT_EQ(strace_of_root(Exit{How::exit, Status{0, {}, false}, {}, false, {}, {}, {}, {}}),
            "exit(0)                                 = ?\n+++ exited with 0 +++\n");
  EXPECT_EQ(strace_of_root(Exit{How::lost, {}, {}, false, {}, {}, {}, {}}), "/* its end was not seen */\n");
}

TEST(Strace, ALeaderIsSupersededByTheExecOfItsThread) {
  const std::string text = strace_of({
      at(0, 1, 4711, root()),
      at(1, 2, 4711, pthread()),
      at(2, 1, 4711, Exit{How::exec, Status{0, {}, false}, 2, false, {}, {}, {}, {}}),
      at(3, 2, 4711, Exec{"/bin/true", {"true"}, false, "true", 4712, {1}, Abi::x86_64, {}}, 4711),
      at(4, 2, 4711, TidAddress{Address{0x7f00}, 0}, 4711),
  });
  EXPECT_EQ(text.substr(text.find('\n') + 1),
            "[pid  4711] +++ superseded by execve in pid 4712 +++\n"
            "execve(\"/bin/true\", [\"true\"], ...)      = 0\n"
            "set_tid_address(0x7f00)                 = 4711\n");
}

TEST(Strace, ALeaderThatIsToldAfterTheExecIsSupersededByTheFormerTid) {
  const std::string text = strace_of({
      at(0, 1, 4711, root()),
      at(1, 2, 4711, pthread()),
      at(2, 2, 4711, Exec{"/bin/true", {"true"}, false, "true", 4712, {1}, Abi::x86_64, {}}, 4711),
      at(3, 1, 4711, Exit{How::exec, Status{0, {}, false}, 2, false, {}, {}, {}, {}}),
  });
  EXPECT_NE(text.find("[pid  4711] +++ superseded by execve in pid 4712 +++\n"), std::string::npos) << text;
}

TEST(Strace, FailedExecs) {
  EXPECT_EQ(strace_of_root(ExecFailed{"/nonexistent", ENOENT}),
            "execve(\"/nonexistent\", ...)             = -1 ENOENT (No such file or directory)\n");
}

TEST(Strace, ACutArgvShowsThatItWasCut) {
  EXPECT_EQ(strace_of_root(Exec{"/bin/true", {"true", "a"}, true, "true", {}, {}, Abi::x86_64, {}}),
            "execve(\"/bin/true\", [\"true\", \"a\", ...], ...) = 0\n");
}

TEST(Strace, StringsAreQuotedAsInC) {
  EXPECT_EQ(strace_of_root(Comm{"wor\"k\ner\x1b[m", "a.out"}), "prctl(PR_SET_NAME, \"wor\\\"k\\ner\\33[m\")   = 0\n");
  EXPECT_EQ(strace_of_root(ExecFailed{"\x1b"
                                      "1\\\xc3\xa9\t",
                                      ENOENT}),
            "execve(\"\\0331\\\\\\303\\251\\t\", ...)        = -1 ENOENT (No such file or directory)\n");
}

TEST(Strace, DeliveriesShowTheFieldsThatAreKnown) {
  Signal chld;
  chld.signo = SIGCHLD;
  chld.code = CLD_EXITED;
  chld.sender = Sender{4712, 0, 2};
  chld.status = 3;
  EXPECT_EQ(strace_of_root(chld),
            "--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=4712, si_uid=0, si_status=3} ---\n");
  chld.code = CLD_KILLED;
  chld.sender->uid.reset();
  chld.status = SIGTERM;
  EXPECT_EQ(strace_of_root(chld),
            "--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_KILLED, si_pid=4712, si_status=SIGTERM} ---\n");
  Signal exit_signal;  // the kernel's CLD_EXITED under a name that is not SIGCHLD
  exit_signal.signo = SIGUSR1;
  exit_signal.code = CLD_EXITED;
  exit_signal.status = 3;
  EXPECT_EQ(strace_of_root(exit_signal), "--- SIGUSR1 {si_signo=SIGUSR1, si_code=CLD_EXITED, si_status=3} ---\n");
  Signal refused;
  refused.signo = SIGSYS;
  refused.code = 1;
  refused.addr = Address{16};
  refused.syscall = "clone";
  EXPECT_EQ(strace_of_root(refused),
            "--- SIGSYS {si_signo=SIGSYS, si_code=SYS_SECCOMP, si_call_addr=0x10, si_syscall=__NR_clone} ---\n");
  Signal segv;
  segv.signo = SIGSEGV;
  segv.code = SEGV_MAPERR;
  segv.addr = Address{8};
  EXPECT_EQ(strace_of_root(segv), "--- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=0x8} ---\n");
  Signal queued;
  queued.signo = 34;
  queued.code = SI_QUEUE;
  queued.sender = Sender{4711, 0, 1};
  queued.value = 7;
  EXPECT_EQ(strace_of_root(queued),
            "--- SIGRT_2 {si_signo=SIGRT_2, si_code=SI_QUEUE, si_pid=4711, si_uid=0, si_int=7, si_ptr=0x7} ---\n");
}

TEST(Strace, Sends) {
  EXPECT_EQ(strace_of_root(Kill{"kill", SIGTERM, 4712, 2, Scope::process, 0}),
            "kill(4712, SIGTERM)                     = 0\n");
  EXPECT_EQ(strace_of_root(Kill{"kill", 0, 99999, {}, Scope::process, ESRCH}),
            "kill(99999, 0)                          = -1 ESRCH (No such process)\n");
  EXPECT_EQ(strace_of_root(Kill{"tgkill", SIGABRT, 4711, 1, Scope::thread, 0}),
            "tgkill(4711, 4711, SIGABRT)             = 0\n");
  EXPECT_EQ(strace_of_root(Kill{"tgkill", SIGABRT, 4799, {}, Scope::thread, ESRCH}),
            "tgkill(..., 4799, SIGABRT)              = -1 ESRCH (No such process)\n");
  EXPECT_EQ(strace_of_root(Kill{"rt_sigqueueinfo", SIGUSR1, 4711, 1, Scope::process, 0}),
            "rt_sigqueueinfo(4711, SIGUSR1, ...)     = 0\n");
  EXPECT_EQ(strace_of_root(Kill{"pidfd_send_signal", SIGTERM, 3, {}, Scope::process, 0}),
            "pidfd_send_signal(3, SIGTERM, ...)      = 0\n");
}

TEST(Strace, Waits) {
  const auto reaped = [](const Reap& reap) {
    const std::string text =
        strace_of({at(0, 1, 4711, root()), at(1, 2, 4712, forked()),
                   at(2, 2, 4712, Exit{How::signal, reap.status, {}, false, {}, {}, {}, {}}), at(3, 2, 4712, reap)});
    return text.substr(text.find("+++\n") + 4);
  };
  EXPECT_EQ(reaped(Reap{1, Status{{}, SIGSEGV, true}, "wait4", {}, false}),
            "wait4(4712, [{WIFSIGNALED(s) && WTERMSIG(s) == SIGSEGV && WCOREDUMP(s)}], ...) = 4712\n");
  EXPECT_EQ(reaped(Reap{1, Status{7, {}, false}, "waitid", {}, false}),
            "waitid(..., {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=4712, si_status=7, ...}, ...) = 0\n");
  EXPECT_EQ(reaped(Reap{1, Status{{}, SIGKILL, false}, "waitid", {}, false}),
            "waitid(..., {si_signo=SIGCHLD, si_code=CLD_KILLED, si_pid=4712, si_status=SIGKILL, ...}, ...) = 0\n");
  EXPECT_EQ(reaped(Reap{0, Status{0, {}, false}, "", {}, true}), "") << "nobody called wait";
}

TEST(Strace, AJoinIsTheFutexOfTheJoiner) {
  EXPECT_EQ(strace_of({at(0, 1, 4711, root()), at(1, 2, 4711, Join{1, Address{0x7f9389606990}, 5})}),
            "futex(0x7f9389606990 /* tid word of 4712 */, FUTEX_WAIT..., ...) = ?\n");
}

TEST(Strace, CallsOfTheProgramItself) {
  EXPECT_EQ(strace_of_root(TlsCall{"arch_prctl", "ARCH_SET_FS", Address{0x7f9389607740}, 0}),
            "arch_prctl(ARCH_SET_FS, 0x7f9389607740) = 0\n");
  EXPECT_EQ(strace_of_root(Namespace{"unshare", Address{0x600}, {}, 0}),
            "unshare(CLONE_FS|CLONE_FILES)           = 0\n");
  EXPECT_EQ(strace_of_root(Namespace{"unshare", Address{0x20000}, {}, EPERM}),
            "unshare(CLONE_NEWNS)                    = -1 EPERM (Operation not permitted)\n");
  EXPECT_EQ(strace_of_root(Namespace{"setns", Address{0x40000000}, 3, 0}),
            "setns(3, CLONE_NEWNET)                  = 0\n");
  EXPECT_EQ(strace_of_root(Syscall{"kcmp", {Address{1}, Address{0}}, -EPERM}),
            "kcmp(0x1, 0)                            = -1 EPERM (Operation not permitted)\n");
  EXPECT_EQ(strace_of_root(Syscall{"getppid", {}, 4700}), "getppid()                               = 4700\n");
  EXPECT_EQ(strace_of_root(Syscall{"pause", {}, {}}), "pause()                                 = ?\n");
}

TEST(Strace, ACallHasNoMoreArgumentsThanItTakes) {
  const std::vector<Address> six = {Address{3}, Address{0}, Address{5}, Address{6}, Address{7}, Address{8}};
  EXPECT_EQ(strace_of_root(Syscall{"close", six, 0}), "close(0x3)                              = 0\n");
  EXPECT_EQ(strace_of_root(Syscall{"getpid", six, 4711}), "getpid()                                = 4711\n");
  EXPECT_EQ(strace_of_root(Syscall{"mmap", six, 4096}), "mmap(0x3, 0, 0x5, 0x6, 0x7, 0x8)        = 4096\n");
  EXPECT_EQ(strace_of_root(Syscall{"syscall_999", six, 0}), "syscall_999(0x3, 0, 0x5, 0x6, 0x7, 0x8) = 0\n");
  EXPECT_EQ(strace_of_root(Syscall{"write", {Address{1}}, 0}), "write(0x1)                              = 0\n");
}

TEST(Strace, WhoIsNotFollowedDoesNotMakeItsCreatorNamed) {
  Birth birth = forked();
  birth.followed = false;
  const std::string text = strace_of({at(0, 1, 4711, root()), at(1, 2, 4712, birth), at(2, 1, 4711, Comm{"x", ""})});
  EXPECT_TRUE(text.ends_with("\nprctl(PR_SET_NAME, \"x\")                 = 0\n")) << text;
}

TEST(Strace, GroupStops) { EXPECT_EQ(strace_of_root(Stop{SIGSTOP, Scope::group}), "--- stopped by SIGSTOP ---\n"); }

TEST(Strace, WhatStraceHasNoLineForIsAComment) {
  EXPECT_EQ(strace_of_root(Continue{SIGCONT, Scope::group}), "/* continued */\n");
  EXPECT_EQ(strace_of_root(Reparent{1, 1, {}, "init"}), "/* 4711 is now a child of 1 (init) */\n");
  EXPECT_EQ(strace_of_root(Escaped{"clone", "CLONE_UNTRACED"}), "/* not followed: clone: CLONE_UNTRACED */\n");
}

TEST(Strace, ProcessesThatWereAttachedAreAnnounced) {
  Birth birth = root();
  birth.via = Via::attach;
  EXPECT_EQ(strace_of({at(0, 1, 4711, birth)}), "lwptrace: Process 4711 attached\n");
}

TEST(Strace, ARecordedNameCannotSteerTheTerminal) {
  EXPECT_EQ(strace_of_root(Escaped{"\x1b]0;x\a", "a\nb"}).find('\x1b'), std::string::npos);
  const std::string call = strace_of_root(Syscall{"a\nb\x1b[2J", {}, 0});
  EXPECT_EQ(call.find('\x1b'), std::string::npos);
  EXPECT_EQ(call.find('\n'), call.size() - 1);
}

}  // namespace
}  // namespace lwptrace::render
