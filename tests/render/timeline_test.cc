// timeline: when everybody lived, as drawn. The traces are in stories.h.
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <sstream>

#include "render/text.h"
#include "tests/render/stories.h"

namespace lwptrace::render {
namespace {

TEST(Timeline, AForkIsABranchAndAReapComesBack) {
  EXPECT_EQ(picture(make_timeline, fork_exec_wait(), 2000, {.width = 80}, {3, {}, false}),
            R"(sh -c 'ls -l; exit 3' · 2.00 ms · 2 processes · exit 3
                    0            0.5 ms       1.0 ms       1.5 ms
                    ┬────────────┬────────────┬────────────┬────────────
1    sh -c 'ls -l…  ●━━━━━━━━━┯━━━━━━━━━━━━━━━━━━━━━━━━━━━━┯━━━━━━━━━━━■  exit 3
 1.1 ls -l                    ┕━━━━━━━E━━━━━━━━━━━━■┄┄┄┄┄┄┄╯              exit 0
━ process  E exec  ■ exit  ┄ ended, not yet waited for
)");
}

TEST(Timeline, FiveThreadsOverlapAndAreJoined) {
  EXPECT_EQ(picture(make_timeline, five_joined(), 1'300'000, {.width = 100}),
            R"(five_threads · 1.30 s · 1 process, 5 threads · exit 0
                   0         0.2 s     0.4 s     0.6 s      0.8 s     1.0 s     1.2 s
                   ┬─────────┬─────────┬─────────┬──────────┬─────────┬─────────┬─────
1    five_threads  ●━━┯━━┯━━┯━━┯━━┯━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┯━━┯━┯━━┯━┯━━━━■  exit_group 0
 1/1 worker           ╰──┼──┼──┼──┼───────────────────────────────────■  │ │  │ │       exit 0
 1/2 worker              ╰──┼──┼──┼──────────────────────────────────────■ │  │ │       exit 0
 1/3 worker                 ╰──┼──┼────────────────────────────────────────■  │ │       exit 0
 1/4 worker                    ╰──┼───────────────────────────────────────────■ │       exit 0
 1/5 worker                       ╰─────────────────────────────────────────────■       exit 0
━ process  ─ thread  ■ exit
)");
}

TEST(Timeline, AFatalSignalIsMarkedWhereItStruck) {
  EXPECT_EQ(picture(make_timeline, thread_crash(), 1100, {.width = 100}, {{}, SIGSEGV, true}),
            R"(crash · 1.10 ms · 1 process, 2 threads · killed by SIGSEGV (core)
            0            0.2 ms       0.4 ms        0.6 ms       0.8 ms        1.0 ms
            ┬────────────┬────────────┬─────────────┬────────────┬─────────────┬──────
1    crash  ●━━━━━━━━━━━━┯━━━━━━┯━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━■       with 1/2
 1/1 good                ╰──────┼──────────────────────────────────────────────■        with 1/2
 1/2 bad                        ╰───────────────────────────────────────!──────✗        SIGSEGV core
━ process  ─ thread  ! signal  ✗ killed  ■ exit
)");
}

TEST(Timeline, ADaemonOutlivesTheRootAndIsStoppedForAWhile) {
  EXPECT_EQ(picture(make_timeline, double_fork_daemon(), 3100, {.width = 100}),
            R"(daemon · 3.10 ms · 3 processes, 1 thread · exit 0
                   0         0.5 ms     1.0 ms     1.5 ms     2.0 ms     2.5 ms
                   ┬─────────┬──────────┬──────────┬──────────┬──────────┬─────────┬──
1          daemon  ●━━━┯━━━━━━━━━━━━┯━■                                                 exit 0
 1.1       daemon      ┕━━━━━┯━■┄┄┄┄╯                                                   exit 0
  1.1.1    daemon            ┕━━━━━━━━━━┯━━━░░░░░░░░░░░░░░░░░░░━━━━━━━━━━━━━━━━━━━━■    exit_group 3
   1.1.1/1 worker                       ╰──────────────────────────────────────────■    with 1.1.1
━ process  ─ thread  ■ exit  ░ stopped  ┄ ended, not yet waited for
)");
}

TEST(Timeline, FiveThousandThreadsAlikeAreOneLane) {
  EXPECT_EQ(picture(make_timeline, crowd(5000), 221'000, {.width = 100}),
            R"(threads 5000 · 221 ms · 2 processes, 5,000 threads · exit 0
                            0            50 ms        100 ms       150 ms       200 ms
                            ┬────────────┬────────────┬────────────┬────────────┬─────
1            threads 5000   ●━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┯━━━━■  exit_group 0
 1/1 … /5000 ×5,000 worker  ▁▂▂▃▃▄▄▅▅▆▆▇▇███████████████▇▇▆▆▅▅▄▄▃▃▂▂▁▁          │       exit 0
 1.5001      threads                                                            ┕━━■┄┄  exit 1
━ process  █ height: how many alive  ■ exit  ┄ ended, not yet waited for
)");
}

TEST(Timeline, TheCreatorSleepsWhileItsVforkChildHasNotExeced) {
  EXPECT_EQ(picture(make_timeline, vfork_child(), 1000, {.width = 100}),
            R"(spawner · 1.00 ms · 2 processes · exit 0
              0              0.2 ms          0.4 ms         0.6 ms          0.8 ms
              ┬──────────────┬───────────────┬──────────────┬───────────────┬───────────────
1    spawner  ●━━━━━━┯╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌━━━━━━━━━━!━━━━━━━━━━━━━━━┯━━━━━━━━━━■  exit 0
 1.1 true            ┕━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━E━━━━━━━━━━━━━━━━━━━━━━■┄┄┄╯             exit 0
━ process  E exec  ! signal  ■ exit  ╌ asleep in vfork  ┄ ended, not yet waited for
)");
}

TEST(Timeline, WideNamesKeepTheLanesAligned) {
  EXPECT_EQ(picture(make_timeline, hostile_names(), 500, {.width = 100}),
            R"('\x1b[31mred\n' 日本語のとても長い名前のプログラム引数 · 500 µs · 1 process, 2 threads · exit 0
                       0           100 µs       200 µs      300 µs       400 µs
                       ┬───────────┬────────────┬───────────┬────────────┬────────────
1    '\x1b[31mred\n'…  ●━━━━━━━━━━━┯━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━■              exit_group 0
 1/1 \x1b]0;title\x07              ├────────────■                                       exit 0
 1/2 絵文字🎉                      ╰────────────────────────■                           exit 0
━ process  ─ thread  ■ exit
)");
}

TEST(Timeline, NinetyChildrenThatDifferAreFoldedFurther) {
  EXPECT_EQ(picture(make_timeline, all_different(90), 9100, {.width = 100}),
            R"(various · 9.10 ms · 91 processes · exit 0
                          0             2 ms          4 ms          6 ms           8 ms
                          ┬─────────────┬─────────────┬─────────────┬──────────────┬───────
1          various        ●━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━■  exit 0
 1.1 … .90 ×90 processes  ▁▁▂▂▃▄▄▅▅▆▆▇▇█████████████▇▇▇▇▇▇▇▇▇▇▇▇▆▆▆▆▆▆▆▅▅▄▄▃▂▂▁              various
━ process  █ height: how many alive  ■ exit
)");
}

TEST(Timeline, ANarrowOneLeavesOutNamesAndEnds) {
  EXPECT_EQ(picture(make_timeline, five_joined(), 1'300'000, {.width = 40}),
            R"(five_threads · 1.30 s · 1 process, 5 th…
      0            0.5 s        1.0 s
      ┬────────────┬────────────┬───────
1     ●┯━┯┯━┯┯━━━━━━━━━━━━━━━━━━┯┯┯━┯┯━■
 1/1   ╰─┼┼─┼┼──────────────────■││ ││
 1/2     ╰┼─┼┼───────────────────■│ ││
 1/3      ╰─┼┼────────────────────■ ││
 1/4        ╰┼──────────────────────■│
 1/5         ╰───────────────────────■
━ process  ─ thread  ■ exit
)");
}

TEST(Timeline, AWideOneUsesTheRoom) {
  EXPECT_EQ(picture(make_timeline, fork_exec_wait(), 2000, {.width = 200}, {3, {}, false}),
            R"(sh -c 'ls -l; exit 3' · 2.00 ms · 2 processes · exit 3
                            0               0.2 ms          0.4 ms           0.6 ms          0.8 ms           1.0 ms          1.2 ms          1.4 ms           1.6 ms          1.8 ms
                            ┬───────────────┬───────────────┬────────────────┬───────────────┬────────────────┬───────────────┬───────────────┬────────────────┬───────────────┬────────────────
1    sh -c 'ls -l; exit 3'  ●━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┯━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┯━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━■  exit 3
 1.1 ls -l                                                  ┕━━━━━━━━━━━━━━━━━━━━━━━━E━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━■┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄╯                                          exit 0
━ process  E exec  ■ exit  ┄ ended, not yet waited for
)");
}

TEST(Timeline, OneLwpInNoTime) {
  EXPECT_EQ(picture(make_timeline, one_moment(), 0, {.width = 80}),
            R"(true · 0 s · 1 process · exit 0
        0
        ┬───────────────────────────────────────────────────────────────
1 true  ■                                                                 exit 0
■ exit
)");
}

TEST(Timeline, NothingWasTraced) {
  EXPECT_EQ(picture(make_timeline, Story{}, 0, {.width = 80}),
            R"(the trace · 0 s · 0 processes · exit 0
No LWP was seen.
)");
}

TEST(Timeline, ACutTraceSaysSo) {
  EXPECT_EQ(cut_picture(make_timeline, fork_exec_wait(), {.width = 80}),
            R"(sh -c 'ls -l; exit 3' · 2.00 ms · 2 processes · the trace was cut
                    0            0.5 ms       1.0 ms       1.5 ms
                    ┬────────────┬────────────┬────────────┬────────────
1    sh -c 'ls -l…  ●━━━━━━━━━┯━━━━━━━━━━━━━━━━━━━━━━━━━━━━┯━━━━━━━━━━━■  exit 3
 1.1 ls -l                    ┕━━━━━━━E━━━━━━━━━━━━■┄┄┄┄┄┄┄╯              exit 0
━ process  E exec  ■ exit  ┄ ended, not yet waited for
The trace was cut: line 118: cut in the middle of a line
)");
}

TEST(Timeline, PastTheCoarsestFoldingLanesAreLeftOutAndCounted) {
  Story s;
  LwpId last = s.launch(0, {"chain"});
  for (int i = 1; i < 100; ++i) last = s.fork(i, last);
  const std::string text = picture(make_timeline, s, 200, {.width = 200});
  EXPECT_EQ(std::ranges::count(text, '\n'), 1 + 2 + 60 + 1 + 1);
  EXPECT_NE(text.find("40 more LWPs not drawn; -F tree or -F jsonl shows each"), std::string::npos);
}

TEST(Timeline, WhereEventsShareAColumnTheMostImportantIsSeen) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  const LwpId execs = s.fork(500'000, root);
  s.exec(500'001, execs, {"b"});
  s.exit(500'002, execs);
  const LwpId dies = s.fork(500'003, root);
  s.exec(500'004, dies, {"c"});
  s.die(500'005, dies, SIGKILL);
  s.exit(1'000'000, root, 0, How::exit_group);
  EXPECT_EQ(picture(make_timeline, s, 1'000'000, {.width = 60}),
            R"(a · 1.00 s · 3 processes · exit 0
        0                    0.5 s
        ┬────────────────────┬─────────────────────
1    a  ●━━━━━━━━━━━━━━━━━━━━┯━━━━━━━━━━━━━━━━━━━━■  exit 0
 1.1 b                       E┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄  exit 0
 1.2 c                       ✗┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄  SIGKILL
━ process  E exec  ✗ killed  ■ exit
┄ ended, not yet waited for
)");
}

TEST(Timeline, NoLineIsWiderThanTheDrawingMayBe) {
  for (const int width : {1, 20, 40, 80, 200}) {
    for (const Story& story : {double_fork_daemon(), crowd(500), vfork_child(), hostile_names(), all_different(90)}) {
      for (const bool color : {false, true}) {
        std::istringstream lines(cut_picture(make_timeline, story, {.width = width, .color = color}));
        for (std::string line; std::getline(lines, line);) {
          EXPECT_LE(display_width(line), static_cast<std::size_t>(width)) << line;
        }
      }
    }
  }
}

TEST(Timeline, ColoursAddNothingButColours) {
  const std::string plain = picture(make_timeline, double_fork_daemon(), 3100);
  const std::string coloured = picture(make_timeline, double_fork_daemon(), 3100, {.color = true});
  EXPECT_NE(coloured, plain);
  EXPECT_EQ(std::regex_replace(coloured, std::regex("\x1b\\[[0-9;]*m"), ""), plain);
}

TEST(Timeline, HostileNamesDoNotReachTheTerminal) {
  const std::string text = picture(make_timeline, hostile_names(), 500);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\a'), std::string::npos);
  EXPECT_NE(text.find("\\x1b"), std::string::npos);
}

}  // namespace
}  // namespace lwptrace::render
