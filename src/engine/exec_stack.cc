// The layout is that of create_elf_tables (fs/binfmt_elf.c): argc, argv, NULL, environment, NULL, pairs of the
// auxiliary vector; above them, without a gap, the words, the environment's strings, and the name of the file.
#include "engine/exec_stack.h"

#include <elf.h>

#include <array>
#include <cstring>
#include <span>

#include "decoders/memory.h"

namespace lwptrace::engine {

namespace {

class Pointers {
 public:
  Pointers(const MemoryReader& memory, std::uint64_t sp, std::size_t size)
      : size_(size), count_(memory.read(sp, bytes_) / size) {}
  [[nodiscard]] std::optional<std::uint64_t> at(std::uint64_t index) const {
    if (index >= count_) return std::nullopt;
    std::uint64_t value = 0;
    std::memcpy(&value, bytes_.data() + index * size_, size_);
    return value;
  }

 private:
  std::array<std::byte, 4096> bytes_;
  std::size_t size_, count_;
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
  const Pointers pointers(memory, sp, pointer_size);
  const std::uint64_t argc = pointers.at(0).value_or(0);
  if (argc == 0 || pointers.at(argc + 1) != 0) return std::nullopt;
  const std::uint64_t environment = argc + 2;
  std::uint64_t at = environment;
  while (pointers.at(at).value_or(0) != 0) ++at;
  std::uint64_t file = 0;
  for (++at; pointers.at(at).value_or(AT_NULL) != AT_NULL; at += 2) {
    if (pointers.at(at) == AT_EXECFN) file = pointers.at(at + 1).value_or(0);
  }
  const auto name = decoders::read_string(memory, file, longest_path);
  if (file == 0 || name.cut) return std::nullopt;
  ExecStack stack;
  stack.comm = comm_of(name.text);
  if (!wants_words) return stack;
  const std::uint64_t begin = *pointers.at(1);
  const std::uint64_t first = *pointers.at(environment), end = first != 0 ? first : file;
  if (begin < sp || end <= begin || end - begin > most_words) return std::nullopt;
  stack.words.resize(end - begin);
  if (memory.read(begin, std::as_writable_bytes(std::span(stack.words))) != stack.words.size()) return std::nullopt;
  if (stack.words.back() != '\0') return std::nullopt;
  return stack;
}

}  // namespace lwptrace::engine
