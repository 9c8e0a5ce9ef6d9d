// What /proc says of a task. Parsers of text (pure, tested with literal text) and one thin reader for each file.
// A task that is gone is data: readers answer with nothing. Formats: proc(5), Documentation/filesystems/proc.rst.
#pragma once

#include <lwptrace/observation.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lwptrace::procfs {

struct TaskStatus {  // /proc/TID/status
  Tid tgid = 0, ppid = 0;
  std::uint32_t uid = 0;     // effective
  std::vector<Tid> ns_tids;  // NSpid: in our namespace first, then in each nested one
  std::uint64_t blocked = 0, ignored = 0, caught = 0;
  std::optional<int> seccomp_filters;  // how many it runs under (Linux 5.9)
};

struct TaskStat {  // /proc/TGID/task/TID/stat
  TaskPeek peek;
  bool running = false;
  int exit_code = 0;                               // the task's own, as a wait status; of a living one it means nothing
  std::uint64_t utime_ticks = 0, stime_ticks = 0;  // sysconf(_SC_CLK_TCK) a second
};

[[nodiscard]] std::optional<TaskStatus> parse_status(std::string_view text);
[[nodiscard]] std::optional<TaskStat> parse_stat(std::string_view text);
// Of a pidfd's /proc/TID/fdinfo: the process (PIDFD_THREAD: the thread) that it stands for. Nothing for any other
// descriptor, for a process that was reaped, and for one that our pid namespace does not have.
[[nodiscard]] std::optional<Tid> parse_pidfd(std::string_view text);
[[nodiscard]] std::vector<std::string> parse_cmdline(std::string_view bytes);

// The whole file, at most `limit` bytes; nothing when it cannot be opened.
[[nodiscard]] std::optional<std::string> read_file(const char* path, std::size_t limit = std::size_t{1} << 20);

[[nodiscard]] std::optional<TaskStatus> status(Tid tid);
[[nodiscard]] std::optional<TaskStat> stat(Tid tgid, Tid tid);
// The code that exit_group or a fatal signal has given the whole group, as a wait status (since Linux 6.8); else its
// leader's own, or 0.
[[nodiscard]] int group_exit_code(Tid tgid);
[[nodiscard]] std::optional<Nanos> cpu_time(Tid tgid, Tid tid);  // schedstat: nanoseconds spent on a CPU
[[nodiscard]] std::optional<Tid> pidfd_target(Tid tid, int fd);  // `fd` as `tid` counts its descriptors
[[nodiscard]] std::string comm(Tid tid);
[[nodiscard]] std::string exe(Tid tid);
[[nodiscard]] std::vector<std::string> cmdline(Tid tid);
[[nodiscard]] std::vector<Tid> children();  // of the calling thread
// The first dozen threads of a group, or so: enough to meet one that lives, at a price that does not grow with it.
[[nodiscard]] std::vector<Tid> some_threads(Tid tgid);

}  // namespace lwptrace::procfs
