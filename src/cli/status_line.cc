// The control sequences are those of ECMA-48 and of every terminal since the VT100 (console_codes(4)).
#include "cli/status_line.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

namespace lwptrace::cli {

namespace {

void put(const std::string& text) {
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
}

// Rows of the terminal, or 0 where it is not ours to draw on.
int rows() {
  constexpr int fewest = 5;
  termios mode{};
  winsize size{};
  const bool ours = ::tcgetattr(STDERR_FILENO, &mode) == 0 && (mode.c_lflag & ICANON) != 0 &&
                    ::tcgetpgrp(STDERR_FILENO) == ::getpgrp() && ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0;
  return ours && size.ws_row >= fewest ? size.ws_row : 0;
}

}  // namespace

void StatusLine::draw(const std::string& text) {
  const int last = rows();
  if (last == 0 || (row_ != 0 && row_ != last)) wipe();
  if (last == 0) return;
  std::string out;
  // Down and up: were the cursor on the last row, everything scrolls up by one. The cursor survives the new margins.
  if (row_ == 0) out = fmt::format("\033D\0337\033[1;{}r\0338\033[A", last - 1);
  row_ = last;
  put(out + fmt::format("\0337\033[{};1H\033[2K{}\0338", last, text));
}

void StatusLine::wipe() {
  if (row_ == 0) return;
  put(fmt::format("\0337\033[r\033[{};1H\033[2K\0338", row_));
  row_ = 0;
}

}  // namespace lwptrace::cli
