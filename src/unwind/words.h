// Words: the tracee's memory during one backtrace. Unwinding asks for many single words, nearly all of them a little
// above the stack pointer; a system call for each would cost most of the time, so they are served from a few windows.
#pragma once

#include <lwptrace/syscall_frame.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace lwptrace::unwind {

class Words {
 public:
  Words(const MemoryReader& memory, std::uint64_t sp) : memory_(memory) {
    stack_.load(memory_, sp & ~std::uint64_t{7});
  }

  // The word at `address`, of any alignment. False when it is not readable, or when this backtrace has asked for more
  // words than an honest one needs: unwind tables can hold endless loops.
  bool read(std::uint64_t address, std::uint64_t& word) {
    if (asked_++ > kMostWords) return false;
    if (stack_.get(address, word)) return true;
    for (const Window& window : elsewhere_) {
      if (window.get(address, word)) return true;
    }
    if (next_ == kMostLoads) return false;
    Window& window = elsewhere_[next_++ % elsewhere_.size()];
    window.load(memory_, address & ~std::uint64_t{255});  // tables are read upwards, but searched both ways
    if (window.get(address, word)) return true;
    window.load(memory_, address);  // the bytes before it may be unreadable
    return window.get(address, word);
  }

  [[nodiscard]] const MemoryReader& memory() const { return memory_; }

 private:
  // A first backtrace through 20 functions takes some 10,000 words and 100 loads.
  static constexpr std::uint32_t kMostWords = 1U << 18, kMostLoads = 4096;

  struct Window {
    std::uint64_t start = 0;
    std::size_t size = 0;
    std::array<std::byte, 4096> bytes;  // the cost of a read grows with its pages

    void load(const MemoryReader& memory, std::uint64_t address) {
      start = address;
      size = memory.read(address, bytes);
    }
    bool get(std::uint64_t address, std::uint64_t& word) const;
  };

  const MemoryReader& memory_;
  Window stack_;                     // from the stack pointer up, read once
  std::array<Window, 4> elsewhere_;  // wherever was asked for last: a table, a rule, what it refers to
  std::uint32_t next_ = 0;
  std::uint32_t asked_ = 0;
};

inline bool Words::Window::get(std::uint64_t address, std::uint64_t& word) const {
  if (address < start || address - start >= size || size - (address - start) < sizeof word) return false;
  __builtin_memcpy(&word, bytes.data() + (address - start), sizeof word);
  return true;
}

}  // namespace lwptrace::unwind
