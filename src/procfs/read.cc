// The readers of procfs.h: open, read, close. They run while a tracee is stopped, so each reads one small file.
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "procfs/procfs.h"

namespace lwptrace::procfs {

std::optional<std::string> read_file(const char* path, std::size_t limit) {
  const int fd = open_briefly(path);
  if (fd < 0) return std::nullopt;
  std::string text;
  char buffer[4096];
  while (text.size() < limit) {
    const ssize_t got = ::read(fd, buffer, std::min(sizeof buffer, limit - text.size()));
    if (got < 0) {
      close_briefly(fd);
      return std::nullopt;
    }
    text.append(buffer, static_cast<std::size_t>(got));
    if (static_cast<std::size_t>(got) < sizeof buffer) break;  // /proc fills the buffer while it has more
  }
  close_briefly(fd);
  return text;
}

std::optional<TaskStatus> status(Tid tid) {
  const auto text = read_file(fmt::format("/proc/{}/status", tid).c_str());
  return text ? parse_status(*text) : std::nullopt;
}

std::optional<TaskStat> stat(Tid tgid, Tid tid) {
  const auto text = read_file(fmt::format("/proc/{}/task/{}/stat", tgid, tid).c_str());
  return text ? parse_stat(*text) : std::nullopt;
}

KeptStats::~KeptStats() {
  for (const Kept& one : kept_) ::close(one.fd);
}

std::optional<TaskStat> KeptStats::leader(Tid tgid) {
  auto found = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& one) { return one.tgid == tgid; });
  if (found == kept_.end()) {
    constexpr std::size_t a_few = 16;
    const int fd = open_file(fmt::format("/proc/{}/task/{}/stat", tgid, tgid).c_str());
    if (fd < 0) return stat(tgid, tgid);
    if (kept_.size() == a_few) forget(kept_.front().tgid);
    found = kept_.insert(kept_.end(), Kept{tgid, fd});
  } else {
    count_read();
  }
  char text[1024];
  const int here = ::sched_getcpu();
  const ssize_t got = ::pread(found->fd, text, sizeof text, 0);
  auto stat = got > 0 ? parse_stat({text, static_cast<std::size_t>(got)}) : std::nullopt;
  if (stat && stat->running && stat->cpu == here && ::sched_getcpu() == here) stat->running = false;
  return stat;
}

void KeptStats::forget(Tid tgid) {
  const auto found = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& one) { return one.tgid == tgid; });
  if (found == kept_.end()) return;
  ::close(found->fd);
  kept_.erase(found);
}

int group_exit_code(Tid tgid) {
  const auto text = read_file(fmt::format("/proc/{}/stat", tgid).c_str());
  const auto stat = text ? parse_stat(*text) : std::nullopt;
  return stat ? stat->exit_code : 0;
}

std::optional<Nanos> cpu_time(Tid tgid, Tid tid) {
  const auto text = read_file(fmt::format("/proc/{}/task/{}/schedstat", tgid, tid).c_str());
  if (!text || text->empty()) return std::nullopt;
  return std::strtoll(text->c_str(), nullptr, 10);
}

std::optional<Pidfd> pidfd(Tid tid, int fd) {
  const auto text = read_file(fmt::format("/proc/{}/fdinfo/{}", tid, fd).c_str());
  return text ? parse_pidfd(*text) : std::nullopt;
}

std::string comm(Tid tid) {
  std::string name = read_file(fmt::format("/proc/{}/comm", tid).c_str()).value_or("");
  if (!name.empty() && name.back() == '\n') name.pop_back();
  return name;
}

std::string path_of_descriptor(Tid tid, int fd) { return fmt::format("/proc/{}/fd/{}", tid, fd); }

std::string exe(Tid tid) { return read_link(fmt::format("/proc/{}/exe", tid).c_str()); }

FileIdentity file_identity(Tid tid) {
  FileIdentity identity;
  struct stat file {};
  struct statfs mount {};
  const std::string path = fmt::format("/proc/{}/exe", tid);  // leads to the file itself, wherever that is
  if (!stat_file(path.c_str(), file) || (file.st_mode & (S_ISUID | S_ISGID)) == 0) return identity;
  const int fd = open_briefly(path.c_str(), O_PATH);
  if (fd < 0) return identity;
  const bool known = ::fstatfs(fd, &mount) == 0;
  close_briefly(fd);
  if (!known || (mount.f_flags & ST_NOSUID) != 0) return identity;
  const auto user_namespace = [](const std::string& of) { return read_link(("/proc/" + of + "/ns/user").c_str()); };
  if (user_namespace(std::to_string(tid)) != user_namespace("self")) return identity;
  constexpr mode_t set_group_id = S_ISGID | S_IXGRP;  // without the x it is for mandatory locks
  if ((file.st_mode & S_ISUID) != 0) identity.uid = file.st_uid;
  if ((file.st_mode & set_group_id) == set_group_id) identity.gid = file.st_gid;
  return identity;
}

std::vector<std::string> cmdline(Tid tid) {
  constexpr std::size_t most = std::size_t{16} << 20;  // the kernel takes 6 MiB of arguments at most
  return parse_cmdline(read_file(fmt::format("/proc/{}/cmdline", tid).c_str(), most).value_or(""));
}

// Its files are root's where it is not dumpable, the folder never (task_dump_owner in fs/proc/base.c).
std::optional<User> user(Tid tid) {
  struct stat folder {};
  if (!stat_file(fmt::format("/proc/{}", tid).c_str(), folder)) return std::nullopt;
  return User{folder.st_uid, folder.st_gid};
}

std::vector<Tid> children() {
  std::vector<Tid> tids;
  const std::string text = read_file("/proc/thread-self/children").value_or("");
  for (std::size_t at = 0; at < text.size(); at = std::min(text.find(' ', at), text.size() - 1) + 1) {
    if (const Tid tid = std::atoi(text.c_str() + at); tid > 0) tids.push_back(tid);
  }
  return tids;
}

namespace {

std::vector<Tid> numbers_in(const std::string& directory) {
  std::vector<Tid> tids;
  const int fd = open_file(directory.c_str(), O_DIRECTORY);
  DIR* opened = fd >= 0 ? ::fdopendir(fd) : nullptr;
  if (opened == nullptr) return tids;
  while (const dirent* entry = ::readdir(opened)) {
    if (const Tid tid = std::atoi(entry->d_name); tid > 0) tids.push_back(tid);
  }
  ::closedir(opened);
  std::sort(tids.begin(), tids.end());
  return tids;
}

}  // namespace

std::vector<Tid> processes() { return numbers_in("/proc/."); }

std::vector<Tid> threads(Tid tgid) { return numbers_in(fmt::format("/proc/{}/task", tgid)); }

std::vector<Tid> some_threads(Tid tgid) {
  std::vector<Tid> tids;
  const int fd = open_briefly(fmt::format("/proc/{}/task", tgid).c_str(), O_DIRECTORY);
  if (fd < 0) return tids;
  alignas(dirent64) char buffer[512];
  const ssize_t got = ::getdents64(fd, buffer, sizeof buffer);
  close_briefly(fd);
  for (ssize_t at = 0; at < got;) {
    const auto* entry = reinterpret_cast<const dirent64*>(buffer + at);
    if (const Tid tid = std::atoi(entry->d_name); tid > 0) tids.push_back(tid);
    at += entry->d_reclen;
  }
  return tids;
}

}  // namespace lwptrace::procfs
