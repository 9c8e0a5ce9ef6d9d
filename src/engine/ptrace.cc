// The calls behind ptrace.h. i386 tasks are told from x86-64 ones by the length of the register set that the kernel
// returns (68 bytes); x32 by bit 30 of the system call number.
#include "engine/ptrace.h"

#include <asm/unistd.h>
#include <elf.h>
#include <linux/audit.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <type_traits>

#include "decoders/tables/numbers.h"

namespace lwptrace::engine {

namespace {

#define NAMED(request) \
  { request, #request }
constexpr struct {
  int request;
  const char* name;
} names[] = {
    NAMED(PTRACE_SEIZE),      NAMED(PTRACE_INTERRUPT),        NAMED(PTRACE_CONT),
    NAMED(PTRACE_SYSCALL),    NAMED(PTRACE_LISTEN),           NAMED(PTRACE_DETACH),
    NAMED(PTRACE_GETREGSET),  NAMED(PTRACE_SETREGSET),        NAMED(PTRACE_GETEVENTMSG),
    NAMED(PTRACE_GETSIGINFO), NAMED(PTRACE_GET_SYSCALL_INFO), NAMED(PTRACE_PEEKUSER),
    NAMED(PTRACE_POKEDATA),   NAMED(PTRACE_GETSIGMASK),
};
#undef NAMED

std::uint64_t calls = 0;
std::array<std::uint64_t, 64> calls_by_request{};

// The old requests are below 32, the newer ones begin at 0x4200.
constexpr std::size_t place_of(int request) {
  constexpr int newer = 0x4200;
  return static_cast<std::size_t>(request < newer ? request : 32 + request - newer);
}

template <class Address, class Data>
long call(int what, Tid tid, Address address, Data data) {
  ++calls;
  ++calls_by_request[place_of(what)];
  errno = 0;
  // glibc's enum type of the first argument differs between C and C++; the long system call wrapper takes both.
  return ::ptrace(static_cast<__ptrace_request>(what), tid, address, data);
}

template <class Address, class Data>
int request(int what, Tid tid, Address address, Data data) {
  return call(what, tid, address, data) == -1 ? errno : 0;
}

void* word(std::uintptr_t value) { return reinterpret_cast<void*>(value); }  // NOLINT(performance-no-int-to-ptr)

bool is_of_i386_table(Tid tid) {
  __ptrace_syscall_info info{};
  return request(PTRACE_GET_SYSCALL_INFO, tid, word(sizeof info), &info) == 0 && info.arch == AUDIT_ARCH_I386;
}

}  // namespace

std::uint64_t ptrace_calls() { return calls; }

std::vector<std::pair<const char*, std::uint64_t>> ptrace_calls_by_request() {
  std::vector<std::pair<const char*, std::uint64_t>> made;
  for (const auto& one : names) {
    if (const std::uint64_t times = calls_by_request[place_of(one.request)]; times != 0)
      made.emplace_back(one.name, times);
  }
  return made;
}

int Registers::read(Tid tid) {
  iovec io{&x86_64_, sizeof x86_64_};
  const int error = request(PTRACE_GETREGSET, tid, word(NT_PRSTATUS), &io);
  i386_ = io.iov_len == sizeof(I386);
  return error;
}

int Registers::read_call(Tid tid) {
  if (const int error = read(tid)) return error;
  int80_ = !i386_ && is_of_i386_table(tid);
  return 0;
}

int Registers::read_birth_call(Tid tid) {
  if (const int error = read(tid)) return error;
  const Via as_i386 = via_of_call(Abi::i386, x86_64_.orig_rax);
  int80_ = !i386_ && as_i386 != Via::unknown && as_i386 != Via::clone3;
  return 0;
}

bool Registers::ask_table(Tid tid) {
  int80_ = !i386_ && is_of_i386_table(tid);
  return int80_;
}

std::uint64_t fs_base_of(Tid tid) {
  const long value = call(PTRACE_PEEKUSER, tid, offsetof(user_regs_struct, fs_base), nullptr);
  return errno == 0 ? static_cast<std::uint64_t>(value) : 0;
}

int signal_mask(Tid tid, std::uint64_t& mask) { return request(PTRACE_GETSIGMASK, tid, sizeof mask, &mask); }

SyscallFrame Registers::syscall() const { return syscall_of(int80_); }

bool Registers::are_of(const SyscallFrame& call) const { return syscall_of(call.abi == Abi::i386) == call; }

SyscallFrame Registers::syscall_of(bool i386_table) const {
  SyscallFrame frame;
  if (i386_) {
    const I386& r = i386_regs_;
    frame.abi = Abi::i386;
    frame.nr = r.orig_eax;
    frame.args = {r.ebx, r.ecx, r.edx, r.esi, r.edi, r.ebp};
    frame.ip = r.eip;
    frame.sp = r.esp;
    return frame;
  }
  const user_regs_struct& r = x86_64_;
  frame.abi = r.orig_rax < ~0ULL - 4095 && (r.orig_rax & __X32_SYSCALL_BIT) != 0 ? Abi::x32 : Abi::x86_64;
  frame.nr = r.orig_rax;
  frame.args = {r.rdi, r.rsi, r.rdx, r.r10, r.r8, r.r9};
  if (i386_table) {
    frame.abi = Abi::i386;
    frame.args = {r.rbx, r.rcx, r.rdx, r.rsi, r.rdi, r.rbp};
  }
  frame.ip = r.rip;
  frame.sp = r.rsp;
  return frame;
}

std::int64_t Registers::result() const {
  return i386_ ? static_cast<std::int32_t>(i386_regs_.eax) : static_cast<std::int64_t>(x86_64_.rax);
}

std::uint64_t Registers::fs_base() const { return i386_ ? 0 : x86_64_.fs_base; }

UnwindRegisters Registers::for_unwind(bool in_syscall) const {
  UnwindRegisters u;
  if (i386_) return u;
  const user_regs_struct& r = x86_64_;
  u.rip = r.rip, u.rsp = r.rsp, u.rbp = r.rbp, u.rbx = r.rbx;
  u.r12 = r.r12, u.r13 = r.r13, u.r14 = r.r14, u.r15 = r.r15;
  u.rax = r.rax, u.rcx = r.rcx, u.rdx = r.rdx, u.rsi = r.rsi, u.rdi = r.rdi;
  u.r8 = r.r8, u.r9 = r.r9, u.r10 = r.r10, u.r11 = r.r11;
  u.in_syscall = in_syscall;
  return u;
}

int Registers::refuse(Tid tid, int error) {
  if (i386_) {
    i386_regs_.orig_eax = ~0U;
    i386_regs_.eax = static_cast<std::uint32_t>(-error);
  } else {
    x86_64_.orig_rax = ~0ULL;
    x86_64_.rax = static_cast<std::uint64_t>(-static_cast<std::int64_t>(error));
  }
  return write(tid);
}

int Registers::set_result(Tid tid, std::int64_t result) {
  if (i386_) {
    i386_regs_.eax = static_cast<std::uint32_t>(result);
  } else {
    x86_64_.rax = static_cast<std::uint64_t>(result);
  }
  return write(tid);
}

int Registers::set_call(Tid tid, const SyscallFrame& call, std::int64_t result) {
  const auto put = [&call](auto& ip, auto&... registers) {
    std::size_t at = 0;
    ip = static_cast<std::remove_reference_t<decltype(ip)>>(call.ip);
    ((registers = static_cast<std::remove_reference_t<decltype(registers)>>(call.args[at++])), ...);
  };
  user_regs_struct& r = x86_64_;
  if (i386_) {
    put(i386_regs_.eip, i386_regs_.ebx, i386_regs_.ecx, i386_regs_.edx, i386_regs_.esi, i386_regs_.edi, i386_regs_.ebp);
    i386_regs_.orig_eax = static_cast<std::uint32_t>(call.nr);
  } else {
    if (call.abi == Abi::i386) {
      put(r.rip, r.rbx, r.rcx, r.rdx, r.rsi, r.rdi, r.rbp);
    } else {
      put(r.rip, r.rdi, r.rsi, r.rdx, r.r10, r.r8, r.r9);
    }
    r.orig_rax = call.nr;
  }
  return set_result(tid, result);
}

int Registers::set_first_argument(Tid tid, std::uint64_t value) {
  if (i386_) {
    i386_regs_.ebx = static_cast<std::uint32_t>(value);
  } else {
    (int80_ ? x86_64_.rbx : x86_64_.rdi) = value;
  }
  return write(tid);
}

int Registers::write(Tid tid) {
  iovec io{&x86_64_, i386_ ? sizeof(I386) : sizeof x86_64_};
  return request(PTRACE_SETREGSET, tid, word(NT_PRSTATUS), &io);
}

int call_stop(Tid tid, CallStop& stop) {
  __ptrace_syscall_info info{};
  const int error = request(PTRACE_GET_SYSCALL_INFO, tid, word(sizeof info), &info);
  if (error != 0) return error;
  SyscallFrame& frame = stop.frame;
  if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
    stop.where = CallStop::Where::return_;
    return 0;
  }
  if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
    stop.where = CallStop::Where::entry;
    frame.nr = info.entry.nr;
    std::copy_n(info.entry.args, frame.args.size(), frame.args.begin());
  } else if (info.op == PTRACE_SYSCALL_INFO_SECCOMP) {
    stop.where = CallStop::Where::filter;
    stop.mark = info.seccomp.ret_data;
    frame.nr = info.seccomp.nr;
    std::copy_n(info.seccomp.args, frame.args.size(), frame.args.begin());
  } else {
    return 0;
  }
  frame.abi = info.arch == AUDIT_ARCH_I386 ? Abi::i386 : (frame.nr & __X32_SYSCALL_BIT) != 0 ? Abi::x32 : Abi::x86_64;
  frame.ip = info.instruction_pointer;
  frame.sp = info.stack_pointer;
  return 0;
}

