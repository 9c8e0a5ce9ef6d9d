// What is kept of a program's output.
#include "cli/printed.h"

#include <gtest/gtest.h>

#include <string>

namespace lwptrace::cli {
namespace {

TEST(Printed, ALittleIsKeptAsItIs) {
  Printed printed;
  printed.add("one\n");
  printed.add("");
  printed.add("two");
  EXPECT_EQ(printed.text(), "one\ntwo");
}

TEST(Printed, OfALotTheFirstAndTheLastLinesAreKept) {
  Printed printed;
  std::size_t all = 0;
  std::string line;
  for (int i = 0; all < 20 * Printed::first; ++i) {
    line = "line " + std::to_string(i) + "\n";
    printed.add(line);
    all += line.size();
  }
  const std::string text = printed.text();
  EXPECT_TRUE(text.starts_with("line 0\nline 1\n"));
  EXPECT_TRUE(text.ends_with("\n" + line));
  EXPECT_LE(text.size(), Printed::first + 2 * Printed::last + 100);
  const std::string mark = " bytes of what it printed are left out here …\n";
  const std::size_t at = text.find(mark), begin = text.rfind("\n… ", at);
  ASSERT_NE(at, std::string::npos);
  const std::size_t left_out = std::stoull(text.substr(begin + std::string("\n… ").size()));
  EXPECT_EQ(begin + left_out + (text.size() - at - mark.size()), all);
  EXPECT_TRUE(text.substr(at + mark.size()).starts_with("line "));
}

TEST(Printed, OneLineWithoutAnEndIsCutAnywhere) {
  Printed printed;
  printed.add(std::string(3 * Printed::first, 'x'));
  EXPECT_EQ(printed.text(), std::string(Printed::first, 'x') +
                                "\n… 2031616 bytes of what it printed are left out here …\n" +
                                std::string(Printed::last, 'x'));
}

}  // namespace
}  // namespace lwptrace::cli
