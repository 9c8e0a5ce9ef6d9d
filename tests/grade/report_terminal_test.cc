// What is printed of one submission.
#include <gmock/gmock.h>

#include "tests/grade/reports.h"

namespace lwptrace::grade {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(TerminalReport, IsThatOfTheLabsChecker) {
  EXPECT_EQ(terminal_report(example().score, 80, false),
            "sleepy_creator ............. passed ...... 10\n"
            "fork ....................... failed ....... 0\n"
            "  wanted: there is exactly 1 birth\n"
            "  found:  there was none\n"
            "          1 exited with code 0 (at 1 ms)\n"
            "  hint:   Call fork().\n"
            "wait ....................... partly ..... 7.5\n"
            "  wanted: there is exactly 1 birth\n"
            "  found:  there was none\n"
            "          1 exited with code 0 (at 1 ms)\n"
            "  hint:   Call fork().\n"
            "threads .................... left out ..... 0\n"
            "  not looked at: it needs \"fork\", which did not pass\n"
            "secret ..................... passed ....... 5\n"
            "22.5 / 60\n");
}

TEST(TerminalReport, BeginsWithWhyNothingWasRun) {
  Score score{"t", 10, 0, false, {check_score("fork", 10, 0)}, {"the build failed: a.c:1: error\n  x\n"}};
  EXPECT_EQ(terminal_report(score, 80, false),
            "remark: the build failed: a.c:1: error\n"
            "    x\n"
            "fork ....................... failed ... 0\n"
            "0 / 10\n");
}

TEST(TerminalReport, IsNarrowWhereTheTerminalIs) {
  EXPECT_THAT(terminal_report(example().score, 30, false), HasSubstr("\nfork ........ failed ....... 0\n"));
}

TEST(TerminalReport, HasColoursWhereTheyAreOnAndNoneOfTheProgram) {
  EXPECT_THAT(terminal_report(example().score, 80, true), HasSubstr("\x1b["));
  EXPECT_THAT(terminal_report(hostile().score, 80, false), Not(HasSubstr("\x1b")));
  EXPECT_THAT(terminal_report({hostile()}), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace lwptrace::grade
