// Opening, FDEs, and what is kept. See module.h.
#include "unwind/module.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gelf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <string_view>

#include "procfs/procfs.h"
#include "unwind/segments.h"

namespace lwptrace::unwind {
namespace {

// How the FDEs of a CIE write addresses: the augmentation's R, behind its P (a personality routine) and L.
int pointer_encoding(const Dwarf_CIE& cie) {
  const std::uint8_t* data = cie.augmentation_data;
  const std::uint8_t* end = data + cie.augmentation_data_size;
  for (const char* letter = cie.augmentation; data != nullptr && data < end && *letter != '\0'; ++letter) {
    if (*letter == 'R') return *data;
    if (*letter == 'P') data += (*data & 0x07) == DW_EH_PE_absptr || (*data & 0x07) == DW_EH_PE_udata8 ? 8 : 4;
    if (*letter == 'P' || *letter == 'L') ++data;
  }
  return DW_EH_PE_omit;
}

struct ElfEnd {
  void operator()(Elf* elf) const { elf_end(elf); }
};

// Opens the file that a mapping is of. /proc/PID/map_files leads to it even when it was deleted or is in another mount
// namespace, but is not open to everybody; the path as the process sees it is, and may be another file by now.
int open_mapped(const procfs::Mapping& mapping, Tid tid) {
  const std::string proc = fmt::format("/proc/{}/", tid);
  for (const std::string& path :
       {proc + fmt::format("map_files/{:x}-{:x}", mapping.start, mapping.end), proc + "root" + mapping.path}) {
    const int fd = procfs::open_file(path.c_str(), O_NONBLOCK);
    if (fd < 0) continue;
    struct stat status {};
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_ino == mapping.inode) return fd;
    close(fd);
  }
  return -1;
}

}  // namespace

Module::Module(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}

Module::Module(std::string path, std::vector<char> bytes) : path_(std::move(path)), bytes_(std::move(bytes)) {}

Module::~Module() {
  names_.reset();  // reads the file to its end
  if (fd_ >= 0) close(fd_);
}

Elf* Module::open_elf() {
  elf_version(EV_CURRENT);
  return fd_ >= 0 ? elf_begin(fd_, ELF_C_READ, nullptr) : elf_memory(bytes_.data(), bytes_.size());
}

const Symbol& Module::symbol(std::uint64_t offset) {
  const std::lock_guard lock(naming_);
  const auto [found, is_new] = known_.try_emplace(offset);
  if (!is_new) return found->second;
  try {
    if (!names_) names_.emplace(path_, open_elf());
    found->second = names_->find(offset);
  } catch (const std::exception&) {  // no memory, or libstdc++ refusing a number that the file made up
  }
  return found->second;
}

std::vector<Module::Function> Module::functions(std::uint64_t offset) {
  std::vector<Function> functions;
  const std::unique_ptr<Elf, ElfEnd> owned(open_elf());
  Elf* elf = owned.get();
  const auto vaddr = Segments(elf).vaddr(offset);
  std::size_t names = 0;
  GElf_Ehdr header;
  if (!vaddr || gelf_getehdr(elf, &header) == nullptr || header.e_machine != EM_X86_64 ||
      elf_getshdrstrndx(elf, &names) != 0) {
    return functions;
  }
  Elf_Scn* section = nullptr;
  while ((section = elf_nextscn(elf, section)) != nullptr) {
    GElf_Shdr shdr;
    const char* name = gelf_getshdr(section, &shdr) != nullptr ? elf_strptr(elf, names, shdr.sh_name) : nullptr;
    if (name == nullptr || strcmp(name, ".eh_frame") != 0 || shdr.sh_type == SHT_NOBITS) continue;
    Elf_Data* data = elf_rawdata(section, nullptr);
    if (data == nullptr || data->d_buf == nullptr) continue;
    Dwarf_Off at = 0, next = 0;
    Dwarf_CFI_Entry cfi;
    std::unordered_map<Dwarf_Off, bool> usual;  // CIEs whose FDEs hold addresses as gcc and clang write them
    for (; dwarf_next_cfi(header.e_ident, data, true, at, &next, &cfi) == 0; at = next) {
      if (dwarf_cfi_cie_p(&cfi)) {
        usual[at] = pointer_encoding(cfi.cie) == (DW_EH_PE_pcrel | DW_EH_PE_sdata4);
        continue;
      }
      if (!usual[cfi.fde.CIE_pointer] || cfi.fde.end - cfi.fde.start < 4) continue;
      const auto field =
          shdr.sh_addr + static_cast<std::uint64_t>(cfi.fde.start - static_cast<const std::uint8_t*>(data->d_buf));
      std::int32_t distance = 0;
      memcpy(&distance, cfi.fde.start, sizeof distance);
      functions.push_back({static_cast<std::int64_t>(field + distance - *vaddr),
                           static_cast<std::int64_t>(shdr.sh_addr + at - *vaddr)});
    }
  }
  return functions;
}

std::shared_ptr<Module> ModuleCache::find(const procfs::Mapping& mapping, std::span<const std::byte> first_page,
                                          Tid tid, const MemoryReader& memory) {
  constexpr std::size_t kMost = 256;  // each holds a file open
  Key key{mapping.dev_major, mapping.dev_minor, mapping.inode, mapping.path,
          std::hash<std::string_view>{}({reinterpret_cast<const char*>(first_page.data()), first_page.size()})};
  if (const auto found = modules_.find(key); found != modules_.end()) return found->second;
  if (modules_.size() >= kMost)
    std::erase_if(modules_, [](const auto& entry) { return entry.second.use_count() == 1; });
  std::shared_ptr<Module> module;
  if (mapping.inode == 0) {
    std::vector<char> bytes(std::min<std::uint64_t>(mapping.end - mapping.start, 1U << 16));
    bytes.resize(memory.read(mapping.start, std::as_writable_bytes(std::span(bytes))));
    module = std::make_shared<Module>(mapping.path, std::move(bytes));
  } else if (const int fd = open_mapped(mapping, tid); fd >= 0) {
    module = std::make_shared<Module>(mapping.path, fd);
  }
  return modules_[std::move(key)] = module;
}

}  // namespace lwptrace::unwind
