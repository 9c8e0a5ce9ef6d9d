// Golden files as people write them, and what lwptrace says of those that it cannot read.
#include "golden/text.h"

#include <gtest/gtest.h>

#include <string>

namespace lwptrace::golden {
namespace {

constexpr const char* kWhole = R"(lwptrace golden 1
command ./a.out "two words" "" "a \"quote\""

1 process
  executes ./a.out
  makes 1/1..3
  makes 1.4
  sends SIGTERM to process 1.4
  reaps 1.4
  ends exit_group 0

1/1..3 thread ×3
  born pthread_create
  flags CLONE_VM CLONE_THREAD
  ends exit 0
  joined by 1

1.4 process
  born fork
  exit-signal SIGUSR1
  unshare CLONE_NEWUTS fails with EPERM
  takes SIGTERM terminate from 1
  ends signal SIGTERM
  reaped wait4 by 1
  orphaned to init
)";

Gallery gallery_of(const std::string& text) {
  const auto read_back = read(text, "x.golden");
  EXPECT_TRUE(read_back) << (read_back ? "" : read_back.error().text);
  return read_back ? *read_back : Gallery{};
}

std::string error(const std::string& text) {
  const auto refused = read(text, "x.golden");
  return refused ? "" : refused.error().text;
}
std::string error_after_head(const std::string& text) { return error("lwptrace golden 1\n" + text); }

TEST(GoldenText, IsReadAndWrittenAlike) { EXPECT_EQ(write(gallery_of(kWhole)), kWhole); }

TEST(GoldenText, ARangeIsAsManyLwps) {
  const Gallery read_back = gallery_of(kWhole);
  EXPECT_EQ(read_back.lwps.size(), 5u);
  EXPECT_EQ(read_back.lwps.at("1/2").born, "pthread_create");
  EXPECT_EQ(read_back.lwps.at("1").does.size(), 7u);
  EXPECT_EQ(read_back.command, (std::vector<std::string>{"./a.out", "two words", "", "a \"quote\""}));
}

TEST(GoldenText, NothingIsSaidOfJoinsWhereOneOfLikeSiblingsWasNotSeenToBeJoined) {
  const std::string body = "lwptrace golden 1\n\n1 process\n  makes 1/1..3\n\n1/1..3 thread ×3\n  ends exit 0\n";
  Gallery some = gallery_of(body);
  some.lwps.at("1/2").joined = "by 1";
  EXPECT_EQ(write(some), body);
  some.lwps.at("1/3").joined = some.lwps.at("1/1").joined = "by 1";
  EXPECT_EQ(write(some), body + "  joined by 1\n");
}

TEST(GoldenText, LikeSiblingsAreWrittenOnceAndUnlikeOnesApart) {
  Gallery made;
  for (int i = 1; i <= 12; i++) made.lwps["1/" + std::to_string(i)] = {Kind::thread, "pthread_create"};
  made.lwps["1/7"].ends = "exit 3";
  const std::string text = write(made);
  EXPECT_NE(text.find("\n1/1..6 thread ×6\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\n1/7 thread\n  born pthread_create\n  ends exit 3\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\n1/8..12 thread ×5\n"), std::string::npos) << text;
}

TEST(GoldenText, CommentsBlanksAndCarriageReturnsDoNotCount) {
  EXPECT_EQ(gallery_of("# by hand\r\n\r\nlwptrace golden 1\r\n  # so\n1 process\r\n  ends exit_group 0 \r\n")
                .lwps.at("1")
                .ends,
            "exit_group 0");
}

TEST(GoldenText, ErrorsNameFileLineAndColumn) {
  EXPECT_EQ(error(""), "x.golden:1:1: the file is empty; a golden begins with \"lwptrace golden 1\"");
  EXPECT_EQ(error("hello\n"), "x.golden:1:1: not a golden file; its first line is \"lwptrace golden 1\"");
  EXPECT_EQ(error("lwptrace golden 2\n"),
            "x.golden:1:1: lwptrace golden 2 is of a later version than this lwptrace reads (1)");
  EXPECT_EQ(error_after_head("  ends exit 0\n"),
            "x.golden:2:3: this is about nobody; a line like \"1/1 thread\" comes first");
  EXPECT_EQ(error_after_head("1 program\n"), "x.golden:2:3: 1 is a \"process\" or a \"thread\"; say which");
  EXPECT_EQ(error_after_head("1 process\n  ends\n"), "x.golden:3:7: \"ends\" what? A value is missing");
  EXPECT_EQ(error_after_head("1 process\n  ends a\n  ends b\n"), "x.golden:4:3: \"ends\" is said twice");
  EXPECT_EQ(error_after_head("1 process\n1 process\n"), "x.golden:3:1: 1 stands here for the second time");
  EXPECT_EQ(error_after_head("1.18446744073709551615 thread\n"),
            "x.golden:2:1: \"1.18446744073709551615\" is neither a path nor a word that may stand here; a path is like "
            "1/2.1");
  EXPECT_EQ(error_after_head("1 process\n  makes 1/18446744073709551615..18446744073709551616\n"),
            "x.golden:3:9: a range is like 1/2..9");
  EXPECT_EQ(error_after_head("1/4..2 thread\n"), "x.golden:2:6: a range goes up from 4, by a million at most");
  EXPECT_EQ(error_after_head("1\tprocess\n"), "x.golden:2:2: a tab; use spaces");
  EXPECT_NE(error_after_head("1 process\n  endz exit 0\n").find("x.golden:3:3: \"endz\" is not known; it may be born"),
            std::string::npos);
  EXPECT_NE(error_after_head("one process\n").find("x.golden:2:1: \"one\" is neither a path"), std::string::npos);
}

TEST(GoldenText, BytesThatAreNoTextAreRefusedWhereTheyStand) {
  for (const char* bytes : {"\xff\xfe", "\xc3", "\x1b[31m"}) {
    EXPECT_EQ(error_after_head("1 process\n  named a" + std::string(bytes) + "\n"),
              "x.golden:3:10: neither a printable character nor UTF-8; such a byte of a name is written as \\x1b");
  }
}

TEST(GoldenText, TheCommandIsTheSameWordsWhateverIsInThem) {
  const Gallery made{{"./a.out", "a\nb\tc", "\\n", "\x1b[31m\xff", "\u202ex\u061c", "# \"it's\" *", ""}};
  EXPECT_EQ(gallery_of(write(made)).command, made.command);
  for (const char* unknown : {R"("\q")", R"("\x1")", R"("\xzz")", R"("\u12")", R"("\)"}) {
    EXPECT_EQ(error_after_head("command " + std::string(unknown) + "\n"),
              "x.golden:2:10: after \\ stands \\, \", n, t, x1b or u202e: two or four hexadecimal digits");
  }
}

constexpr const char* kOpen = R"(lwptrace golden 1
names: ignore
signals: ignore

1 process
  makes 1/1..9

1/1..8 thread ×4..8
  born pthread_create

1/9 thread ×0..1
  born pthread_create
)";

