// ELF files through libelf and libdwfl, laid out at their own virtual addresses. See module.h.
#include "unwind/module.h"

#include <cxxabi.h>
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gelf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "procfs/procfs.h"
#include "unwind/debug_files.h"

namespace lwptrace::unwind {
namespace {

// libdwfl asks for the main file here; it was opened in Module::report and waits in the module's user data.
int hand_over_elf(Dwfl_Module*, void** userdata, const char* name, Dwarf_Addr, char** file, Elf** elf) {
  *elf = static_cast<Elf*>(*userdata);
  *userdata = nullptr;
  *file = strdup(name);
  return -1;
}

const Dwfl_Callbacks kCallbacks = {
    .find_elf = hand_over_elf,
    .find_debuginfo = find_local_debuginfo,
    .section_address = dwfl_offline_section_address,
    .debuginfo_path = nullptr,
};

std::string demangle(std::string_view name) {
  name = name.substr(0, name.find('@'));  // linkers put a symbol's version behind it
  std::string text(name);
  constexpr std::size_t kLongest = 4096;  // the demangler's work can grow much faster than the name
  if (!name.starts_with("_Z") || name.size() > kLongest) return text;
  int status = 0;
  if (char* plain = abi::__cxa_demangle(text.c_str(), nullptr, nullptr, &status)) {
    text = plain;
    free(plain);  // NOLINT: __cxa_demangle uses malloc
  }
  return text;
}

// The compilation unit around `address`: by .debug_aranges or, since clang writes none, by asking each unit.
Dwarf_Die* unit_of(Dwfl_Module* module, Dwarf_Addr address, Dwarf_Addr& bias) {
  if (Dwarf_Die* unit = dwfl_module_addrdie(module, address, &bias)) return unit;
  Dwarf_Die* unit = nullptr;
  while ((unit = dwfl_module_nextcu(module, unit, &bias)) != nullptr) {
    if (dwarf_haspc(unit, address - bias) > 0) return unit;
  }
  return nullptr;
}

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

Module::Module(std::string path, int fd) : path_(std::move(path)), fd_(fd) {
  elf_version(EV_CURRENT);
  report(elf_begin(fd_, ELF_C_READ, nullptr));
}

Module::Module(std::string path, std::vector<char> bytes) : path_(std::move(path)), bytes_(std::move(bytes)) {
  elf_version(EV_CURRENT);
  report(elf_memory(bytes_.data(), bytes_.size()));
}

Module::~Module() {
  dwfl_.reset();  // reads the file to its end
  if (fd_ >= 0) close(fd_);
}

void Module::report(Elf* elf) {
  GElf_Ehdr header;
  std::size_t count = 0;
  std::uint64_t low = 0, high = 0;
  if (elf_kind(elf) == ELF_K_ELF && gelf_getehdr(elf, &header) != nullptr &&
      (header.e_type == ET_EXEC || header.e_type == ET_DYN) && elf_getphdrnum(elf, &count) == 0) {
    for (int i = 0; i < static_cast<int>(count); ++i) {
      GElf_Phdr segment;
      if (gelf_getphdr(elf, i, &segment) == nullptr || segment.p_type != PT_LOAD) continue;
      if (segments_.empty()) low = segment.p_vaddr & (segment.p_align == 0 ? ~std::uint64_t{0} : -segment.p_align);
      high = std::max(high, segment.p_vaddr + segment.p_memsz);
      segments_.push_back({segment.p_offset, segment.p_filesz, segment.p_vaddr});
    }
  }
  if (high > low) dwfl_.reset(dwfl_begin(&kCallbacks));
  if (!dwfl_) {
    elf_end(elf);
    return;
  }
  dwfl_report_begin(dwfl_.get());
  module_ = dwfl_report_module(dwfl_.get(), path_.c_str(), low, high);
  void** userdata = nullptr;
  if (module_ != nullptr) dwfl_module_info(module_, &userdata, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr);
  if (userdata != nullptr) *userdata = elf;
  dwfl_report_end(dwfl_.get(), nullptr, nullptr);
  if (userdata == nullptr) elf_end(elf);
  if (dwfl_module_getelf(module_, &bias_) == nullptr) module_ = nullptr;
}

std::optional<std::uint64_t> Module::vaddr(std::uint64_t offset) const {
  for (const Segment& segment : segments_) {
    if (offset >= segment.offset && offset - segment.offset < segment.size) {
      return segment.vaddr + (offset - segment.offset);
    }
  }
  return std::nullopt;
}

const Symbol& Module::symbol(std::uint64_t offset) {
  const auto [found, is_new] = symbols_.try_emplace(offset);
  const auto address = vaddr(offset);
  if (is_new && module_ != nullptr && address) found->second = look_up(*address + bias_);
  return found->second;
}

Symbol Module::look_up(Dwarf_Addr address) const {
  Symbol symbol;
  GElf_Off offset = 0;
  GElf_Sym entry;
  if (const char* name = dwfl_module_addrinfo(module_, address, &offset, &entry, nullptr, nullptr, nullptr)) {
    symbol.name = demangle(name);
    symbol.offset = offset;
  }
  Dwarf_Addr bias = 0;
  Dwarf_Die* unit = unit_of(module_, address, bias);
  Dwarf_Line* line = unit != nullptr ? dwarf_getsrc_die(unit, address - bias) : nullptr;
  int number = 0;
  const char* file = line != nullptr ? dwarf_linesrc(line, nullptr, nullptr) : nullptr;
  if (file != nullptr) symbol.file = file;
  if (file != nullptr && dwarf_lineno(line, &number) == 0 && number > 0) symbol.line = number;
  return symbol;
}

std::vector<Module::Function> Module::functions() {
  std::vector<Function> functions;
  GElf_Addr bias = 0;
  Elf* elf = module_ != nullptr ? dwfl_module_getelf(module_, &bias) : nullptr;
  std::size_t names = 0;
  GElf_Ehdr header;
  if (elf == nullptr || gelf_getehdr(elf, &header) == nullptr || header.e_machine != EM_X86_64 ||
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
      functions.push_back({field + distance, shdr.sh_addr + at});
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
