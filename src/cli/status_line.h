// StatusLine: one line at the bottom of the terminal on stderr, while a long program is traced. The program's own
// output scrolls above it (DECSTBM keeps the last row out of what scrolls), so neither writes into the other.
#pragma once

#include <string>

namespace lwptrace::cli {

class StatusLine {
 public:
  StatusLine() = default;
  ~StatusLine() { wipe(); }
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  // Draws nothing where the terminal is not ours to draw on: a program that edits lines or has taken the whole screen
  // (no canonical mode), or another foreground process group.
  void draw(const std::string& text);
  // Gives the last row back.
  void wipe();

 private:
  int row_ = 0;  // where it stands, 0: nowhere
};

}  // namespace lwptrace::cli
