// Module: one ELF file that is mapped. Modules are known by device, inode, path and first page (an inode's number is
// soon used again), and shared by every process that maps them. Who walks a stack asks for functions; what a pc is
// called is asked later, in another thread, and the answers are kept. Each of the two reads the file for itself.
// Next: symbols.h.
#pragma once

#include <libelf.h>
#include <lwptrace/syscall_frame.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "procfs/maps.h"
#include "unwind/symbols.h"

namespace lwptrace::unwind {

class Module {
 public:
  // Takes `fd`. The file's bytes are read, never mapped: mapped, a file that shrinks would kill us with SIGBUS.
  Module(std::string path, int fd);
  // An image that is in no file (the vdso).
  Module(std::string path, std::vector<char> bytes);
  ~Module();
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  // Positions are offsets into the file, as mappings have them. In any thread; holds as long as the module. What cannot
  // be told is empty.
  const Symbol& symbol(std::uint64_t offset);

  // Every function that .eh_frame has an FDE for: how far it and its FDE are from the byte at `offset`, once mapped.
  // Empty if there is none we can read.
  struct Function {
    std::int64_t start = 0;
    std::int64_t fde = 0;
  };
  [[nodiscard]] std::vector<Function> functions(std::uint64_t offset);

 private:
  [[nodiscard]] Elf* open_elf();

  const std::string path_;
  const int fd_ = -1;
  std::vector<char> bytes_;

  std::mutex naming_;  // what follows is for one thread at a time
  std::optional<Symbols> names_;
  std::unordered_map<std::uint64_t, Symbol> known_;
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
