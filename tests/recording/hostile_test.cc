// Trace files from strangers: nothing crashes, nothing hangs, memory stays bounded, and the complaint is one line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recording/json_line.h"
#include "recording/lines.h"
#include "support.h"

namespace lwptrace::recording {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string comm_with(const std::string& more) {
  return R"({"type":"comm","seq":1,"t":0,"lwp":1,"tid":7,"tgid":7,)" + more + R"("comm":"x"})";
}

TEST(Hostile, DeepNestingIsRefusedWhereItGoesTooDeep) {
  const std::string deep(1'000'000, '[');
  EXPECT_EQ(read_line(comm_with("\"x\":" + deep)).error(),
            "t.jsonl:2:122: not JSON (nested deeper than 64 levels); expected one JSON object");
  EXPECT_EQ(read(deep).error().substr(0, 60), "t.jsonl:1:65: not a trace (nested deeper than 64 levels); ex");
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += R"({"a":)";
  EXPECT_FALSE(read_line(objects).result.ok());
}

TEST(Hostile, NestingWithinReasonIsPassedOver) {
  const auto back = read_line(comm_with("\"x\":" + std::string(60, '[') + std::string(60, ']') + ","));
  EXPECT_TRUE(back.result.ok()) << back.error();
}

TEST(Hostile, MoreValuesThanAnybodyMeansAreRefused) {
  std::string many;
  for (std::size_t i = 0; i <= JsonLine::max_values; ++i) many += "1,";
  const auto back = read_line(comm_with("\"x\":[" + many + "1],"));
  EXPECT_THAT(back.error(), HasSubstr("more than 1048576 values in a line"));
}

TEST(Hostile, NumbersOutOfRangeAreRefusedWithTheirColumn) {
  const auto error = [](const std::string& tid) {
    return read_line(R"({"type":"comm","seq":1,"t":0,"lwp":1,"tid":)" + tid + R"(,"tgid":7,"comm":"x"})").error();
  };
  const std::string range = "expected a whole number from -2147483648 to 2147483647";
  EXPECT_EQ(error("2147483648"), "t.jsonl:2:44: \"tid\" is out of range; " + range);
  EXPECT_EQ(error("-2147483649"), "t.jsonl:2:44: \"tid\" is out of range; " + range);
  EXPECT_EQ(error("18446744073709551616"), "t.jsonl:2:44: \"tid\" is a number that is no 64-bit integer; " + range);
  EXPECT_EQ(error("7.0"), "t.jsonl:2:44: \"tid\" is a number that is no 64-bit integer; " + range);
  EXPECT_EQ(error("1e3"), "t.jsonl:2:44: \"tid\" is a number that is no 64-bit integer; " + range);
  EXPECT_FALSE(read(header_line + comm_with("\"x\":1e999,") + "\n" + header_line).result.ok());
  EXPECT_FALSE(
      read(header_line + comm_with("\"x\":" + std::string(100'000, '9') + ",") + "\n" + header_line).result.ok());
  EXPECT_EQ(read_line(R"({"type":"comm","seq":1,"t":0,"lwp":-1,"tid":7,"tgid":7,"comm":"x"})").error(),
            "t.jsonl:2:36: \"lwp\" is out of range; expected a whole number from 0 to 4294967295");
}

TEST(Hostile, ALineOfAnyLengthIsReadAlike) {
  for (const std::size_t size : {std::size_t{10}, std::size_t{100'000}}) {  // simdjson's, and nlohmann-json's
    const std::string text(size, 'a');
    const auto back = read_line(R"({"type":"exec","seq":1,"t":0,"lwp":1,"tid":-7,"tgid":7,"argv":["\u00e4\n)" + text +
                                R"(","b"],"argv_cut":true,"more":[null,1.5,{}]})");
    ASSERT_TRUE(back.result.ok()) << back.error();
    ASSERT_EQ(back.told.events.size(), 1U);
    const auto& exec = std::get<Exec>(back.told.events[0].body);
    EXPECT_EQ(exec.argv, (std::vector<std::string>{"\xc3\xa4\n" + text, "b"}));
    EXPECT_TRUE(exec.argv_cut);
    EXPECT_EQ(back.told.events[0].tid, -7);
  }
}

TEST(Hostile, AKeyThatAppearsTwiceIsReadOnce) {
  const auto back = read_line(comm_with(R"("comm":"a","comm":"b",)"));
  ASSERT_TRUE(back.result.ok()) << back.error();
  EXPECT_EQ(back.told.events.size(), 1U);
}

TEST(Hostile, NulBytesAndBrokenUtf8InTheFileAreRefused) {
  const std::string after = "\n" + header_line;
  EXPECT_THAT(read(header_line + std::string(10, '\0') + after).error(), HasSubstr("t.jsonl:2:1: not JSON"));
  EXPECT_THAT(
      read(header_line + comm_with("\"x\":\"" + std::string(1, '\0') + "\",") + after).error(),
      HasSubstr("t.jsonl:2:60: not JSON (syntax error while parsing value - invalid string: control character"));
  EXPECT_THAT(read(header_line + comm_with("\"x\":\"\xff\",") + after).error(),
              HasSubstr("t.jsonl:2:60: not JSON (syntax error while parsing value - invalid string: ill-formed UTF-8"));
}

TEST(Hostile, TheComplaintIsOneLineWhateverTheFileHolds) {
  const auto error = read("\x1b[31m\xff\r\x07\n").error();
  EXPECT_THAT(error, Not(HasSubstr("\x1b")));
  EXPECT_THAT(error, Not(HasSubstr("\xff")));
  EXPECT_THAT(error, Not(HasSubstr("\n")));
}

// Gives a byte for ever.
class Endless : public ByteSource {
 public:
  explicit Endless(std::string start) : start_(std::move(start)), in_(start_) {}
  Result<std::size_t> read(std::span<char> out) override {
    auto n = in_.read(out);
    if (*n != 0) return n;
    std::fill(out.begin(), out.end(), ' ');
    return out.size();
  }

 private:
  std::string start_;
  MemorySource in_;
};

TEST(Hostile, ALineWithoutAnEndIsRefused) {
  Endless endless(header_line);
  Told told;
  const auto report = read_trace(endless, "t.jsonl", told);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().text, "t.jsonl:2:67108865: the line is longer than 64 MiB; expected a shorter one");
}

TEST(Hostile, AnyByteOfALineMayBeAnyOther) {
  for (const EventBody& body : full_bodies()) {
    const std::string line = written(at_four(body));
    for (std::size_t i = 0; i < line.size(); ++i) {
      for (const char byte : {'\0', '\xff', '"', '{', ']', '9', '\n', '\\', '-'}) {
        std::string bent = line;
        bent[i] = byte;
        std::string text = header_line;
        text.append(bent).append(line);
        const auto back = read(text);
        ASSERT_TRUE(back.result.ok() || back.error().starts_with("t.jsonl:2:") ||
                    back.error().starts_with("t.jsonl:3:"));
      }
    }
  }
}

}  // namespace
}  // namespace lwptrace::recording
