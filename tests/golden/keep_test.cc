// A golden that is written anew keeps what its author has made of it.
#include "golden/keep.h"

#include <gmock/gmock.h>

#include <string>

#include "tests/golden/galleries.h"

namespace lwptrace::golden {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kFirstLine = "lwptrace golden 1\n";

// The golden `old`, written anew from this run.
std::string anew(const std::string& old, const std::string& run) {
  return write(with_tolerances(gallery(old), gallery(run), {gallery(run)})).substr(kFirstLine.size());
}

TEST(Keep, WhatTheAuthorLeftOpenAndStillHolds) {
  EXPECT_EQ(anew("1 process\n  executes *sh -c x\n  named a or none\n  named b\n  ends exit_group 0 or exit_group 1\n",
                 "1 process\n  executes /bin/sh -c x\n  named c\n  ends exit_group 1\n"),
            "\n1 process\n  executes *sh -c x\n  named a or none\n  named c\n  ends exit_group 0 or exit_group 1\n");
  EXPECT_EQ(anew("1 process\n1.1 process\n  born fork\n  flags any\n  ends any\n  reaped none or wait4 by 1\n",
                 "1 process\n1.1 process\n  born vfork\n  flags CLONE_VM\n  ends exit_group 1\n"),
            "\n1 process\n\n1.1 process\n  born vfork\n  flags any\n  ends any\n  reaped none or wait4 by 1\n");
}

TEST(Keep, NothingThatTheRunsDoNotHold) {
  EXPECT_EQ(anew("1 process\n  ends exit_group 0 or exit_group 1\n", "1 process\n  ends exit_group 2\n"),
            "\n1 process\n  ends exit_group 2\n");
  EXPECT_EQ(
      anew("1 process\n  ends exit_group 0 or exit_group 1\n", "1 process\n  ends exit_group 1 or exit_group 2\n"),
      "\n1 process\n  ends exit_group 1 or exit_group 2\n");
}

TEST(Keep, AnOpenNumberAndWhoFollows) {
  const std::string old =
      "1 process\n  makes 1/1..8\n  makes 1.9\n  ends exit_group 0\n1/1..8 thread x2..8\n1.9 process\n";
  EXPECT_EQ(anew(old,
                 "1 process\n  makes 1/1..3\n  makes 1.4\n  sends SIGHUP to process 1.4\n1/1..3 thread\n"
                 "1.4 process\n1.4.1 process\n"),
            "\n1 process\n  makes 1/1..8\n  makes 1.9\n  sends SIGHUP to process 1.9\n\n1/1..8 thread ×2..8\n\n"
            "1.9 process\n\n1.9.1 process\n");
  EXPECT_EQ(anew(old, "1 process\n  makes 1/1\n1/1 thread\n"), "\n1 process\n  makes 1/1\n\n1/1 thread\n");
}

TEST(Keep, CommentsStayAboveTheirLines) {
  const std::string old =
      "# Of the lab.\n\nlwptrace golden 1\n# How it is run.\ncommand x\n\n# The root.\n1 process\n  # By hand.\n  "
      "named a\n"
      "  ends any\n\n# Gone.\n1.1 process\n# The end.\n";
  const auto found = with_comments(old, "lwptrace golden 1\ncommand y\n\n1 process\n  named a\n  ends exit_group 0\n");
  EXPECT_EQ(found.text,
            "# Of the lab.\n\nlwptrace golden 1\n# How it is run.\ncommand y\n\n# The root.\n1 process\n  # By hand.\n"
            "  named a\n  ends exit_group 0\n# The end.\n");
  EXPECT_THAT(found.dropped, ElementsAre("1 ends any", "# Gone."));
}

TEST(Keep, WhatIsTheSameIsWrittenAlike) {
  const std::string text =
      "lwptrace golden 1\ncommand y\n\n# A\n1 process\n  ends any\n\n1/1..3 thread ×0..3\n  ends exit 0\n";
  const auto found = with_comments(text, write(*read(text, "x")));
  EXPECT_EQ(found.text, text);
  EXPECT_THAT(found.dropped, IsEmpty());
}

}  // namespace
}  // namespace lwptrace::golden
