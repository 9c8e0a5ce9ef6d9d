// The accessors that libunwind calls, and the calls to it. See address_space.h.
#include "unwind/address_space.h"

#include <cstring>
#include <new>
#include <utility>

#include "unwind/image.h"
#include "unwind/words.h"

// Exported by libunwind for unwinders of other processes, declared in none of its headers.
extern "C" int UNW_OBJ(dwarf_search_unwind_table)(unw_addr_space_t space, unw_word_t ip, unw_dyn_info_t* info,
                                                  unw_proc_info_t* procedure, int need_unwind_info, void* arg);

namespace lwptrace::unwind {
namespace {

// Where a table of our own pretends to stand: in the kernel's half of the address space, where a tracee has nothing.
constexpr std::uint64_t kOwnTable = 0xffff'8000'0000'0000;

int find_proc_info(unw_addr_space_t space, unw_word_t pc, unw_proc_info_t* procedure, int need_unwind_info,
                   void* arg) noexcept {
  auto& walk = *static_cast<Walk*>(arg);
  const Image::Region* region = walk.image->region(pc);
  if (region == nullptr || region->object == nullptr || !region->object->table) return -UNW_ENOINFO;
  walk.table = &*region->object->table;
  unw_dyn_info_t info{};
  info.start_ip = region->start;
  info.end_ip = region->end;
  info.format = UNW_INFO_FORMAT_REMOTE_TABLE;
  info.u.rti.segbase = walk.table->base;
  info.u.rti.table_data = walk.table->index.empty() ? walk.table->address : kOwnTable;
  info.u.rti.table_len = walk.table->entries * sizeof(UnwindTable::Entry) / sizeof(unw_word_t);
  return UNW_OBJ(dwarf_search_unwind_table)(space, pc, &info, procedure, need_unwind_info, arg);
}

int access_mem(unw_addr_space_t, unw_word_t address, unw_word_t* value, int write, void* arg) noexcept {
  if (write != 0) return -UNW_EINVAL;
  auto& walk = *static_cast<Walk*>(arg);
  if (address >= kOwnTable && walk.table != nullptr && !walk.table->index.empty()) {
    const std::uint64_t entry = (address - kOwnTable) / sizeof(UnwindTable::Entry);
    if (entry >= walk.table->index.size()) return -UNW_EINVAL;
    static_assert(sizeof(UnwindTable::Entry) == sizeof *value);
    __builtin_memcpy(value, &walk.table->index[entry], sizeof *value);
    return 0;
  }
  return walk.words->read(address, *value) ? 0 : -UNW_EINVAL;
}

int access_reg(unw_addr_space_t, unw_regnum_t number, unw_word_t* value, int write, void* arg) noexcept {
  if (write != 0) return -UNW_EREADONLYREG;
  const UnwindRegisters& regs = static_cast<Walk*>(arg)->regs;
  switch (number) {
    // clang-format off
    case UNW_X86_64_RAX: *value = regs.rax; return 0;
    case UNW_X86_64_RDX: *value = regs.rdx; return 0;
    case UNW_X86_64_RCX: *value = regs.rcx; return 0;
    case UNW_X86_64_RBX: *value = regs.rbx; return 0;
    case UNW_X86_64_RSI: *value = regs.rsi; return 0;
    case UNW_X86_64_RDI: *value = regs.rdi; return 0;
    case UNW_X86_64_RBP: *value = regs.rbp; return 0;
    case UNW_X86_64_RSP: *value = regs.rsp; return 0;
    case UNW_X86_64_R8:  *value = regs.r8;  return 0;
    case UNW_X86_64_R9:  *value = regs.r9;  return 0;
    case UNW_X86_64_R10: *value = regs.r10; return 0;
    case UNW_X86_64_R11: *value = regs.r11; return 0;
    case UNW_X86_64_R12: *value = regs.r12; return 0;
    case UNW_X86_64_R13: *value = regs.r13; return 0;
    case UNW_X86_64_R14: *value = regs.r14; return 0;
    case UNW_X86_64_R15: *value = regs.r15; return 0;
    case UNW_X86_64_RIP: *value = regs.rip; return 0;
    default: return -UNW_EBADREG;
      // clang-format on
  }
}

unw_accessors_t accessors() {
  unw_accessors_t table{};
  table.find_proc_info = find_proc_info;
  table.put_unwind_info = [](unw_addr_space_t, unw_proc_info_t*, void*) {};
  table.get_dyn_info_list_addr = [](unw_addr_space_t, unw_word_t*, void*) { return -UNW_ENOINFO; };
  table.access_mem = access_mem;
  table.access_reg = access_reg;
  table.access_fpreg = [](unw_addr_space_t, unw_regnum_t, unw_fpreg_t*, int, void*) { return -UNW_EBADREG; };
  table.resume = [](unw_addr_space_t, unw_cursor_t*, void*) { return -UNW_EINVAL; };
  table.get_proc_name = [](unw_addr_space_t, unw_word_t, char*, std::size_t, unw_word_t*, void*) {
    return -UNW_ENOINFO;
  };
  return table;
}

}  // namespace

AddressSpace::AddressSpace() {
  unw_accessors_t table = accessors();
  space_ = unw_create_addr_space(&table, 0);
  if (space_ == nullptr) throw std::bad_alloc();
  unw_set_caching_policy(space_, UNW_CACHE_NONE);
}

AddressSpace::~AddressSpace() { unw_destroy_addr_space(space_); }

Rule AddressSpace::rule(std::uint64_t pc, const Walk& walk) const {
  Walk there = walk;
  there.regs.rip = pc;
  unw_cursor_t cursor;
  if (unw_init_remote(&cursor, space_, &there) != 0) return {};
  struct Wanted {
    std::uint64_t pc;
    Rule rule;
  } wanted{pc, {}};
  const auto take = [](void* arg, void* state, std::size_t size, unw_word_t start, unw_word_t end) noexcept {
    auto& wanted = *static_cast<Wanted*>(arg);
    if (wanted.pc < start || wanted.pc >= end) return 0;
    wanted.rule.resize((size + sizeof(std::uint64_t) - 1) / sizeof(std::uint64_t));
    memcpy(wanted.rule.data(), state, size);
    return -1;  // no more, please
  };
  unw_reg_states_iterate(&cursor, take, &wanted);
  return std::move(wanted.rule);
}

Cursor::Cursor(const AddressSpace& space, Walk& walk) { unw_init_remote(&cursor_, space.space_, &walk); }

bool Cursor::step(const Rule& rule) {
  return unw_apply_reg_state(&cursor_, const_cast<std::uint64_t*>(rule.data())) > 0;  // does not write to it
}

bool Cursor::step_over_signal_frame() { return unw_step(&cursor_) > 0; }

std::uint64_t Cursor::pc() { return reg(UNW_REG_IP); }

UnwindRegisters Cursor::registers() {
  UnwindRegisters regs;
  regs.rip = reg(UNW_X86_64_RIP);
  regs.rsp = reg(UNW_X86_64_RSP);
  regs.rbp = reg(UNW_X86_64_RBP);
  regs.rbx = reg(UNW_X86_64_RBX);
  regs.r12 = reg(UNW_X86_64_R12);
  regs.r13 = reg(UNW_X86_64_R13);
  regs.r14 = reg(UNW_X86_64_R14);
  regs.r15 = reg(UNW_X86_64_R15);
  return regs;
}

std::uint64_t Cursor::reg(int number) {
  unw_word_t value = 0;
  return unw_get_reg(&cursor_, number, &value) == 0 ? value : 0;
}

}  // namespace lwptrace::unwind
