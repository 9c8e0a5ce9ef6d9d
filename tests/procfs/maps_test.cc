// Lines of /proc/PID/maps as kernels write them, and as none does.
#include "procfs/maps.h"

#include <gmock/gmock.h>
#include <unistd.h>

namespace lwptrace::procfs {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Maps, FileMappingHasEveryField) {
  EXPECT_THAT(
      parse_maps("7f5f4e428000-7f5f4e57e000 r-xp 00026000 fe:01 1443212                    /usr/lib/libc.so.6\n"),
      ElementsAre(Mapping{.start = 0x7f5f4e428000,
                          .end = 0x7f5f4e57e000,
                          .readable = true,
                          .executable = true,
                          .offset = 0x26000,
                          .dev_major = 0xfe,
                          .dev_minor = 1,
                          .inode = 1443212,
                          .path = "/usr/lib/libc.so.6"}));
}

TEST(Maps, MappingWithoutAFileHasAnEmptyPathWhateverBlanksFollow) {
  const Mapping anonymous{.start = 0x1000, .end = 0x2000, .readable = true, .writable = true};
  EXPECT_THAT(parse_maps("1000-2000 rw-p 00000000 00:00 0 \n1000-2000 rw-p 00000000 00:00 0          \n"),
              ElementsAre(anonymous, anonymous));
}

TEST(Maps, PathKeepsItsBlanksAndThatItWasDeleted) {
  const auto mappings = parse_maps("1000-2000 r--s 00000000 00:01 7      /memfd:a b (deleted)\n");
  ASSERT_EQ(mappings.size(), 1U);
  EXPECT_EQ(mappings[0].path, "/memfd:a b (deleted)");
}

TEST(Maps, LastLineMayLackItsNewline) {
  const auto mappings =
      parse_maps("ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]");
  ASSERT_EQ(mappings.size(), 1U);
  EXPECT_EQ(mappings[0].path, "[vsyscall]");
  EXPECT_EQ(mappings[0].end, 0xffffffffff601000);
}

TEST(Maps, LinesThatAreNoMappingsAreLeftOut) {
  EXPECT_THAT(parse_maps("\n1000\n1000-\n1000-2000\n1000-2000 r-xp\n1000-2000 r-xp 0 fe:01\n1000-2000 r-xpx0 0:0 0 /x\n"
                         "10000000000000000-2000 r-xp 0 0:0 0 \n"),
              IsEmpty());
}

TEST(Maps, OwnMappingsHoldThisFunction) {
  const auto mappings = read_maps(getpid());
  ASSERT_TRUE(mappings.ok());
  const auto here = reinterpret_cast<std::uint64_t>(&parse_maps);
  EXPECT_THAT(*mappings, testing::Contains(testing::Truly([here](const Mapping& mapping) {
    return mapping.executable && here >= mapping.start && here < mapping.end;
  })));
}

TEST(Maps, ProcessThatIsGoneIsAnErrorThatNamesIt) {
  const auto mappings = read_maps(0x7fffffff);
  ASSERT_FALSE(mappings.ok());
  EXPECT_EQ(mappings.error().code, ENOENT);
  EXPECT_THAT(mappings.error().text, testing::HasSubstr("/proc/2147483647/maps"));
}

}  // namespace
}  // namespace lwptrace::procfs
