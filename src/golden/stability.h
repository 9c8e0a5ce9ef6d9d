// How often each fact of a golden held in several runs, and what they had besides.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "golden/portrait.h"

namespace lwptrace::golden {

struct Fact {
  std::string words;  // a line of one LWP, after its path: "1.1 process", "1.1 ends exit_group 7"
  std::size_t runs = 0;
};

// One run more had it.
void count(std::vector<Fact>& facts, const std::string& words);

struct Stability {
  std::vector<Fact> facts;  // of the golden, in its order: in how many runs each held
  std::vector<Fact> extra;  // what it does not say: how many runs had it
};

// Of those who are missing no fact holds. What need not be there holds where it is not.
[[nodiscard]] Stability stability(const Gallery& golden, const std::vector<Gallery>& runs);

}  // namespace lwptrace::golden
