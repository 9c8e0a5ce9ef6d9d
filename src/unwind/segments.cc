// See segments.h.
#include "unwind/segments.h"

#include <gelf.h>

#include <algorithm>

namespace lwptrace::unwind {

Segments::Segments(Elf* elf) {
  GElf_Ehdr header;
  std::size_t count = 0;
  if (elf_kind(elf) != ELF_K_ELF || gelf_getehdr(elf, &header) == nullptr ||
      (header.e_type != ET_EXEC && header.e_type != ET_DYN) || elf_getphdrnum(elf, &count) != 0) {
    return;
  }
  for (int i = 0; i < static_cast<int>(count); ++i) {
    GElf_Phdr segment;
    if (gelf_getphdr(elf, i, &segment) == nullptr || segment.p_type != PT_LOAD) continue;
    if (segments_.empty()) low_ = segment.p_vaddr & (segment.p_align == 0 ? ~std::uint64_t{0} : -segment.p_align);
    high_ = std::max(high_, segment.p_vaddr + segment.p_memsz);
    segments_.push_back({segment.p_offset, segment.p_filesz, segment.p_vaddr});
  }
}

std::optional<std::uint64_t> Segments::vaddr(std::uint64_t offset) const {
  for (const Segment& segment : segments_) {
    if (offset >= segment.offset && offset - segment.offset < segment.size) {
      return segment.vaddr + (offset - segment.offset);
    }
  }
  return std::nullopt;
}

}  // namespace lwptrace::unwind
