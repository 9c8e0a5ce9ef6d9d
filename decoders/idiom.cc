// Which flags are the mark of which habit. The library calls were read off glibc's and musl's own system calls.
#include "decoders/idiom.h"

#include <csignal>

#include "decoders/tables/clone_flags.h"

namespace lwptrace::decoders {

using namespace tables;

Kind kind_of(const CloneCall& call) { return call.has(kCLONE_THREAD) ? Kind::thread : Kind::process; }

Idiom idiom_of(const CloneCall& call) {
  if (call.has(kCLONE_THREAD)) {
    // The marks of a C library's thread: its own TLS, and a tid word that pthread_join waits on. glibc passes
    // 0x3d0f00, musl 0x7d0f00.
    return call.has(kCLONE_SETTLS | kCLONE_CHILD_CLEARTID) ? Idiom::pthread_create : Idiom::clone_thread;
  }
  if (call.has(kCLONE_VM | kCLONE_VFORK)) {
    // On the creator's stack the child may do little before it execs; posix_spawn's has work to do, and its own.
    return call.stack != 0 ? Idiom::posix_spawn : Idiom::vfork;
  }
  constexpr std::uint64_t kTidWords = kCLONE_PARENT_SETTID | kCLONE_CHILD_SETTID | kCLONE_CHILD_CLEARTID;
  if ((call.flags & ~kTidWords) == 0 && call.exit_signal == SIGCHLD) return Idiom::fork;
  if (call.has(kCLONE_VM | kCLONE_FS | kCLONE_FILES | kCLONE_SIGHAND) && call.exit_signal != 0) {
    return Idiom::linuxthreads;
  }
  return Idiom::clone;
}

Shares shares_of(const CloneCall& call) {
  Shares shares;
  shares.vm = call.has(kCLONE_VM);
  shares.fs = call.has(kCLONE_FS);
  shares.files = call.has(kCLONE_FILES);
  shares.sighand = call.has(kCLONE_SIGHAND);
  shares.sysvsem = call.has(kCLONE_SYSVSEM);
  shares.io = call.has(kCLONE_IO);
  shares.thread_group = call.has(kCLONE_THREAD);
  shares.parent = call.has(kCLONE_PARENT);

  static constexpr struct {
    std::uint64_t flags;  // any of them
    const char* name;
  } kNamespaces[] = {
      {kCLONE_NEWNS | kCLONE_EMPTY_MNTNS, "mnt"},
      {kCLONE_NEWCGROUP, "cgroup"},
      {kCLONE_NEWUTS, "uts"},
      {kCLONE_NEWIPC, "ipc"},
      {kCLONE_NEWUSER, "user"},
      {kCLONE_NEWPID, "pid"},
      {kCLONE_NEWNET, "net"},
      {kCLONE_NEWTIME, "time"},
  };
  for (const auto& row : kNamespaces) {
    if ((call.flags & row.flags) != 0) shares.new_ns.emplace_back(row.name);
  }
  return shares;
}

}  // namespace lwptrace::decoders
