// A tracee's memory for unit tests: what was put is readable, byte by byte; everything else is not mapped.
#pragma once

#include <lwptrace/syscall_frame.h>

#include <cstring>
#include <map>
#include <string>
#include <type_traits>

namespace lwptrace {

class FakeMemory : public MemoryReader {
 public:
  template <class T>
  FakeMemory& put(std::uint64_t address, const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    return put_bytes(address, &value, sizeof value);
  }
  FakeMemory& put_string(std::uint64_t address, const std::string& text) {
    return put_bytes(address, text.c_str(), text.size() + 1);
  }
  [[nodiscard]] std::size_t read(std::uint64_t address, std::span<std::byte> out) const override {
    std::size_t n = 0;
    for (; n < out.size(); ++n) {
      const auto byte = bytes_.find(address + n);
      if (byte == bytes_.end()) break;
      out[n] = byte->second;
    }
    return n;
  }

 private:
  FakeMemory& put_bytes(std::uint64_t address, const void* from, std::size_t size) {
    const auto* bytes = static_cast<const std::byte*>(from);
    for (std::size_t i = 0; i < size; ++i) bytes_[address + i] = bytes[i];
    return *this;
  }
  std::map<std::uint64_t, std::byte> bytes_;
};

// struct clone_args with room for fields that are yet to come.
struct Clone3Args {
  std::uint64_t flags = 0, pidfd = 0, child_tid = 0, parent_tid = 0, exit_signal = 0, stack = 0, stack_size = 0,
                tls = 0;
  std::uint64_t set_tid = 0, set_tid_size = 0, cgroup = 0, later = 0;
};

}  // namespace lwptrace
