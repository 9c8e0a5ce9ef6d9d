// Axis: where moments stand on a line of so many columns, and the ticks above it, at round times with round names.
#pragma once

#include <lwptrace/ids.h>

#include <cstddef>
#include <string>

namespace lwptrace::render {

class Axis {
 public:
  // The time from 0 to `whole` on `columns` columns (at least 1).
  Axis(Nanos whole, std::size_t columns);

  // The column of a moment; the last one holds the end.
  [[nodiscard]] std::size_t column(Nanos t) const;

  // Two lines of at most `columns` columns: "0    2 ms    4 ms" and "┬────┬───────┬──".
  [[nodiscard]] std::string labels() const;
  [[nodiscard]] std::string ruler() const;

 private:
  [[nodiscard]] std::string label(Nanos t) const;

  Nanos whole_;
  std::size_t columns_;
  Nanos step_ = 0;  // between ticks; 0: there is only one
};

}  // namespace lwptrace::render
