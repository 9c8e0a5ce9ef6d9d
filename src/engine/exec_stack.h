// What exec leaves on the new stack, where it can be read at the price of memory: the words, and the file as it was
// named. It knows no task and no /proc, which has the same at the price of two files more.
#pragma once

#include <lwptrace/syscall_frame.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace lwptrace::engine {

struct ExecStack {
  std::string words;                // argv, each word with its NUL, as /proc/PID/cmdline has it
  std::optional<std::string> comm;  // nothing for a file that was given as a descriptor
};

// Before the new program's first instruction: `sp` points at argc. Nothing where the stack is not what it should be, or
// its pointers take more than a page.
[[nodiscard]] std::optional<ExecStack> read_exec_stack(const MemoryReader& memory, std::uint64_t sp,
                                                       std::size_t pointer_size, bool wants_words);

}  // namespace lwptrace::engine
