// What a reader says of traces that are no traces, and what it passes over. Hostile ones are in hostile_test.cc, those
// that were cut in cut_test.cc.
#include "recording/reader.h"

#include <gtest/gtest.h>

#include "support.h"

namespace lwptrace::recording {
namespace {

const std::string expected_header = R"(expected a line {"type":"header","schema":"lwptrace","version":1,...})";
const std::string start = R"({"type":"birth","seq":1,"t":0,"lwp":1,"tid":7,"tgid":7)";  // 54 bytes

TEST(Reader, UnknownFieldsAndTypesArePassedOver) {
  const auto back = read(R"({"type":"header","schema":"lwptrace","version":1,"argv":[],"new":{"a":[1,{"b":null}]}})"
                         "\n"
                         R"({"type":"weather","seq":1,"sky":"grey"})"
                         "\n"
                         R"({"type":"comm","seq":2,"t":0,"lwp":1,"tid":7,"tgid":7,"was":1.5,"comm":"x","z":[]})"
                         "\n");
  ASSERT_TRUE(back.result.ok()) << back.error();
  ASSERT_EQ(back.told.events.size(), 1U);
  EXPECT_EQ(back.told.events[0].body, EventBody(Comm{"x", ""}));
}

TEST(Reader, FieldsMayStandInAnyOrderWithSpaceBetween) {
  const auto back = read_line(R"( { "comm" : "x" , "tgid":7,"tid":7,"lwp":1,"t":0,"seq":1, "type" : "comm" } )");
  ASSERT_TRUE(back.result.ok()) << back.error();
  EXPECT_EQ(back.told.events, (std::vector<Event>{{1, 0, 1, 7, 7, Comm{"x", ""}}}));
}

TEST(Reader, AnUnknownWordOfAnEnumerationReadsAsUnknown) {
  const auto back = read_line(start + R"(,"path":"1","via":"clone9"})");
  ASSERT_TRUE(back.result.ok()) << back.error();
  EXPECT_EQ(std::get<Birth>(back.told.events.at(0).body).via, Via::unknown);
}

TEST(Reader, TheLineThatEndsTheTraceNeedsNoNewline) {
  std::string trace = full_trace();
  trace.pop_back();
  const auto back = read(trace);
  ASSERT_TRUE(back.result.ok()) << back.error();
  EXPECT_TRUE(back.result->end);
  EXPECT_TRUE(back.told.cuts.empty());
}

TEST(Reader, ReportsWhatItRead) {
  const auto back = read(full_trace());
  ASSERT_TRUE(back.result.ok());
  EXPECT_EQ(back.result->lines, 2 + std::variant_size_v<EventBody>);
  EXPECT_TRUE(back.result->header);
  EXPECT_TRUE(back.result->end);
  EXPECT_EQ(back.result->cut, "");
}

TEST(Reader, TellsNothingMoreToWhoWantsNoMore) {
  struct Once : Told {
    [[nodiscard]] bool wants_more() const override { return events.empty(); }
  } told;
  const std::string line = written(at_four(Comm{"a", ""}));
  const std::string text = header_line + line + line + "garbage";
  MemorySource in(text);
  const auto report = read_trace(in, "t.jsonl", told);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(told.events.size(), 1U);
  EXPECT_EQ(report->lines, 2U);
  EXPECT_FALSE(report->end);
  EXPECT_EQ(report->cut, "");
}

TEST(ReaderError, AnEmptyFile) { EXPECT_EQ(read("").error(), "t.jsonl:1:1: nothing in it; " + expected_header); }

TEST(ReaderError, AFileOfWords) {
  EXPECT_EQ(read("hello\n").error(),
            "t.jsonl:1:1: not a trace (syntax error while parsing value - invalid literal); " + expected_header);
}

TEST(ReaderError, ABinaryFile) {
  const std::string elf(
      "\x7f"
      "ELF\x02\x01\x01\0\0\0\n\0",
      12);
  EXPECT_EQ(read(elf).error(),
            "t.jsonl:1:1: not a trace (syntax error while parsing value - invalid literal); " + expected_header);
}

TEST(ReaderError, JsonThatIsNoObject) {
  EXPECT_EQ(read(" [1]\n").error(), "t.jsonl:1:2: not a trace (no JSON object); " + expected_header);
  EXPECT_EQ(read_line("17").error(), "t.jsonl:2:1: not a JSON object; expected one a line");
}

TEST(ReaderError, AFirstLineThatIsNoHeader) {
  EXPECT_EQ(read(start + "}\n").error(), "t.jsonl:1:1: the first line is no header; " + expected_header);
}

TEST(ReaderError, ASecondHeader) {
  EXPECT_EQ(read(header_line + header_line).error(), "t.jsonl:2:1: a second header; expected an event or the end");
}

TEST(ReaderError, AnotherSchema) {
  EXPECT_EQ(read(R"({"type":"header","schema":"other","version":1})"
                 "\n")
                .error(),
            "t.jsonl:1:27: the schema is not lwptrace; " + expected_header);
}

TEST(ReaderError, ANewerVersion) {
  EXPECT_EQ(read(R"({"type":"header","schema":"lwptrace","version":2})"
                 "\n")
                .error(),
            "t.jsonl:1:48: version 2 of the trace format; expected 1, which is what this lwptrace reads");
}

TEST(ReaderError, NoVersion) {
  EXPECT_EQ(read(R"({"type":"header","schema":"lwptrace"})"
                 "\n")
                .error(),
            "t.jsonl:1:1: no field \"version\"; expected it in this object");
}

TEST(ReaderError, AMissingField) {
  EXPECT_EQ(read_line(R"({"seq":1})").error(), "t.jsonl:2:1: no field \"type\"; expected it in this object");
  EXPECT_EQ(read_line(R"({"type":"exit","t":0})").error(), "t.jsonl:2:1: no field \"seq\"; expected it in this object");
  EXPECT_EQ(read_line(start + "}").error(), "t.jsonl:2:1: no field \"path\"; expected it in this object");
  EXPECT_EQ(read_line(start + R"(,"path":"1","tls":{"matches":true}})").error(),
            "t.jsonl:2:73: no field \"value\"; expected it in this object");
  EXPECT_EQ(read_line(R"({"type":"end","seq":1,"t":9,"lwps":1,"births":1})").error(),
            "t.jsonl:2:1: no field \"failed_births\"; expected it in this object");
}

TEST(ReaderError, AFieldOfTheWrongType) {
  EXPECT_EQ(read_line(start + R"(,"path":1})").error(), "t.jsonl:2:63: \"path\" is a number; expected a string");
  EXPECT_EQ(read_line(start + R"(,"path":"1","ppid":"x"})").error(),
            "t.jsonl:2:74: \"ppid\" is a string; expected a whole number from -2147483648 to 2147483647");
  EXPECT_EQ(read_line(start + R"(,"path":"1","ppid":null})").error(),
            "t.jsonl:2:74: \"ppid\" is null; expected a whole number from -2147483648 to 2147483647");
  EXPECT_EQ(read_line(start + R"(,"path":"1","shares":[]})").error(),
            "t.jsonl:2:76: \"shares\" is an array; expected an object");
  EXPECT_EQ(read_line(start + R"(,"path":"1","shares":{"vm":1}})").error(),
            "t.jsonl:2:82: \"vm\" is a number; expected true or false");
  EXPECT_EQ(read_line(start + R"(,"path":"1","backtrace":[{"ip":"0x1"},7]})").error(),
            "t.jsonl:2:93: \"backtrace\" is a number; expected an object");
  EXPECT_EQ(read_line(start + R"(,"path":"1","via":3})").error(), "t.jsonl:2:73: \"via\" is a number; expected a word");
}

TEST(ReaderError, TheColumnCountsBytesAndKeysWithEscapesAreNoObstacle) {
  EXPECT_EQ(read_line(start + R"(,"\"\u00e4,:{":"}\"", "path" :  "\u00fc","comm":[]})").error(),
            "t.jsonl:2:103: \"comm\" is an array; expected a string");
}

TEST(ReaderError, AnAddressThatIsNone) {
  for (const char* address :
       {"\"\"", "\"0x\"", "\"7f\"", "\"0xg\"", "\"0x-1\"", "\"0x10000000000000000\"", "\"0x1 \""}) {
    EXPECT_EQ(
        read_line(start + R"(,"path":"1","stack":)" + address + "}").error(),
        "t.jsonl:2:75: \"stack\" is no address or mask; expected a hexadecimal string of at most 64 bits, such as "
        "\"0x7f00\"");
  }
}

TEST(ReaderError, ANameThatNoNumberHas) {
  EXPECT_EQ(read_line(start + R"(,"path":"1","exit_signal":"SIGFOO"})").error(),
            "t.jsonl:2:81: \"exit_signal\" is an unknown name; expected the name of a signal, such as \"SIGTERM\"");
  EXPECT_EQ(read_line(R"({"type":"exec_failed","seq":1,"t":0,"lwp":1,"tid":7,"tgid":7,"errno":"NO"})").error(),
            "t.jsonl:2:70: \"errno\" is an unknown name; expected the name of an errno, such as \"EAGAIN\"");
}

TEST(ReaderError, JsonGarbageBetweenLines) {
  EXPECT_EQ(read(header_line + "{\"type\": x}\n" + header_line).error(),
            "t.jsonl:2:10: not JSON (syntax error while parsing value - invalid literal); expected one JSON object");
  EXPECT_EQ(
      read(header_line + "\n" + header_line).error(),
      "t.jsonl:2:1: not JSON (syntax error while parsing value - unexpected end of input); expected one JSON object");
}

TEST(ReaderError, SeqMustRiseByOne) {
  const auto back = read(header_line + R"({"type":"comm","seq":1,"t":0,"lwp":1,"tid":7,"tgid":7,"comm":"x"})"
                                       "\n"
                                       R"({"type":"comm","seq":3,"t":0,"lwp":1,"tid":7,"tgid":7,"comm":"y"})"
                                       "\n");
  EXPECT_EQ(back.error(), "t.jsonl:3:22: \"seq\" is 3; expected 2: lines are missing or out of order");
  EXPECT_EQ(back.told.events.size(), 1U);  // what came before was told
  EXPECT_EQ(read_line(R"({"type":"end","seq":0,"t":0})").error(),
            "t.jsonl:2:21: \"seq\" is 0; expected 1: lines are missing or out of order");
}

TEST(ReaderError, ALineBehindTheEnd) {
  const std::string trace = full_trace();
  EXPECT_EQ(read(trace + "{}\n").error(), "t.jsonl:21:1: a line behind the end line; expected nothing more");
}

TEST(ReaderError, BrokenBase64) {
  EXPECT_EQ(read_line(start + ",\"path\":\"\uFFFD\",\"path_base64\":\"?\"}").error(),
            "t.jsonl:2:83: \"path_base64\" is not base64; expected RFC 4648 with its padding");
}

TEST(ReaderError, AFileThatCannotBeOpenedOrRead) {
  Told told;
  const auto missing = read_trace_file("/nonexistent/t.jsonl", told);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().text, "/nonexistent/t.jsonl: cannot be opened: No such file or directory");
  EXPECT_EQ(missing.error().code, ENOENT);
  const auto folder = read_trace_file("/", told);
  ASSERT_FALSE(folder.ok());
  EXPECT_EQ(folder.error().text, "/:1:1: cannot read on: Is a directory; expected a trace that can be read to its end");
  EXPECT_EQ(folder.error().code, EISDIR);
}

}  // namespace
}  // namespace lwptrace::recording
