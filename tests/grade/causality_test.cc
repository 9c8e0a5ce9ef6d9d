// Which events had to come before which.
#include "grade/causality.h"

#include <gtest/gtest.h>

#include "tests/support/events.h"

namespace lwptrace::grade {
namespace {

using testing::Story;
using Index = Causality::Index;

Index last(const Story& story) { return static_cast<Index>(story.events.size() - 1); }

bool before(const Story& story, Index first, Index then) {
  return !Causality(story.events).all_before({first}, {then}).unordered;
}

TEST(Causality, AnEventComesBeforeTheNextOfItsLwpAndNotBeforeItself) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  s.add(1, root, Comm{"b", "a"});
  const Index one = last(s);
  s.add(2, root, Comm{"c", "b"});
  EXPECT_TRUE(before(s, one, last(s)));
  EXPECT_FALSE(before(s, last(s), one));
  EXPECT_FALSE(before(s, one, one));
}

TEST(Causality, ABirthComesBeforeAllOfTheNewbornAndAfterWhatItsCreatorDid) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  s.add(1, root, Comm{"b", "a"});
  const Index named = last(s);
  const LwpId child = s.fork(2, root);
  s.add(3, root, Comm{"c", "b"});
  const Index later = last(s);
  s.exit(4, child);
  EXPECT_TRUE(before(s, named, last(s)));
  EXPECT_FALSE(before(s, later, last(s))) << "what the creator does later is nothing to the child";
}

TEST(Causality, AReapAndAJoinComeAfterTheEndAndBeforeWhatTheWaiterDoesThen) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  const LwpId child = s.fork(1, root), thread = s.thread(2, root);
  s.exit(3, child);
  const Index child_end = last(s);
  s.exit(4, thread);
  const Index thread_end = last(s);
  s.reap(5, child, root);
  s.add(6, root, Comm{"b", "a"});
  EXPECT_TRUE(before(s, child_end, last(s)));
  EXPECT_FALSE(before(s, thread_end, last(s)));
  s.join(7, thread, root);
  s.exit(8, root);
  EXPECT_TRUE(before(s, thread_end, last(s)));
}

TEST(Causality, WhoIsTakenAlongEndsAfterWhatItsEnderDid) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  const LwpId thread = s.thread(1, root);
  s.add(2, thread, Comm{"b", "a"});
  const Index named = last(s);
  s.taken(3, root, thread, {0, {}, false});
  EXPECT_TRUE(before(s, named, last(s)));
}

TEST(Causality, AnAdoptionComesAfterTheParentsEndAndTheChildKnowsNothingOfIt) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  const LwpId child = s.fork(1, root);
  s.exit(2, root);
  const Index parent_end = last(s);
  s.add(3, child, Reparent{root, 1, {}, "init"});
  EXPECT_TRUE(before(s, parent_end, last(s)));
  s.exit(4, child);
  EXPECT_FALSE(before(s, parent_end, last(s)));
}

TEST(Causality, ADeliveryComesAfterItsSendAndSigchldAfterTheEnd) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  const LwpId child = s.fork(1, root);
  Kill kill;
  kill.signo = 10;
  s.add(2, child, kill);
  const Index sent = last(s);
  s.signal(3, root, 10, Effect::handled, Sender{4712, {}, child});
  EXPECT_TRUE(before(s, sent, last(s)));
  s.exit(4, child);
  const Index end = last(s);
  Signal chld;
  chld.signo = 17;
  chld.sender = Sender{4712, {}, child};
  chld.status = 0;
  s.add(5, root, chld);
  EXPECT_TRUE(before(s, end, last(s)));
}

TEST(Causality, OneOfManyThatIsNotWaitedForIsFound) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  std::vector<Index> ends;
  Index lost = 0;
  for (int i = 0; i < 200; ++i) {
    const LwpId child = s.fork(3 * i, root);
    s.exit(3 * i + 1, child);
    ends.push_back(last(s));
    if (i == 77) lost = last(s);
    if (i != 77) s.reap(3 * i + 2, child, root);
  }
  s.exit(1000, root);
  const auto answer = Causality(s.events).all_before(ends, {last(s)});
  ASSERT_TRUE(answer.known && answer.unordered);
  EXPECT_EQ(*answer.unordered, std::pair(lost, last(s)));
  std::erase(ends, lost);
  EXPECT_FALSE(Causality(s.events).all_before(ends, {last(s)}).unordered);
}

TEST(Causality, SoManyThatItWouldTakeLongAreNotCompared) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  std::vector<Index> ends;
  for (int i = 0; i < 20000; ++i) {
    const LwpId child = s.fork(i, root);
    s.exit(i, child);
    ends.push_back(last(s));
  }
  s.exit(30000, root);
  EXPECT_FALSE(Causality(s.events).all_before(ends, {last(s)}).known);
}

}  // namespace
}  // namespace lwptrace::grade
