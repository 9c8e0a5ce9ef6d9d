// System call names by ABI: libseccomp's, and the few rows of syscalls.def that it may be too old to know.
#include <lwptrace/names.h>
#include <seccomp.h>

#include <array>
#include <cstdlib>
#include <string>

#include "decoders/tables/numbers.h"

namespace lwptrace {
namespace {

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
    const auto number = static_cast<int>(abi == Abi::x32 ? nr | __X32_SYSCALL_BIT : nr);
    if (char* name = seccomp_syscall_resolve_num_arch(arch, number)) {
      names[nr] = name;
      std::free(name);  // NOLINT: seccomp_syscall_resolve_num_arch(3) gives what malloc gave
    } else {
      names[nr] = newer(abi, nr);
    }
  }
  return names;
}

}  // namespace

std::string syscall_name(Abi abi, std::uint64_t nr) {
  const std::uint64_t place = place_of_call(abi, nr);
  if (place < kNumbers) {
    const std::string& name = of_abi<load>(abi)[place];
    if (!name.empty()) return name;
  }
  return "syscall_" + std::to_string(nr);
}

}  // namespace lwptrace
