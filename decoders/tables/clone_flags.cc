// Clone flags: the rows of clone_flags.def and the names of a whole mask.
#include "decoders/tables/clone_flags.h"

#include <fmt/format.h>
#include <linux/sched.h>
#include <lwptrace/names.h>

namespace lwptrace::tables {
namespace {

constexpr bool both = false;
constexpr bool clone3 = true;

constexpr CloneFlag kFlags[] = {
#define X(name, value, where, since, until, meaning) {#name, value, where, since, until, meaning},
#include "decoders/tables/clone_flags.def"
#undef X
};

// Names that the system header may lack: the historic ones and those newer than Linux 6.1.
#ifndef CLONE_PID
#define CLONE_PID kCLONE_PID
#endif
#ifndef CLONE_IDLETASK
#define CLONE_IDLETASK kCLONE_IDLETASK
#endif
#ifndef CLONE_STOPPED
#define CLONE_STOPPED kCLONE_STOPPED
#endif
#ifndef CLONE_AUTOREAP
#define CLONE_AUTOREAP kCLONE_AUTOREAP
#endif
#ifndef CLONE_NNP
#define CLONE_NNP kCLONE_NNP
#endif
#ifndef CLONE_PIDFD_AUTOKILL
#define CLONE_PIDFD_AUTOKILL kCLONE_PIDFD_AUTOKILL
#endif
#ifndef CLONE_EMPTY_MNTNS
#define CLONE_EMPTY_MNTNS kCLONE_EMPTY_MNTNS
#endif
#define X(name, value, where, since, until, meaning) static_assert((name) == (value), #name);
#include "decoders/tables/clone_flags.def"
#undef X

}  // namespace

std::span<const CloneFlag> clone_flags() { return kFlags; }

const CloneFlag* clone_flag(std::uint64_t bit, bool in_clone3) {
  const CloneFlag* found = nullptr;
  for (const CloneFlag& flag : kFlags) {
    if (flag.value == bit && (in_clone3 || !flag.clone3_only)) found = &flag;  // the living meaning stands last
  }
  return found;
}

const CloneFlag* clone_flag(std::string_view name) {
  for (const CloneFlag& flag : kFlags) {
    if (flag.name == name) return &flag;
  }
  return nullptr;
}

}  // namespace lwptrace::tables

namespace lwptrace {

std::vector<std::string> clone_flag_names(std::uint64_t raw, Via via) {
  const bool in_clone3 = via == Via::clone3;
  std::vector<std::string> names;
  for (std::uint64_t rest = in_clone3 ? raw : raw & ~tables::kCSIGNAL; rest != 0; rest &= rest - 1) {
    const std::uint64_t bit = rest & -rest;
    const tables::CloneFlag* flag = tables::clone_flag(bit, in_clone3);
    names.push_back(flag != nullptr ? std::string(flag->name) : fmt::format("{:#x}", bit));
  }
  return names;
}

}  // namespace lwptrace
