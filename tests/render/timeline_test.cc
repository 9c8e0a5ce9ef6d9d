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
            R"(sh -c 'ls -l; exit 3' · exit 3 · 2.00 ms · 2 processes
                    0            0.5 ms       1.0 ms       1.5 ms
                    ┬────────────┬────────────┬────────────┬────────────
1    sh -c 'ls -l…  ●━━━━━━━━━┯━━━━━━━━━━━━━━━━━━━━━━━━━━━━┯━━━━━━━━━━━■  exit 3
 1.1 ls -l                    ┕━━━━━━━E━━━━━━━━━━━━■┄┄┄┄┄┄┄╯              exit 0
━ process  ● start  E exec  ■ exit  ┄ ended, not yet waited for  ┕ birth  ╯ reap
)");
}

TEST(Timeline, FiveThreadsOverlapAndAreJoined) {
  EXPECT_EQ(picture(make_timeline, five_joined(), 1'300'000, {.width = 100}),
            R"(five_threads · exit 0 · 1.30 s · 1 process, 5 threads
                   0          0.2 s      0.4 s      0.6 s      0.8 s       1.0 s      1.2 s
                   ┬──────────┬──────────┬──────────┬──────────┬───────────┬──────────┬─────
1    five_threads  ●━━┯━━┯━━━┯━━┯━━┯━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┯━┯━━┯━━┯━━┯━━━━■  exit 0
 1/1 worker           ╰──┼───┼──┼──┼───────────────────────────────────────■ │  │  │  │       exit 0
 1/2 worker              ╰───┼──┼──┼─────────────────────────────────────────■  │  │  │       exit 0
 1/3 worker                  ╰──┼──┼────────────────────────────────────────────■  │  │       exit 0
 1/4 worker                     ╰──┼───────────────────────────────────────────────■  │       exit 0
 1/5 worker                        ╰──────────────────────────────────────────────────■       exit 0
━ process  ─ thread  ● start  ■ exit  ╰ birth  │ above an end: join
)");
}

TEST(Timeline, AFatalSignalIsMarkedWhereItStruck) {
  EXPECT_EQ(picture(make_timeline, thread_crash(), 1100, {.width = 100}, {{}, SIGSEGV, true}),
            R"(crash · killed by SIGSEGV (core) · 1.10 ms · 1 process, 2 threads
            0            0.2 ms       0.4 ms        0.6 ms       0.8 ms        1.0 ms
            ┬────────────┬────────────┬─────────────┬────────────┬─────────────┬──────
1    crash  ●━━━━━━━━━━━━┯━━━━━━┯━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━■       with 1/2
 1/1 good                ╰──────┼──────────────────────────────────────────────■        with 1/2
 1/2 bad                        ╰───────────────────────────────────────!──────✗        SIGSEGV core
━ process  ─ thread  ● start  ! signal  ✗ killed  ■ exit  ╰ birth
)");
}

TEST(Timeline, ADaemonOutlivesTheRootAndIsStoppedForAWhile) {
  EXPECT_EQ(picture(make_timeline, double_fork_daemon(), 3100, {.width = 100}),
            R"(daemon · exit 0 · 3.10 ms · 3 processes, 1 thread
                   0         0.5 ms     1.0 ms     1.5 ms     2.0 ms     2.5 ms
                   ┬─────────┬──────────┬──────────┬──────────┬──────────┬─────────┬──
1          daemon  ●━━━┯━━━━━━━━━━━━┯━■                                                 exit 0
 1.1       daemon      ┕━━━━━┯━■┄┄┄┄╯                                                   exit 0
  1.1.1    daemon            ┕━━━━━━━━━━┯━━━░░░░░░░░░░░░░░░░░░░━━━━━━━━━━━━━━━━━━━━■    exit_group 3
   1.1.1/1 worker                       ╰──────────────────────────────────────────■    with 1.1.1
━ process  ─ thread  ● start  ■ exit  ░ stopped  ┄ ended, not yet waited for  ╰ birth  ╯ reap
)");
}

