// /proc/PID/maps (proc(5)): a text parser, which is given the text, and one thin reader of the file.
// It knows nothing of ELF or of what the mappings are for; src/unwind is its user.
#pragma once

#include <lwptrace/ids.h>
#include <lwptrace/result.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lwptrace::procfs {

struct Mapping {
  std::uint64_t start = 0, end = 0;
  bool readable = false, writable = false, executable = false;
  std::uint64_t offset = 0;  // bytes into the file
  std::uint32_t dev_major = 0, dev_minor = 0;
  std::uint64_t inode = 0;  // 0: no file
  std::string path;         // as the kernel writes it: "", "[vdso]", "/usr/bin/true", "/memfd:x (deleted)"
  bool operator==(const Mapping&) const = default;
};

// The mappings in the order of the text, which is that of their addresses. A line that is not a mapping is left out.
[[nodiscard]] std::vector<Mapping> parse_maps(std::string_view text);

[[nodiscard]] Result<std::vector<Mapping>> read_maps(Tid tgid);

}  // namespace lwptrace::procfs
