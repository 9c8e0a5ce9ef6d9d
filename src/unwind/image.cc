// Finds the object for a pc, its unwind table through the ELF headers in the tracee's memory, and keeps what was found.
// Every number read here is the tracee's and may be a lie: it is only ever used as an address to read from.
// See image.h.
#include "unwind/image.h"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <span>

#include "unwind/module.h"
#include "unwind/words.h"

namespace lwptrace::unwind {
namespace {

constexpr std::size_t kMostPcs = 1U << 16;  // code made at run time can bring new ones for ever
constexpr std::size_t kMostBacktraces = 256;

std::uint64_t pc_key(std::uint64_t pc, bool exact) { return pc << 1 | static_cast<std::uint64_t>(exact); }

bool from_file(const procfs::Mapping& mapping) {
  return (mapping.inode != 0 && mapping.path.starts_with('/')) || mapping.path == "[vdso]";
}

bool same_file(const procfs::Mapping& a, const procfs::Mapping& b) {
  return a.inode == b.inode && a.dev_major == b.dev_major && a.dev_minor == b.dev_minor && a.path == b.path;
}

std::vector<std::byte> first_page(const MemoryReader& memory, std::uint64_t base) {
  std::vector<std::byte> page(4096);
  page.resize(memory.read(base, page));
  return page;
}

template <class T>
bool copy_from(std::span<const std::byte> bytes, std::uint64_t offset, T& out) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof out) return false;
  memcpy(&out, bytes.data() + offset, sizeof out);
  return true;
}

// Where the .eh_frame_hdr of the object is whose first page is `page`, mapped at `base`.
std::optional<std::uint64_t> find_eh_frame_hdr(std::span<const std::byte> page, std::uint64_t base) {
  Elf64_Ehdr header;
  if (!copy_from(page, 0, header) || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_machine != EM_X86_64) {
    return std::nullopt;
  }
  std::optional<std::uint64_t> bias, vaddr;
  for (int i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    if (!copy_from(page, header.e_phoff + i * sizeof segment, segment)) break;
    if (segment.p_type == PT_LOAD && !bias) bias = base - (segment.p_vaddr - segment.p_offset);
    if (segment.p_type == PT_GNU_EH_FRAME) vaddr = segment.p_vaddr;
  }
  if (!bias || !vaddr) return std::nullopt;
  return *bias + *vaddr;
}

// The search table in an .eh_frame_hdr, where it has the one form that linkers write.
std::optional<UnwindTable> read_eh_frame_hdr(std::uint64_t address, Words& words) {
  constexpr std::uint64_t kSdata4 = 0x0b, kUdata4 = 0x03, kDataRelative = 0x30;
  std::uint64_t encodings = 0, counts = 0;
  if (!words.read(address, encodings) || !words.read(address + 8, counts)) return std::nullopt;
  const std::uint64_t version = encodings & 0xff, frame_pointer = encodings >> 8 & 0x0f, count = encodings >> 16 & 0xff,
                      entry = encodings >> 24 & 0xff;
  if (version != 1 || (frame_pointer != kSdata4 && frame_pointer != kUdata4) || count != kUdata4 ||
      entry != (kDataRelative | kSdata4)) {
    return std::nullopt;
  }
  UnwindTable table;
  table.base = address;
  table.address = address + 12;
  table.entries = counts & 0xffff'ffff;
  if (table.entries == 0) return std::nullopt;
  return table;
}

// A table made of the FDEs that the file's .eh_frame section holds: static programs have no .eh_frame_hdr.
std::optional<UnwindTable> make_table(Module& module, const Image::Region& region) {
  UnwindTable table;
  table.base = region.start;
  for (const Module::Function& function : module.functions(region.offset)) {
    const UnwindTable::Entry entry{static_cast<std::int32_t>(function.start), static_cast<std::int32_t>(function.fde)};
    if (entry.start == function.start && entry.fde == function.fde) table.index.push_back(entry);
  }
  std::sort(table.index.begin(), table.index.end(), [](const auto& a, const auto& b) { return a.start < b.start; });
  table.entries = table.index.size();
  if (table.entries == 0) return std::nullopt;
  return table;
}

void look_into(Image::Object& object, const Image::Region& region, const Walk& walk, ModuleCache& modules) {
  object.known = true;
  Words& words = *walk.words;
  const std::vector<std::byte> page = object.base ? first_page(words.memory(), *object.base) : std::vector<std::byte>{};
  object.module = modules.find(object.mapping, page, walk.tid, words.memory());
  if (const auto hdr = find_eh_frame_hdr(page, object.base.value_or(0))) object.table = read_eh_frame_hdr(*hdr, words);
  if (!object.table && object.module) object.table = make_table(*object.module, region);
}