TEST(Timeline, FiveThousandThreadsAlikeAreOneLane) {
  EXPECT_EQ(picture(make_timeline, crowd(5000), 221'000, {.width = 100}),
            R"(threads 5000 · exit 0 · 221 ms · 2 processes, 5,000 threads
                            0             50 ms         100 ms         150 ms        200 ms
                            ┬─────────────┬─────────────┬──────────────┬─────────────┬──────
1            threads 5000   ●━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┯━━━━━■  exit 0
 1/1 … /5000 ×5,000 worker  ▁▁▂▂▃▃▄▄▅▅▆▆▇▇█████████████████▇▇▆▆▅▅▅▄▄▃▃▂▂▂▁▁          │        exit 0
 1.5001      threads                                                                 ┕━━■┄┄┄  exit 1
━ process  █ height: how many alive  ● start  ■ exit  ┄ ended, not yet waited for  ┕ birth
)");
}

TEST(Timeline, TheCreatorSleepsWhileItsVforkChildHasNotExeced) {
  EXPECT_EQ(picture(make_timeline, vfork_child(), 1000, {.width = 100}),
            R"(spawner · exit 0 · 1.00 ms · 2 processes, 2 failed births
              0              0.2 ms          0.4 ms         0.6 ms          0.8 ms
              ┬──────────────┬───────────────┬──────────────┬───────────────┬───────────────
1    spawner  ●━━xx━━┯╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌━━━━━━━━━━!━━━━━━━━━━━━━━━┯━━━━━━━━━━■  exit 0
 1.1 true            ┕━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━E━━━━━━━━━━━━━━━━━━━━━━■┄┄┄╯             exit 0
━ process  ● start  E exec  ! signal  x failed birth  ■ exit  ╌ asleep in vfork
┄ ended, not yet waited for  ┕ birth  ╯ reap
)");
}

TEST(Timeline, WhoKilledIsNamed) {
  EXPECT_EQ(picture(make_timeline, kills(), 1000, {.width = 100}), R"(kills · exit 0 · 1.00 ms · 5 processes
            0            0.2 ms       0.4 ms        0.6 ms       0.8 ms
            ┬────────────┬────────────┬─────────────┬────────────┬─────────────
1    kills  ●━━━━━┯━━━━━━┯━━━━━━┯━━┯━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┯━━━━━━━━━━━━■  exit 0
 1.1 kills        ┕━━━━━━┿━━━━━━┿━━┿━━✗┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┤               SIGKILL from 1.2
 1.2 kills               ┕━━━━━━┿━━┿━━━━━━━━━━━━━━━━━━━━━━■┄┄┄┄┄┄┤               exit 0
 1.3 kills                      ┕━━┿━━━━━━━━━!✗┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┤               own SIGABRT core
 1.4 kills                         ┕━━━━━━━━━━━━━━━━✗┄┄┄┄┄┄┄┄┄┄┄┄╯               SIGTERM from pid 99
━ process  ● start  ! signal  ✗ killed  ■ exit  ┄ ended, not yet waited for  ┕ birth  ╯ reap
)");
}

TEST(Timeline, ThatLwptraceKilledIsTheVerdict) {
  EXPECT_EQ(picture(make_timeline, timed_out(), 1020, {.width = 80}, {{}, SIGKILL, false}),
            R"(sleeps · killed by lwptrace: timeout · 1.02 ms · 4 processes
                0         0.2 ms     0.4 ms     0.6 ms     0.8 ms
                ┬─────────┬──────────┬──────────┬──────────┬─────────┬─
1    sleeps     ●━━━━┯━━━━┯━━━━━┯━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━✗   timeout
 1.1 sleeps          ┕━━━━┿━━━━━┿━━━━■┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄  exit 0
 1.2 sleeps               ┕━━━━━┿━━━━━━━✗┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄  SIGKILL
 1.3 sleep 100                  ┕━━━━━━━━━E━━━━━━━━━━━━━━━━━━━━━━━━━━━✗  timeout
━ process  ● start  E exec  ✗ killed  ■ exit  ┄ ended, not yet waited for
┕ birth
)");
  Story rest = timed_out();
  rest.reason = EndReason::interrupted;
  const std::string text = picture(make_timeline, rest, 1020, {.width = 80}, {3, {}, false});
  EXPECT_TRUE(text.starts_with("sleeps · exit 3, the rest killed by lwptrace: interrupted · 1.02 ms")) << text;
}

TEST(Timeline, WhoIsNotFollowedHasABirthAndNoLife) {
  EXPECT_EQ(picture(make_timeline, follow_threads(), 1000, {.width = 80}),
            R"(mixed · exit 0 · 1.00 ms · 3 processes, 1 thread, 2 not followed
                0         0.2 ms    0.4 ms    0.6 ms    0.8 ms
                ┬─────────┬─────────┬─────────┬─────────┬─────────
1       mixed   ●━━━━┯━━━━┯━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━■  exit 0
 1.1    mixed        ○    │                                         not followed
 1/2    worker            ╰────┬──────────────■                     exit 0
  1/2.1 worker                 ○                                    not followed
━ process  ─ thread  ● start  ■ exit  ○ not followed  ╰ birth
)");
  Story s;
  const LwpId root = s.launch(0, {"a"});
  for (Nanos i = 1; i < 9; ++i) s.unfollowed(i * 100, root);
  s.exit(1000, root, 0, How::exit_group);
  EXPECT_EQ(picture(make_timeline, s, 1000, {.width = 80}), R"(a · exit 0 · 1.00 ms · 9 processes, 8 not followed
                0         0.2 ms    0.4 ms    0.6 ms    0.8 ms
                ┬─────────┬─────────┬─────────┬─────────┬─────────
1         a     ●━━━━┯━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━■  exit 0
 1.1 … .8 ×8 a       ○    ○    ○    ○    ○    ○    ○    ○           not followed
━ process  ● start  ■ exit  ○ not followed  ┯ above a start: birth
)");
}

TEST(Timeline, AFailedBirthIsMarkedEvenInACrowd) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  BirthFailed failed;
  failed.error = EAGAIN;
  for (Nanos i = 0; i < 8; ++i) {
    const LwpId child = s.fork(100, root);
    const LwpId thread = s.thread(200, child, "w");
    s.add(500, thread, failed);
    s.exit(800, thread);
    s.exit(900, child, 0, How::exit_group);
  }
  s.exit(1000, root, 0, How::exit_group);
  EXPECT_EQ(picture(make_timeline, s, 1000, {.width = 80}),
            R"(a · exit 0 · 1.00 ms · 9 processes, 8 threads, 8 failed births
                0          0.2 ms     0.4 ms     0.6 ms     0.8 ms
                ┬──────────┬──────────┬──────────┬──────────┬───────────
1         a     ●━━━━┯━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━■  exit 0
 1.1 … .8 ×8 a       ▄▄▄▄▄▄█████████████████x████████████████▄▄▄▄▄▄       exit 0
━ process  █ height: how many alive  ● start  x failed birth  ■ exit
┯ above a start: birth
)");
}

