// Where a call stands in the tables that are kept by number, one for each ABI: x32's numbers have a bit of their own.
#pragma once

#include <asm/unistd.h>
#include <lwptrace/event.h>
#include <lwptrace/ids.h>

#include <cstddef>
#include <cstdint>

namespace lwptrace {

constexpr std::size_t kNumbers = 600;  // above every number in use: x32's own end at 547

// kNumbers or more: it is in no table.
constexpr std::uint64_t place_of_call(Abi abi, std::uint64_t nr) {
  if (abi == Abi::unknown) return kNumbers;
  return abi == Abi::x32 ? nr & ~std::uint64_t{__X32_SYSCALL_BIT} : nr;
}

// Which of the calls that make LWPs that is; `unknown` for any other.
constexpr Via via_of_call(Abi abi, std::uint64_t nr) {
  constexpr std::uint64_t clone3 = 435;  // in every ABI
  const bool i386 = abi == Abi::i386;
  const std::uint64_t place = place_of_call(abi, nr);
  if (place == clone3) return Via::clone3;
  if (place == (i386 ? 120 : 56)) return Via::clone;
  if (place == (i386 ? 2 : 57)) return Via::fork;
  if (place == (i386 ? 190 : 58)) return Via::vfork;
  return Via::unknown;
}

// What `make` gives for an ABI, made for each at the first call.
template <auto make>
const auto& of_abi(Abi abi) {
  static const auto x86_64 = make(Abi::x86_64);
  static const auto i386 = make(Abi::i386);
  static const auto x32 = make(Abi::x32);
  return abi == Abi::i386 ? i386 : abi == Abi::x32 ? x32 : x86_64;
}

}  // namespace lwptrace
