// The calls that answer with what they have done when a signal wakes them: which of them do the rest if they are made
// again, with arguments that are in registers. Those of vectors (writev, sendmsg) and i386's socketcall have theirs in
// memory, which other threads see.
//
// Whether a call was woken, or has ended by itself, its answer does not show. One that has ended for an error, at the
// end of the data or because it does not wait finds the same again, and has answered with its part then. An
// io_uring_enter may not: the events for which it waited may be another thread's by then.
#include "engine/undisturbed.h"

#include <lwptrace/names.h>
#include <sys/socket.h>

#include <algorithm>
#include <string>

#include "engine/sockets.h"
#include "procfs/procfs.h"

namespace lwptrace::engine {

namespace {

enum class Parted : std::uint8_t { no, write, send, receive };

Parted parted(Abi abi, std::uint64_t nr) {
  const std::string name = syscall_name(abi, nr);
  if (name == "write") return Parted::write;
  if (name == "sendto") return Parted::send;
  return name == "recvfrom" ? Parted::receive : Parted::no;
}

// Whatever more is asked for: MAX_RW_COUNT.
std::uint64_t most_of(const SyscallFrame& call) { return std::min<std::uint64_t>(call.args[2], 0x7ffff000); }

bool is_pipe(Tid tid, int fd) {
  struct stat file {};
  return procfs::stat_file(procfs::path_of_descriptor(tid, fd).c_str(), file) && S_ISFIFO(file.st_mode);
}

Wait wait_for(Nanos timeout) { return timeout == 0 ? Wait{} : Wait{timeout, 0}; }

}  // namespace

bool may_have_a_rest(const SyscallFrame& call, std::int64_t done) {
  if (done <= 0 || static_cast<std::uint64_t>(done) >= most_of(call)) return false;
  // Where the kernel has prepared to make a call again by itself its number stands for the answer.
  if (static_cast<std::uint64_t>(done) == call.nr) return false;
  const bool of_either_table = call.abi == Abi::x86_64;
  return parted(call.abi, call.nr) != Parted::no || (of_either_table && parted(Abi::i386, call.nr) != Parted::no);
}

std::optional<Rest> rest_of(Tid tid, const SyscallFrame& call, std::int64_t done) {
  const Parted kind = parted(call.abi, call.nr);
  if (kind == Parted::no || !may_have_a_rest(call, done)) return std::nullopt;
  Rest rest{call, {}, false};
  rest.call.args[1] += static_cast<std::uint64_t>(done);
  rest.call.args[2] = most_of(call) - static_cast<std::uint64_t>(done);
  const int fd = static_cast<int>(call.args[0]);
  if (kind == Parted::write && is_pipe(tid, fd)) return rest;

  const auto socket = look_at_socket(tid, fd);
  if (!socket || !socket->streams) return std::nullopt;
  rest.wait = wait_for(kind == Parted::receive ? socket->receiving : socket->sending);
  // Other flags than these are for calls that do not wait, or that count what they have done in another way.
  const auto flags = static_cast<std::uint32_t>(call.args[3]);
  const auto has_but = [&](int known) { return (flags & ~static_cast<std::uint32_t>(known)) != 0; };
  switch (kind) {
    case Parted::write:  // when a part is done, a peer who goes raises no SIGPIPE
      rest.spares_sigpipe = true;
      return rest;
    case Parted::send:
      if (has_but(MSG_NOSIGNAL | MSG_MORE)) return std::nullopt;
      rest.call.args[3] |= MSG_NOSIGNAL;
      return rest;
    default:
      if ((flags & MSG_WAITALL) == 0 || has_but(MSG_WAITALL | MSG_NOSIGNAL) || socket->at_mark) return std::nullopt;
      return rest;
  }
}

}  // namespace lwptrace::engine
