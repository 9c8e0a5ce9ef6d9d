// What a task shows of itself that was there before us. How it was born is past.
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "engine/ptrace.h"
#include "engine/snapshot.h"
#include "procfs/procfs.h"

namespace lwptrace::engine {

namespace {

// The word that the kernel clears at the end of a thread that glibc made. The kernel tells it to nobody else, but glibc
// keeps it in its thread descriptor, 16 bytes before the list of robust mutexes, whose address can be asked for. It is
// that word if it holds `own`, its tid as it counts itself.
std::optional<ChildTid> tid_word(Tid tid, Tid own) {
  constexpr std::uint64_t from_word_to_list = 0x10;
  std::uint64_t list = 0;
  std::size_t size = 0;
  if (::syscall(SYS_get_robust_list, tid, &list, &size) != 0 || list < from_word_to_list) return std::nullopt;
  Tid value = 0;
  if (!TaskMemory(tid).get(list - from_word_to_list, value) || value != own) return std::nullopt;
  return ChildTid{Address{list - from_word_to_list}, false, true, value};
}

}  // namespace

Attached Snapshot::attached(Tid tid, Tid tgid) {
  // One of its family may be in a pid namespace that it made long ago, or have io_uring.
  nesting_ = kernel_threads_ = true;
  Attached found;
  found.tgid = tgid;
  found.comm = procfs::comm(tid);
  if (const auto status = procfs::status(tid)) {
    found.ppid = status->ppid;
    found.uid = status->uid;
    found.ns_tids = status->nested_tids();
    found.ignores_sigchld = procfs::has_signal(status->ignored, SIGCHLD);
  }
  if (const auto stat = procfs::stat(tgid, tid)) found.exit_signal.signo = std::max(stat->exit_signal, 0);
  if (const pid_t pgid = ::getpgid(tid); pgid > 0) found.pgid = pgid;
  if (const pid_t sid = ::getsid(tid); sid > 0) found.sid = sid;
  if (tid == tgid) {
    found.file = procfs::exe(tid);
    found.argv = procfs::cmdline(tid);
  }
  Registers registers;
  if (registers.read(tid) != 0) return found;  // it sleeps where it cannot be stopped
  found.abi = registers.is_i386() ? Abi::i386 : Abi::x86_64;
  if (registers.fs_base() != 0) found.fs_base = Address{registers.fs_base()};
  if (!registers.is_i386()) found.child_tid = tid_word(tid, found.ns_tids.empty() ? tid : found.ns_tids.back());
  return found;
}

}  // namespace lwptrace::engine
