// docs/trace-format.md keeps its word: its example is a trace that reads and writes back byte for byte, and it has a
// word on every field that is written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "support.h"

namespace lwptrace::recording {
namespace {

std::string page() {
  std::ifstream in(LWPTRACE_SOURCE_DIR "/docs/trace-format.md");
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(TraceFormatPage, ItsExampleReadsAndWritesBackByteForByte) {
  const std::string text = page();
  const std::string fence = "\n```json\n";
  const std::size_t start = text.find(fence);
  ASSERT_NE(start, std::string::npos);
  const std::size_t first = start + fence.size();
  const std::string example = text.substr(first, text.find("```", first) - first);

  MemorySource in(example);
  StringSink out;
  JsonlWriter writer(out);
  const auto report = read_trace(in, "example", writer);
  ASSERT_TRUE(report.ok()) << report.error().text;
  EXPECT_TRUE(report->end);
  EXPECT_EQ(out.text(), example);

  const Told told = read(example).told;
  ASSERT_EQ(told.events.size(), 11U);
  EXPECT_EQ(std::get<Birth>(told.events[4].body).stack_size, 8388480U);
  EXPECT_EQ(std::get<Birth>(told.events[6].body).exit_signal, ExitSignal{17});
  EXPECT_EQ(told.events[8].body, EventBody(Reap{1, {22, {}, false}, "wait4", 43876, false}));
}

TEST(TraceFormatPage, NamesEveryTypeAndField) {
  const std::string text = page();
  const std::string trace = full_trace();
  for (std::size_t end = trace.find("\":"); end != std::string::npos; end = trace.find("\":", end + 1)) {
    const std::size_t start = trace.rfind('"', end - 1) + 1;
    EXPECT_THAT(text, testing::HasSubstr('`' + trace.substr(start, end - start) + '`'));
  }
  for (const EventBody& body : full_bodies()) {
    EXPECT_THAT(text, testing::HasSubstr(std::string("`") + type_name(body) + '`'));
  }
}

}  // namespace
}  // namespace lwptrace::recording
