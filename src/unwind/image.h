// Image: what one program image has mapped to execute, and everything learnt of it so far: where each object's unwind
// table is, for each pc its rule and its place, and the backtrace of each sequence of pcs. Processes whose mappings are
// the same (a fork's) share one Image. Tables are read from the tracee's memory, which is what it runs, whatever
// has become of the file; files give symbols alone (module.h). Next: address_space.h.
#pragma once

#include <lwptrace/event.h>

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "procfs/maps.h"
#include "unwind/address_space.h"
#include "unwind/place.h"

namespace lwptrace::unwind {

class Module;
class ModuleCache;
class Words;

class Image {
 public:
  // One ELF object's life in this image; looked into when the first pc in it comes by.
  struct Object {
    procfs::Mapping mapping;            // the first executable one
    std::optional<std::uint64_t> base;  // where the file's first page is mapped
    bool known = false;                 // what follows was looked for
    std::optional<UnwindTable> table;   // absent: no unwind information
    std::shared_ptr<Module> module;     // absent: the file cannot be opened or is no ELF file
  };
  struct Region {
    std::uint64_t start = 0, end = 0;
    std::uint64_t offset = 0;  // into the object's file
    Object* object = nullptr;  // null: memory without a file
  };
  struct PcFacts {
    Place place;
    Rule rule;                          // empty: there is no unwind information
    bool signal_frame = false;          // the kernel's return trampoline: the next pc was interrupted, it did not call
    std::optional<int> vfork_register;  // a vfork stub popped its return address into it, numbered as machine code does
  };

  Image(const std::vector<procfs::Mapping>& mappings, const AddressSpace& space, ModuleCache& modules);

  // The executable region around `pc`, or null.
  [[nodiscard]] const Region* region(std::uint64_t pc) const;

  // What is known of `pc`, which is where the innermost frame stands (`exact`) or where a call returns to: null if it
  // was not seen yet, then learn() it if it is in a region. Both answers hold until the next tidy().
  [[nodiscard]] const PcFacts* find(std::uint64_t pc, bool exact) const;
  const PcFacts& learn(std::uint64_t pc, bool exact, const Region& region, const Walk& walk);

  // The frames of a walk that came by these pcs: made once for each way.
  [[nodiscard]] const Backtrace& backtrace(const std::vector<const PcFacts*>& walked);

  // Between two walks: forgets what was learnt if it has become too much.
  void tidy();

  // Two images with the same key have the same code at the same places.
  [[nodiscard]] static std::string key(const std::vector<procfs::Mapping>& mappings);

 private:
  const AddressSpace& space_;
  ModuleCache& modules_;
  std::list<Object> objects_;
  std::vector<Region> regions_;  // ascending
  std::unordered_map<std::uint64_t, PcFacts> pcs_;
  std::map<std::vector<const PcFacts*>, Backtrace> backtraces_;
};

}  // namespace lwptrace::unwind
