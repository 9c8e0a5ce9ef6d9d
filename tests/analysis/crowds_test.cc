// Crowds: which siblings count as alike.
#include "analysis/crowds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "tests/support/events.h"

namespace lwptrace::analysis {
namespace {

using ::testing::ElementsAre;
using testing::Story;

// How many LWPs each row below `creator` holds.
std::vector<std::size_t> sizes(const Story& story, LwpId creator, Likeness likeness = Likeness::life,
                               std::size_t least = 3) {
  Lives lives;
  story.tell(lives, 1000);
  std::vector<std::size_t> found;
  for (const Row& row : Crowds(lives, likeness, least).children(creator)) found.push_back(row.members.size());
  return found;
}

TEST(Crowds, SiblingsAlikeAreOneRowAtThePlaceOfTheFirst) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  for (int i = 0; i < 3; ++i) s.thread(10, root, "w");
  s.fork(20, root);
  s.thread(30, root, "w");
  EXPECT_THAT(sizes(s, root), ElementsAre(4, 1));
  EXPECT_THAT(sizes(s, 0), ElementsAre(1));
}

TEST(Crowds, FewerThanAHandfulAreToldOneByOne) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  for (int i = 0; i < 2; ++i) s.thread(10, root, "w");
  EXPECT_THAT(sizes(s, root), ElementsAre(1, 1));
}

TEST(Crowds, AnotherEndMakesADifference) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  for (int i = 0; i < 4; ++i) {
    const LwpId child = s.fork(10, root);
    i == 2 ? s.die(20, child, SIGKILL) : s.exit(20, child, 0, How::exit_group);
  }
  EXPECT_THAT(sizes(s, root), ElementsAre(3, 1));
  EXPECT_THAT(sizes(s, root, Likeness::name), ElementsAre(4));
}

TEST(Crowds, WhoEachEndedThemselvesAreAlike) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  for (int i = 0; i < 4; ++i) {
    const LwpId child = s.fork(10, root);
    s.signal(20, child, SIGABRT, Effect::core, Sender{1, 0, i == 3 ? root : child});
    s.die(20, child, SIGABRT, true);
  }
  EXPECT_THAT(sizes(s, root), ElementsAre(3, 1));
}

// Seven processes of two threads each; the first ends all of it, in the last two its second thread does.
TEST(Crowds, ProcessesWhoseOwnThreadsEndThemAreAlike) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  for (int i = 0; i < 7; ++i) {
    const LwpId child = s.fork(10, root);
    const LwpId one = s.thread(20, child);
    const LwpId two = s.thread(20, child);
    const LwpId ender = i < 5 ? child : two;
    for (const LwpId lwp : {child, one, two}) {
      lwp == ender ? s.exit(30, lwp, 0, How::exit_group) : s.taken(30, lwp, ender, {0, {}, false});
    }
  }
  EXPECT_THAT(sizes(s, root, Likeness::life, 2), ElementsAre(5, 2));
}

TEST(Crowds, WhichOfItsThreadsEndedAProcessMakesADifference) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  for (int i = 0; i < 6; ++i) {
    const LwpId child = s.fork(10, root);
    const LwpId threads[] = {s.thread(20, child), s.thread(20, child)};
    const int ender = i % 3 == 0 ? 0 : 1;
    s.exit(30, threads[ender], 0, How::exit_group);
    s.taken(30, threads[1 - ender], threads[ender], {0, {}, false});
    s.taken(30, child, threads[ender], {0, {}, false});
  }
  EXPECT_THAT(sizes(s, root, Likeness::life, 2), ElementsAre(2, 4));
}

TEST(Crowds, WhomTheirCreatorsKilledAreAlike) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  for (int i = 0; i < 3; ++i) {
    const LwpId child = s.fork(10, root);
    const LwpId killed = s.fork(20, child);
    s.signal(30, killed, SIGKILL, Effect::terminate, Sender{1, 0, child});
    s.die(30, killed, SIGKILL);
  }
  EXPECT_THAT(sizes(s, root), ElementsAre(3));
}

TEST(Crowds, WhomTheyMadeMakesADifference) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  std::vector<LwpId> children;
  children.reserve(7);
  for (int i = 0; i < 7; ++i) children.push_back(s.fork(10, root));
  for (int i = 0; i < 4; ++i) s.thread(20, children[static_cast<std::size_t>(i)]);
  EXPECT_THAT(sizes(s, root), ElementsAre(4, 3));
}

TEST(Crowds, WhetherAJoinerHadToWaitMakesNone) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  for (int i = 0; i < 3; ++i) {
    const LwpId thread = s.thread(10, root);
    s.exit(20, thread);
    if (i == 1) s.join(21, thread, root);
  }
  EXPECT_THAT(sizes(s, root), ElementsAre(3));
}

TEST(Crowds, AtTheCoarsestOnlyThreadsAndProcessesDiffer) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  for (int i = 0; i < 4; ++i) s.thread(10, root, "w" + std::to_string(i));
  for (int i = 0; i < 4; ++i) i % 2 == 0 ? s.fork(20, root) : s.vfork(20, root);
  EXPECT_THAT(sizes(s, root, Likeness::name), ElementsAre(1, 1, 1, 1, 1, 1, 1, 1));
  EXPECT_THAT(sizes(s, root, Likeness::kind), ElementsAre(4, 4));
}

TEST(Crowds, KnowTheirMiddleSpanAndTheSizeOfTheFamily) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  std::vector<LwpId> members;
  for (const Nanos span : {30, 10, 500}) {
    members.push_back(s.fork(10, root));
    s.exit(10 + span, members.back(), 0, How::exit_group);
  }
  s.thread(11, members.front());
  Lives lives;
  s.tell(lives, 1000);
  EXPECT_EQ(median_span(lives, members), 30'000);
  EXPECT_EQ(family_size(lives, members), 4U);
}

}  // namespace
}  // namespace lwptrace::analysis
