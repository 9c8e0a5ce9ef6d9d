// What a mistyped word is taken to have meant.
#include "decoders/tables/nearest.h"

#include <gtest/gtest.h>

namespace lwptrace::tables {
namespace {

const std::vector<std::string> kFormats{"log", "tree", "timeline", "summary", "matrix", "jsonl", "strace"};

TEST(Nearest, ASlipOfTheFingersIsForgiven) {
  EXPECT_EQ(nearest("json", kFormats), "jsonl");
  EXPECT_EQ(nearest("stracr", kFormats), "strace");
  EXPECT_EQ(nearest("sumary", kFormats), "summary");
  EXPECT_EQ(nearest("Tere", kFormats), "tree");
  EXPECT_EQ(nearest("shwo", {"run", "show"}), "show");
}

TEST(Nearest, ABeginningMeansTheOneWordThatItBegins) {
  EXPECT_EQ(nearest("time", kFormats), "timeline");
  EXPECT_EQ(nearest("fo", {"format", "follow"}), "") << "either may be meant";
}

TEST(Nearest, TheNearestOfSeveralIsMeant) { EXPECT_EQ(nearest("treee", {"three", "tree"}), "tree"); }

TEST(Nearest, AWordThatIsNearNoneMeansNone) {
  for (const auto* word : {"", "x", "-1", "postscript", "pdf", "lo\x1b[31mgg"}) EXPECT_EQ(nearest(word, kFormats), "");
  EXPECT_EQ(nearest(std::string(1000000, 't'), kFormats), "");
}

TEST(Nearest, IsAskedAsAQuestion) {
  EXPECT_EQ(did_you_mean("tre", kFormats), "; did you mean tree?");
  EXPECT_EQ(did_you_mean("pdf", kFormats), "");
}

}  // namespace
}  // namespace lwptrace::tables
