// The newer calls (fsopen(2), move_mount(2), mount_setattr(2); Linux 5.12) make a file system that can be filled before
// it covers what it is filled from, and change all mounts below / in one step.
#include "contain/mounts.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace lwptrace::contain {

namespace {

constexpr unsigned long harmless = MS_NOSUID | MS_NODEV;

int error_of(int result) { return result == 0 ? 0 : errno; }

}  // namespace

int make_memory(std::uint64_t bytes) {
  constexpr std::uint64_t file = 4096;  // bytes of the machine's memory that an empty file may take
  const int context = ::fsopen("tmpfs", FSOPEN_CLOEXEC);
  if (context < 0) return -1;
  const auto set = [context](const char* key, const std::string& value) {
    return ::fsconfig(context, FSCONFIG_SET_STRING, key, value.c_str(), 0) == 0;
  };
  const bool made = set("size", std::to_string(bytes)) && set("nr_inodes", std::to_string(1024 + bytes / file)) &&
                    set("mode", "1777") && ::fsconfig(context, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) == 0;
  const int memory = made ? ::fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV) : -1;
  const int error = errno;
  ::close(context);
  errno = error;
  return memory;
}

std::string path_of(int descriptor) { return fmt::format("/proc/self/fd/{}", descriptor); }

int mount_at(int memory, const std::string& folder) {
  return error_of(::move_mount(memory, "", AT_FDCWD, folder.c_str(), MOVE_MOUNT_F_EMPTY_PATH));
}

int make_private() { return error_of(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr)); }

int make_read_only() {
  mount_attr change{};
  change.attr_set = MOUNT_ATTR_RDONLY;
  return error_of(::mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &change, sizeof change));
}

int hide(const std::string& path) {
  struct stat what {};
  if (::stat(path.c_str(), &what) != 0) return errno == ENOENT ? 0 : errno;
  if (!S_ISDIR(what.st_mode)) return error_of(::mount("/dev/null", path.c_str(), nullptr, MS_BIND, nullptr));
  return error_of(::mount("nothing", path.c_str(), "tmpfs", harmless | MS_RDONLY, "size=4096,mode=755"));
}

int mount_proc() { return error_of(::mount("proc", "/proc", "proc", harmless | MS_NOEXEC, nullptr)); }

int mount_terminals() {
  return error_of(::mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=666,mode=620"));
}

}  // namespace lwptrace::contain
