// Reads typed values and strings out of a tracee through a MemoryReader. Values are little-endian, as x86 is.
#pragma once

#include <lwptrace/syscall_frame.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <type_traits>

namespace lwptrace::decoders {

template <class T>
[[nodiscard]] std::optional<T> read_value(const MemoryReader& memory, std::uint64_t address) {
  static_assert(std::is_trivially_copyable_v<T>);
  T value{};
  if (memory.read(address, std::as_writable_bytes(std::span(&value, 1))) != sizeof value) return std::nullopt;
  return value;
}

struct ReadString {
  std::string text;
  bool cut = false;  // no NUL was found within the limit or within readable memory
};

// At most `limit` bytes before the NUL.
[[nodiscard]] inline ReadString read_string(const MemoryReader& memory, std::uint64_t address, std::size_t limit) {
  constexpr std::size_t kChunk = 256;  // most strings are short: do not copy a page for each
  ReadString result;
  while (result.text.size() < limit) {
    char chunk[kChunk];
    const std::size_t wanted = std::min(kChunk, limit - result.text.size());
    const std::size_t got =
        memory.read(address + result.text.size(), std::as_writable_bytes(std::span(chunk).first(wanted)));
    const char* nul = std::find(chunk, chunk + got, '\0');
    result.text.append(chunk, static_cast<std::size_t>(nul - chunk));
    if (nul != chunk + got) return result;
    if (got < wanted) break;
  }
  result.cut = true;
  return result;
}

}  // namespace lwptrace::decoders
