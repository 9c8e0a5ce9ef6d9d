// What /proc says of a task. Parsers of text (pure, tested with literal text) and one thin reader for each file.
// A task that is gone is data: readers answer with nothing. Formats: proc(5), Documentation/filesystems/proc.rst.
#pragma once

#include <lwptrace/observation.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/stat.h>

namespace lwptrace::procfs {

struct TaskStatus {  // /proc/TID/status
  std::string comm;
  Tid tgid = 0, ppid = 0;
  std::uint32_t uid = 0, gid = 0;  // effective
  std::vector<Tid> ns_tids;        // NSpid: in our namespace first, then in each nested one
  std::uint64_t blocked = 0, ignored = 0, caught = 0;
  std::uint64_t pending = 0, shared_pending = 0;  // of this thread alone, of its group
  std::optional<int> seccomp_filters;             // how many it runs under (Linux 5.9)
  bool no_new_privs = false;
  Tid tracer = 0;              // 0: nobody traces it
  std::uint64_t peak_kib = 0;  // its memory at its largest, since its exec

  // Its tids in the pid namespaces below ours.
  [[nodiscard]] std::vector<Tid> nested_tids() const {
    return {ns_tids.begin() + (ns_tids.empty() ? 0 : 1), ns_tids.end()};
  }
};

// Whether a mask of TaskStatus has the signal.
[[nodiscard]] constexpr bool has_signal(std::uint64_t mask, int signo) {
  return signo >= 1 && signo <= 64 && ((mask >> (signo - 1)) & 1) != 0;
}

struct TaskStat {  // /proc/TGID/task/TID/stat
  TaskPeek peek;
  bool running = false;          // on a CPU, or waiting for one
  int cpu = -1;                  // the last that it was on
  bool uninterruptible = false;  // state D: asleep, and nothing but its end or what it waits for wakes it
  bool kernel_thread = false;    // PF_KTHREAD
  bool kernel_worker = false;    // a thread of a user process that the kernel made for itself: io_uring's, vhost's
  Tid ppid = 0;
  int exit_signal = -1;                            // -1: a thread that is no leader
  int exit_code = 0;                               // the task's own, as a wait status; of a living one it means nothing
  std::uint64_t utime_ticks = 0, stime_ticks = 0;  // sysconf(_SC_CLK_TCK) a second
  std::uint64_t ignored = 0, caught = 0;           // of its group, and of the signals up to 31 alone
};

[[nodiscard]] std::optional<TaskStatus> parse_status(std::string_view text);
[[nodiscard]] std::optional<TaskStat> parse_stat(std::string_view text);
struct Pidfd {
  Tid target = 0;
  bool of_thread = false;  // PIDFD_THREAD
  bool operator==(const Pidfd&) const = default;
};
// Of a pidfd's /proc/TID/fdinfo: whom it stands for. Nothing for any other descriptor, for a task that was reaped, and
// for one that our pid namespace does not have.
[[nodiscard]] std::optional<Pidfd> parse_pidfd(std::string_view text);
[[nodiscard]] std::vector<std::string> parse_cmdline(std::string_view bytes);

// Sees to it that what is read below is of our own pid namespace (own.cc). False: /proc is another one's or not
// mounted, and no other could be had; most of what is asked for will be unknown then, or a stranger's.
[[nodiscard]] bool find_own();
// Opens a path below /proc, or below the one that was found instead, to read; a descriptor or -1 and errno.
[[nodiscard]] int open_file(const char* path, int flags = 0);
// The same for one that is read and closed at once: a descriptor is kept for it, whatever else has used up the others.
[[nodiscard]] int open_briefly(const char* path, int flags = 0);
void close_briefly(int fd);
[[nodiscard]] std::string read_link(const char* path);
[[nodiscard]] bool stat_file(const char* path, struct stat& file);  // what a link leads to
[[nodiscard]] std::string path_of_descriptor(Tid tid, int fd);      // `fd` as `tid` counts its descriptors

// How often a file, link or folder below /proc has been looked at so far. Whoever reads a kept descriptor again counts
// it.
[[nodiscard]] std::uint64_t reads();
void count_read();

// The whole file, at most `limit` bytes; nothing when it cannot be opened.
[[nodiscard]] std::optional<std::string> read_file(const char* path, std::size_t limit = std::size_t{1} << 20);

[[nodiscard]] std::optional<TaskStatus> status(Tid tid);
[[nodiscard]] std::optional<TaskStat> stat(Tid tgid, Tid tid);

// The stat files of a few thread-group leaders, kept open: half the price, where one is asked for again and again.
class KeptStats {
 public:
  ~KeptStats();
  // `running` is not told of one that waits for the CPU that we are on: it has not run while its file was written.
  [[nodiscard]] std::optional<TaskStat> leader(Tid tgid);
  void forget(Tid tgid);  // it has ended

 private:
  struct Kept {
    Tid tgid = 0;
    int fd = -1;
  };
  std::vector<Kept> kept_;
};

// The code that exit_group or a fatal signal has given the whole group, as a wait status (since Linux 6.8); else its
// leader's own, or 0.
[[nodiscard]] int group_exit_code(Tid tgid);
[[nodiscard]] std::optional<Nanos> cpu_time(Tid tgid, Tid tid);  // schedstat: nanoseconds spent on a CPU
[[nodiscard]] std::optional<Pidfd> pidfd(Tid tid, int fd);
[[nodiscard]] std::string comm(Tid tid);
[[nodiscard]] std::string exe(Tid tid);
// What the file that it executes would make of whoever executes it: set-user-ID and set-group-ID, where the mount and
// the user namespace let them count.
struct FileIdentity {
  std::optional<std::uint32_t> uid, gid;
};
[[nodiscard]] FileIdentity file_identity(Tid tid);
[[nodiscard]] std::vector<std::string> cmdline(Tid tid);
struct User {
  std::uint32_t uid = 0, gid = 0;
};
// As whom it acts (the effective ones): the owner of its folder, which costs a tenth of its status file.
[[nodiscard]] std::optional<User> user(Tid tid);
[[nodiscard]] std::vector<Tid> children();         // of the calling thread
[[nodiscard]] std::vector<Tid> processes();        // all that /proc shows, by pid
[[nodiscard]] std::vector<Tid> threads(Tid tgid);  // all of a group, by tid
// The first dozen threads of a group, or so: enough to meet one that lives, at a price that does not grow with it.
[[nodiscard]] std::vector<Tid> some_threads(Tid tgid);

}  // namespace lwptrace::procfs
