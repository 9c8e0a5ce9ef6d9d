// System call names by ABI: libseccomp's, and the few rows of syscalls.def that it may be too old to know.
#include <lwptrace/names.h>
#include <seccomp.h>

#include <array>
#include <cstdlib>
#include <string>

namespace lwptrace {
namespace {

constexpr std::uint64_t kX32Bit = 0x40000000;
constexpr std::size_t kNumbers = 600;  // above every number in use: x32's own end at 547

using Names = std::array<std::string, kNumbers>;

std::string_view newer(Abi abi, std::uint64_t nr) {
  switch (nr) {
#define X(name, value) \
  case value:          \
    return #name;
#define ONLY64(name, value) \
  case value:               \
    return abi == Abi::x86_64 ? #name : "";
#include "decoders/tables/syscalls.def"
#undef X
#undef ONLY64
    default:
      return "";
  }
}

Names load(Abi abi) {
  const std::uint32_t arch = abi == Abi::i386 ? SCMP_ARCH_X86 : abi == Abi::x32 ? SCMP_ARCH_X32 : SCMP_ARCH_X86_64;
  Names names;
  for (std::size_t nr = 0; nr < kNumbers; ++nr) {
    const auto number = static_cast<int>(abi == Abi::x32 ? nr | kX32Bit : nr);
    if (char* name = seccomp_syscall_resolve_num_arch(arch, number)) {
      names[nr] = name;
      std::free(name);  // NOLINT: seccomp_syscall_resolve_num_arch(3) gives what malloc gave
    } else {
      names[nr] = newer(abi, nr);
    }
  }
  return names;
}

const Names& names_of(Abi abi) {
  static const Names x86_64 = load(Abi::x86_64);
  static const Names i386 = load(Abi::i386);
  static const Names x32 = load(Abi::x32);
  return abi == Abi::i386 ? i386 : abi == Abi::x32 ? x32 : x86_64;
}

}  // namespace

std::string syscall_name(Abi abi, std::uint64_t nr) {
  const std::uint64_t index = abi == Abi::x32 ? nr & ~kX32Bit : nr;
  if (abi != Abi::unknown && index < kNumbers) {
    const std::string& name = names_of(abi)[index];
    if (!name.empty()) return name;
  }
  return "syscall_" + std::to_string(nr);
}

}  // namespace lwptrace
