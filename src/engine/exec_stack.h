// What exec leaves on the new stack, where it can be read at the price of memory: the words, the file as it was named,
// and whether the kernel gave the program another identity than its own. It knows no task and no /proc, which has the
// same at the price of four files more, of a folder that nobody has looked at before.
#pragma once

#include <lwptrace/syscall_frame.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace lwptrace::engine {

struct ExecStack {
  std::string words;                // argv, each word with its NUL, as /proc/PID/cmdline has it
  std::string file;                 // as it was named, of a script the script (AT_EXECFN)
  std::optional<std::string> comm;  // nothing for a file that was given as a descriptor
  // It acts as the user and the group that it really is, both of them known in its user namespace, and nothing was to
  // change about that: a set-ID file of which a tracer has kept the kernel from doing it has AT_SECURE all the same.
  bool as_itself = false;
};

// Before the new program's first instruction: `sp` points at argc. Nothing where the stack is not what it should be, or
// its pointers take more than two pages.
[[nodiscard]] std::optional<ExecStack> read_exec_stack(const MemoryReader& memory, std::uint64_t sp,
                                                       std::size_t pointer_size, bool wants_words);

}  // namespace lwptrace::engine
