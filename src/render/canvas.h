// Canvas: a grid of cells on which lanes, vertical links and marks are put and which joins them where they meet: a lane
// that a link leaves downwards becomes ┬, one that it crosses ┼, one that it begins ╰. It knows no trace and no time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "render/text.h"

namespace lwptrace::render {

enum class Stroke : std::uint8_t { none, heavy, light, asleep, stopped, over };

// The character of a stroke where nothing meets it: ━ ─ ╌ ░ ┄.
[[nodiscard]] const char* stroke_glyph(Stroke stroke);

class Canvas {
 public:
  Canvas(std::size_t rows, std::size_t columns) : columns_(columns), cells_(rows * columns) {}

  // A lane from one column to another, both included. What is drawn later covers what was drawn before.
  void lane(std::size_t row, std::size_t from, std::size_t to, Stroke stroke, Ink ink);
  // Other strokes for a part of a lane that is there.
  void restroke(std::size_t row, std::size_t from, std::size_t to, Stroke stroke);
  // A vertical line between two rows.
  void link(std::size_t column, std::size_t row, std::size_t other);
  // Whether such a link would cross a lane on its way.
  [[nodiscard]] bool crosses(std::size_t column, std::size_t row, std::size_t other) const;
  // A character of one column in place of whatever is there, unless that is a mark of higher rank.
  void mark(std::size_t row, std::size_t column, const char* glyph, int rank, Ink ink);

  // Whether a character is to be seen anywhere: what is not needs no legend.
  [[nodiscard]] bool shows(std::string_view glyph) const;
  // Its text, without blanks at the end.
  [[nodiscard]] std::string row(std::size_t row, bool color) const;

 private:
  struct Cell {
    std::uint8_t arms = 0;
    Stroke stroke = Stroke::none;
    Ink ink = Ink::faint;
    std::uint8_t rank = 0;
    const char* mark = nullptr;
  };
  Cell& at(std::size_t row, std::size_t column) { return cells_[row * columns_ + column]; }
  [[nodiscard]] const Cell& at(std::size_t row, std::size_t column) const { return cells_[row * columns_ + column]; }
  static const char* glyph(const Cell& cell);

  std::size_t columns_;
  std::vector<Cell> cells_;
};

}  // namespace lwptrace::render