int seize(Tid tid, std::uintptr_t options) { return request(PTRACE_SEIZE, tid, word(0), word(options)); }

int interrupt(Tid tid) { return request(PTRACE_INTERRUPT, tid, word(0), word(0)); }

int cont(Tid tid, int signal) { return request(PTRACE_CONT, tid, word(0), word(static_cast<std::uintptr_t>(signal))); }

int cont_to_return(Tid tid, int signal) {
  return request(PTRACE_SYSCALL, tid, word(0), word(static_cast<std::uintptr_t>(signal)));
}

int listen(Tid tid) { return request(PTRACE_LISTEN, tid, word(0), word(0)); }

int event_message(Tid tid, std::uint64_t& message) {
  unsigned long value = 0;
  const int error = request(PTRACE_GETEVENTMSG, tid, word(0), &value);
  message = value;
  return error;
}

int siginfo(Tid tid, siginfo_t& info) { return request(PTRACE_GETSIGINFO, tid, word(0), &info); }

int detach(Tid tid, int signal) {
  return request(PTRACE_DETACH, tid, word(0), word(static_cast<std::uintptr_t>(signal)));
}

std::size_t TaskMemory::read(std::uint64_t address, std::span<std::byte> out) const {
  constexpr std::size_t page = 4096;
  std::size_t done = 0;
  while (done < out.size()) {
    // One remote piece a page: the kernel stops at the first piece that it cannot read, and keeps what came before.
    iovec local{out.data() + done, out.size() - done};
    iovec pieces[64];
    std::size_t count = 0, bytes = 0;
    while (count < 64 && bytes < local.iov_len) {
      const std::uint64_t from = address + done + bytes;
      const std::size_t size = std::min<std::size_t>(page - from % page, local.iov_len - bytes);
      pieces[count++] = {word(from), size};
      bytes += size;
    }
    local.iov_len = bytes;
    const ssize_t got = ::process_vm_readv(tid_, &local, 1, pieces, count, 0);
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
    if (static_cast<std::size_t>(got) < bytes) break;
  }
  return done;
}

bool TaskMemory::write(std::uint64_t address, std::span<const std::byte> bytes) const {
  const iovec local{const_cast<std::byte*>(bytes.data()), bytes.size()};
  const iovec remote{word(address), bytes.size()};
  if (::process_vm_writev(tid_, &local, 1, &remote, 1, 0) == static_cast<ssize_t>(bytes.size())) return true;
  if (bytes.size() % sizeof(std::uintptr_t) != 0) return false;
  for (std::size_t at = 0; at < bytes.size(); at += sizeof(std::uintptr_t)) {
    std::uintptr_t value = 0;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    if (request(PTRACE_POKEDATA, tid_, word(address + at), word(value)) != 0) return false;
  }
  return true;
}

}  // namespace lwptrace::engine
