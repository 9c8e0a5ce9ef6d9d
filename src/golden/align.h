// Two lists of lines side by side.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace lwptrace::golden {

using Lines = std::vector<std::string>;
using Same = std::function<bool(std::string_view wanted, std::string_view actual)>;

struct Step {
  char sign = ' ';  // ' ' in both, '-' wanted alone, '+' actual alone
  std::size_t wanted = 0, actual = 0;
};

// With as few lines as can be that one of the two has alone; those that need not be there ("… or none") do not count,
// and are no step where they are not. Of what is too long for that, all of it is old and new.
[[nodiscard]] std::vector<Step> align(const Lines& wanted, const Lines& actual, const Same& same);

}  // namespace lwptrace::golden
