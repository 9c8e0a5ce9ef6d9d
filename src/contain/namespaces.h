// Namespaces of our own. A process enters those of users and of mounts once; each program in it gets further ones for
// itself: pids, mounts, IPC, network and the host's name, of which it is the first process.
#pragma once

#include <lwptrace/result.h>
#include <sys/types.h>

#include <functional>

namespace lwptrace::contain {

// Who is who stays as it is: root maps every user to himself, anybody else only himself. Root that may not have a user
// namespace goes without one; mounts are needed. True: there is a user namespace.
[[nodiscard]] Result<bool> enter_namespaces();

// fork(2) into further namespaces: the child is pid 1 of its own. -1 with errno. When it ends, the kernel kills
// whatever is left in there, and it is reported only after that.
[[nodiscard]] pid_t fork_first();

void bring_up_loopback();

// Whether all of this can be had here, tried in a process of its own. An Error says what cannot.
[[nodiscard]] Result<bool> can_contain();

}  // namespace lwptrace::contain
