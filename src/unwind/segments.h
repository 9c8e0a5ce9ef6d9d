// Segments: which bytes of an ELF file a process has where, by the file's own program headers.
#pragma once

#include <libelf.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace lwptrace::unwind {

class Segments {
 public:
  // Of a program or a shared library; none if `elf` is neither, or null.
  explicit Segments(Elf* elf);

  [[nodiscard]] bool empty() const { return high_ <= low_; }
  // The addresses that all of them lie between, as the file has them.
  [[nodiscard]] std::uint64_t low() const { return low_; }
  [[nodiscard]] std::uint64_t high() const { return high_; }
  // The address of the byte at `offset` in the file.
  [[nodiscard]] std::optional<std::uint64_t> vaddr(std::uint64_t offset) const;

 private:
  struct Segment {
    std::uint64_t offset = 0, size = 0, vaddr = 0;
  };
  std::vector<Segment> segments_;
  std::uint64_t low_ = 0, high_ = 0;
};

}  // namespace lwptrace::unwind
