// The argument orders of the ABIs and the growing struct of clone3, turned into one CloneCall.
#include "decoders/clone.h"

#include <asm/unistd.h>
#include <fmt/format.h>
#include <lwptrace/names.h>

#include <algorithm>
#include <array>
#include <climits>
#include <csignal>
#include <cstddef>
#include <cstring>

#include "decoders/memory.h"
#include "decoders/tables/clone_flags.h"
#include "decoders/tables/numbers.h"

namespace lwptrace::decoders {
namespace {

constexpr std::uint64_t kLegacyBits = 0xffffffff;  // clone(2) ignores what stands above
constexpr std::size_t kMaxSetTid = 32;             // the deepest nesting of pid namespaces
constexpr std::size_t kMaxTail = 256;

// struct clone_args of Linux 5.7 and later; earlier ones end after tls (64 bytes, 5.3) or set_tid_size (80, 5.5).
struct CloneArgs {
  std::uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
  std::uint64_t set_tid, set_tid_size;
  std::uint64_t cgroup;
};
static_assert(sizeof(CloneArgs) == 88);

// A 32-bit program passes a struct user_desc (set_thread_area(2)) where a 64-bit one passes the address itself.
std::uint64_t tls_base(Abi abi, std::uint64_t tls, const MemoryReader& memory) {
  constexpr std::uint64_t kBaseAddrOffset = 4;
  if (abi != Abi::i386) return tls;
  return read_value<std::uint32_t>(memory, tls + kBaseAddrOffset).value_or(tls);
}

void take_exit_signal(CloneCall& call, std::uint64_t raw) {
  call.exit_signal_raw = raw;
  const bool thread = call.has(tables::kCLONE_THREAD);
  call.exit_signal = thread ? 0 : static_cast<int>(std::min<std::uint64_t>(raw, INT_MAX));
}

void take_legacy_flags(CloneCall& call, std::uint64_t raw) {
  call.flags_raw = raw;
  call.flags = raw & kLegacyBits & ~tables::kCSIGNAL;
  take_exit_signal(call, raw & tables::kCSIGNAL);
}

void decode_clone(CloneCall& call, const SyscallFrame& frame, const MemoryReader& memory) {
  // x86-64 and x32: flags, stack, parent_tid, child_tid, tls. i386 (CONFIG_CLONE_BACKWARDS): tls before child_tid.
  const bool backwards = call.abi == Abi::i386;
  take_legacy_flags(call, frame.args[0]);
  call.stack = frame.args[1];
  call.parent_tid = frame.args[2];
  call.child_tid = frame.args[backwards ? 4 : 3];
  call.tls = frame.args[backwards ? 3 : 4];
  // One argument serves two flags, which is why they exclude each other here.
  if (call.has(tables::kCLONE_PIDFD)) call.pidfd = call.parent_tid;
  if (call.has(tables::kCLONE_SETTLS)) call.tls = tls_base(call.abi, call.tls, memory);
}

std::string hex(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned>(byte));
  return text;
}

void decode_clone3(CloneCall& call, const SyscallFrame& frame, const MemoryReader& memory) {
  const std::uint64_t address = frame.args[0];
  call.args_size = frame.args[1];

  std::array<std::byte, sizeof(CloneArgs)> bytes{};
  const std::size_t wanted = std::min<std::uint64_t>(call.args_size, bytes.size());
  const std::size_t got = memory.read(address, std::span(bytes).first(wanted));
  call.unreadable = got < wanted;
  CloneArgs args{};  // what the size leaves out is zero, as in the kernel
  std::memcpy(&args, bytes.data(), got);

  call.flags_raw = call.flags = args.flags;
  take_exit_signal(call, args.exit_signal);
  call.pidfd = args.pidfd;
  call.child_tid = args.child_tid;
  call.parent_tid = args.parent_tid;
  call.stack = args.stack;
  call.stack_size = args.stack_size;
  call.tls = call.has(tables::kCLONE_SETTLS) ? tls_base(call.abi, args.tls, memory) : args.tls;
  call.set_tid_addr = args.set_tid;
  call.set_tid_size = args.set_tid_size;
  call.cgroup = args.cgroup;

  if (args.set_tid != 0) {
    std::array<Tid, kMaxSetTid> tids{};
    const auto some = std::span(tids).first(std::min<std::uint64_t>(args.set_tid_size, kMaxSetTid));
    const std::size_t whole = memory.read(args.set_tid, std::as_writable_bytes(some)) / sizeof(Tid);
    call.set_tid.assign(tids.begin(), tids.begin() + static_cast<std::ptrdiff_t>(whole));
  }
  if (call.args_size > sizeof args) {
    std::array<std::byte, kMaxTail> tail{};
    const auto some = std::span(tail).first(std::min<std::uint64_t>(call.args_size - sizeof args, kMaxTail));
    const std::size_t read = memory.read(address + sizeof args, some);
    call.args_tail = hex(std::span(tail).first(read));
    call.unreadable = call.unreadable || read < some.size();
  }
}

// Of the flags, clone can pass on the low half alone, and of the words only those that its flags make it read. The C
// library takes some bytes off the top of the stack, for alignment and for the newborn's function and argument.
bool says_the_same(const CloneArgs& args, const CloneCall& call, const MemoryReader& memory) {
  constexpr std::uint64_t kTaken = 64;
  if ((args.flags & kLegacyBits) != call.flags || args.exit_signal != call.exit_signal_raw) return false;
  if (args.stack + args.stack_size - call.stack >= kTaken) return false;
  const bool child_tid = call.has(tables::kCLONE_CHILD_SETTID) || call.has(tables::kCLONE_CHILD_CLEARTID);
  return (!child_tid || args.child_tid == call.child_tid) &&
         (!call.has(tables::kCLONE_PARENT_SETTID) || args.parent_tid == call.parent_tid) &&
         (!call.has(tables::kCLONE_PIDFD) || args.pidfd == call.pidfd) &&
         (!call.has(tables::kCLONE_SETTLS) || tls_base(call.abi, args.tls, memory) == call.tls);
}

}  // namespace

