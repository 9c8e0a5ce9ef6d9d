// Whatever the kernel says, in whatever order: no crash, and the promises of the format hold.
#include <gtest/gtest.h>

#include <random>

#include "random_world.h"

namespace lwptrace::model {
namespace {

TEST(AnyObservations, KeepThePromisesOfTheFormat) {
  for (unsigned seed = 0; seed < 5000; ++seed) {
    std::mt19937 random(seed);
    std::vector<std::uint8_t> bytes(400);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
    ASSERT_EQ(run_any(bytes), "") << "seed " << seed;
  }
}

}  // namespace
}  // namespace lwptrace::model
