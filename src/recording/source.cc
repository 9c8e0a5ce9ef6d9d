// See source.h.
#include "recording/source.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace lwptrace::recording {

Result<std::size_t> MemorySource::read(std::span<char> out) {
  const std::size_t n = rest_.copy(out.data(), out.size());
  rest_.remove_prefix(n);
  return n;
}

Result<std::unique_ptr<FileSource>> FileSource::open(const std::string& path) {
  if (path == "-") return std::make_unique<FileSource>(STDIN_FILENO);
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Error{std::generic_category().message(errno), errno};
  return std::make_unique<FileSource>(fd);
}

FileSource::~FileSource() {
  if (fd_ != STDIN_FILENO) ::close(fd_);
}

Result<std::size_t> FileSource::read(std::span<char> out) {
  for (;;) {
    const ssize_t n = ::read(fd_, out.data(), out.size());
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno != EINTR) return Error{std::generic_category().message(errno), errno};
  }
}

}  // namespace lwptrace::recording
