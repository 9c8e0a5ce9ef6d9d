// Words of run and show that cannot be: one line of our own each, what is wrong, where, and what to do. Nothing is run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "cli/cli.h"

namespace lwptrace::cli {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

struct Said {
  int status;
  std::string err;
};

Said say(const Words& words) {
  testing::internal::CaptureStderr();
  const Ending ending = dispatch(words, {});
  return {ending.status, testing::internal::GetCapturedStderr()};
}

std::string complaint(const Words& words, int status) {
  const Said said = say(words);
  EXPECT_EQ(said.status, status) << said.err;
  EXPECT_EQ(std::count(said.err.begin(), said.err.end(), '\n'), 1) << said.err;
  EXPECT_TRUE(said.err.starts_with("lwptrace: ")) << said.err;
  EXPECT_THAT(said.err, Not(AnyOf(HasSubstr("required"), HasSubstr("expected"), HasSubstr("not in"), HasSubstr("Value"),
                                  HasSubstr("convert"))))
      << "the words of a library";
  return said.err;
}

// Of `lwptrace WORDS... true`.
std::string of_run(Words words) {
  words.emplace_back("true");
  return complaint(words, exit_failed);
}

std::string of_show(Words words) {
  words.insert(words.begin(), "show");
  return complaint(words, exit_usage);
}

TEST(Help, FitsATerminalOf80ColumnsAndNamesTheOptionsMostUsed) {
  for (const Words& words : {Words{"--help"},
                             {"-h"},
                             {"run", "--help"},
                             {"attach", "-h"},
                             {"doctor", "-h"},
                             {"show", "-h"},
                             {"decode", "clone", "--help"}}) {
    testing::internal::CaptureStdout();
    EXPECT_EQ(dispatch(words, {}).status, 0);
    const std::string help = testing::internal::GetCapturedStdout();
    std::istringstream lines(help);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80u) << line;
    if (words.size() == 1) {
      for (const char* option : {"-o FILE", "-F FORMAT", "-q", "-k", "--detail", "--timeout", "-E VAR unsets it"}) {
        EXPECT_THAT(help, HasSubstr(option));
      }
    }
  }
}

TEST(Usage, AValueOfTheWrongKindTellsTheRightOnes) {
  EXPECT_EQ(of_run({"--max-lwps", "x"}), "lwptrace: --max-lwps x: say how many, as a whole number from 1\n");
  for (const char* count : {"-3", "0", "1.5", "3k", "0x10"}) {
    EXPECT_THAT(of_run({"--max-births", count}), HasSubstr("whole number from 1")) << count;
  }
  EXPECT_THAT(of_run({"--max-lwps", "99999999999999999999"}), HasSubstr("more than can be counted"));
  EXPECT_EQ(of_run({"--detail", "none"}), "lwptrace: --detail none: it is one of births, life, all\n");
  EXPECT_THAT(of_run({"--detail", "birth"}), HasSubstr("did you mean births?"));
  EXPECT_THAT(of_run({"--follow", "x"}), HasSubstr("all, threads, none"));
  EXPECT_THAT(of_run({"--color", "yes"}), HasSubstr("auto, always, never"));
  EXPECT_THAT(of_run({"-e", "trace=clone"}), AllOf(HasSubstr("signal=none"), HasSubstr("--detail")));
  for (const char* width : {"x", "39", "1001", "-80", "4294967376"}) {
    EXPECT_THAT(of_run({"--width", width}), HasSubstr("from 40 to 1000")) << width;
    EXPECT_THAT(of_show({"--width", width, "t.jsonl"}), HasSubstr("from 40 to 1000")) << width;
  }
  for (const char* cpu : {"x", "-1", "0-1", "1.5"}) {
    EXPECT_THAT(of_run({"--cpu", cpu}), AllOf(HasSubstr("not a CPU's number"), HasSubstr("allowed here: "))) << cpu;
  }
  EXPECT_THAT(of_run({"--cpu", "4294967296"}), HasSubstr("there is no such CPU; allowed here: "));
}

TEST(Usage, AMissingValueIsCalledByItsName) {
  EXPECT_EQ(complaint({"-o"}, exit_failed), "lwptrace: -o: its FILE is missing; see lwptrace run --help\n");
  EXPECT_EQ(of_show({"-F"}), "lwptrace: show: -F: its FORMAT is missing; see lwptrace show --help\n");
  for (const Words& empty : {Words{"-o", ""}, {"--output="}, {"--output", ""}, {"-E", ""}, {"-u", ""}, {"--cd="}}) {
    EXPECT_THAT(of_run(empty), HasSubstr(" is missing; see")) << empty[0];
  }
  EXPECT_THAT(of_run({"-E", "=x"}), AllOf(HasSubstr("-E =x: the name is missing"), HasSubstr("-E VAR to unset")));
}

TEST(Usage, AFlagTakesNoValue) {
  EXPECT_THAT(of_run({"--stack-trace=foo"}), HasSubstr("--stack-trace takes no value"));
  EXPECT_THAT(of_run({"-q=7"}), HasSubstr("-q takes no value"));
}

