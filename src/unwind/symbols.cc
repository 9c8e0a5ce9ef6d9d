// libdwfl with one module, laid out at its own virtual addresses. See symbols.h.
#include "unwind/symbols.h"

#include <cxxabi.h>
#include <elfutils/libdw.h>

#include <cstdlib>
#include <cstring>
#include <string_view>

#include "unwind/debug_files.h"

namespace lwptrace::unwind {
namespace {

// libdwfl asks for the main file here; it was opened before and waits in the module's user data.
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

}  // namespace

Symbols::Symbols(const std::string& path, Elf* elf) : segments_(elf) {
  if (!segments_.empty()) dwfl_.reset(dwfl_begin(&kCallbacks));
  if (!dwfl_) {
    elf_end(elf);
    return;
  }
  dwfl_report_begin(dwfl_.get());
  module_ = dwfl_report_module(dwfl_.get(), path.c_str(), segments_.low(), segments_.high());
  void** userdata = nullptr;
  if (module_ != nullptr) dwfl_module_info(module_, &userdata, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr);
  if (userdata != nullptr) *userdata = elf;
  dwfl_report_end(dwfl_.get(), nullptr, nullptr);
  if (userdata == nullptr) elf_end(elf);
  if (dwfl_module_getelf(module_, &bias_) == nullptr) module_ = nullptr;
}

Symbol Symbols::find(std::uint64_t offset) const {
  Symbol symbol;
  const auto vaddr = segments_.vaddr(offset);
  if (module_ == nullptr || !vaddr) return symbol;
  const Dwarf_Addr address = *vaddr + bias_;
  GElf_Off from_start = 0;
  GElf_Sym entry;
  if (const char* name = dwfl_module_addrinfo(module_, address, &from_start, &entry, nullptr, nullptr, nullptr)) {
    symbol.name = demangle(name);
    symbol.offset = from_start;
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

}  // namespace lwptrace::unwind
