// Text helpers: widths, cuts, numbers for people, and names that must not steer a terminal.
#include "render/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lwptrace::render {
namespace {

using ::testing::ElementsAre;

TEST(DisplayWidth, CountsColumnsAndNotBytes) {
  EXPECT_EQ(display_width(""), 0U);
  EXPECT_EQ(display_width("├─ µs …"), 7U);
  EXPECT_EQ(display_width("日本語"), 6U);
  EXPECT_EQ(display_width("🎉"), 2U);
  EXPECT_EQ(display_width("e\u0301"), 1U);
  EXPECT_EQ(display_width("\xff\xc3"), 2U);  // not UTF-8: one column a byte
}

TEST(DisplayWidth, ColoursTakeNone) { EXPECT_EQ(display_width(paint("abc", Ink::bad, true)), 3U); }

TEST(Fit, LeavesAloneWhatFits) {
  EXPECT_EQ(fit("abc", 3), "abc");
  EXPECT_EQ(fit("日本", 4), "日本");
}

TEST(Fit, CutsWithAnEllipsisInTheLastColumn) {
  EXPECT_EQ(fit("abcd", 3), "ab…");
  EXPECT_EQ(fit("日本", 3), "日…");
  EXPECT_EQ(fit("日本語", 4), "日…");  // half of a wide character does not exist
  EXPECT_EQ(fit("abc", 1), "…");
  EXPECT_EQ(fit("abc", 0), "");
}

TEST(Fit, ClosesTheColourThatItCuts) {
  EXPECT_EQ(fit(paint("abcd", Ink::good, true), 3), "\x1b[32mab…\x1b[0m");
  EXPECT_EQ(fit("ab" + paint("cd", Ink::good, true), 2), "a…");
  EXPECT_EQ(fit(paint("ab", Ink::good, true) + "cd", 3), "\x1b[32mab\x1b[0m…");
}

TEST(Pad, FillsByColumns) {
  EXPECT_EQ(pad("日", 4), "日  ");
  EXPECT_EQ(pad_left("µs", 4), "  µs");
  EXPECT_EQ(pad("abcdef", 4), "abc…");
}

TEST(Packed, PutsAsMuchOnALineAsFits) {
  const std::vector<std::string> parts = {"aa", "bb", "cc", "ddddddddd"};
  EXPECT_THAT(packed(parts, "  ", 6), ElementsAre("aa  bb", "cc", "ddddd…"));
}

TEST(Duration, HasThreeDigitsAndAUnit) {
  EXPECT_EQ(duration(0), "0 s");
  EXPECT_EQ(duration(950), "950 ns");
  EXPECT_EQ(duration(1'234), "1.23 µs");
  EXPECT_EQ(duration(12'345'678), "12.3 ms");
  EXPECT_EQ(duration(123'456'789), "123 ms");
  EXPECT_EQ(duration(5'000'000'000), "5.00 s");
  EXPECT_EQ(duration(250'000'000'000), "4 min 10 s");
  EXPECT_EQ(duration(11'100'000'000'000), "3 h 05 min");
  EXPECT_EQ(duration(-1'500), "-1.50 µs");
}

TEST(Duration, RoundsIntoTheNextUnit) {
  EXPECT_EQ(duration(999'999), "1.00 ms");
  EXPECT_EQ(duration(9'999), "10.0 µs");
  EXPECT_EQ(duration(59'999'999'999), "1 min 00 s");
  EXPECT_EQ(duration(3'599'999'999'999), "1 h 00 min");
}

TEST(Thousands, AreSeparated) {
  EXPECT_EQ(thousands(0), "0");
  EXPECT_EQ(thousands(999), "999");
  EXPECT_EQ(thousands(5'000), "5,000");
  EXPECT_EQ(thousands(1'234'567), "1,234,567");
}

TEST(Counted, KnowsOneFromMany) {
  EXPECT_EQ(counted(1, "thread"), "1 thread");
  EXPECT_EQ(counted(5'000, "thread"), "5,000 threads");
  EXPECT_EQ(counted(0, "process", "processes"), "0 processes");
}

TEST(Printable, ShowsWhatWouldSteerATerminal) {
  EXPECT_EQ(printable("\x1b[2J"), "\\x1b[2J");
  EXPECT_EQ(printable("a\nb\tc"), "a\\nb\\tc");
  EXPECT_EQ(printable("\u009b31m"), "\\x9b31m");  // the one-character form of ESC [
  EXPECT_EQ(printable("a\u202eb"), "a\\u202eb");  // right-to-left override
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(printable("\xff\xe2\x82"), "\\xff\\xe2\\x82");
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");  // overlong
  EXPECT_EQ(printable("日本 é"), "日本 é");
}

TEST(ShortCommand, IsTheBaseNameAndTheArguments) {
  const std::vector<std::string> argv = {"/usr/bin/ls", "-l", "/tmp"};
  EXPECT_EQ(short_command(argv), "ls -l /tmp");
  EXPECT_EQ(short_command(argv, true), "ls -l /tmp …");
  EXPECT_EQ(short_command({}), "");
}

TEST(ShortCommand, QuotesWordsThatWouldFallApart) {
  const std::vector<std::string> argv = {"sh", "-c", "echo a\n", "", "it's"};
  EXPECT_EQ(short_command(argv), "sh -c 'echo a\\n' '' \"it's\"");
}

}  // namespace
}  // namespace lwptrace::render
