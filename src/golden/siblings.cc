// An edit distance in which who is new or missing costs 2, and who has changed at most 3: a change is told as a change.
#include "golden/siblings.h"

#include <algorithm>
#include <cstdint>

#include "golden/differences.h"

namespace lwptrace::golden {

namespace {

constexpr std::uint32_t kMissing = 2, kNew = 2, kChanged = 3, kAnother = 5;

// Facts that name LWPs are compared by their number alone: whom they mean is not known yet.
std::uint32_t change(const Portrait& wanted, const Portrait& actual) {
  if (wanted.kind != actual.kind) return kAnother;
  if (!matches(wanted.born, actual.born)) return kChanged;
  const auto differs = [](bool same) { return same ? 0U : 1U; };
  const std::uint32_t some =
      differs(wanted.flags == actual.flags) + differs(matches(wanted.exit_signal, actual.exit_signal)) +
      differs(matches(wanted.ends, actual.ends)) + differs(wanted.reaped.empty() == actual.reaped.empty()) +
      differs(wanted.does.size() == actual.does.size()) + differs(wanted.takes.size() == actual.takes.size());
  return std::min(some, kChanged);
}

}  // namespace

std::vector<std::optional<std::size_t>> recognise(const std::vector<Sibling>& wanted,
                                                  const std::vector<const Portrait*>& actual) {
  std::vector<std::optional<std::size_t>> stands_for(actual.size());
  std::size_t head = 0;
  const std::size_t shorter = std::min(wanted.size(), actual.size());
  for (; head < shorter && wanted[head].certain && change(*wanted[head].lwp, *actual[head]) == 0; ++head) {
    stands_for[head] = head;
  }
  const std::size_t rows = wanted.size() - head, columns = actual.size() - head;
  constexpr std::size_t most = 4'000'000;
  if (rows != 0 && columns > most / rows) {  // by place alone
    for (std::size_t i = head; i < shorter; ++i) stands_for[i] = i;
    return stands_for;
  }
  std::vector<std::uint32_t> costs((rows + 1) * (columns + 1));
  const auto at = [&](std::size_t r, std::size_t c) -> std::uint32_t& { return costs[r * (columns + 1) + c]; };
  const auto missing = [&](std::size_t r) { return wanted[head + r].certain ? kMissing : 0; };
  const auto same = [&](std::size_t r, std::size_t c) {
    return at(r + 1, c + 1) + change(*wanted[head + r].lwp, *actual[head + c]);
  };
  for (std::size_t c = columns; c-- > 0;) at(rows, c) = at(rows, c + 1) + kNew;
  for (std::size_t r = rows; r-- > 0;) {
    at(r, columns) = at(r + 1, columns) + missing(r);
    for (std::size_t c = columns; c-- > 0;) {
      at(r, c) = std::min({same(r, c), at(r + 1, c) + missing(r), at(r, c + 1) + kNew});
    }
  }
  for (std::size_t r = 0, c = 0; r < rows && c < columns;) {
    if (at(r, c) == same(r, c)) {
      stands_for[head + c++] = head + r++;
    } else if (at(r, c) == at(r + 1, c) + missing(r)) {
      ++r;
    } else {
      ++c;
    }
  }
  return stands_for;
}

}  // namespace lwptrace::golden