// mov $SYS_rt_sigreturn,%rax (or %eax, as musl writes it); syscall
bool is_sigreturn(std::uint64_t pc, Words& words) {
  std::uint64_t code = 0, rest = 0;
  if (!words.read(pc, code)) return false;
  if (code == 0x0f00'0000'0fc0'c748) return words.read(pc + 1, rest) && rest >> 56 == 0x05;
  return (code & 0x00ff'ffff'ffff'ffff) == 0x0005'0f00'0000'0fb8;
}

// Since its child will run on its stack, a vfork stub holds its return address in a register during the call:
// pop %reg; mov $SYS_vfork,%eax; syscall
std::optional<int> popped_by_vfork(std::uint64_t pc, Words& words) {
  std::uint64_t code = 0;
  if (!words.read(pc - sizeof code, code) || (code & ~std::uint64_t{7}) != 0x050f'0000'003a'b858) return std::nullopt;
  return static_cast<int>(code & 7);
}

}  // namespace

Image::Image(const std::vector<procfs::Mapping>& mappings, const AddressSpace& space, ModuleCache& modules)
    : space_(space), modules_(modules) {
  const procfs::Mapping* first = nullptr;  // of the file that the last mappings were of
  Object* object = nullptr;                // and the object that they belong to, once a mapping is executable
  for (const procfs::Mapping& mapping : mappings) {
    if (from_file(mapping) && (first == nullptr || mapping.offset == 0 || !same_file(*first, mapping))) {
      first = &mapping;
      object = nullptr;
    }
    if (!mapping.executable) continue;
    Region region{mapping.start, mapping.end, mapping.offset, nullptr};
    if (from_file(mapping)) {
      if (object == nullptr) {
        object = &objects_.emplace_back();
        object->mapping = mapping;
        if (first->offset == 0) object->base = first->start;
      }
      region.object = object;
    }
    regions_.push_back(region);
  }
}

std::string Image::key(const std::vector<procfs::Mapping>& mappings) {
  fmt::memory_buffer text;
  for (const procfs::Mapping& m : mappings) {
    if (!m.executable) continue;
    fmt::format_to(std::back_inserter(text), "{:x} {:x} {:x} {:x}:{:x} {} {}\n", m.start, m.end, m.offset, m.dev_major,
                   m.dev_minor, m.inode, m.path);
  }
  return fmt::to_string(text);
}

const Image::Region* Image::region(std::uint64_t pc) const {
  const auto after = std::upper_bound(regions_.begin(), regions_.end(), pc,
                                      [](std::uint64_t value, const Region& region) { return value < region.end; });
  return after != regions_.end() && pc >= after->start ? &*after : nullptr;
}

const Image::PcFacts* Image::find(std::uint64_t pc, bool exact) const {
  const auto found = pcs_.find(pc_key(pc, exact));
  return found != pcs_.end() ? &found->second : nullptr;
}

const Image::PcFacts& Image::learn(std::uint64_t pc, bool exact, const Region& region, const Walk& walk) {
  PcFacts& facts = pcs_[pc_key(pc, exact)] = {};
  if (region.object != nullptr && !region.object->known) look_into(*region.object, region, walk, modules_);
  facts.signal_frame = is_sigreturn(pc, *walk.words);
  if (exact) facts.vfork_register = popped_by_vfork(pc, *walk.words);
  // A call may be the last instruction of its function: the byte before the return address is surely the caller's.
  const std::uint64_t inside = exact || facts.signal_frame ? pc : pc - 1;
  facts.rule = space_.rule(inside, walk);
  facts.place.frame.ip = Address{pc};
  if (region.object == nullptr) return facts;
  facts.place.frame.module = region.object->mapping.path;
  facts.place.module = region.object->module;
  facts.place.offset = inside - region.start + region.offset;
  facts.place.past = pc - inside;
  return facts;
}

const Backtrace& Image::backtrace(const std::vector<const PcFacts*>& walked) {
  const auto known = backtraces_.find(walked);
  if (known != backtraces_.end()) return known->second;
  if (backtraces_.size() >= kMostBacktraces) backtraces_.clear();
  std::vector<Place> places;
  places.reserve(walked.size());
  for (const PcFacts* facts : walked) places.push_back(facts->place);
  return backtraces_.emplace(walked, named_when_read(std::move(places))).first->second;
}

void Image::tidy() {
  if (pcs_.size() < kMostPcs) return;
  backtraces_.clear();  // which are known by addresses of facts
  pcs_.clear();
}

}  // namespace lwptrace::unwind
