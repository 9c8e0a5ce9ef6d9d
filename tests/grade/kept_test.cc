// A score that is kept is read as it was; anything else is no score.
#include "grade/kept.h"

#include <gmock/gmock.h>

namespace lwptrace::grade {
namespace {

Kept kept_example() {
  CheckScore check;
  check.name = "a \"child\"";
  check.points = 2.5;
  check.earned = 1.25;
  check.looked_at = false;
  check.visibility = Visibility::hidden;
  check.wanted = "one birth";
  check.failed = "there was none\n";
  check.events = {"1 was born", "1 ended"};
  check.hint = "fork()";
  check.held = 3;
  check.runs = 4;
  Score score;
  score.title = "Zwölf";
  score.points = 10;
  score.earned = 1.25;
  score.ran = true;
  score.checks = {check, {}};
  score.remarks = {"took too long"};
  return {"ann", "0123", "4567", score};
}

TEST(Kept, IsReadAsItWasWritten) {
  const std::string text = write_kept(kept_example());
  const auto read = read_kept(text);
  ASSERT_TRUE(read);
  EXPECT_EQ(write_kept(*read), text);
  EXPECT_EQ(read->score.checks[0].visibility, Visibility::hidden);
  EXPECT_EQ(read->score.checks[0].events[1], "1 ended");
  EXPECT_EQ(read->score.earned, 1.25);
}

TEST(Kept, BytesThatAreNoTextAreReplaced) {
  Kept kept = kept_example();
  kept.score.remarks = {"\xff\xfe"};
  const auto read = read_kept(write_kept(kept));
  ASSERT_TRUE(read);
  EXPECT_THAT(read->score.remarks[0], ::testing::HasSubstr("\xef\xbf\xbd"));
}

TEST(Kept, WhatIsCutOrOfAnotherVersionIsNone) {
  const std::string text = write_kept(kept_example());
  for (std::size_t length = 0; length + 2 < text.size(); length += 7) EXPECT_FALSE(read_kept(text.substr(0, length)));
  std::string other = text;
  other.replace(other.find("\"lwptrace_grade\": 1"), 19, "\"lwptrace_grade\": 2");
  EXPECT_FALSE(read_kept(other));
  EXPECT_FALSE(read_kept("[]"));
}

}  // namespace
}  // namespace lwptrace::grade
