// How wide a drawing may be where no terminal tells.
#include "cli/outputs.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

namespace lwptrace::cli {
namespace {

int width_with(const char* columns) {
  columns == nullptr ? ::unsetenv("COLUMNS") : ::setenv("COLUMNS", columns, 1);
  const int fd = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  const int width = terminal_width(fd);
  ::close(fd);
  ::unsetenv("COLUMNS");
  return width;
}

TEST(Outputs, AreAsWideAsTheEnvironmentSaysWhereNoTerminalTells) {
  EXPECT_EQ(width_with("120"), 120);
  EXPECT_EQ(width_with("10"), 40) << "nothing can be drawn in less";
  EXPECT_EQ(width_with("1000000"), 1000);
}

TEST(Outputs, Are100ColumnsWideWhereNobodyTells) {
  for (const char* columns : {static_cast<const char*>(nullptr), "", "0", "wide", "-80", "80x"}) {
    EXPECT_EQ(width_with(columns), 100) << (columns != nullptr ? columns : "unset");
  }
}

}  // namespace
}  // namespace lwptrace::cli
