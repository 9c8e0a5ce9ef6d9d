// The tables of the graph against each other: who is found by which number, and whose a tid word is. Stories that pass
// through them are in the other files.
#include "model/graph.h"

#include <gtest/gtest.h>

namespace lwptrace::model {
namespace {

TEST(Graph, FindsEachOfManyByNumberAndByTidWhateverTheOrderOfTheirEnds) {
  Graph graph;
  graph.add_group(1, 101, 0);
  for (LwpId id = 1; id <= 5; ++id) graph.add(id, static_cast<Tid>(100 + id), 1);
  graph.remove(*graph.find(3));
  graph.remove(*graph.find(1));
  EXPECT_EQ(graph.find(3), nullptr);
  EXPECT_EQ(graph.by_tid(101), nullptr);
  for (const LwpId id : {2U, 4U, 5U}) {
    ASSERT_NE(graph.find(id), nullptr);
    EXPECT_EQ(graph.find(id)->id, id);
    EXPECT_EQ(graph.by_tid(static_cast<Tid>(100 + id)), graph.find(id));
  }
}

TEST(Graph, WhoTakesTheLeadershipIsFoundByTheNewTidAlone) {
  Graph graph;
  graph.add_group(1, 101, 0);
  graph.add(1, 101, 1);
  Lwp& thread = graph.add(2, 102, 1);
  graph.remove(*graph.find(1));
  graph.take_leadership(thread, 101);
  EXPECT_EQ(graph.by_tid(101), &thread);
  EXPECT_EQ(graph.find(2), &thread);
  EXPECT_EQ(graph.by_tid(102), nullptr);
}

TEST(Graph, AWordIsItsOwnersInItsOwnMemoryAlone) {
  Graph graph;
  constexpr std::uint64_t alike = 1 << 16, address = 0x7000;  // memories whose words have the same number
  graph.add_group(1, 101, 0).memory = 1;
  graph.add_group(2, 102, 0).memory = 1 + alike;
  graph.set_clear_tid(graph.add(1, 101, 1), address);
  graph.set_clear_tid(graph.add(2, 102, 2), address);
  EXPECT_EQ(graph.owner_of_word(1, address), 1U);
  EXPECT_EQ(graph.owner_of_word(1 + alike, address), 2U);
  graph.remove(*graph.find(1));
  EXPECT_EQ(graph.owner_of_word(1, address), 0U);
  EXPECT_EQ(graph.owner_of_word(1 + alike, address), 2U);
}

TEST(Graph, AWordIsHisWhoNamedItLast) {
  Graph graph;
  graph.new_memory(graph.add_group(1, 101, 0));
  const std::uint64_t memory = graph.group(1)->memory;
  graph.set_clear_tid(graph.add(1, 101, 1), 0x7000);
  graph.set_clear_tid(graph.add(2, 102, 1), 0x7000);
  EXPECT_EQ(graph.owner_of_word(memory, 0x7000), 2U);
  graph.remove(*graph.find(1));
  EXPECT_EQ(graph.owner_of_word(memory, 0x7000), 2U);
}

TEST(TaskName, IsCutWhereTheKernelCutsIt) {
  TaskName name;
  name = "a-name-of-many-letters";
  EXPECT_EQ(name.str(), "a-name-of-many-");
  name = "short";
  EXPECT_EQ(name.str(), "short");
}

}  // namespace
}  // namespace lwptrace::model
