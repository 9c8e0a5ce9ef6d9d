// What is read of the stack that an exec leaves, from literal stacks in the layout of create_elf_tables.
#include "engine/exec_stack.h"

#include <elf.h>
#include <gtest/gtest.h>

#include <vector>

#include "../decoders/fake_memory.h"

namespace lwptrace::engine {
namespace {

constexpr std::uint64_t sp = 0x7ffd00000000;

// Lays out the strings above the pointers, as the kernel does, and answers with a memory of both.
struct Identity {
  unsigned uid = 1000, euid = 1000, gid = 1000, egid = 1000, secure = 0;
};

template <class Word>
FakeMemory stack_of(const std::vector<std::string>& argv, const std::vector<std::string>& environment,
                    const std::string& file, Word base = static_cast<Word>(sp), const Identity& who = {}) {
  FakeMemory memory;
  std::vector<Word> pointers{static_cast<Word>(argv.size())};
  Word string = base + 0x2000;
  const auto put = [&](const std::string& text) {
    memory.put_string(string, text);
    const Word at = string;
    string += static_cast<Word>(text.size() + 1);
    return at;
  };
  for (const auto& words : {argv, environment}) {
    for (const std::string& word : words) pointers.push_back(put(word));
    pointers.push_back(0);
  }
  const std::vector<Word> auxiliary{AT_PAGESZ, 4096,     AT_UID,    who.uid,    AT_EUID,   who.euid,  AT_GID,  who.gid,
                                    AT_EGID,   who.egid, AT_SECURE, who.secure, AT_EXECFN, put(file), AT_NULL, 0};
  pointers.insert(pointers.end(), auxiliary.begin(), auxiliary.end());
  for (std::size_t i = 0; i < pointers.size(); ++i) memory.put(base + i * sizeof(Word), pointers[i]);
  return memory;
}

TEST(ExecStack, HasTheWordsAndTheLastPartOfTheFilesName) {
  const auto memory = stack_of<std::uint64_t>({"cat", "", "a b"}, {"HOME=/", "X="}, "/usr/bin/cat");
  const auto stack = read_exec_stack(memory, sp, 8, true);
  ASSERT_TRUE(stack);
  EXPECT_EQ(stack->words, std::string("cat\0\0a b\0", 9));
  EXPECT_EQ(stack->file, "/usr/bin/cat");
  EXPECT_EQ(stack->comm, "cat");
}

TEST(ExecStack, WithoutAnEnvironmentTheWordsEndWhereTheFilesNameBegins) {
  const auto stack = read_exec_stack(stack_of<std::uint64_t>({"x", "y"}, {}, "./x"), sp, 8, true);
  ASSERT_TRUE(stack);
  EXPECT_EQ(stack->words, std::string("x\0y\0", 4));
}

TEST(ExecStack, OfA32BitProgramHasPointersOfFourBytes) {
  constexpr std::uint32_t low = 0xffe00000;
  const auto memory = stack_of<std::uint32_t>({"i386"}, {"A=b"}, "bin/i386", low);
  const auto stack = read_exec_stack(memory, low, 4, true);
  ASSERT_TRUE(stack);
  EXPECT_EQ(stack->words, std::string("i386\0", 5));
  EXPECT_EQ(stack->comm, "i386");
}

TEST(ExecStack, ANameIsCutAsTheKernelCutsIt) {
  const auto stack = read_exec_stack(stack_of<std::uint64_t>({"x"}, {}, "/a/0123456789abcdefgh"), sp, 8, true);
  ASSERT_TRUE(stack);
  EXPECT_EQ(stack->comm, "0123456789abcde");
}

TEST(ExecStack, AFileThatWasGivenAsADescriptorHasNoNameHere) {
  const auto stack = read_exec_stack(stack_of<std::uint64_t>({"x"}, {}, "/dev/fd/3"), sp, 8, true);
  ASSERT_TRUE(stack);
  EXPECT_FALSE(stack->comm);
}

TEST(ExecStack, OfWhoActsAsSomebodyElseOrMayHaveBeenToTheIdentityIsNotKnown) {
  const auto as_itself = [](const Identity& who) {
    return read_exec_stack(stack_of<std::uint64_t>({"x"}, {}, "/x", sp, who), sp, 8, false)->as_itself;
  };
  EXPECT_TRUE(as_itself({}));
  EXPECT_TRUE(as_itself({0, 0, 0, 0}));
  EXPECT_FALSE(as_itself({1000, 0, 1000, 1000}));
  EXPECT_FALSE(as_itself({1000, 1000, 1000, 8}));
  EXPECT_FALSE(as_itself({1000, 1000, 1000, 1000, 1})) << "a set-ID file, and a tracer that may not see it obeyed";
  EXPECT_FALSE(as_itself({65534, 65534, 1000, 1000})) << "two users who have no number there look the same";
  EXPECT_FALSE(as_itself({1000, 1000, 65534, 65534}));
}

TEST(ExecStack, IsReadBeyondItsFirstPagesToo) {
  const std::string big(9000, 'b');
  const auto stack = read_exec_stack(stack_of<std::uint64_t>({"x", big}, {"E=" + big}, "/y/x"), sp, 8, true);
  ASSERT_TRUE(stack);
  EXPECT_EQ(stack->words, std::string("x\0", 2) + big + '\0');
  EXPECT_EQ(stack->file, "/y/x");
}

TEST(ExecStack, PointersThatDoNotEndWithinTwoPagesAreLeftToProc) {
  const std::vector<std::string> many(1200, "w");
  EXPECT_FALSE(read_exec_stack(stack_of<std::uint64_t>(many, {}, "/x"), sp, 8, true));
  EXPECT_FALSE(read_exec_stack(stack_of<std::uint64_t>({"x"}, many, "/x"), sp, 8, true));
}

TEST(ExecStack, AnUnreadableOrStrangeStackIsLeftToProc) {
  EXPECT_FALSE(read_exec_stack(FakeMemory(), sp, 8, true));
  EXPECT_FALSE(read_exec_stack(stack_of<std::uint64_t>({}, {}, "/x"), sp, 8, true));
  const auto x32 = stack_of<std::uint32_t>({"x"}, {}, "/x", 0xffe00000);
  EXPECT_FALSE(read_exec_stack(x32, 0xffe00000, 8, true));
}

}  // namespace
}  // namespace lwptrace::engine
