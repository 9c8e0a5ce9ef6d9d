// A /proc shows the pid namespace of whoever mounted it. In another one (unshare --pid without --mount-proc) it shows
// strangers under our numbers, which is worse than none. Who may mount a /proc may have one that is attached to no
// directory (fsmount(2), Linux 5.2): nobody else sees it.
#include <fcntl.h>
#include <linux/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "procfs/procfs.h"

namespace lwptrace::procfs {

namespace {

constexpr char proc[] = "/proc/";
int own = -1;      // a detached /proc of our pid namespace
int reserve = -1;  // a descriptor that stands for nothing
std::uint64_t looked = 0;

int keep_one() { return ::open("/", O_PATH | O_CLOEXEC); }

bool shows_us(int directory, const char* self) {
  char number[16] = "";
  return ::readlinkat(directory, self, number, sizeof number - 1) > 0 && std::atoi(number) == ::getpid();
}

struct Place {  // for openat(2) and its like
  int directory;
  const char* path;
};

Place place_of(const char* path) {
  const bool below_proc = std::strncmp(path, proc, sizeof proc - 1) == 0;
  if (below_proc) ++looked;
  if (own < 0 || !below_proc) return {AT_FDCWD, path};
  return {own, path + sizeof proc - 1};
}

int mount_detached() {
  const int context = static_cast<int>(::syscall(SYS_fsopen, "proc", FSOPEN_CLOEXEC));
  if (context < 0) return -1;
  const bool made = ::syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) == 0;
  const int mounted = made ? static_cast<int>(::syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0)) : -1;
  ::close(context);
  return mounted;
}

}  // namespace

bool find_own() {
  reserve = keep_one();
  if (own < 0 && shows_us(AT_FDCWD, "/proc/self")) return true;
  if (own < 0) own = mount_detached();
  return own >= 0 && shows_us(own, "self");
}

std::uint64_t reads() { return looked; }

void count_read() { ++looked; }

int open_file(const char* path, int flags) {
  const Place place = place_of(path);
  return ::openat(place.directory, place.path, O_RDONLY | O_CLOEXEC | flags);
}

int open_briefly(const char* path, int flags) {
  int fd = open_file(path, flags);
  if (fd < 0 && errno == EMFILE && reserve >= 0) {
    ::close(reserve);
    reserve = -1;
    fd = open_file(path, flags);
  }
  return fd;
}

void close_briefly(int fd) {
  ::close(fd);
  if (reserve < 0) reserve = keep_one();
}

bool stat_file(const char* path, struct stat& file) {
  const Place place = place_of(path);
  return ::fstatat(place.directory, place.path, &file, 0) == 0;
}

std::string read_link(const char* path) {
  const Place place = place_of(path);
  char target[4096];
  const ssize_t length = ::readlinkat(place.directory, place.path, target, sizeof target);
  return length > 0 ? std::string(target, static_cast<std::size_t>(length)) : std::string();
}

}  // namespace lwptrace::procfs
