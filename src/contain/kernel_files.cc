// Read until there is no more: the kernel gives such files in pieces of its own choice.
#include "contain/kernel_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace lwptrace::contain {

int write_file(int at, const std::string& name, const std::string& text) {
  const int file = ::openat(at, name.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return errno;
  const ssize_t wrote = ::write(file, text.data(), text.size());
  const int error = wrote < 0 ? errno : wrote == static_cast<ssize_t>(text.size()) ? 0 : EIO;
  ::close(file);
  return error;
}

std::string read_file(int at, const std::string& name) {
  const int file = ::openat(at, name.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return "";
  std::string text;
  char some[4096];
  for (ssize_t got = 0; (got = ::read(file, some, sizeof some)) > 0;) text.append(some, static_cast<std::size_t>(got));
  ::close(file);
  return text;
}

}  // namespace lwptrace::contain
