// Reading a recording into a value, and commands that cannot be traced. Those that can: tests/consumer.
#include <lwptrace/recorded_trace.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace lwptrace {
namespace {

constexpr const char* kTrace = R"({"type":"header","schema":"lwptrace","version":1,"argv":["./a.out"]}
{"type":"comm","seq":1,"t":5,"lwp":1,"tid":7,"tgid":7,"comm":"x"}
{"type":"end","seq":2,"t":9,"reason":"exited","lwps":1,"births":1,"failed_births":0,"exits":1,"execs":1,"signals":0,"max_alive":1,"dropped":0}
)";

class Recording : public ::testing::Test {
 protected:
  Recording() { std::filesystem::create_directory(folder_); }
  ~Recording() override { std::filesystem::remove_all(folder_); }
  // Read from a file that holds `text`.
  [[nodiscard]] Result<RecordedTrace> read(const std::string& text) const {
    std::ofstream(folder_ / "x.jsonl") << text;
    return read_recording(folder_ / "x.jsonl");
  }
  // An executable script.
  [[nodiscard]] std::string script(const std::string& text) const {
    const auto file = folder_ / "script";
    std::ofstream(file) << "#!/bin/sh\n" << text;
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    return file;
  }
  const std::filesystem::path folder_ = ::testing::TempDir() + "lwptrace-" + std::to_string(::getpid());
};

TEST_F(Recording, IsReadWhole) {
  const auto trace = read(kTrace);
  ASSERT_TRUE(trace) << trace.error().text;
  EXPECT_EQ(trace->header.argv, std::vector<std::string>{"./a.out"});
  EXPECT_EQ(trace->events, (std::vector<Event>{{1, 5, 1, 7, 7, Comm{"x", ""}}}));
  EXPECT_EQ(trace->end.t, 9);
}

TEST_F(Recording, ThatWasCutIsAnError) {
  const std::string text = kTrace;
  const auto trace = read(text.substr(0, text.find("{\"type\":\"end\"")));
  ASSERT_FALSE(trace);
  EXPECT_THAT(trace.error().text, ::testing::EndsWith("x.jsonl: cut after line 2 (no end line); record it again"));
  EXPECT_FALSE(read_recording(folder_ / "nothing"));
}

TEST_F(Recording, OfACommandIsWhatLwptraceWrites) {
  const std::string stand_in = script(R"(cat >"$6" <<END
{"type":"header","schema":"lwptrace","version":1,"argv":["$1","$2","$3","$4","$5","$7","$8","$9"],"cwd":"$6"}
{"type":"end","seq":1,"t":9,"reason":"exited","lwps":1,"births":1,"failed_births":0,"exits":1,"execs":1,"signals":0,"max_alive":1,"dropped":0}
END
exit 3)");
  const auto trace = trace_command({"a", "b c"}, {{"--cd", "/"}, stand_in});
  ASSERT_TRUE(trace) << trace.error().text;
  EXPECT_THAT(trace->header.argv, ::testing::ElementsAre("run", "-qq", "--cd", "/", "-o", "--", "a", "b c"));
  EXPECT_FALSE(std::filesystem::exists(trace->header.cwd)) << "the file was left there";
}

TEST_F(Recording, OfACommandThatLwptraceDidNotTraceIsAnError) {
  const std::string stand_in = script("exit 127");
  const auto none = trace_command({"./a.out"}, {{}, stand_in});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().text,
            "./a.out was not traced to its end: " + stand_in + " exited 127; its own words are on stderr");
  const auto empty = trace_command({"./a.out"}, {{}, "/bin/true"});
  ASSERT_FALSE(empty);
  EXPECT_THAT(empty.error().text, ::testing::HasSubstr("/bin/true exited 0; /"));
  EXPECT_THAT(empty.error().text, ::testing::HasSubstr(".jsonl:1:1: nothing in it"));
  const auto absent = trace_command({"./a.out"}, {{}, "/nowhere/lwptrace"});
  ASSERT_FALSE(absent);
  EXPECT_THAT(absent.error().text,
              ::testing::StartsWith("cannot execute /nowhere/lwptrace: No such file or directory;"));
  EXPECT_FALSE(trace_command({}));
}

}  // namespace
}  // namespace lwptrace
