// Symbols of ELF files, and of files that only look like ones. This test program is itself the honest example.
#include "unwind/module.h"

#include <elf.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mman.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <thread>

namespace lwptrace::unwind {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

// Where a function of this program is in its file.
std::uint64_t offset_in_file(const void* address) {
  const auto at = reinterpret_cast<std::uint64_t>(address);
  const auto mappings = procfs::read_maps(getpid());
  for (const procfs::Mapping& mapping : *mappings) {
    if (at >= mapping.start && at < mapping.end) return at - mapping.start + mapping.offset;
  }
  return 0;
}

int file_of(const std::string& bytes) {
  const int fd = memfd_create("module", MFD_CLOEXEC);
  EXPECT_EQ(write(fd, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  return fd;
}

constexpr int kOwnBytesLine = __LINE__ + 1;
std::string own_bytes() {
  std::ifstream file("/proc/self/exe", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Module, FunctionOfThisProgramHasNameAndLine) {
  Module module("/proc/self/exe", open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  const Symbol& symbol = module.symbol(offset_in_file(reinterpret_cast<const void*>(&own_bytes)) + 1);
  EXPECT_THAT(symbol.name, StartsWith("lwptrace::unwind::(anonymous namespace)::own_bytes"));
  EXPECT_EQ(symbol.offset, 1U);
  EXPECT_THAT(symbol.file, EndsWith("tests/unwind/module_test.cc"));
  EXPECT_EQ(symbol.line, kOwnBytesLine);
}

TEST(Module, EveryFunctionHasItsFrameDescription) {
  Module module("/proc/self/exe", open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  const auto functions = module.functions(offset_in_file(reinterpret_cast<const void*>(&own_bytes)));
  EXPECT_THAT(functions, testing::Contains(testing::Field(&Module::Function::start, 0)));
}

TEST(Module, NamesAreLookedUpInOneThreadWhileAnotherAsksForFunctions) {
  Module module("/proc/self/exe", open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  const std::uint64_t here = offset_in_file(reinterpret_cast<const void*>(&own_bytes));
  std::string name;
  std::thread reader([&] { name = module.symbol(here).name; });
  const std::size_t count = module.functions(here).size();
  EXPECT_EQ(module.functions(here).size(), count);
  reader.join();
  EXPECT_GT(count, 0U);
  EXPECT_THAT(name, HasSubstr("own_bytes"));
}

TEST(Module, FileThatIsNoElfFileHasNoNames) {
  for (const std::string& bytes :
       {std::string(), std::string("#!/bin/sh\n"), std::string(ELFMAG), std::string(9999, 'x')}) {
    Module module("garbage", file_of(bytes));
    EXPECT_EQ(module.symbol(0x1000).name, "");
    EXPECT_THAT(module.functions(0x1000), IsEmpty());
  }
}

TEST(Module, FileThatWasCutAnywhereIsSurvived) {
  const std::string whole = own_bytes();
  const std::uint64_t offset = offset_in_file(reinterpret_cast<const void*>(&own_bytes));
  for (int eighths = 0; eighths < 8; ++eighths) {
    Module module("cut", file_of(whole.substr(0, whole.size() * eighths / 8)));
    EXPECT_EQ(module.symbol(offset).name, "") << eighths << "/8: the symbols are at the end of the file";
    EXPECT_THAT(module.functions(offset), IsEmpty()) << eighths << "/8: and so are the section headers";
  }
}

TEST(Module, FileThatShrinksWhileItIsReadIsSurvived) {
  const int fd = file_of(own_bytes());
  Module module("shrunk", dup(fd));
  ASSERT_EQ(ftruncate(fd, 4096), 0);
  EXPECT_EQ(module.symbol(offset_in_file(reinterpret_cast<const void*>(&own_bytes))).name, "");
  close(fd);
}

}  // namespace
}  // namespace lwptrace::unwind