SyscallFrame normalised(SyscallFrame frame) {
  if (frame.abi == Abi::x86_64 && (frame.nr & __X32_SYSCALL_BIT) != 0) frame.abi = Abi::x32;
  if (frame.abi == Abi::i386) {
    for (std::uint64_t& arg : frame.args) arg &= 0xffffffff;
  }
  return frame;
}

CloneCall decode_clone_call(const SyscallFrame& registers, const MemoryReader& memory) {
  const SyscallFrame frame = normalised(registers);
  CloneCall call;
  call.abi = frame.abi;
  call.via = via_of_call(call.abi, frame.nr);
  switch (call.via) {
    case Via::clone:
      decode_clone(call, frame, memory);
      break;
    case Via::clone3:
      decode_clone3(call, frame, memory);
      break;
    case Via::fork:
      take_legacy_flags(call, SIGCHLD);
      break;
    case Via::vfork:
      take_legacy_flags(call, tables::kCLONE_VFORK | tables::kCLONE_VM | SIGCHLD);
      break;
    default:
      break;
  }
  return call;
}

bool prepared_for_clone3(const CloneCall& call, std::uint64_t sp, const MemoryReader& memory) {
  // A fork (no stack) is too little to go by: a signal number among zeros stands on many a stack.
  if (call.via != Via::clone || call.stack == 0) return false;
  constexpr std::size_t kOldestSize = offsetof(CloneArgs, set_tid);
  constexpr std::size_t kStep = 4;       // how i386 aligns 64-bit fields
  std::array<std::byte, 1024> frames{};  // glibc 2.36: 88 bytes up in pthread_create, 120 in posix_spawn
  const std::size_t got = memory.read(sp, frames);
  for (std::size_t at = 0; at + kOldestSize <= got; at += kStep) {
    CloneArgs args{};
    std::memcpy(&args, frames.data() + at, kOldestSize);
    if (says_the_same(args, call, memory)) return true;
  }
  return false;
}

}  // namespace lwptrace::decoders
