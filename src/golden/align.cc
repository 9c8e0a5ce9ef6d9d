// The edit distance of the lists, where a line that need not be there costs nothing.
#include "golden/align.h"

#include <algorithm>
#include <cstdint>

namespace lwptrace::golden {

namespace {

// A golden's line, one of whose alternatives is `none`.
bool may_be_absent(std::string_view wanted) {
  return wanted.ends_with(" or none") || wanted.find(" or none or ") != std::string_view::npos;
}

}  // namespace

std::vector<Step> align(const Lines& wanted, const Lines& actual, const Same& same) {
  std::vector<Step> steps;
  std::size_t head = 0, tail = 0;
  const std::size_t shorter = std::min(wanted.size(), actual.size());
  const auto both = [&](std::size_t w, std::size_t a) {
    return !may_be_absent(wanted[w]) && same(wanted[w], actual[a]);
  };
  while (head < shorter && both(head, head)) ++head;
  while (tail < shorter - head && both(wanted.size() - 1 - tail, actual.size() - 1 - tail)) ++tail;
  for (std::size_t i = 0; i < head; ++i) steps.push_back({' ', i, i});
  const std::size_t rows = wanted.size() - head - tail, columns = actual.size() - head - tail;
  constexpr std::size_t most = 16'000'000;
  const bool fits = rows == 0 || columns <= most / rows;
  std::vector<std::uint32_t> costs(fits ? (rows + 1) * (columns + 1) : 0);
  const auto at = [&](std::size_t r, std::size_t c) -> std::uint32_t& { return costs[r * (columns + 1) + c]; };
  const auto alone = [&](std::size_t r) { return may_be_absent(wanted[head + r]) ? 0U : 1U; };
  for (std::size_t c = fits ? columns : 0; c-- > 0;) at(rows, c) = at(rows, c + 1) + 1;
  for (std::size_t r = fits ? rows : 0; r-- > 0;) {
    at(r, columns) = at(r + 1, columns) + alone(r);
    for (std::size_t c = columns; c-- > 0;) {
      at(r, c) = std::min(at(r + 1, c) + alone(r), at(r, c + 1) + 1);
      if (same(wanted[head + r], actual[head + c])) at(r, c) = std::min(at(r, c), at(r + 1, c + 1));
    }
  }
  std::size_t r = 0, c = 0;
  while (r < rows || c < columns) {
    const bool old = r < rows, fresh = c < columns;
    if (fits && old && fresh && at(r, c) == at(r + 1, c + 1) && same(wanted[head + r], actual[head + c])) {
      steps.push_back({' ', head + r++, head + c++});
    } else if (old && (!fresh || !fits || at(r, c) == at(r + 1, c) + alone(r))) {
      if (alone(r) != 0) steps.push_back({'-', head + r, head + c});
      ++r;
    } else {
      steps.push_back({'+', head + r, head + c++});
    }
  }
  for (std::size_t i = 0; i < tail; ++i) {
    steps.push_back({' ', wanted.size() - tail + i, actual.size() - tail + i});
  }
  return steps;
}

}  // namespace lwptrace::golden
