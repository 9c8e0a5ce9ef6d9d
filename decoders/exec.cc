// The file and the argument words of an exec, read from the caller's memory within limits.
#include "decoders/exec.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <array>
#include <bit>

#include "decoders/memory.h"

namespace lwptrace::decoders {
namespace {

constexpr std::size_t kMaxWords = 64;
constexpr std::size_t kMaxBytes = 4096;

void read_argv(ExecCall& call, std::uint64_t argv, std::size_t pointer_size, const MemoryReader& memory) {
  if (argv == 0) return;
  for (std::size_t i = 0; i <= kMaxWords; ++i) {
    std::array<std::byte, sizeof(std::uint64_t)> bytes{};
    if (memory.read(argv + i * pointer_size, std::span(bytes).first(pointer_size)) != pointer_size) break;
    const auto word = std::bit_cast<std::uint64_t>(bytes);
    if (word == 0) return;
    if (i == kMaxWords) break;
    ReadString read = read_string(memory, word, kMaxBytes);
    call.argv.push_back(std::move(read.text));
    call.argv_cut = call.argv_cut || read.cut;
  }
  call.argv_cut = true;  // the closing null pointer was not seen
}

}  // namespace

ExecCall decode_exec(const SyscallFrame& frame, bool at, const MemoryReader& whole) {
  const BlockMemory memory(whole);
  const std::size_t first = at ? 1 : 0;
  ExecCall call;
  call.file = read_string(memory, frame.args[first], kMaxBytes).text;
  if (at && !call.file.starts_with('/')) {
    // The kernel's own spelling of a file that is relative to a descriptor.
    const int dirfd = static_cast<int>(frame.args[0]);
    if (call.file.empty()) {
      call.file = fmt::format("/dev/fd/{}", dirfd);
    } else if (dirfd != AT_FDCWD) {
      call.file = fmt::format("/dev/fd/{}/{}", dirfd, call.file);
    }
  }
  read_argv(call, frame.args[first + 1], frame.abi == Abi::x86_64 ? 8 : 4, memory);
  return call;
}

}  // namespace lwptrace::decoders