TEST(GoldenText, CrowdsOfUncertainNumberAndWhatIsIgnoredAreReadAndWritten) {
  const Gallery open = gallery_of(kOpen);
  EXPECT_EQ(write(open), kOpen);
  EXPECT_EQ(open.crowds.at("1/1"), (Crowd{4, 8}));
  EXPECT_EQ(open.crowds.at("1/9"), (Crowd{0, 1}));
  EXPECT_EQ(open.ignored, (std::set<std::string>{"names", "signals"}));
  EXPECT_EQ(gallery_of("lwptrace golden 1\n1/1..3 thread x1..3\n1/4..5 thread x2\n").crowds.size(), 1u);
  EXPECT_EQ(gallery_of("lwptrace golden 1\n1/01..3 thread x1..3\n").crowds.count("1/1"), 1u)
      << "as its LWPs are called";
}

TEST(GoldenText, NumbersOfCrowdsAndKindsAreChecked) {
  EXPECT_EQ(error_after_head("1/1..3 thread ×4\n"),
            "x.golden:2:15: the paths before it are of 3 LWPs, this says 4; make them the same");
  for (const char* number : {"×", "4", "×3..2", "×a..3", "many"}) {
    EXPECT_EQ(error_after_head("1/1..3 thread " + std::string(number) + "\n"),
              "x.golden:2:15: after the kind only a number may stand, ×8, or how many there may be, ×4..16");
  }
  EXPECT_EQ(error_after_head("smells: ignore\n").find("x.golden:2:1: \"smells\" is nothing that can be ignored"), 0u);
  EXPECT_EQ(error_after_head("names: keep\n"), "x.golden:2:8: names: ignore is all that can be said here");
  EXPECT_EQ(error_after_head("names:\n"), "x.golden:2:7: names: ignore is all that can be said here");
  EXPECT_EQ(error_after_head("command a\ncommand b\n"), "x.golden:3:1: \"command\" is said twice");
}

}  // namespace
}  // namespace lwptrace::golden
