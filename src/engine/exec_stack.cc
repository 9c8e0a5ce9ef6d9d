// The layout is that of create_elf_tables (fs/binfmt_elf.c): argc, argv, NULL, environment, NULL, pairs of the
// auxiliary vector; above them, without a gap, the words, the environment's strings, and the name of the file.
#include "engine/exec_stack.h"

#include <elf.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <utility>

#include "decoders/memory.h"

namespace lwptrace::engine {

namespace {

// The first two pages of it, read at once: most stacks have all of theirs there.
class Stack : public MemoryReader {
 public:
  Stack(const MemoryReader& memory, std::uint64_t sp) : memory_(memory), sp_(sp), size_(memory.read(sp, bytes_)) {}
  std::size_t read(std::uint64_t address, std::span<std::byte> out) const override {
    const std::uint64_t from = address - sp_;
    const bool ends_here = size_ < bytes_.size();  // what is beyond cannot be read
    if (from >= size_ || (size_ - from < out.size() && !ends_here)) return memory_.read(address, out);
    const std::size_t size = std::min<std::size_t>(out.size(), size_ - from);
    std::memcpy(out.data(), bytes_.data() + from, size);
    return size;
  }
  [[nodiscard]] std::span<const std::byte> bytes() const { return std::span(bytes_).first(size_); }

 private:
  const MemoryReader& memory_;
  std::uint64_t sp_;
  std::array<std::byte, 8192> bytes_;
  std::size_t size_;
};

class Pointers {
 public:
  Pointers(std::span<const std::byte> bytes, std::size_t size)
      : bytes_(bytes), size_(size), count_(bytes.size() / size) {}
  [[nodiscard]] std::optional<std::uint64_t> at(std::uint64_t index) const {
    if (index >= count_) return std::nullopt;
    std::uint64_t value = 0;
    std::memcpy(&value, bytes_.data() + index * size_, size_);
    return value;
  }

 private:
  std::span<const std::byte> bytes_;
  std::size_t size_, count_;
};

// Of the auxiliary vector, as far as it was there.
struct Auxiliary {
  std::uint64_t file = 0;
  std::optional<std::uint64_t> uid, euid, gid, egid, secure;
  void take(std::uint64_t type, std::uint64_t value) {
    switch (type) {
      case AT_EXECFN:
        file = value;
        break;
      case AT_UID:
        uid = value;
        break;
      case AT_EUID:
        euid = value;
        break;
      case AT_GID:
        gid = value;
        break;
      case AT_EGID:
        egid = value;
        break;
      case AT_SECURE:
        secure = value;
        break;
      default:
        break;
    }
  }
  [[nodiscard]] bool as_itself() const {
    constexpr std::uint64_t unmapped = 65534;  // whoever has no number in the user namespace has this one
    return secure == 0 && uid && uid == euid && uid != unmapped && gid && gid == egid && gid != unmapped;
  }
};

// begin_new_exec: the last part of the name. Of what is executed by its descriptor alone, that depends on the kernel.
std::optional<std::string> comm_of(const std::string& file) {
  constexpr std::size_t longest = 15;
  if (file.empty() || file.starts_with("/dev/fd/")) return std::nullopt;
  return file.substr(file.rfind('/') + 1, longest);
}

}  // namespace

std::optional<ExecStack> read_exec_stack(const MemoryReader& memory, std::uint64_t sp, std::size_t pointer_size,
                                         bool wants_words) {
  constexpr std::size_t longest_path = 4096, most_words = std::size_t{16} << 20;
  const Stack whole(memory, sp);
  const Pointers pointers(whole.bytes(), pointer_size);
  const std::uint64_t argc = pointers.at(0).value_or(0);
  if (argc == 0 || pointers.at(argc + 1) != 0) return std::nullopt;
  const std::uint64_t environment = argc + 2;
  std::uint64_t at = environment;
  while (pointers.at(at).value_or(0) != 0) ++at;
  Auxiliary auxiliary;
  for (++at; pointers.at(at).value_or(AT_NULL) != AT_NULL; at += 2) {
    if (const auto value = pointers.at(at + 1)) auxiliary.take(*pointers.at(at), *value);
  }
  if (auxiliary.file == 0) return std::nullopt;
  auto name = decoders::read_string(whole, auxiliary.file, longest_path);
  if (name.cut) return std::nullopt;
  ExecStack stack;
  stack.comm = comm_of(name.text);
  stack.file = std::move(name.text);
  stack.as_itself = auxiliary.as_itself();
  if (!wants_words) return stack;
  const std::uint64_t begin = *pointers.at(1);
  const std::uint64_t first = *pointers.at(environment), end = first != 0 ? first : auxiliary.file;
  if (begin < sp || end <= begin || end - begin > most_words) return std::nullopt;
  stack.words.resize(end - begin);
  if (whole.read(begin, std::as_writable_bytes(std::span(stack.words))) != stack.words.size()) return std::nullopt;
  if (stack.words.back() != '\0') return std::nullopt;
  return stack;
}

}  // namespace lwptrace::engine
