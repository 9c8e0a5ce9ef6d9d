// The table of --stats: which line holds what, and which lines there are.
#include "cli/stats.h"

#include <gtest/gtest.h>

namespace lwptrace::cli {
namespace {

using engine::StopKind;

engine::Stats two_births_at_life() {
  engine::Stats stats;
  stats.stop(StopKind::launch) = {2, 5};
  stats.stop(StopKind::birth_entry) = {2, 4};
  stats.stop(StopKind::birth) = {2, 4};
  stats.stop(StopKind::newborn) = {1, 1};
  stats.stop(StopKind::newborn_alone) = {1, 3};
  stats.deaths = {3, 0};
  stats.deaths_announced = 2;
  stats.ptrace_calls = {{"PTRACE_CONT", 6}, {"PTRACE_SYSCALL", 2}, {"PTRACE_GETEVENTMSG", 9}};
  stats.waits_for_any = 7;
  stats.waits_for_one = 1;
  stats.taken = 3;
  stats.proc_reads = 12;
  stats.total = 2'000'000;
  stats.waiting = 1'000'000;
  stats.model = 500'000;
  stats.telling = 100'000;
  return stats;
}

TEST(Stats, TheTableHasALineForEachCountInAnOrderThatStays) {
  EXPECT_EQ(stats_table(two_births_at_life(), {6, 1234, 5678, 50'000, 300'000}),
            "--stats                              times  ptrace calls\n"
            "stops                                    8            17\n"
            "  launch or attach                       2             5\n"
            "  entry of a birth call                  2             4\n"
            "  creator's event                        2             4\n"
            "  newborn                                1             1\n"
            "  newborn, out of turn                   1             3\n"
            "deaths                                   3             0\n"
            "  announced by SIGCHLD                   2\n"
            "births                                   2\n"
            "  each, on average                   3.000         6.000\n"
            "ptrace calls                            17\n"
            "  PTRACE_CONT                            6\n"
            "  PTRACE_SYSCALL                         2\n"
            "  PTRACE_GETEVENTMSG                     9\n"
            "waits                                   11\n"
            "  for any                                7\n"
            "  for one                                1\n"
            "  to take what was reported              3\n"
            "/proc reads                             12\n"
            "events told                              6\n"
            "bytes written                         1234\n"
            "peak memory                       5678 KiB\n"
            "time                              2.000 ms       100.0 %\n"
            "  waiting for the kernel          1.000 ms        50.0 %\n"
            "  reading and resuming            0.400 ms        20.0 %\n"
            "  model                           0.500 ms        25.0 %\n"
            "  handing to the outputs          0.100 ms         5.0 %\n"
            "  held up by a full one           0.050 ms         2.5 %\n"
            "formatting and writing            0.300 ms        15.0 %\n");
}

TEST(Stats, WithoutBirthsThereIsNoPriceOfOne) { EXPECT_EQ(stats_table({}, {}).find("each"), std::string::npos); }

}  // namespace
}  // namespace lwptrace::cli
