// A trace that was cut off anywhere is readable up to its last whole line.
#include <gtest/gtest.h>

#include <algorithm>

#include "support.h"

namespace lwptrace::recording {
namespace {

TEST(Cut, AtEveryByteTheWholeLinesAreTold) {
  const std::string trace = full_trace();
  const Told whole = read(trace).told;
  for (std::size_t n = 1; n < trace.size() - 1; ++n) {
    const auto back = read(std::string_view(trace).substr(0, n));
    ASSERT_TRUE(back.result.ok()) << n << ": " << back.error();
    // A line of which only the '\n' is missing is whole.
    const auto lines = static_cast<std::size_t>(std::count(trace.begin(), trace.begin() + n + 1, '\n'));
    ASSERT_EQ(back.result->lines, lines) << n;
    ASSERT_EQ(back.result->header, lines > 0);
    ASSERT_EQ(back.told.headers.size(), lines > 0 ? 1U : 0U);
    ASSERT_EQ(back.told.events.size(), lines > 0 ? lines - 1 : 0);
    ASSERT_TRUE(std::equal(back.told.events.begin(), back.told.events.end(), whole.events.begin()));
    ASSERT_FALSE(back.result->end);
    ASSERT_EQ(back.told.cuts, std::vector{back.result->cut});
  }
}

TEST(Cut, IsToldInWords) {
  const std::string line = R"({"type":"comm","seq":1,"t":0,"lwp":1,"tid":7,"tgid":7,"comm":"x"})"
                           "\n";
  EXPECT_EQ(read(R"({"type":"hea)").result->cut, "t.jsonl: cut in line 1 (no whole line)");
  EXPECT_EQ(read(header_line + line).result->cut, "t.jsonl: cut after line 2 (no end line)");
  EXPECT_EQ(read(header_line + line + "{").result->cut, "t.jsonl: cut in line 3, read up to line 2 (no end line)");
}

TEST(Cut, ALastLineOfGarbageWithItsNewlineIsACutToo) {
  const auto back = read(header_line + "{\"type\":\"comm\",\"se\n");
  ASSERT_TRUE(back.result.ok()) << back.error();
  EXPECT_EQ(back.result->cut, "t.jsonl: cut in line 2, read up to line 1 (no end line)");
}

TEST(Cut, ATailOfZeroesAsAfterAPowerCutIsACut) {
  const auto back = read(header_line + std::string(4096, '\0'));
  ASSERT_TRUE(back.result.ok()) << back.error();
  EXPECT_EQ(back.result->lines, 1U);
}

TEST(Cut, AFirstLineThatDoesNotBeginLikeAHeaderIsNoCutTrace) {
  EXPECT_FALSE(read("hello").result.ok());
  EXPECT_FALSE(read("{\"type\":\"x").result.ok());
  EXPECT_FALSE(read("{\"type\":\"header\",\n").result.ok());  // a whole line, and no header
}

// A source that gives one byte at a time, as a slow pipe may.
class Drops : public ByteSource {
 public:
  explicit Drops(std::string_view bytes) : in_(bytes) {}
  Result<std::size_t> read(std::span<char> out) override {
    return in_.read(out.first(std::min<std::size_t>(out.size(), 1)));
  }

 private:
  MemorySource in_;
};

TEST(Reader, TheSizeOfReadsMakesNoDifference) {
  const std::string trace = full_trace();
  Drops drops(trace);
  Told told;
  ASSERT_TRUE(read_trace(drops, "t.jsonl", told).ok());
  EXPECT_EQ(told, read(trace).told);
}

}  // namespace
}  // namespace lwptrace::recording
