// Module: one ELF file as symbols and source lines, through libdw. Modules are known by device, inode, path and first
// page (an inode's number is soon used again), and shared by every process that maps them. Answers are kept.
// The file may be anything by now: whatever libdw cannot read gives a symbol without a name.
#pragma once

#include <elfutils/libdwfl.h>
#include <lwptrace/syscall_frame.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "procfs/maps.h"

namespace lwptrace::unwind {

struct Symbol {
  std::string name;                     // demangled
  std::optional<std::uint64_t> offset;  // bytes from its start
  std::string file;                     // source
  std::optional<int> line;
};

class Module {
 public:
  // Takes `fd`. The file's bytes are read, never mapped: mapped, a file that shrinks would kill us with SIGBUS.
  Module(std::string path, int fd);
  // An image that is in no file (the vdso).
  Module(std::string path, std::vector<char> bytes);
  ~Module();
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  // Positions are offsets into the file, as mappings have them.
  const Symbol& symbol(std::uint64_t offset);
  [[nodiscard]] std::optional<std::uint64_t> vaddr(std::uint64_t offset) const;

  // Every function that .eh_frame has an FDE for, in the file's virtual addresses; empty if there is none we can read.
  struct Function {
    std::uint64_t start = 0;
    std::uint64_t fde = 0;
  };
  [[nodiscard]] std::vector<Function> functions();

 private:
  struct Segment {
    std::uint64_t offset = 0, size = 0, vaddr = 0;
  };
  struct DwflEnd {
    void operator()(Dwfl* dwfl) const { dwfl_end(dwfl); }
  };

  void report(Elf* elf);
  [[nodiscard]] Symbol look_up(Dwarf_Addr address) const;

  std::string path_;
  int fd_ = -1;
  std::vector<char> bytes_;
  std::vector<Segment> segments_;
  std::unique_ptr<Dwfl, DwflEnd> dwfl_;
  Dwfl_Module* module_ = nullptr;  // dwfl_'s; null: not an ELF file that can be mapped
  Dwarf_Addr bias_ = 0;            // what libdwfl added to the file's addresses
  std::unordered_map<std::uint64_t, Symbol> symbols_;
};

class ModuleCache {
 public:
  // The module that task `tid` has mapped at `mapping`; null if it cannot be opened.
  std::shared_ptr<Module> find(const procfs::Mapping& mapping, std::span<const std::byte> first_page, Tid tid,
                               const MemoryReader& memory);

 private:
  using Key = std::tuple<std::uint32_t, std::uint32_t, std::uint64_t, std::string, std::size_t>;
  std::map<Key, std::shared_ptr<Module>> modules_;
};

}  // namespace lwptrace::unwind
