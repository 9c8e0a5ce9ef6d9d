// The build-id search is libdwfl's own; the search by name goes where gdb(1) goes. See debug_files.h.
#include "unwind/debug_files.h"

#include <elfutils/libdwelf.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <string>

namespace lwptrace::unwind {
namespace {

bool has_build_id(int fd, const unsigned char* id, int size) {
  Elf* elf = elf_begin(fd, ELF_C_READ, nullptr);
  const void* other = nullptr;
  const bool same = dwelf_elf_gnu_build_id(elf, &other) == size && memcmp(other, id, size) == 0;
  elf_end(elf);
  return same;
}

}  // namespace

int find_local_debuginfo(Dwfl_Module* module, void** userdata, const char* name, Dwarf_Addr base, const char* file,
                         const char* debuglink, GElf_Word crc, char** found) {
  const int fd = dwfl_build_id_find_debuginfo(module, userdata, name, base, file, debuglink, crc, found);
  if (fd >= 0 || file == nullptr || debuglink == nullptr || strchr(debuglink, '/') != nullptr) return fd;
  const unsigned char* id = nullptr;
  GElf_Addr where = 0;
  const int size = dwfl_module_build_id(module, &id, &where);
  if (size <= 0) return -1;
  const std::string folder = std::string(file).substr(0, std::string(file).rfind('/') + 1);
  for (const std::string& path :
       {folder + ".debug/" + debuglink, folder + debuglink, "/usr/lib/debug" + folder + debuglink}) {
    const int candidate = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (candidate < 0) continue;
    if (has_build_id(candidate, id, size)) {
      *found = strdup(path.c_str());
      return candidate;
    }
    close(candidate);
  }
  return -1;
}

}  // namespace lwptrace::unwind
