// The canvas of the timeline, how its cells join; and the axis above it.
#include "render/canvas.h"

#include <gtest/gtest.h>

#include "render/axis.h"

namespace lwptrace::render {
namespace {

std::string rows(const Canvas& canvas, std::size_t count) {
  std::string text;
  for (std::size_t at = 0; at < count; ++at) text += canvas.row(at, false) + "\n";
  return text;
}

TEST(Canvas, ALinkBeginsCrossesAndLeavesLanes) {
  Canvas canvas(4, 8);
  canvas.lane(0, 0, 7, Stroke::heavy, Ink::process);
  canvas.lane(1, 1, 7, Stroke::light, Ink::thread);
  canvas.lane(3, 4, 6, Stroke::light, Ink::thread);
  canvas.link(1, 0, 1);
  canvas.link(4, 0, 3);
  canvas.link(6, 3, 1);
  EXPECT_EQ(rows(canvas, 4),
            "━┯━━┯━━━\n"
            " ╰──┼─┬─\n"
            "    │ │\n"
            "    ╰─╯\n");
}

TEST(Canvas, KnowsWhatALinkWouldCross) {
  Canvas canvas(3, 4);
  canvas.lane(1, 0, 2, Stroke::light, Ink::thread);
  EXPECT_TRUE(canvas.crosses(1, 0, 2));
  EXPECT_FALSE(canvas.crosses(2, 0, 2));  // where the lane ends, nothing goes on
  EXPECT_FALSE(canvas.crosses(3, 2, 0));
}

TEST(Canvas, TheMarkOfHighestRankIsSeen) {
  Canvas canvas(1, 2);
  canvas.lane(0, 0, 1, Stroke::heavy, Ink::process);
  canvas.mark(0, 1, "■", 2, Ink::good);
  canvas.mark(0, 1, "!", 1, Ink::warn);
  EXPECT_EQ(canvas.row(0, false), "━■");
  EXPECT_FALSE(canvas.shows("!"));
  EXPECT_TRUE(canvas.shows("■"));
}

TEST(Canvas, PartsOfALaneHaveOtherStrokes) {
  Canvas canvas(2, 6);
  canvas.lane(0, 1, 4, Stroke::heavy, Ink::process);
  canvas.restroke(0, 2, 3, Stroke::stopped);
  canvas.restroke(0, 4, 5, Stroke::over);
  EXPECT_EQ(canvas.row(0, false), " ━░░┄");
  EXPECT_EQ(canvas.row(1, false), "");
}

TEST(Axis, HasTicksAtRoundTimes) {
  const Axis axis(5'600'000, 60);
  EXPECT_EQ(axis.labels(), "0         1 ms       2 ms       3 ms      4 ms       5 ms");
  EXPECT_EQ(axis.ruler(), "┬─────────┬──────────┬──────────┬─────────┬──────────┬──────");
}

TEST(Axis, SpeaksInTheUnitOfTheWhole) {
  EXPECT_EQ(Axis(1'300'000'000, 30).labels(), "0          0.5 s       1.0 s");
  EXPECT_EQ(Axis(900, 30).labels(), "0               500 ns");
  EXPECT_EQ(Axis(Nanos{90} * 60'000'000'000, 40).labels(), "0            30 min       60 min");
  EXPECT_EQ(Axis(Nanos{100} * 3600'000'000'000, 30).labels(), "0              50 h");
}

TEST(Axis, HoldsEveryMomentInItsColumns) {
  const Axis axis(100, 10);
  EXPECT_EQ(axis.column(0), 0U);
  EXPECT_EQ(axis.column(55), 5U);
  EXPECT_EQ(axis.column(100), 9U);
  EXPECT_EQ(axis.column(1000), 9U);
  EXPECT_EQ(Axis(0, 10).column(5), 0U);
  EXPECT_EQ(Axis(INT64_MAX, 10).column(INT64_MAX), 9U);
}

}  // namespace
}  // namespace lwptrace::render