TEST(Timeline, ALongCommandGivesWayToTheVerdict) {
  Story s;
  s.exit(10, s.launch(0, {"sh", "-c", std::string(200, 'x')}), 7, How::exit_group);
  const std::string text = picture(make_timeline, s, 10, {.width = 60}, {7, {}, false});
  EXPECT_EQ(text.substr(0, text.find('\n')), "sh -c xxxxxxxxxxxxxxxxxxxxxx… · exit 7 · 10.0 µs · 1 process");
}

TEST(Timeline, WideNamesKeepTheLanesAligned) {
  EXPECT_EQ(picture(make_timeline, hostile_names(), 500, {.width = 100}),
            R"('\x1b[31mred\n' 日本語のとても長い名前のプログラム引数 · exit 0 · 500 µs · 1 process, 2 threads
                       0            100 µs        200 µs        300 µs        400 µs
                       ┬────────────┬─────────────┬─────────────┬─────────────┬─────────────
1    '\x1b[31mred\n'…  ●━━━━━━━━━━━━┯━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━■               exit 0
 1/1 \x1b]0;title\x07               ├─────────────■                                           exit 0
 1/2 絵文字🎉                       ╰───────────────────────────■                             exit 0
━ process  ─ thread  ● start  ■ exit  ╰ birth
)");
}

TEST(Timeline, NinetyChildrenThatDifferAreFoldedFurther) {
  EXPECT_EQ(picture(make_timeline, all_different(90), 9100, {.width = 100}),
            R"(various · exit 0 · 9.10 ms · 91 processes
                          0             2 ms          4 ms          6 ms           8 ms
                          ┬─────────────┬─────────────┬─────────────┬──────────────┬───────
1          various        ●━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━■  exit 0
 1.1 … .90 ×90 processes  ▁▁▂▂▃▄▄▅▅▆▆▇▇█████████████▇▇▇▇▇▇▇▇▇▇▇▇▆▆▆▆▆▆▆▅▅▄▄▃▂▂▁              various
━ process  █ height: how many alive  ● start  ■ exit
)");
}

TEST(Timeline, ACrowdWhoseNameIsNotKnownIsCalledByItsKind) {
  Story s;
  const LwpId root = s.launch(0, {"nameless"});
  for (int i = 0; i < 8; ++i) {
    Birth birth;
    birth.kind = Kind::process;
    s.exit(20, s.born(10, root, birth), 0, How::exit_group);
  }
  EXPECT_NE(picture(make_timeline, s, 50).find("×8 processes"), std::string::npos);
}

