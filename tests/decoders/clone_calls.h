// Calls of x86-64 code that make LWPs, decoded.
#pragma once

#include "decoders/clone.h"
#include "tests/decoders/fake_memory.h"

namespace lwptrace::decoders {

inline CloneCall clone(std::uint64_t flags, std::uint64_t stack = 0) {
  return decode_clone_call({.nr = 56, .args = {flags, stack}}, FakeMemory{});
}

inline CloneCall clone3(const Clone3Args& args, std::uint64_t size = 88, Abi abi = Abi::x86_64) {
  FakeMemory memory;
  memory.put(0x1000, args);
  return decode_clone_call({.abi = abi, .nr = 435, .args = {0x1000, size}}, memory);
}

}  // namespace lwptrace::decoders
