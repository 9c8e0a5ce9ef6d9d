// As what a stop is counted.
#include "engine/stats.h"

#include <gtest/gtest.h>

namespace lwptrace::engine {
namespace {

TEST(StopKind, FollowsWhatTheStopTurnedOutToBe) {
  EXPECT_EQ(kind_of(std::nullopt), StopKind::passed_over);
  EXPECT_EQ(kind_of(Fact{BirthStop{}}), StopKind::birth);
  EXPECT_EQ(kind_of(Fact{EntryStop{CloneCall{}, {}}}), StopKind::birth_entry);
  EXPECT_EQ(kind_of(Fact{EntryStop{WaitCall{}, {}}}), StopKind::entry);
  EXPECT_EQ(kind_of(Fact{ForeignFilterStop{CloneCall{}}}), StopKind::entry);
  EXPECT_EQ(kind_of(Fact{ReturnStop{}}), StopKind::call_return);
  EXPECT_EQ(kind_of(Fact{ExecStop{}}), StopKind::exec);
  EXPECT_EQ(kind_of(Fact{SignalStop{}}), StopKind::signal);
  EXPECT_EQ(kind_of(Fact{GroupStop{}}), StopKind::group_stop);
  EXPECT_EQ(kind_of(Fact{TrapStop{}}), StopKind::trap);
}

TEST(StopKind, ANewbornWhoseCallHadToBeReadCameOutOfTurn) {
  NewbornStop stop;
  EXPECT_EQ(kind_of(Fact{stop}), StopKind::newborn);
  stop.call = CloneCall{};
  EXPECT_EQ(kind_of(Fact{stop}), StopKind::newborn_alone);
}

TEST(Timed, AddsToItsPartAndReadsNoClockWithoutOne) {
  Nanos part = 0;
  { const Timed nobody_asked(nullptr); }
  while (part == 0) const Timed asked(&part);
  EXPECT_GT(part, 0);
}

}  // namespace
}  // namespace lwptrace::engine