TEST(Timeline, ANarrowOneLeavesOutNamesAndEnds) {
  EXPECT_EQ(picture(make_timeline, five_joined(), 1'300'000, {.width = 40}),
            R"(five_threads · exit 0 · 1.30 s · 1 proc…
      0            0.5 s        1.0 s
      ┬────────────┬────────────┬───────
1     ●┯━┯┯━┯┯━━━━━━━━━━━━━━━━━━┯┯┯━┯┯━■
 1/1   ╰─┼┼─┼┼──────────────────■││ ││
 1/2     ╰┼─┼┼───────────────────■│ ││
 1/3      ╰─┼┼────────────────────■ ││
 1/4        ╰┼──────────────────────■│
 1/5         ╰───────────────────────■
━ process  ─ thread  ● start  ■ exit
╰ birth  │ above an end: join
)");
}

TEST(Timeline, AWideOneUsesTheRoom) {
  EXPECT_EQ(picture(make_timeline, fork_exec_wait(), 2000, {.width = 200}, {3, {}, false}),
            R"(sh -c 'ls -l; exit 3' · exit 3 · 2.00 ms · 2 processes
                            0               0.2 ms          0.4 ms           0.6 ms          0.8 ms           1.0 ms          1.2 ms          1.4 ms           1.6 ms          1.8 ms
                            ┬───────────────┬───────────────┬────────────────┬───────────────┬────────────────┬───────────────┬───────────────┬────────────────┬───────────────┬────────────────
1    sh -c 'ls -l; exit 3'  ●━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┯━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┯━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━■  exit 3
 1.1 ls -l                                                  ┕━━━━━━━━━━━━━━━━━━━━━━━━E━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━■┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄╯                                          exit 0
━ process  ● start  E exec  ■ exit  ┄ ended, not yet waited for  ┕ birth  ╯ reap
)");
}

TEST(Timeline, OneLwpInNoTime) {
  EXPECT_EQ(picture(make_timeline, one_moment(), 0, {.width = 80}),
            R"(true · exit 0 · 0 s · 1 process
        0
        ┬───────────────────────────────────────────────────────────────
1 true  ■                                                                 exit 0
■ exit
)");
}

TEST(Timeline, NothingWasTraced) {
  EXPECT_EQ(picture(make_timeline, Story{}, 0, {.width = 80}),
            R"(the trace · exit 0 · 0 s · 0 processes
No LWP was seen.
)");
}

TEST(Timeline, ACutTraceSaysSo) {
  EXPECT_EQ(cut_picture(make_timeline, fork_exec_wait(), {.width = 80}),
            R"(sh -c 'ls -l; exit 3' · the trace was cut · 2.00 ms · 2 processes
                    0            0.5 ms       1.0 ms       1.5 ms
                    ┬────────────┬────────────┬────────────┬────────────
1    sh -c 'ls -l…  ●━━━━━━━━━┯━━━━━━━━━━━━━━━━━━━━━━━━━━━━┯━━━━━━━━━━━■  exit 3
 1.1 ls -l                    ┕━━━━━━━E━━━━━━━━━━━━■┄┄┄┄┄┄┄╯              exit 0
━ process  ● start  E exec  ■ exit  ┄ ended, not yet waited for  ┕ birth  ╯ reap
The trace was cut: line 118: cut in the middle of a line
)");
}

TEST(Timeline, PastTheCoarsestFoldingLanesAreLeftOutAndCounted) {
  Story s;
  LwpId last = s.launch(0, {"chain"});
  for (int i = 1; i < 100; ++i) last = s.fork(i, last);
  const std::string text = picture(make_timeline, s, 200, {.width = 200});
  EXPECT_EQ(std::ranges::count(text, '\n'), 1 + 2 + 60 + 1 + 1);
  EXPECT_NE(text.find("40 more LWPs not drawn; -F log or -F jsonl shows each"), std::string::npos);
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
            R"(a · exit 0 · 1.00 s · 3 processes
        0                    0.5 s
        ┬────────────────────┬─────────────────────
1    a  ●━━━━━━━━━━━━━━━━━━━━┯━━━━━━━━━━━━━━━━━━━━■  exit 0
 1.1 b                       E┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄  exit 0
 1.2 c                       ✗┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄  SIGKILL
━ process  ● start  E exec  ✗ killed  ■ exit
┄ ended, not yet waited for  ┯ above a start: birth
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
