// What a program prints, as far as it is kept: the first of it and the last. A program may print without end.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lwptrace::cli {

class Printed {
 public:
  static constexpr std::size_t first = std::size_t{1} << 20, last = std::size_t{64} << 10;  // bytes

  void add(std::string_view some);

  // With a line in the place of what is left out; the last part begins with a whole line, if there is one in it.
  [[nodiscard]] std::string text() const;

 private:
  std::string head_, tail_;
  std::size_t forgotten_ = 0;  // bytes between the two
};

}  // namespace lwptrace::cli
