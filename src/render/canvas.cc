// How the cells of canvas.h become characters: each knows in which of four directions it goes on.
#include "render/canvas.h"

#include <algorithm>
#include <array>

namespace lwptrace::render {

namespace {

constexpr std::uint8_t kLeft = 1, kRight = 2, kUp = 4, kDown = 8;
constexpr std::uint8_t kVertical = kUp | kDown;

using Joints = std::array<const char*, 16>;
// Indexed by arms:          0    L    R    LR   U    UL   UR   ULR  D    DL   DR   DLR  UD   UDL  UDR  all
constexpr Joints kLight = {" ", "─", "─", "─", "│", "╯", "╰", "┴", "│", "╮", "╭", "┬", "│", "┤", "├", "┼"};
constexpr Joints kHeavy = {" ", "━", "━", "━", "│", "┙", "┕", "┷", "│", "┑", "┍", "┯", "│", "┥", "┝", "┿"};

}  // namespace

const char* stroke_glyph(Stroke stroke) {
  switch (stroke) {
    case Stroke::none:
      return " ";
    case Stroke::heavy:
      return "━";
    case Stroke::light:
      return "─";
    case Stroke::asleep:
      return "╌";
    case Stroke::stopped:
      return "░";
    case Stroke::over:
      return "┄";
  }
  return " ";
}

void Canvas::lane(std::size_t row, std::size_t from, std::size_t to, Stroke stroke, Ink ink) {
  for (std::size_t column = from; column <= to; ++column) {
    Cell& cell = at(row, column);
    if (column > from) cell.arms |= kLeft;
    if (column < to) cell.arms |= kRight;
    cell.stroke = stroke;
    cell.ink = ink;
  }
}

void Canvas::restroke(std::size_t row, std::size_t from, std::size_t to, Stroke stroke) {
  for (std::size_t column = from; column <= to; ++column) {
    Cell& cell = at(row, column);
    if (cell.stroke != Stroke::none) cell.stroke = stroke;
  }
}

void Canvas::link(std::size_t column, std::size_t row, std::size_t other) {
  const auto [top, bottom] = std::minmax(row, other);
  for (std::size_t at_row = top; at_row <= bottom; ++at_row) {
    if (at_row > top) at(at_row, column).arms |= kUp;
    if (at_row < bottom) at(at_row, column).arms |= kDown;
  }
}

bool Canvas::crosses(std::size_t column, std::size_t row, std::size_t other) const {
  constexpr std::uint8_t through = kLeft | kRight;
  const auto [top, bottom] = std::minmax(row, other);
  for (std::size_t between = top + 1; between < bottom; ++between) {
    if ((at(between, column).arms & through) == through) return true;
  }
  return false;
}

void Canvas::mark(std::size_t row, std::size_t column, const char* glyph, int rank, Ink ink) {
  Cell& cell = at(row, column);
  if (cell.mark != nullptr && cell.rank >= rank) return;
  cell.mark = glyph;
  cell.rank = static_cast<std::uint8_t>(rank);
  cell.ink = ink;
}

const char* Canvas::glyph(const Cell& cell) {
  if (cell.mark != nullptr) return cell.mark;
  if ((cell.arms & kVertical) == 0 || cell.stroke == Stroke::stopped) return stroke_glyph(cell.stroke);
  const bool heavy = cell.stroke == Stroke::heavy;
  return heavy ? kHeavy.at(cell.arms) : kLight.at(cell.arms);
}

bool Canvas::shows(std::string_view wanted) const {
  return std::ranges::any_of(cells_, [&](const Cell& cell) { return glyph(cell) == wanted; });
}

std::string Canvas::row(std::size_t row, bool color) const {
  std::size_t end = columns_;
  while (end > 0 && *glyph(at(row, end - 1)) == ' ') --end;
  std::string text;
  std::string run;  // cells of one colour
  Ink ink = Ink::plain;
  for (std::size_t column = 0; column < end; ++column) {
    const Cell& cell = at(row, column);
    if (cell.ink != ink) {
      text += paint(run, ink, color);
      run.clear();
      ink = cell.ink;
    }
    run += glyph(cell);
  }
  return text + paint(run, ink, color);
}

}  // namespace lwptrace::render