TEST(Usage, AnUnknownOptionIsNamedWithTheOneThatIsMeant) {
  EXPECT_THAT(of_run({"--detial", "all"}), HasSubstr("--detial: there is no such option; did you mean --detail?"));
  EXPECT_THAT(of_run({"-timeout", "3"}), HasSubstr("-timeout: there is no such option; did you mean --timeout?"));
  EXPECT_THAT(of_run({"-qZ"}), HasSubstr("-Z: there is no such option; see lwptrace run --help"));
  EXPECT_THAT(of_show({"t.jsonl", "--formt"}), HasSubstr("did you mean --format?"));
  EXPECT_THAT(of_show({"-f", "t.jsonl"}), HasSubstr("-f: there is no such option"));
}

TEST(Usage, WhatStraceHasInItsPlaceIsTold) {
  const struct {
    const char *word, *hint;
  } kHints[] = {{"-f", "leave it out"},         {"-ff", "leave it out"}, {"-qf", "-f: every LWP"},
                {"-c", "-F summary"},           {"-t", "its time"},      {"-tt", "its time"},
                {"-ttt", "its time"},           {"-T", "durations"},     {"-y", "descriptors"},
                {"-s80", "shortens"},           {"-v", "every field"},   {"-x", "escaped"},
                {"--follow-forks", "every LWP"}};
  for (const auto& row : kHints) EXPECT_THAT(of_run({row.word}), HasSubstr(row.hint)) << row.word;
  EXPECT_THAT(of_run({"-s", "80"}), HasSubstr("shortens"));
}

TEST(Usage, OneFormatAtATime) {
  EXPECT_THAT(of_run({"-F", "log", "-F", "tree"}), HasSubstr("-F log and -F tree: one format at a time"));
  EXPECT_THAT(of_show({"-F", "log", "-F", "tree", "t.jsonl"}), HasSubstr("one format at a time"));
}

TEST(Usage, AFormatThatIsNotBuiltIsRefusedByNameAndByExtension) {
  EXPECT_THAT(of_run({"-F", "html"}), HasSubstr("does not have the format html yet; the formats are log"));
  EXPECT_THAT(of_run({"-F", "tre"}), HasSubstr("no such format; did you mean tree? the formats are log"));
  EXPECT_THAT(of_run({"-o", "/nowhere/x.html"}), HasSubstr("does not have the format html yet"));
  EXPECT_THAT(of_run({"-o", "/nowhere/x.mmd"}), HasSubstr("the format mermaid"));
  EXPECT_THAT(of_show({"-o", "/nowhere/x.dot", "t.jsonl"}), HasSubstr("the format dot"));
  EXPECT_THAT(of_run({"-F", "log", "-o", "/nowhere/x.dot"}), HasSubstr("cannot write")) << "-F decides";
}

TEST(Usage, AFileIsNamedOnce) {
  for (const char* again : {"/nowhere/a.log", "/nowhere/./a.log", "/nowhere/x/../a.log"}) {
    EXPECT_THAT(of_run({"-o", "/nowhere/a.log", "-o", again}), HasSubstr("is written to already")) << again;
  }
  EXPECT_THAT(of_run({"-o", "-", "-o", "-"}), HasSubstr("is written to already"));
  EXPECT_THAT(of_show({"-o", "/nowhere/./t.jsonl", "/nowhere/t.jsonl"}), HasSubstr("the recording itself"));
}

TEST(Usage, ADurationThatIsNone) {
  for (const char* text : {"-5", "abc", "5x", "5 s", "nan", "s"}) {
    EXPECT_THAT(of_run({"--timeout", text}), AllOf(HasSubstr("500ms, 10s, 2m"), HasSubstr("a bare number is seconds")))
        << text;
  }
  for (const char* text : {"1e30", "inf", "99999999d"}) {
    EXPECT_THAT(of_run({"--timeout", text}), HasSubstr("longer than can be counted")) << text;
  }
}

TEST(Usage, WhatIsToBeShownIsOneRecording) {
  EXPECT_THAT(of_show({}), HasSubstr("for example: lwptrace show run.jsonl"));
  EXPECT_THAT(of_show({"a", "b"}), HasSubstr("b: one recording at a time"));
}

TEST(Usage, WithoutAProgramThereIsNothingToTrace) {
  for (const Words& words : {Words{}, {"--"}, {"run"}, {"run", "-q"}, {"-o", "a.jsonl"}, {""}}) {
    EXPECT_THAT(complaint(words, exit_failed), HasSubstr("for example: lwptrace")) << testing::PrintToString(words);
  }
}

TEST(Usage, AVerbThatIsNotBuiltSaysSo) {
  EXPECT_THAT(complaint({"ps", "x"}, exit_failed), HasSubstr("does not have that verb yet"));
}

}  // namespace
}  // namespace lwptrace::cli
