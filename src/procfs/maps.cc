// One mapping a line: "start-end rwxp offset major:minor inode   path". The numbers are hexadecimal, but for the inode.
// The path is the rest of the line and may hold blanks. See maps.h.
#include "procfs/maps.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>

#include "procfs/procfs.h"

namespace lwptrace::procfs {
namespace {

// Takes a number and the one character after it off the front of a line.
template <class Number>
bool take(std::string_view& line, Number& number, int base, char after) {
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number, base);
  if (error != std::errc{} || end == line.data() + line.size() || *end != after) return false;
  line.remove_prefix(static_cast<std::size_t>(end - line.data()) + 1);
  return true;
}

std::optional<Mapping> parse_line(std::string_view line) {
  Mapping mapping;
  if (!take(line, mapping.start, 16, '-') || !take(line, mapping.end, 16, ' ')) return std::nullopt;
  if (line.size() < 5 || line[4] != ' ') return std::nullopt;
  mapping.readable = line[0] == 'r';
  mapping.writable = line[1] == 'w';
  mapping.executable = line[2] == 'x';
  line.remove_prefix(5);
  if (!take(line, mapping.offset, 16, ' ') || !take(line, mapping.dev_major, 16, ':') ||
      !take(line, mapping.dev_minor, 16, ' ') || !take(line, mapping.inode, 10, ' ')) {
    return std::nullopt;
  }
  const auto path = line.find_first_not_of(' ');
  if (path != std::string_view::npos) mapping.path = line.substr(path);
  return mapping;
}

}  // namespace

std::vector<Mapping> parse_maps(std::string_view text) {
  std::vector<Mapping> mappings;
  while (!text.empty()) {
    const std::size_t length = std::min(text.find('\n'), text.size());
    if (auto mapping = parse_line(text.substr(0, length))) mappings.push_back(std::move(*mapping));
    text.remove_prefix(std::min(length + 1, text.size()));
  }
  return mappings;
}

Result<std::vector<Mapping>> read_maps(Tid tgid) {
  const std::string file = fmt::format("/proc/{}/maps", tgid);
  const auto failed = [&file](int error) {
    return Error{fmt::format("read {}: {}: the process is gone or is not ours to look into", file, strerror(error)),
                 error};
  };
  const int fd = open_file(file.c_str());
  if (fd < 0) return failed(errno);
  std::string text;
  std::array<char, 16384> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by read
  ssize_t got = 0;
  while ((got = read(fd, buffer.data(), buffer.size())) > 0) text.append(buffer.data(), static_cast<std::size_t>(got));
  const int error = got < 0 ? errno : 0;
  close(fd);
  if (error != 0) return failed(error);
  return parse_maps(text);
}

}  // namespace lwptrace::procfs
