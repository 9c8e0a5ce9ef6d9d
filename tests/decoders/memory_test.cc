// Memory that is read in blocks (decoders/memory.h).
#include "decoders/memory.h"

#include <gtest/gtest.h>

#include "tests/decoders/fake_memory.h"

namespace lwptrace::decoders {
namespace {

class Counted : public MemoryReader {
 public:
  explicit Counted(const MemoryReader& memory) : memory_(memory) {}
  [[nodiscard]] std::size_t read(std::uint64_t address, std::span<std::byte> out) const override {
    ++times;
    return memory_.read(address, out);
  }
  mutable int times = 0;

 private:
  const MemoryReader& memory_;
};

TEST(BlockMemory, ReadsOnceWhatLiesSideBySide) {
  FakeMemory memory;
  memory.put_string(0x1000, "one");
  memory.put_string(0x1004, "two");
  memory.put_string(0x1008, std::string(600, 'x'));
  const Counted counted(memory);
  const BlockMemory blocks(counted);
  EXPECT_EQ(read_string(blocks, 0x1000, 100).text, "one");
  EXPECT_EQ(read_string(blocks, 0x1004, 100).text, "two");
  EXPECT_EQ(counted.times, 1);
  EXPECT_EQ(read_string(blocks, 0x1008, 1000).text, std::string(600, 'x'));
}

TEST(BlockMemory, ReadsWhatBeginsInABlockThatCannotBeRead) {
  FakeMemory memory;
  memory.put_string(0x1010, "only here");
  const BlockMemory blocks(memory);
  EXPECT_EQ(read_string(blocks, 0x1010, 100).text, "only here");
  EXPECT_TRUE(read_string(blocks, 0x2000, 100).cut);
}

}  // namespace
}  // namespace lwptrace::decoders
