// What engine/untraced.h promises, through registers and memory of the stopped task. Next: engine.cc, which calls it.
#include "engine/untraced.h"

#include <sched.h>

#include <algorithm>
#include <span>

#include "decoders/clone.h"
#include "engine/ptrace.h"

namespace lwptrace::engine {

// clone's flags are its first argument; clone3's are the first word of the struct that it points to. Where that word
// cannot be written (a shared mapping of a file, read only) a copy of the struct below the stack takes its place.
std::optional<Undo> take_out_untraced(Tid tid) {
  Registers registers;
  if (registers.read_call(tid) != 0) return std::nullopt;
  const TaskMemory memory(tid);
  const SyscallFrame frame = registers.syscall();
  const CloneCall call = decoders::decode_clone_call(frame, memory);
  const std::uint64_t flags = call.flags_raw & ~std::uint64_t{CLONE_UNTRACED};
  const auto flag_bytes = std::as_bytes(std::span(&flags, 1));
  Undo undo{frame.args[0], 0, {}};
  std::uint64_t argument = undo.first_argument;
  if (call.via != Via::clone3) {
    argument = flags;
  } else {
    constexpr std::uint64_t red_zone = 128, alignment = 16;
    std::vector<std::byte> args((call.args_size + alignment - 1) / alignment * alignment);
    if (memory.read(argument, std::span(args).first(call.args_size)) != call.args_size) return std::nullopt;
    undo.bytes.assign(args.begin(), args.begin() + sizeof flags);
    undo.address = argument;
    if (!memory.write(argument, flag_bytes)) {
      undo.bytes.resize(args.size());
      undo.address = argument = (frame.sp - red_zone - args.size()) / alignment * alignment;
      std::copy(flag_bytes.begin(), flag_bytes.end(), args.begin());
      if (memory.read(argument, undo.bytes) != args.size() || !memory.write(argument, args)) return std::nullopt;
    }
  }
  if (argument != undo.first_argument) (void)registers.set_first_argument(tid, argument);
  return undo;
}

void put_back(Tid tid, const Undo& undo) {
  Registers registers;
  if (registers.read_call(tid) != 0) return;
  if (!undo.bytes.empty()) (void)TaskMemory(tid).write(undo.address, undo.bytes);
  if (registers.syscall().args[0] != undo.first_argument) (void)registers.set_first_argument(tid, undo.first_argument);
}

}  // namespace lwptrace::engine
