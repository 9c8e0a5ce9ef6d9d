// The clone flags as data: kCLONE_VM and its like as numbers of our own, and each row of clone_flags.def.
// Names for a whole mask are in lwptrace/names.h.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace lwptrace::tables {

// The low byte of legacy clone's flags: the exit signal.
inline constexpr std::uint64_t kCSIGNAL = 0xff;

#define X(name, value, where, since, until, meaning) inline constexpr std::uint64_t k##name = value;
#include "decoders/tables/clone_flags.def"
#undef X

struct CloneFlag {
  std::string_view name;
  std::uint64_t value;
  bool clone3_only;
  std::string_view since, until;  // kernel versions; until is empty while the meaning holds
  std::string_view meaning;
};

// Every row, historic meanings included, in ascending order of value.
[[nodiscard]] std::span<const CloneFlag> clone_flags();

// The row that names this bit in a call (clone3 or not) today, or nullptr.
[[nodiscard]] const CloneFlag* clone_flag(std::uint64_t bit, bool clone3);

// The row of that name, historic ones too, or nullptr.
[[nodiscard]] const CloneFlag* clone_flag(std::string_view name);

}  // namespace lwptrace::tables
