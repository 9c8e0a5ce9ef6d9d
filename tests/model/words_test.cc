// The flat table of tid words, beside a plain list that does the same.
#include "model/words.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

namespace lwptrace::model {
namespace {

TEST(Words, AreAsAListHasThemWhateverComesAndGoes) {
  std::mt19937 random(7);
  Words words;
  std::vector<std::pair<std::uint64_t, LwpId>> list;
  for (LwpId id = 1; id < 20'000; ++id) {
    const bool grows = id < 5'000 || random() % 2 == 0;
    if (grows || list.empty()) {
      const std::uint64_t number = 0x7f0000000000 + random() % 3'000 * 0x1000;  // some of them twice
      words.add(number, id);
      list.emplace_back(number, id);
    } else {
      const auto one = list.begin() + static_cast<std::ptrdiff_t>(random() % list.size());
      words.erase(one->first, one->second);
      list.erase(one);
    }
    if (id % 97 != 0) continue;
    for (const auto& [number, lwp] : list) {
      ASSERT_EQ(words.find(number, [of = lwp](LwpId found) { return found == of; }), lwp);
    }
  }
  for (const auto& [number, lwp] : list) words.erase(number, lwp);
  for (const auto& [number, lwp] : list) EXPECT_EQ(words.find(number, [](LwpId) { return true; }), 0U);
}

TEST(Words, WhoIsNotThereIsNotTakenOut) {
  Words words;
  words.erase(1, 1);
  EXPECT_EQ(words.find(1, [](LwpId) { return true; }), 0U);
  words.add(1, 2);
  words.erase(1, 3);
  words.erase(2, 2);
  EXPECT_EQ(words.find(1, [](LwpId) { return true; }), 2U);
}

}  // namespace
}  // namespace lwptrace::model
