// Reads typed values and strings out of a tracee through a MemoryReader. Values are little-endian, as x86 is.
#pragma once

#include <lwptrace/syscall_frame.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <type_traits>

namespace lwptrace::decoders {

template <class T>
[[nodiscard]] std::optional<T> read_value(const MemoryReader& memory, std::uint64_t address) {
  static_assert(std::is_trivially_copyable_v<T>);
  T value{};
  if (memory.read(address, std::as_writable_bytes(std::span(&value, 1))) != sizeof value) return std::nullopt;
  return value;
}

// Reads in blocks and keeps the last few: what is read piece by piece often lies side by side. A block lies in one
// page.
class BlockMemory : public MemoryReader {
 public:
  explicit BlockMemory(const MemoryReader& memory) : memory_(memory) {}
  [[nodiscard]] std::size_t read(std::uint64_t address, std::span<std::byte> out) const override {
    std::size_t done = 0;
    while (done < out.size()) {
      const std::uint64_t at = address + done, offset = at % kBlock;
      const Block& block = block_at(at - offset);
      if (block.size <= offset) return done + memory_.read(at, out.subspan(done));
      const std::size_t size = std::min<std::size_t>(out.size() - done, block.size - offset);
      std::copy_n(block.bytes.begin() + static_cast<std::ptrdiff_t>(offset), size,
                  out.begin() + static_cast<std::ptrdiff_t>(done));
      done += size;
    }
    return done;
  }

 private:
  static constexpr std::size_t kBlock = 512, kKept = 4;
  struct Block {
    std::uint64_t address = 1;  // none's: they are multiples of their size
    std::size_t size = 0;       // of what could be read
    std::array<std::byte, kBlock> bytes{};
  };
  const Block& block_at(std::uint64_t address) const {
    auto found = std::find_if(blocks_.begin(), blocks_.end(), [&](const Block& one) { return one.address == address; });
    if (found != blocks_.end()) return *found;
    Block& block = blocks_[next_++ % kKept];
    block.address = address;
    block.size = memory_.read(address, block.bytes);
    return block;
  }

  const MemoryReader& memory_;
  mutable std::array<Block, kKept> blocks_;
  mutable std::size_t next_ = 0;
};

struct ReadString {
  std::string text;
  bool cut = false;  // no NUL was found within the limit or within readable memory
};

// At most `limit` bytes before the NUL.
[[nodiscard]] inline ReadString read_string(const MemoryReader& memory, std::uint64_t address, std::size_t limit) {
  constexpr std::size_t kChunk = 256;  // most strings are short: do not copy a page for each
  ReadString result;
  while (result.text.size() < limit) {
    char chunk[kChunk];
    const std::size_t wanted = std::min(kChunk, limit - result.text.size());
    const std::size_t got =
        memory.read(address + result.text.size(), std::as_writable_bytes(std::span(chunk).first(wanted)));
    const char* nul = std::find(chunk, chunk + got, '\0');
    result.text.append(chunk, static_cast<std::size_t>(nul - chunk));
    if (nul != chunk + got) return result;
    if (got < wanted) break;
  }
  result.cut = true;
  return result;
}

}  // namespace lwptrace::decoders
