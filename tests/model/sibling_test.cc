// Newborns whose creator is not their parent (CLONE_PARENT), where the two orders of birth and event meet other deaths.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "world.h"

namespace lwptrace::model {

namespace {

using testing::Contains;

CloneCall sibling_call() {
  CloneCall call;
  call.via = Via::clone;
  call.flags_raw = CLONE_PARENT | 17;
  call.flags = CLONE_PARENT;
  call.exit_signal = 17;
  return call;
}

}  // namespace

// Seen: the parent was heard of, so the newborn was taken for one whose creator had been killed, and told twice.
TEST(Sibling, IsHeldForItsCreatorThoughItsParentWasHeardOfSince) {
  World w;
  w.launch(100).born(100, 101, fork_call()).born(100, 102, fork_call());
  w.see(103, NewbornStop{sibling_call(), {}, {}, {}, {}, {}}).see(100, SignalStop{});
  w.see(102, exited(0));
  EXPECT_THAT(w.last, Contains(Action{Identify{103}}));
  w.see(103, Identity{false, 103, 100, 0});
  EXPECT_FALSE(w.resumed(103)) << "101, a child of 100, may be its creator";
  w.announce(101, 103, sibling_call());
  EXPECT_TRUE(w.resumed(103));
  EXPECT_EQ(w.story(), "birth 1, exec 1, birth 1.1, birth 1.2, signal 1, exit 1.2, birth 1.1.1");
}

TEST(Sibling, ThatDiedUnreadIsHeldForItsCreatorToo) {
  World w;
  w.launch(100).born(100, 101, fork_call()).born(100, 102, fork_call());
  Death death = killed_by(9);
  death.identity = Identity{false, 103, 100, 0};
  w.see(103, death).see(100, SignalStop{}).see(102, exited(0));
  w.announce(101, 103, sibling_call());
  EXPECT_EQ(w.story(), "birth 1, exec 1, birth 1.1, birth 1.2, signal 1, exit 1.2, birth 1.1.1, exit 1.1.1");
}

TEST(Sibling, OfWhomEveryPossibleCreatorWasHeardOfIsAdopted) {
  World w;
  w.launch(100).born(100, 101, fork_call()).born(100, 102, fork_call());
  w.see(103, NewbornStop{sibling_call(), {}, {}, {}, {}, {}}).see(100, SignalStop{}).see(101, SignalStop{});
  w.see(102, killed_by(9)).see(103, Identity{false, 103, 100, 0});
  EXPECT_TRUE(w.resumed(103)) << "it was 102";
}

}  // namespace lwptrace::model
