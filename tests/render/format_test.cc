// The table of formats: names, what a file name implies, what is still to come.
#include "render/format.h"

#include <gtest/gtest.h>

#include <set>

namespace lwptrace::render {
namespace {

std::string implied(std::string_view file) {
  const Format* format = format_of_file(file);
  return format == nullptr ? "" : std::string(format->name);
}

TEST(Formats, EveryNameIsUniqueFoundAndMakesARenderer) {
  std::set<std::string_view> names, extensions;
  for (const Format& format : formats()) {
    EXPECT_TRUE(names.insert(format.name).second) << format.name;
    EXPECT_TRUE(format.extension.empty() || extensions.insert(format.extension).second) << format.name;
    EXPECT_EQ(find_format(format.name), &format);
    EXPECT_FALSE(format.what.empty()) << format.name;
    StringSink out;
    EXPECT_NE(format.make(out, Options{}), nullptr) << format.name;
  }
  EXPECT_EQ(names, (std::set<std::string_view>{"log", "tree", "timeline", "summary", "matrix", "jsonl", "strace"}));
}

TEST(Formats, OnlyWhatNeedsNoLookAheadStreams) {
  for (const Format& format : formats()) {
    const bool line_by_line = format.name == "log" || format.name == "jsonl" || format.name == "strace";
    EXPECT_EQ(format.streams, line_by_line) << format.name;
  }
}

TEST(Formats, AnUnknownNameIsNotFound) {
  EXPECT_EQ(find_format("json"), nullptr);
  EXPECT_EQ(find_format(""), nullptr);
}

TEST(Formats, TheNameOfAFileImpliesItsFormat) {
  EXPECT_EQ(implied("trace.jsonl"), "jsonl");
  EXPECT_EQ(implied("a.b/trace.jsonl.zst"), "jsonl");
  EXPECT_EQ(implied("run.log"), "log");
  EXPECT_EQ(implied("run.txt"), "log");
  EXPECT_EQ(implied("run.strace"), "strace");
}

TEST(Formats, AFileNameWithoutAKnownExtensionImpliesNone) {
  for (const auto* file : {"", "-", "trace", "trace.json", "jsonl", "trace.zst", "log.d/trace"}) {
    EXPECT_EQ(implied(file), "") << file;
  }
}

TEST(Formats, OneToComeIsKnownByItsNameAndByTheNamesOfFiles) {
  for (const auto* file : {"a.html", "a.dot", "a.gv", "a.mmd", "a.perfetto-trace", "a.html.zst"}) {
    const std::string_view name = unbuilt_format_of_file(file);
    EXPECT_TRUE(is_unbuilt_format(name)) << file;
    EXPECT_EQ(find_format(name), nullptr) << file;
    EXPECT_EQ(implied(file), "") << file;
  }
  for (const auto* file : {"a.log", "a.txt", "a.jsonl", "a", "html", "dot/a"}) {
    EXPECT_EQ(unbuilt_format_of_file(file), "") << file;
  }
}

}  // namespace
}  // namespace lwptrace::render
