// The C++ API and the matchers as a user has them: on the installed package alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lwptrace/matchers.h>

namespace {

using lwptrace::HasBirth;
using lwptrace::HasExec;
using lwptrace::HasExit;
using lwptrace::HasReap;
using lwptrace::Idiom;
using lwptrace::IsSameAsGolden;
using lwptrace::trace_command;
using testing::AllOf;
using testing::Not;

TEST(Family, HasAThreadAndTwoChildren) {
  const auto trace = trace_command({"./family", "--once"});
  ASSERT_TRUE(trace) << trace.error().text;
  EXPECT_THAT(*trace, AllOf(HasBirth("1/1", Idiom::pthread_create), HasBirth("1.2", Idiom::fork)));
  EXPECT_THAT(*trace, HasExit("1.2", "exit_group 3"));
  EXPECT_THAT(*trace, HasExec("1.3", "/bin/true to oneself"));
  EXPECT_THAT(*trace, HasReap("1.2", "wait4 by 1"));
  EXPECT_THAT(*trace, Not(HasBirth(Idiom::vfork)));
  EXPECT_THAT(*trace, IsSameAsGolden(GOLDEN));
}

TEST(Family, IsKilledAtATimeoutAndThatIsNoError) {
  const auto trace = trace_command({"sleep", "1000"}, {{"--timeout", "100ms"}});
  ASSERT_TRUE(trace) << trace.error().text;
  EXPECT_EQ(trace->end.reason, lwptrace::EndReason::timeout);
  EXPECT_THAT(*trace, HasExit("1", "signal SIGKILL"));
}

TEST(Family, ACommandThatIsNotThereIsAnError) {
  const auto trace = trace_command({"./nobody"});
  ASSERT_FALSE(trace);
  EXPECT_THAT(trace.error().text, testing::HasSubstr("./nobody was not traced to its end"));
}

}  // namespace
