// libunwind behind three names: this is the only file pair that speaks to it. An AddressSpace finds the rule for a pc,
// a Cursor stands at a frame and steps by a rule, a Walk is what libunwind's callbacks are given during one backtrace.
// Rules are plain values, kept by their users: libunwind's own cache takes two system calls a step to lock.
// Knows nothing of symbols or mappings: image.h finds the table for a pc.
#pragma once

#include <libunwind.h>
#include <lwptrace/backtrace.h>

#include <cstdint>
#include <vector>

namespace lwptrace::unwind {

class Image;
class Words;

// Where the unwind information for a range of code is: a binary search table of .eh_frame_hdr's layout, whose entries
// are relative to `base`, in the tracee's memory at `address` or, for a module that has no such table, our own in
// `index`.
struct UnwindTable {
  struct Entry {
    std::int32_t start = 0;  // first pc of a function
    std::int32_t fde = 0;    // its frame description entry, in the tracee's memory
  };
  std::uint64_t base = 0;
  std::uint64_t address = 0;
  std::uint64_t entries = 0;
  std::vector<Entry> index;
};

// How to get from a frame to its caller's: libunwind's record of where each register is. Empty: not known.
using Rule = std::vector<std::uint64_t>;

struct Walk {
  Tid tid = 0;
  const Image* image = nullptr;
  Words* words = nullptr;
  UnwindRegisters regs;                // of the frame that the cursor started from
  const UnwindTable* table = nullptr;  // the one that is being searched
};

class AddressSpace {
 public:
  AddressSpace();
  ~AddressSpace();
  AddressSpace(const AddressSpace&) = delete;
  AddressSpace& operator=(const AddressSpace&) = delete;

  // The rule for the instruction at `pc`, from the tables of walk.image.
  [[nodiscard]] Rule rule(std::uint64_t pc, const Walk& walk) const;

 private:
  friend class Cursor;
  unw_addr_space_t space_;
};

class Cursor {
 public:
  // Stands at walk.regs. `walk` must outlive it.
  Cursor(const AddressSpace& space, Walk& walk);

  // To the caller's frame; false at the outermost frame and where the rule or the stack makes no sense.
  bool step(const Rule& rule);
  // The same from the kernel's signal frame, whose layout needs no rule.
  bool step_over_signal_frame();
  [[nodiscard]] std::uint64_t pc();
  // The registers that a caller can count on: rip, rsp and those that a callee saves.
  [[nodiscard]] UnwindRegisters registers();

 private:
  std::uint64_t reg(int number);
  unw_cursor_t cursor_;
};

}  // namespace lwptrace::unwind
