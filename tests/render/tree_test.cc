// tree: who made whom, as drawn. The traces are in stories.h.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <regex>
#include <sstream>

#include "render/text.h"
#include "tests/render/stories.h"

namespace lwptrace::render {
namespace {

TEST(Tree, ForkExecWait) {
  EXPECT_EQ(picture(make_tree, fork_exec_wait(), 2000, {.width = 80}, {3, {}, false}),
            R"(1       process 4711  launched  sh -c 'ls -l; ex…  2.00 ms  exit 3
└─ 1.1  process 4712  fork      ls -l               800 µs  exit 0 · reaped by 1
)");
}

TEST(Tree, ThreadsAreMarkedDifferentlyFromProcesses) {
  EXPECT_EQ(picture(make_tree, five_joined(), 1'300'000, {.width = 100}),
            R"(1       process 4711  launched        five_threads  1.30 s  exit 0
├╌ 1/1  thread  4712  pthread_create  worker        940 ms  exit 0 · joined by 1
├╌ 1/2  thread  4713  pthread_create  worker        930 ms  exit 0 · joined by 1
├╌ 1/3  thread  4714  pthread_create  worker        920 ms  exit 0 · joined by 1
├╌ 1/4  thread  4715  pthread_create  worker        910 ms  exit 0 · joined by 1
└╌ 1/5  thread  4716  pthread_create  worker        900 ms  exit 0 · joined by 1
)");
}

TEST(Tree, AThreadThatCrashesTakesItsSiblingsAlong) {
  EXPECT_EQ(picture(make_tree, thread_crash(), 1100, {.width = 100}, {{}, SIGSEGV, true}),
            R"(1       process 4711  launched        crash  1.02 ms  ended by 1/2's SIGSEGV
├╌ 1/1  thread  4712  pthread_create  good    810 µs  ended by 1/2's SIGSEGV
└╌ 1/2  thread  4713  pthread_create  bad     700 µs  killed by SIGSEGV (core)
)");
}

TEST(Tree, ADaemonIsAnOrphanUnderItsCreator) {
  EXPECT_EQ(picture(make_tree, double_fork_daemon(), 3100, {.width = 120}),
            R"(1                 process 4711  launched        daemon   900 µs  exit 0
└─ 1.1            process 4712  fork            daemon   400 µs  exit 0 · reaped by 1
   └─ 1.1.1       process 4713  fork            daemon  2.50 ms  exit_group 3 · orphan, adopted by pid 1 · stopped once
      └╌ 1.1.1/1  thread  4714  pthread_create  worker  2.00 ms  ended by 1.1.1's exit_group
)");
  EXPECT_EQ(picture(make_tree, double_fork_daemon(), 3100, {.width = 40}),
            R"(1             4711  exit 0
└─ 1.1        4712  exit 0 · reaped by 1
   └─ 1.1.1   4713  exit_group 3 · orph…
      └╌ 1.…  4714  ended by 1.1.1's ex…
)");
}

TEST(Tree, FiveThousandThreadsAlikeAreOneRow) {
  EXPECT_EQ(picture(make_tree, crowd(5000), 221'000, {.width = 100}),
            R"(1               process 4711   launched        threads 5000    220 ms  exit 0
├╌ 1/1 … /5000  5,000 threads  pthread_create  worker        ~54.9 ms  exit 0 each
└─ 1.5001       process 9712   fork            threads        10.0 ms  exit 1 · never reaped
)");
  EXPECT_EQ(picture(make_tree, crowd(5000), 221'000, {.width = 80}),
            R"(1               4711    launched        threads…    220 ms  exit 0
├╌ 1/1 … /5000  ×5,000  pthread_create  worker    ~54.9 ms  exit 0 each
└─ 1.5001       9712    fork            threads    10.0 ms  exit 1 · never reap…
)");
}

TEST(Tree, FailedBirthsStandUnderTheirCreator) {
  EXPECT_EQ(picture(make_tree, vfork_child(), 1000, {.width = 100}),
            R"(1       process 4711  launched  spawner  1.00 ms  exit 0
│  ✗ 2 births failed: clone3 EAGAIN (RLIMIT_NPROC is reached)
└─ 1.1  process 4712  vfork     true      700 µs  exit 0 · reaped by 1
)");
}

TEST(Tree, WhoKilledIsNamed) {
  EXPECT_EQ(picture(make_tree, kills(), 1000, {.width = 100}), R"(1       process 4711  launched  kills  1.00 ms  exit 0
├─ 1.1  process 4712  fork      kills   300 µs  killed by SIGKILL from 1.2 · reaped by 1
├─ 1.2  process 4713  fork      kills   500 µs  exit 0 · reaped by 1
├─ 1.3  process 4714  fork      kills   210 µs  killed by its own SIGABRT (core) · reaped by 1
└─ 1.4  process 4715  fork      kills   260 µs  killed by SIGTERM from pid 99 · reaped by 1
)");
}

TEST(Tree, ASigpipeThatTheKernelSendsInTheWritersNameIsNotItsOwn) {
  Story s;
  const LwpId root = s.launch(0, {"yes"});
  s.signal(10, root, SIGPIPE, Effect::terminate, Sender{4711, 0, root});
  s.die(20, root, SIGPIPE);
  EXPECT_EQ(picture(make_tree, s, 20, {.width = 80}), "1  process 4711  launched  yes  20.0 µs  killed by SIGPIPE\n");
}

TEST(Tree, WhomLwptraceKilledIsToldFromWhomOthersKilled) {
  EXPECT_EQ(picture(make_tree, timed_out(), 1020, {.width = 100}, {{}, SIGKILL, false}),
            R"(1       process 4711  launched  sleeps     1.00 ms  killed by lwptrace: timeout
├─ 1.1  process 4712  fork      sleeps      300 µs  exit 0 · never reaped
├─ 1.2  process 4713  fork      sleeps      250 µs  killed by SIGKILL · never reaped
└─ 1.3  process 4714  fork      sleep 100   710 µs  killed by lwptrace: timeout · never reaped
)");
}

TEST(Tree, WhoIsNotFollowedIsNotCalledAlive) {
  EXPECT_EQ(picture(make_tree, follow_threads(), 1000, {.width = 100}),
            R"(1            process 4711  launched        mixed   1.00 ms  exit 0
├─ 1.1       process 4712  fork            mixed            not followed
└╌ 1/2       thread  4713  pthread_create  worker   400 µs  exit 0
   └─ 1/2.1  process 4714  fork            worker           not followed
)");
}

TEST(Tree, AnExitGroupIsNamedOnlyWhereItTookOthersAlong) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  const LwpId thread = s.thread(10, root, "w");
  s.exit(20, thread, 4, How::exit_group);
  s.taken(21, root, thread, {4, {}, false});
  EXPECT_EQ(picture(make_tree, s, 30, {.width = 80}, {4, {}, false}),
            R"(1       process 4711  launched        a  21.0 µs  ended by 1/1's exit_group
└╌ 1/1  thread  4712  pthread_create  w  10.0 µs  exit_group 4
)");
}

TEST(Tree, ExecsOneAfterTheOtherAreAHistory) {
  Story s;
  const LwpId root = s.launch(0, {"sh", "-c", "exec env python3"});
  s.exec(10, root, {"/usr/bin/env", "python3"});
  s.exec(20, root, {"/usr/bin/python3"});
  const LwpId child = s.fork(30, root);
  s.exec(40, child, {"true"});
  s.exit(50, child, 0, How::exit_group);
  s.exit(60, root, 0, How::exit_group);
  for (int i = 0; i < 100; ++i) s.exec(60, s.fork(60, root), {"true"});
  EXPECT_EQ(picture(make_tree, s, 60, {.width = 100}),
            R"(1              process 4711   launched  python3  60.0 µs  exit 0 · sh → env → python3
├─ 1.1         process 4712   fork      true     20.0 µs  exit 0 · never reaped
└─ 1.2 … .101  100 processes  fork      true        ~0 s  still alive at the end each
)");
}

TEST(Tree, WhatIsOnlyLikeAForkOrALinuxThreadIsNotCalledOne) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  for (const Idiom idiom : {Idiom::fork, Idiom::linuxthreads}) {
    Birth birth;
    birth.via = Via::clone;
    birth.kind = Kind::process;
    birth.idiom = idiom;
    birth.stack = Address{0x1000};
    s.exit(20, s.born(10, root, birth));
  }
  EXPECT_EQ(picture(make_tree, s, 30, {.width = 100}),
            R"(1       process 4711  launched                 a  30.0 µs  still alive at the end
├─ 1.1  process 4712  clone like fork             10.0 µs  exit 0 · never reaped
└─ 1.2  process 4713  clone like linuxthreads     10.0 µs  exit 0 · never reaped
)");
}

TEST(Tree, WideNamesKeepTheColumnsAligned) {
  EXPECT_EQ(picture(make_tree, hostile_names(), 500, {.width = 100}),
            R"(1       process 4711  launched        '\x1b[31mred\n' 日本語のとても長い名前のプロ…   400 µs  exit 0
├╌ 1/1  thread  4712  pthread_create  \x1b]0;title\x07                                100 µs  exit 0
└╌ 1/2  thread  4713  pthread_create  絵文字🎉                                        200 µs  exit 0
)");
}

TEST(Tree, OneLwpInNoTime) {
  EXPECT_EQ(picture(make_tree, one_moment(), 0, {.width = 80}),
            R"(1  process 4711  launched  true  0 s  exit 0
)");
}

TEST(Tree, NothingWasTraced) {
  EXPECT_EQ(picture(make_tree, Story{}, 0, {.width = 80}),
            R"(No LWP was seen.
)");
}

TEST(Tree, ACutTraceSaysSo) {
  EXPECT_EQ(cut_picture(make_tree, fork_exec_wait(), {.width = 80}),
            R"(1       process 4711  launched  sh -c 'ls -l; ex…  2.00 ms  exit 3
└─ 1.1  process 4712  fork      ls -l               800 µs  exit 0 · reaped by 1
The trace was cut: line 118: cut in the middle of a line
)");
}

TEST(Tree, AnLwpWhoseBirthWasNotSeenIsARoot) {
  Story s;
  s.exit(50, 7, 3, How::exit_group);
  s.add(60, 9, Comm{"late", ""});
  EXPECT_EQ(picture(make_tree, s, 100),
            R"(#7  process 4717  birth not seen            0 s  exit 3
#9  process 4719  birth not seen  late  40.0 µs  still alive at the end
)");
}

TEST(Tree, SiblingsAlikeFoldTogetherWithWhomTheyMade) {
  Story s;
  const LwpId root = s.launch(0, {"make", "-j8"});
  for (Nanos i = 0; i < 8; ++i) {
    const LwpId gcc = s.spawn(100 * i, root);
    s.exec(100 * i + 10, gcc, {"gcc", "-c", std::to_string(i) + ".c"});
    const LwpId cc1 = s.vfork(100 * i + 20, gcc);
    s.exec(100 * i + 30, cc1, {"cc1"});
    s.exit(100 * i + 50, cc1, 0, How::exit_group);
    s.reap(100 * i + 51, cc1, gcc);
    s.exit(100 * i + 60, gcc, 0, How::exit_group);
    s.reap(100 * i + 61, gcc, root);
  }
  s.exit(900, root, 0, How::exit_group);
  EXPECT_EQ(picture(make_tree, s, 900),
            R"(1            process 4711  launched     make -j8    900 µs  exit 0
└─ 1.1 … .8  8 processes   posix_spawn  gcc …     ~60.0 µs  exit 0 each · reaped by 1
   │  each made 1 LWP, as 1.1 did:
   └─ 1.1.1  process 4713  vfork        cc1        30.0 µs  exit 0 · reaped by 1.1
)");
}

// A hundred processes of a hundred threads, which end with them.
TEST(Tree, TenThousandLwpsInFamiliesAlikeAreFourLines) {
  Story s;
  const LwpId root = s.launch(0, {"families"});
  for (Nanos i = 0; i < 100; ++i) {
    const LwpId process = s.fork(100 * i, root);
    std::array<LwpId, 99> threads{};
    for (LwpId& thread : threads) thread = s.thread(100 * i + 10, process, "worker");
    s.exit(100 * i + 50, process, 0, How::exit_group);
    for (const LwpId thread : threads) s.taken(100 * i + 50, thread, process, {0, {}, false});
    s.reap(100 * i + 51, process, root);
  }
  s.exit(10'000, root, 0, How::exit_group);
  EXPECT_EQ(picture(make_tree, s, 10'000),
            R"(1                  4711  launched        families   10.0 ms  exit 0
└─ 1.1 … .100      ×100  fork            families  ~50.0 µs  exit_group 0 each · reaped by 1
   │  each made 99 LWPs, as 1.1 did:
   └╌ 1.1/1 … /99  ×99   pthread_create  worker    ~40.0 µs  ended by 1.1's exit_group each
)");
}

TEST(Tree, ACrowdOfWhomEachWasEndedByAnotherIsNotSaidToHaveOneEnder) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  for (int i = 0; i < 7; ++i) {
    const LwpId process = s.fork(10, root);
    const LwpId thread = s.thread(20, process);
    s.exit(30, thread, 0, How::exit_group);
    s.taken(30, process, thread, {0, {}, false});
  }
  EXPECT_NE(picture(make_tree, s, 50).find("ended by 1.1/1's exit_group, and so on"), std::string::npos);
}

// Children with names of their own, each of which lives for 10 µs.
Story strangers(int count) {
  Story s;
  const LwpId root = s.launch(0, {"make"});
  for (Nanos i = 0; i < count; ++i) {
    const LwpId child = s.fork(20 * i, root);
    s.exec(20 * i + 5, child, {"tool" + std::to_string(i)});
    s.exit(20 * i + 10, child, static_cast<int>(i % 100), How::exit_group);
    s.reap(20 * i + 11, child, root);
  }
  return s;
}

TEST(Tree, MoreThanAThousandThatDifferAreFoldedFurther) {
  EXPECT_EQ(std::ranges::count(picture(make_tree, strangers(900), 50'000), '\n'), 1 + 900);
  EXPECT_EQ(picture(make_tree, strangers(1000), 50'000),
            R"(1               process 4711     launched  make      50.0 ms  still alive at the end
└─ 1.1 … .1000  1,000 processes  fork      tool0 …  ~10.0 µs  various ends · reaped by 1
)");
}

TEST(Tree, OfACrowdThatIsFoldedFurtherWhoMadeMostIsTheExample) {
  Story s = strangers(1000);
  BirthFailed failed;
  failed.via = Via::fork;
  failed.error = EAGAIN;
  for (const LwpId lwp : {5U, 7U}) s.add(49'000, lwp, failed);
  for (const int children : {2, 3, 1}) {
    const LwpId process = s.fork(50'000, 1);
    for (int i = 0; i < children; ++i) s.exit(50'020, s.fork(50'010, process), 0, How::exit_group);
    s.exit(50'030, process, 0, How::exit_group);
  }
  EXPECT_EQ(picture(make_tree, s, 60'000),
            R"(1                    process 4711     launched  make      60.0 ms  still alive at the end
└─ 1.1 … .1003       1,003 processes  fork      tool0 …  ~10.0 µs  various ends
   │  ✗ 2 births failed
   │  6 LWPs came of them; 1.1002 made the most:
   └─ 1.1002.1 … .3  3 processes      fork      make     ~10.0 µs  exit 0 each · never reaped
)");
}

TEST(Tree, OfACrowdThatIsFoldedFurtherOnlyWhatAllHaveInCommonIsTold) {
  Story s = strangers(1000);
  for (int i = 0; i < 3; ++i) {
    const LwpId child = s.vfork(50'000 + i, 1);
    s.exec(50'010 + i, child, {"other" + std::to_string(i)});
  }
  EXPECT_EQ(picture(make_tree, s, 60'000),
            R"(1               process 4711     launched  make      60.0 ms  still alive at the end
└─ 1.1 … .1003  1,003 processes  various   tool0 …  ~10.0 µs  various ends
)");
}

TEST(Tree, AParentThatIsNotTheCreatorIsNamed) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  const LwpId child = s.fork(10, root);
  Birth birth;
  birth.idiom = Idiom::clone;
  birth.kind = Kind::process;
  birth.parent = root;
  s.exit(40, s.born(20, child, birth), 0, How::exit_group);
  EXPECT_NE(picture(make_tree, s, 50).find("child of 1 · never reaped"), std::string::npos);
}

TEST(Tree, PastTheCoarsestFoldingLinesAreLeftOutAndCounted) {
  Story s;
  LwpId last = s.launch(0, {"chain"});
  for (int i = 1; i < 20'000; ++i) {
    Birth birth;
    birth.kind = Kind::process;
    birth.path = "1." + std::to_string(i);  // the true ones would be longer than the test
    last = s.born(i, last, birth);
  }
  const std::string text = picture(make_tree, s, 200'000);
  EXPECT_EQ(std::ranges::count(text, '\n'), 1000 + 1);
  EXPECT_NE(text.find("19,000 more LWPs not drawn; -F log or -F jsonl shows each"), std::string::npos);
}

TEST(Tree, NoLineIsWiderThanTheDrawingMayBe) {
  for (const int width : {1, 20, 40, 80, 200}) {
    for (const Story& story : {double_fork_daemon(), crowd(500), vfork_child(), hostile_names(), all_different(90)}) {
      for (const bool color : {false, true}) {
        std::istringstream lines(cut_picture(make_tree, story, {.width = width, .color = color}));
        for (std::string line; std::getline(lines, line);) {
          EXPECT_LE(display_width(line), static_cast<std::size_t>(width)) << line;
        }
      }
    }
  }
}

TEST(Tree, ColoursAddNothingButColours) {
  const std::string plain = picture(make_tree, double_fork_daemon(), 3100);
  const std::string coloured = picture(make_tree, double_fork_daemon(), 3100, {.color = true});
  EXPECT_NE(coloured, plain);
  EXPECT_EQ(std::regex_replace(coloured, std::regex("\x1b\\[[0-9;]*m"), ""), plain);
}

TEST(Tree, HostileNamesDoNotReachTheTerminal) {
  const std::string text = picture(make_tree, hostile_names(), 500);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\a'), std::string::npos);
  EXPECT_NE(text.find("\\x1b"), std::string::npos);
}

}  // namespace
}  // namespace lwptrace::render
