// Forwarding: a signal for lwptrace alone is passed on, one for its whole process group has arrived by itself.
#include "engine/forwarding.h"

#include <gtest/gtest.h>

#include <csignal>

namespace lwptrace::engine {
namespace {

constexpr Nanos milli = 1'000'000;

SignalStop delivery(int signo, Tid sender) {
  SignalStop stop;
  stop.signo = signo;
  stop.code = SI_USER;
  stop.sender = Sender{sender, 0, {}};
  return stop;
}

TEST(Forwarding, PassesOnWhatReachedNobodyElseForAMoment) {
  Forwarding forwarding;
  EXPECT_EQ(forwarding.due({SIGTERM, 7}, 0), 0);
  EXPECT_EQ(forwarding.due({}, 49 * milli), 0) << "the program may still be given it";
  EXPECT_EQ(forwarding.due({}, 50 * milli), SIGTERM);
  EXPECT_EQ(forwarding.due({}, 200 * milli), 0) << "once";
}

TEST(Forwarding, KeepsWhatTheProgramWasGivenAfterwards) {
  Forwarding forwarding;
  EXPECT_EQ(forwarding.due({SIGTERM, 7}, 0), 0);
  forwarding.delivered(delivery(SIGTERM, 7), 10 * milli);
  EXPECT_EQ(forwarding.due({}, 100 * milli), 0);
}

TEST(Forwarding, KeepsWhatTheProgramWasGivenBefore) {
  Forwarding forwarding;
  forwarding.delivered(delivery(SIGTERM, 7), 0);
  EXPECT_EQ(forwarding.due({SIGTERM, 7}, 10 * milli), 0);
  EXPECT_EQ(forwarding.due({}, 100 * milli), 0);
}

TEST(Forwarding, TellsSendersApart) {
  Forwarding forwarding;
  forwarding.delivered(delivery(SIGTERM, 8), 0);
  EXPECT_EQ(forwarding.due({SIGTERM, 7}, 10 * milli), 0);
  EXPECT_EQ(forwarding.due({}, 100 * milli), SIGTERM);
}

TEST(Forwarding, DoesNotWaitWithTheOneBeforeWhenAnotherComes) {
  Forwarding forwarding;
  EXPECT_EQ(forwarding.due({SIGUSR1, 7}, 0), 0);
  EXPECT_EQ(forwarding.due({SIGUSR2, 7}, 10 * milli), SIGUSR1);
  EXPECT_EQ(forwarding.due({}, 100 * milli), SIGUSR2);
}

}  // namespace
}  // namespace lwptrace::engine
