// Births: both orders of arrival, tombstones, adoption, names, the facts of the birth line.
#include <gmock/gmock.h>

#include <functional>
#include <map>

#include "world.h"

namespace lwptrace::model {
namespace {

using testing::Contains;
using testing::ElementsAre;

TEST(Birth, IsToldWhenTheNewbornItselfHasStopped) {
  World w;
  w.launch(100).announce(100, 101, pthread_create_call());
  EXPECT_TRUE(w.resumed(100));
  EXPECT_THAT(w.last, Contains(Action{AwaitReport{101}}));
  EXPECT_EQ(w.all<Birth>().size(), 1u);
  w.see(101, NewbornStop{pthread_create_call(), Address{0x7f0000000640}, {}, {}, {}, {}});
  EXPECT_TRUE(w.resumed(101));
  ASSERT_EQ(w.all<Birth>().size(), 2u);
  const auto& birth = std::get<Birth>(w.all<Birth>()[1]->body);
  EXPECT_EQ(birth.path, "1/1");
  EXPECT_EQ(birth.idiom, Idiom::pthread_create);
  EXPECT_EQ(birth.tls->fs_base, Address{0x7f0000000640});
  EXPECT_EQ(birth.tls->matches, true);
  EXPECT_EQ(birth.creator, 1u);
  EXPECT_EQ(w.events.back().tgid, 100);
}

TEST(Birth, ChildStopBeforeCreatorEventIsHeldUntilClaimed) {
  World w;
  w.launch(100).see(101, NewbornStop{fork_call(), {}, 101, 100, 100, {}});
  EXPECT_TRUE(w.last.empty()) << "the newborn must not run before it has a name";
  w.announce(100, 101, fork_call());
  EXPECT_TRUE(w.resumed(100));
  EXPECT_TRUE(w.resumed(101));
  EXPECT_EQ(w.story(), "birth 1, exec 1, birth 1.1");
  EXPECT_EQ(std::get<Birth>(w.events.back().body).child_tid->value, 101);
}

TEST(Birth, ChildThatDiedBeforeItWasAnnouncedLeavesATombstone) {
  World w;
  w.launch(100).see(101, killed_by(9)).announce(100, 101, fork_call());
  EXPECT_EQ(w.story(), "birth 1, exec 1, birth 1.1, exit 1.1");
  World stopped_first;
  stopped_first.launch(100).see(101, NewbornStop{fork_call(), {}, {}, {}, {}, {}}).see(101, killed_by(9));
  stopped_first.announce(100, 101, fork_call());
  EXPECT_EQ(stopped_first.story(), "birth 1, exec 1, birth 1.1, exit 1.1");
}

TEST(Birth, IsToldWithWhatTheChildShowsThoughTimePassesBeforeItsStop) {
  World w;
  w.launch(100).announce(100, 101, fork_call()).see(0, Tick{});
  EXPECT_EQ(w.all<Birth>().size(), 1u);
  NewbornStop stop;
  stop.child_tid_value = 101;
  w.see(101, stop);
  EXPECT_EQ(std::get<Birth>(w.all<Birth>().at(1)->body).child_tid->value, 101);
  w.announce(100, 102, fork_call());
  w.now += 2'000'000'000;
  w.see(0, Tick{});
  EXPECT_EQ(w.all<Birth>().size(), 3u) << "it is late, and told without";
}

TEST(Birth, ChildThatDiesBeforeItsFirstStopStillHasItsBirth) {
  World w;
  w.launch(100).announce(100, 101, fork_call()).see(101, killed_by(9));
  EXPECT_EQ(w.story(), "birth 1, exec 1, birth 1.1, exit 1.1");
}

TEST(Birth, IsToldBeforeAnythingElseThatIsSeenAfterIt) {
  World w;
  w.launch(100).announce(100, 101, fork_call()).announce(100, 102, fork_call());
  w.see(102, NewbornStop{}).see(101, NewbornStop{});
  EXPECT_EQ(w.story(), "birth 1, exec 1, birth 1.1, birth 1.2");
  EXPECT_TRUE(w.resumed(101));
}

// Every interleaving that keeps each task's own order gives the same graph.
TEST(Birth, EveryOrderOfArrivalGivesTheSameGraph) {
  struct Step {
    Tid tid;
    Fact fact;
  };
  const auto thread = pthread_create_call();
  const auto child = fork_call();
  auto announce = [](Tid tid, const CloneCall& call) {
    BirthStop stop;
    stop.child = tid;
    stop.call = call;
    return stop;
  };
  const std::vector<std::vector<Step>> tasks = {
      {{100, announce(101, thread)},
       {100, announce(102, child)},
       {100, SignalStop{17, 1, {}, {}, {}, {}, {}, {}, {}, {}}}},
      {{101, NewbornStop{thread, Address{thread.tls}, {}, {}, {}, {}}},
       {101, announce(103, child)},
       {101, exited_while_others_live(0)}},
      {{102, NewbornStop{child, {}, {}, {}, {}, {}}}, {102, exited(3)}},
      {{103, NewbornStop{child, {}, {}, {}, {}, {}}}, {103, killed_by(9)}},
  };
  int orders = 0;
  std::vector<std::size_t> at(tasks.size(), 0);
  std::vector<Step> order;
  auto judge = [&] {
    World w;
    w.launch(100);
    for (const Step& step : order) w.see(step.tid, step.fact);
    w.see(100, exited(0));
    w.finish();
    std::map<std::string, std::string> graph;
    std::map<LwpId, std::string> path;
    for (const Event& event : w.events) {
      if (const auto* birth = std::get_if<Birth>(&event.body)) {
        ASSERT_EQ(path.count(event.lwp), 0u);
        path[event.lwp] = birth->path;
        graph[birth->path] = birth->creator ? path[*birth->creator] : "";
      } else {
        ASSERT_EQ(path.count(event.lwp), 1u) << "an event before its LWP's birth";
      }
    }
    const std::map<std::string, std::string> expected = {{"1", ""}, {"1/1", "1"}, {"1.2", "1"}, {"1/1.1", "1/1"}};
    ASSERT_EQ(graph, expected);
    ASSERT_EQ(w.all<Exit>().size(), 4u);
    orders++;
  };
  std::function<void()> extend = [&] {
    bool whole = true;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      if (at[i] == tasks[i].size()) continue;
      // 101 cannot announce a child before it was let go, which is when its creator has announced it.
      const bool held = i == 1 && at[1] >= 1 && at[0] < 1;
      if (held) {
        whole = false;
        continue;
      }
      whole = false;
      order.push_back(tasks[i][at[i]++]);
      extend();
      order.pop_back();
      at[i]--;
    }
    if (whole) judge();
  };
  extend();
  EXPECT_GT(orders, 1000);
}

TEST(Birth, NamesCountTheSuccessfulBirthsOfEachCreator) {
  World w;
  w.launch(100).born(100, 101, pthread_create_call()).born(100, 102, pthread_create_call());
  w.born(102, 103, fork_call()).born(103, 104, pthread_create_call()).born(100, 105, fork_call());
  std::vector<std::string> paths;
  for (const Event* event : w.all<Birth>()) paths.push_back(std::get<Birth>(event->body).path);
  EXPECT_THAT(paths, ElementsAre("1", "1/1", "1/2", "1/2.1", "1/2.1/1", "1.3"));
}

TEST(Birth, CloneParentMakesTheCreatorsParentTheParent) {
  World w;
  CloneCall sibling = fork_call();
  sibling.flags |= CLONE_PARENT;
  w.launch(100).born(100, 101, fork_call()).born(101, 102, sibling);
  const auto& birth = std::get<Birth>(w.events.back().body);
  EXPECT_EQ(birth.path, "1.1.1");
  EXPECT_EQ(birth.creator, 2u);
  EXPECT_EQ(birth.parent, 1u);
  EXPECT_EQ(birth.ppid, 100);
}

TEST(Birth, OnAStackThatIsUsedAgainComesAfterTheEndOfItsFormerOwner) {
  World w;
  w.launch(100).born(100, 101, pthread_create_call()).announce(100, 102, pthread_create_call());
  EXPECT_THAT(w.last, ElementsAre(Action{AwaitReport{101}})) << "the creator stays where it is";
  w.see(101, exited_while_others_live(0)).see(102, NewbornStop{});
  EXPECT_EQ(w.story(), "birth 1, exec 1, birth 1/1, exit 1/1, birth 1/2");
  EXPECT_TRUE(w.resumed(102));
}

TEST(Birth, OnAStackWhoseOwnerLivesIsToldAllTheSame) {
  World w;
  w.launch(100).born(100, 101, pthread_create_call()).announce(100, 102, pthread_create_call());
  w.see(102, NewbornStop{}).see(101, exited_while_others_live(0));
  EXPECT_EQ(w.story(), "birth 1, exec 1, birth 1/1, birth 1/2, exit 1/1");
}

TEST(Birth, ATidThatIsUsedAgainIsAnotherLwp) {
  World w;
  w.launch(100).born(100, 101, fork_call()).see(101, exited(0)).born(100, 101, fork_call()).see(101, exited(1));
  EXPECT_EQ(w.story(), "birth 1, exec 1, birth 1.1, exit 1.1, birth 1.2, exit 1.2");
}

TEST(Birth, ANewbornWhoseCreatorWasKilledIsAdopted) {
  World w;
  w.launch(100).born(100, 101, fork_call());
  w.see(102, NewbornStop{fork_call(), {}, 102, 100, 100, {}}).see(101, killed_by(9));
  EXPECT_THAT(w.last, Contains(Action{Identify{102}}));
  w.see(102, Identity{false, 102, 4711, 0});  // its parent is nobody whom we trace
  EXPECT_TRUE(w.resumed(102));
  EXPECT_EQ(w.all<Birth>().size(), 3u);
  w.see(102, exited(0));
  EXPECT_EQ(w.all<Exit>().size(), 2u);
}

TEST(Birth, ANewbornWhoseCreatorWasKilledInsideCloneIsItsChild) {
  World w;
  CloneCall other = fork_call();
  other.child_tid += 0x1000;
  w.launch(100).born(100, 101, pthread_create_call()).see(101, EntryStop{other}).see(100, EntryStop{fork_call()});
  w.see(102, NewbornStop{other, {}, 102, 100, 100, {}}).see(101, killed_by(9));
  ASSERT_EQ(w.all<Birth>().size(), 3u);
  const auto& birth = std::get<Birth>(w.all<Birth>()[2]->body);
  EXPECT_EQ(birth.path, "1/1.1");
  EXPECT_EQ(birth.creator, 2u);
  EXPECT_TRUE(w.resumed(102));
  w.see(103, NewbornStop{fork_call(), {}, 103, 100, 100, {}}).see(100, killed_by(9));
  EXPECT_EQ(std::get<Birth>(w.all<Birth>()[3]->body).path, "1.2") << "also when the stop comes first";
}

TEST(Birth, ANewbornIsNotHeldForAFamilyThatWasHeardOfSince) {
  World w;
  w.launch(100).born(100, 101, pthread_create_call());
  w.see(102, NewbornStop{fork_call(), {}, 102, 100, 100, {}});  // by 101, which the leader's exec destroys
  w.see(101, exited(0, forced)).see(102, Identity{false, 102, 100, 0});
  EXPECT_FALSE(w.resumed(102)) << "the leader may be its creator";
  ExecStop exec;
  exec.former_tid = 100;
  w.see(100, exec);
  EXPECT_TRUE(w.resumed(102));
}

TEST(Birth, AnOrphanIsNotHeldForEver) {
  World w;
  w.launch(100).see(102, NewbornStop{fork_call(), {}, {}, {}, {}, {}});
  w.now += 2'000'000'000;
  w.see(0, Tick{});
  EXPECT_THAT(w.last, ElementsAre(Action{HearAll{}}, Action{Identify{102}}));
  w.see(102, Identity{false, 102, 100, 0});
  EXPECT_TRUE(w.resumed(102));
  EXPECT_EQ(w.story(), "birth 1, exec 1, birth ?.2") << "who it was born to need not be who made it";
}

TEST(Birth, AtTheGuardsLimitEverythingIsKilled) {
  TrackerOptions options;
  options.max_births = 3;
  World w(options);
  w.launch(100).born(100, 101, fork_call());
  EXPECT_FALSE(w.tracker.guard_hit());
  w.born(100, 102, fork_call());
  EXPECT_THAT(w.last, Contains(Action{KillAll{}}));
  EXPECT_EQ(w.tracker.end(w.now, EndReason::exited).reason, EndReason::guard);
}

TEST(Birth, FollowThreadsTellsOfAProcessBirthAndNothingMore) {
  TrackerOptions options;
  options.follow = Follow::threads;
  World w(options);
  w.launch(100).born(100, 101, pthread_create_call()).born(100, 102, fork_call()).born(102, 103, fork_call());
  w.see(102, exited(0)).see(103, exited(0)).see(101, exited_while_others_live(0));
  EXPECT_EQ(w.story(), "birth 1, exec 1, birth 1/1, birth 1.2, exit 1/1");
  EXPECT_TRUE(std::get<Birth>(w.all<Birth>()[1]->body).followed);
  EXPECT_FALSE(std::get<Birth>(w.all<Birth>()[2]->body).followed);
  EXPECT_EQ(w.tracker.end(w.now, EndReason::exited).max_alive, 2U);
  for (std::size_t i = 0; i < w.events.size(); ++i) EXPECT_EQ(w.events[i].seq, i + 1);
}

}  // namespace
}  // namespace lwptrace::model
