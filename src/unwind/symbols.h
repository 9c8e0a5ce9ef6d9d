// Symbols: what the pcs of one ELF file are called, and where they stand in its source, through libdw. Slow: the first
// question may unpack all debug info of the file. Nothing here is asked for while a task is stopped.
// The file may be anything by now: whatever libdw cannot read gives a symbol without a name.
#pragma once

#include <elfutils/libdwfl.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "unwind/segments.h"

namespace lwptrace::unwind {

struct Symbol {
  std::string name;                     // demangled
  std::optional<std::uint64_t> offset;  // bytes from its start
  std::string file;                     // source
  std::optional<int> line;
};

class Symbols {
 public:
  // Takes `elf`, which may be null or no ELF file.
  Symbols(const std::string& path, Elf* elf);

  // Of the byte at `offset` in the file.
  [[nodiscard]] Symbol find(std::uint64_t offset) const;

 private:
  struct DwflEnd {
    void operator()(Dwfl* dwfl) const { dwfl_end(dwfl); }
  };

  Segments segments_;
  std::unique_ptr<Dwfl, DwflEnd> dwfl_;
  Dwfl_Module* module_ = nullptr;  // dwfl_'s; null: not an ELF file that can be mapped
  Dwarf_Addr bias_ = 0;            // what libdwfl added to the file's addresses
};

}  // namespace lwptrace::unwind
