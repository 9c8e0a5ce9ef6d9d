// summary: the whole trace in numbers. The traces are in stories.h.
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <sstream>

#include "render/text.h"
#include "tests/render/stories.h"

namespace lwptrace::render {
namespace {

TEST(Summary, CountsWhatHappened) {
  EXPECT_EQ(picture(make_summary, vfork_child(), 1000, {.width = 100}),
            R"(spawner · exit 0 · 1.00 ms
LWPs                 2  2 processes; at most 2 alive at once
births               2  1 launched, 1 vfork; 2,000 per second
failed births        2  2 EAGAIN
execs                2
exits                2  2 exit 0
signals              1  1 SIGUSR1
never reaped         0
wall time      1.00 ms
dropped              0
)");
  EXPECT_EQ(picture(make_summary, crowd(5000), 221'000, {.width = 100}),
            R"(threads 5000 · exit 0 · 221 ms
LWPs            5,002  2 processes, 5,000 threads; at most 5,001 alive at once
births          5,002  5,000 pthread_create, 1 fork, 1 launched; 22,633 per second
failed births       0
execs               1
exits           5,002  5,001 exit 0, 1 exit 1
signals             0
never reaped        1  zombies that nobody waited for
joins seen          0  of 5,000 pthreads (a join that need not wait makes no call)
wall time      221 ms
dropped             0
)");
}

TEST(Summary, AThreadThatCrashesTakesItsSiblingsAlong) {
  EXPECT_EQ(picture(make_summary, thread_crash(), 1100, {.width = 100}, {{}, SIGSEGV, true}),
            R"(crash · killed by SIGSEGV (core) · 1.10 ms
LWPs                 3  1 process, 2 threads; at most 3 alive at once
births               3  2 pthread_create, 1 launched; 2,727 per second
failed births        0
execs                1
exits                3  2 taken along by a sibling, 1 killed by SIGSEGV (core)
signals              1  1 SIGSEGV
never reaped         0
joins seen           0  of 2 pthreads (a join that need not wait makes no call)
wall time      1.10 ms
dropped              0
)");
}

TEST(Summary, WhoIsNotFollowedIsNotCountedAmongTheLiving) {
  EXPECT_EQ(picture(make_summary, follow_threads(), 1000, {.width = 80}), R"(mixed · exit 0 · 1.00 ms
LWPs                 4  3 processes, 1 thread; at most 2 alive at once
births               4  2 fork, 1 launched, 1 pthread_create; 4,000 per second
failed births        0
execs                1
exits                2  2 exit 0
not followed         2  of whom nothing but the birth is told
signals              0
never reaped         0
joins seen           0  of 1 pthread (a join that need not wait makes no call)
wall time      1.00 ms
dropped              0
)");
}

TEST(Summary, OneLwpInNoTimeHasNoRate) {
  EXPECT_EQ(picture(make_summary, one_moment(), 0, {.width = 80}),
            R"(true · exit 0 · 0 s
LWPs             1  1 process; at most 1 alive at once
births           1  1 launched
failed births    0
execs            1
exits            1  1 exit 0
signals          0
never reaped     0
wall time      0 s
dropped          0
)");
}

TEST(Summary, ManyKindsOfEndsAreNotAllListed) {
  EXPECT_EQ(picture(make_summary, all_different(90), 9100, {.width = 100}),
            R"(various · exit 0 · 9.10 ms
LWPs                91  91 processes; at most 2 alive at once
births              91  90 fork, 1 launched; 10,000 per second
failed births        0
execs               91
exits               91  2 exit 0, 1 exit 1, 1 exit 10, 1 exit 11, 1 exit 12, 1 exit 13, 84 others
signals              0
never reaped         0
wall time      9.10 ms
dropped              0
)");
}

TEST(Summary, ACutTraceSaysSo) {
  EXPECT_EQ(cut_picture(make_summary, double_fork_daemon(), {.width = 80}),
            R"(daemon · the trace was cut · 3.00 ms
LWPs                 4  3 processes, 1 thread; at most 3 alive at once
births               4  2 fork, 1 launched, 1 pthread_create; 1,333 per second
failed births        0
execs                1
exits                4  2 exit 0, 1 exit 3, 1 taken along by a sibling
signals              0
never reaped         0
joins seen           0  of 1 pthread (a join that need not wait makes no call)
wall time      3.00 ms
The trace was cut: line 118: cut in the middle of a line
)");
}

TEST(Summary, WhatWasNotLookedForIsNotCalledZero) {
  Story s;
  s.header.observes = {"birth", "exec", "signal", "exit"};
  const LwpId root = s.launch(0, {"a"});
  s.exit(20, s.fork(10, root), 0, How::exit_group);
  s.thread(15, root);
  s.exit(30, root, 0, How::exit_group);
  const std::string text = picture(make_summary, s, 30);
  EXPECT_NE(text.find("failed births        –  not looked for"), std::string::npos) << text;
  EXPECT_EQ(text.find("never reaped"), std::string::npos);
  EXPECT_EQ(text.find("joins seen"), std::string::npos);
}

TEST(Summary, TheSlowestBirthAndTheTimeOnCpusAreNamed) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  for (const Nanos cost : {20'000, 50'000, 20'000}) {
    Birth birth;
    birth.kind = Kind::thread;
    birth.idiom = Idiom::pthread_create;
    birth.duration_ns = cost;
    s.born(100, root, birth);
  }
  Exit exit;
  exit.how = How::exit_group;
  exit.status.code = 0;
  exit.cpu_ns = 500'000;
  s.add(1000, root, exit);
  const std::string text = picture(make_summary, s, 1000);
  EXPECT_NE(text.find("slowest birth  50.0 µs  1/2 by pthread_create"), std::string::npos) << text;
  EXPECT_NE(text.find("CPU time        500 µs  0.50 CPUs busy; of 1 LWPs"), std::string::npos) << text;
}

TEST(Summary, NeverHasMoreThanTwentyFiveLines) {
  for (const Story& story : {vfork_child(), thread_crash(), crowd(500), all_different(90)}) {
    EXPECT_LE(std::ranges::count(cut_picture(make_summary, story), '\n'), 25);
  }
}

TEST(Summary, NoLineIsWiderThanTheDrawingMayBe) {
  for (const int width : {1, 20, 40, 80, 200}) {
    for (const Story& story : {double_fork_daemon(), crowd(500), vfork_child(), hostile_names(), all_different(90)}) {
      for (const bool color : {false, true}) {
        std::istringstream lines(cut_picture(make_summary, story, {.width = width, .color = color}));
        for (std::string line; std::getline(lines, line);) {
          EXPECT_LE(display_width(line), static_cast<std::size_t>(width)) << line;
        }
      }
    }
  }
}

TEST(Summary, ColoursAddNothingButColours) {
  const std::string plain = picture(make_summary, double_fork_daemon(), 3100);
  const std::string coloured = picture(make_summary, double_fork_daemon(), 3100, {.color = true});
  EXPECT_NE(coloured, plain);
  EXPECT_EQ(std::regex_replace(coloured, std::regex("\x1b\\[[0-9;]*m"), ""), plain);
}

TEST(Summary, HostileNamesDoNotReachTheTerminal) {
  const std::string text = picture(make_summary, hostile_names(), 500);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\a'), std::string::npos);
  EXPECT_NE(text.find("\\x1b"), std::string::npos);
}

}  // namespace
}  // namespace lwptrace::render
