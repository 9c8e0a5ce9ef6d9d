// ptrace(2) with types: the only functions of the project that call it. Each returns 0 or an errno; ESRCH means that
// the task was killed while it was stopped, and its death will be reported: data, not an error.
#pragma once

#include <lwptrace/backtrace.h>
#include <lwptrace/ids.h>
#include <lwptrace/syscall_frame.h>

#include <csignal>
#include <cstdint>
#include <utility>
#include <vector>

#include <sys/user.h>

namespace lwptrace::engine {

// How many calls have been made so far, and how many of each request that was made, by its name.
[[nodiscard]] std::uint64_t ptrace_calls();
[[nodiscard]] std::vector<std::pair<const char*, std::uint64_t>> ptrace_calls_by_request();

// General-purpose registers, whatever the width of the code that the task runs.
class Registers {
 public:
  [[nodiscard]] int read(Tid tid);  // PTRACE_GETREGSET, NT_PRSTATUS
  // The same, and whose table the call is of that the task is in: 64-bit code may use int 0x80.
  [[nodiscard]] int read_call(Tid tid);
  // The same inside fork, vfork, clone or clone3, of which only the last has one number in both tables: it is taken for
  // x86-64's until ask_table() says that it is not.
  [[nodiscard]] int read_birth_call(Tid tid);
  [[nodiscard]] bool ask_table(Tid tid);
  [[nodiscard]] SyscallFrame syscall() const;
  // Are they those of `call`, by its own table?
  [[nodiscard]] bool are_of(const SyscallFrame& call) const;
  [[nodiscard]] std::int64_t result() const;    // at a syscall-exit-stop
  [[nodiscard]] std::uint64_t fs_base() const;  // x86-64; 0 for 32-bit code, whose TLS is in the GDT
  [[nodiscard]] UnwindRegisters for_unwind(bool in_syscall) const;
  [[nodiscard]] bool is_i386() const { return i386_; }
  // Changes the first argument of the call at whose entry (or in which) the task stands.
  [[nodiscard]] int set_first_argument(Tid tid, std::uint64_t value);
  // Makes the call at whose entry the task stands answer `-error` without being made.
  [[nodiscard]] int refuse(Tid tid, int error);
  // After the call: what it answers.
  [[nodiscard]] int set_result(Tid tid, std::int64_t result);
  // The same, with all of `call`, also where the task was in none: the kernel then makes it again, if `result` says so.
  [[nodiscard]] int set_call(Tid tid, const SyscallFrame& call, std::int64_t result);

 private:
  [[nodiscard]] SyscallFrame syscall_of(bool i386_table) const;
  [[nodiscard]] int write(Tid tid);
  struct I386 {  // struct user_regs_struct of 32-bit programs (arch/x86/include/asm/user_32.h)
    std::uint32_t ebx, ecx, edx, esi, edi, ebp, eax, ds, es, fs, gs, orig_eax, eip, cs, eflags, esp, ss;
  };
  union {
    user_regs_struct x86_64_;
    I386 i386_regs_;
  };
  bool i386_ = false;
  bool int80_ = false;
};

// A stop at a call's entry, by a filter's verdict there, or at its return (PTRACE_GET_SYSCALL_INFO, Linux 5.3).
struct CallStop {
  enum class Where : std::uint8_t { entry, filter, return_, elsewhere };
  Where where = Where::elsewhere;
  SyscallFrame frame;      // at the entry, by whichever
  std::uint32_t mark = 0;  // the data of the filter's verdict
};
[[nodiscard]] int call_stop(Tid tid, CallStop& stop);

// Of x86-64 code, and what is in the register of 32-bit code too; 0 where it cannot be read.
[[nodiscard]] std::uint64_t fs_base_of(Tid tid);
// The signals that the task blocks.
[[nodiscard]] int signal_mask(Tid tid, std::uint64_t& mask);
[[nodiscard]] int seize(Tid tid, std::uintptr_t options);
[[nodiscard]] int interrupt(Tid tid);
[[nodiscard]] int cont(Tid tid, int signal);
[[nodiscard]] int cont_to_return(Tid tid, int signal);  // PTRACE_SYSCALL
[[nodiscard]] int listen(Tid tid);
[[nodiscard]] int event_message(Tid tid, std::uint64_t& message);
[[nodiscard]] int siginfo(Tid tid, siginfo_t& info);
[[nodiscard]] int detach(Tid tid, int signal);

// Memory of a stopped task, through process_vm_readv: needs no descriptor and reads up to the first unreadable page.
class TaskMemory : public MemoryReader {
 public:
  explicit TaskMemory(Tid tid) : tid_(tid) {}
  [[nodiscard]] std::size_t read(std::uint64_t address, std::span<std::byte> out) const override;

  // What the task itself may not write is written too, where it is the task's own (PTRACE_POKEDATA): only whole words.
  [[nodiscard]] bool write(std::uint64_t address, std::span<const std::byte> bytes) const;

  template <class T>
  [[nodiscard]] bool get(std::uint64_t address, T& value) const {
    return address != 0 && read(address, std::as_writable_bytes(std::span(&value, 1))) == sizeof value;
  }

 private:
  Tid tid_;
};

}  // namespace lwptrace::engine
