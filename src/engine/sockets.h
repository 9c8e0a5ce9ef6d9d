// A tracee's socket, as what is told of it through a copy of the descriptor. It changes nothing of the socket.
#pragma once

#include <lwptrace/event.h>
#include <lwptrace/ids.h>

#include <optional>

namespace lwptrace::engine {

struct Socket {
  int family = 0;
  bool streams = false;              // of AF_UNIX or TCP: bytes without bounds
  bool at_mark = false;              // the next byte to receive comes after urgent data, at which a call ends
  Nanos receiving = 0, sending = 0;  // its timeouts (SO_RCVTIMEO, SO_SNDTIMEO); 0: none
};

// Nothing: it is no socket, or cannot be had (Linux 5.6; a thread's own, 6.9).
[[nodiscard]] std::optional<Socket> look_at_socket(Tid tid, int fd);

// Of a timeout. One for ever is cut short, for a deadline must not overflow.
[[nodiscard]] Nanos nanos(std::int64_t seconds, Nanos rest);

}  // namespace lwptrace::engine
