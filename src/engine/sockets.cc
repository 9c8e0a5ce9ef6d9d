// Nothing but a socket is copied: to close another file may do things.
#include "engine/sockets.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "procfs/procfs.h"

namespace lwptrace::engine {

namespace {

template <class Value>
bool ask(int fd, int option, Value& value) {
  socklen_t size = sizeof value;
  return ::getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0;
}

}  // namespace

Nanos nanos(std::int64_t seconds, Nanos rest) {
  constexpr std::int64_t for_ever = 1'000'000'000;
  constexpr Nanos second = 1'000'000'000;
  return std::clamp<std::int64_t>(seconds, 0, for_ever) * second + rest;
}

std::optional<Socket> look_at_socket(Tid tid, int fd) {
  if (procfs::read_link(procfs::path_of_descriptor(tid, fd).c_str()).rfind("socket:", 0) != 0) return std::nullopt;
  constexpr long of_thread = O_EXCL;  // PIDFD_THREAD
  int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, tid, of_thread));
  if (pidfd < 0) pidfd = static_cast<int>(::syscall(SYS_pidfd_open, tid, 0));
  if (pidfd < 0) return std::nullopt;
  const int copy = static_cast<int>(::syscall(SYS_pidfd_getfd, pidfd, fd, 0));
  ::close(pidfd);
  if (copy < 0) return std::nullopt;
  Socket socket;
  timeval receiving{}, sending{};
  int type = 0, protocol = 0;
  const bool known = ask(copy, SO_DOMAIN, socket.family) && ask(copy, SO_TYPE, type) &&
                     ask(copy, SO_PROTOCOL, protocol) && ask(copy, SO_RCVTIMEO, receiving) &&
                     ask(copy, SO_SNDTIMEO, sending);
  socket.streams =
      type == SOCK_STREAM && (socket.family == AF_UNIX || protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP);
  socket.at_mark = socket.streams && ::sockatmark(copy) == 1;
  ::close(copy);
  socket.receiving = nanos(receiving.tv_sec, receiving.tv_usec * Nanos{1000});
  socket.sending = nanos(sending.tv_sec, sending.tv_usec * Nanos{1000});
  return known ? std::optional(socket) : std::nullopt;
}

}  // namespace lwptrace::engine
