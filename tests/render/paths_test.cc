// Paths: who can still be named, and that the dead do not pile up.
#include "render/paths.h"

#include <gtest/gtest.h>

#include "tests/render/drawn.h"

namespace lwptrace::render {
namespace {

Event born(LwpId lwp, std::string path) {
  Birth birth;
  birth.path = std::move(path);
  return at(0, lwp, 4711, birth);
}

TEST(Paths, AnLwpWhoseBirthWasNotSeenIsItsNumber) {
  Paths paths;
  paths.see(born(1, "1"));
  EXPECT_EQ(paths.of(1), "1");
  EXPECT_EQ(paths.of(2), "#2");
}

TEST(Paths, TheDeadKeepTheirNamesUntilTenThousandMoreHaveEnded) {
  Paths paths;
  paths.see(born(1, "1"));
  for (LwpId lwp = 2; lwp <= 10'002; ++lwp) {
    paths.see(born(lwp, "1/" + std::to_string(lwp - 1)));
    EXPECT_EQ(paths.of(2), "1/1");
    paths.see(at(0, lwp, 4711, Exit{}));
  }
  EXPECT_EQ(paths.of(2), "#2");
  EXPECT_EQ(paths.of(3), "1/2");
  EXPECT_EQ(paths.of(1), "1") << "it is alive";
}

}  // namespace
}  // namespace lwptrace::render
