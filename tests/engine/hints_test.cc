// Real children, none of them traced: what is reported of whom is waitid's; who is asked is tested here.
#include "engine/hints.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <set>
#include <vector>

namespace lwptrace::engine {
namespace {

constexpr std::size_t many = 1000;

Tid child_that_exits() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  siginfo_t info{};
  (void)::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT);
  return child;
}

struct HintsTest : testing::Test {
  HintsTest() { watch_deaths(); }
  std::set<Tid> announced;
  std::vector<Tid> in_turn;
  Hints hints{[this](const AnnouncedDeath& death) { announced.insert(death.tid); }, [this] { return in_turn; }};
};

TEST_F(HintsTest, ThoseWhoseSignalsMergedIntoOneAreAllFound) {
  siginfo_t info{};
  ASSERT_EQ(hints.wait(info, WEXITED, many), -1);  // from here on it listens
  ASSERT_EQ(errno, ECHILD);
  std::set<Tid> made, found;
  for (int i = 0; i < 5; i++) made.insert(child_that_exits());
  for (int i = 0; i < 5; i++) {
    ASSERT_EQ(hints.wait(info, WEXITED, many), 0);
    found.insert(info.si_pid);
  }
  EXPECT_EQ(found, made);
  EXPECT_EQ(announced.size(), 1u) << "SIGCHLD is no queue";
}

TEST_F(HintsTest, OneWhoseSignalWasMergedDoesNotWaitForThoseThatAreHeard) {
  siginfo_t info{};
  ASSERT_EQ(hints.wait(info, WEXITED, many), -1);
  const Tid heard = child_that_exits(), merged = child_that_exits();
  in_turn = {merged};
  ASSERT_EQ(hints.wait(info, WEXITED, many), 0);
  EXPECT_EQ(info.si_pid, merged);
  in_turn = {};
  ASSERT_EQ(hints.wait(info, WEXITED, many), 0);
  EXPECT_EQ(info.si_pid, heard);
}

TEST_F(HintsTest, ASignalAboutOneWhoHasBeenWaitedForIsNobodys) {
  siginfo_t info{};
  ASSERT_EQ(hints.wait(info, WEXITED, many), -1);
  const Tid gone = child_that_exits();
  ASSERT_EQ(::waitpid(gone, nullptr, 0), gone);
  EXPECT_EQ(hints.wait(info, WEXITED, many), -1);
  EXPECT_EQ(errno, ECHILD);
}

// Who died before whom turns on the announcements: the first that comes after one that was lost would be taken for it.
TEST_F(HintsTest, ADeathThatWasAnnouncedBeforeItBeganToListenIsHeardOf) {
  const Tid dead = child_that_exits();
  siginfo_t info{};
  ASSERT_EQ(hints.wait(info, WEXITED, many), 0);
  EXPECT_EQ(announced, std::set<Tid>{dead});
}

TEST_F(HintsTest, ADeathThatWasAnnouncedBeforeItCeasedToListenIsHeardOf) {
  siginfo_t info{};
  ASSERT_EQ(hints.wait(info, WEXITED, many), -1);
  const Tid dead = child_that_exits();
  ASSERT_EQ(hints.wait(info, WEXITED, 1), 0);
  EXPECT_TRUE(hints.listen(0));
  EXPECT_EQ(announced, std::set<Tid>{dead});
}

TEST_F(HintsTest, AnotherSignalInterruptsTheWait) {
  struct sigaction action {};
  action.sa_handler = [](int) {};
  ::sigaction(SIGUSR1, &action, nullptr);
  const Tid me = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) {
    for (;;) ::kill(me, SIGUSR1), ::usleep(1000);
  }
  siginfo_t info{};
  EXPECT_EQ(hints.wait(info, WEXITED, many), -1);
  EXPECT_EQ(errno, EINTR);
  ::kill(child, SIGKILL);
  (void)::waitpid(child, nullptr, 0);
}

}  // namespace
}  // namespace lwptrace::engine
