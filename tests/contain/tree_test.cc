// Trees of files that somebody else wrote: nothing in them leads elsewhere or stops who reads them.
#include "contain/tree.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace lwptrace::contain {
namespace {

namespace fs = std::filesystem;

class Tree : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "tree-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    top = name;
    fs::create_directories(top / "from/inner");
    fs::create_directory(top / "to");
    write(top / "from/inner/a", "one");
    write(top / "outside", "secret");
  }
  void TearDown() override { remove_tree(top); }
  static void write(const fs::path& file, const std::string& text) { std::ofstream(file) << text; }
  static std::string text_of(const fs::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  [[nodiscard]] std::uint64_t digest() const { return digest_of(top / "from"); }

  fs::path top;
};

TEST_F(Tree, ALinkIsCopiedAsALinkAndNotRead) {
  fs::create_symlink(top / "outside", top / "from/link");
  fs::create_symlink("/", top / "from/everything");
  ASSERT_TRUE(copy_tree(top / "from", top / "to").ok());
  EXPECT_EQ(text_of(top / "to/inner/a"), "one");
  EXPECT_TRUE(fs::is_symlink(top / "to/link"));
  EXPECT_TRUE(fs::is_symlink(top / "to/everything"));
  const std::uint64_t before = digest();
  write(top / "outside", "another");
  EXPECT_EQ(digest(), before);
}

TEST_F(Tree, APipeMakesNobodyWait) {
  ASSERT_EQ(::mkfifo((top / "from/pipe").c_str(), 0600), 0);
  ASSERT_TRUE(copy_tree(top / "from", top / "to").ok());
  EXPECT_FALSE(fs::exists(top / "to/pipe"));
  (void)digest();
}

TEST_F(Tree, ModesAreKeptButNoneThatLendsAUser) {
  ASSERT_EQ(::chmod((top / "from/inner/a").c_str(), 04751), 0);
  ASSERT_TRUE(copy_tree(top / "from", top / "to").ok());
  EXPECT_EQ(static_cast<int>(fs::status(top / "to/inner/a").permissions()), 0751);
}

TEST_F(Tree, OneFileIsCopiedUnderItsName) {
  ASSERT_TRUE(copy_tree(top / "outside", top / "to").ok());
  EXPECT_EQ(text_of(top / "to/outside"), "secret");
}

TEST_F(Tree, AFileIsPutInPlaceOfALinkAndNotBehindIt) {
  fs::create_symlink(top / "outside", top / "to/given");
  ASSERT_TRUE(contain::copy_file(top / "from/inner/a", top / "to/given").ok());
  EXPECT_EQ(text_of(top / "outside"), "secret");
  EXPECT_EQ(text_of(top / "to/given"), "one");
}

TEST_F(Tree, WhateverIsCopiedChangesTheDigest) {
  std::uint64_t before = digest();
  const auto differs = [&] {
    const std::uint64_t former = std::exchange(before, digest());
    return former != before;
  };
  EXPECT_FALSE(differs());
  write(top / "from/inner/a", "two");
  EXPECT_TRUE(differs());
  fs::rename(top / "from/inner/a", top / "from/inner/b");
  EXPECT_TRUE(differs());
  ASSERT_EQ(::chmod((top / "from/inner/b").c_str(), 0700), 0);
  EXPECT_TRUE(differs());
  fs::create_symlink("x", top / "from/link");
  EXPECT_TRUE(differs());
  fs::remove(top / "from/link");
  fs::create_symlink("y", top / "from/link");
  EXPECT_TRUE(differs());
}

TEST_F(Tree, AHoleIsAsLargeAsItSays) {
  EXPECT_LT(size_of(top / "from"), 100'000U);
  ASSERT_EQ(::truncate((top / "from/inner/a").c_str(), off_t{1} << 40), 0);
  EXPECT_GT(size_of(top / "from"), std::uint64_t{1} << 40);
  fs::remove(top / "from/inner/a");
  fs::create_symlink("/", top / "from/everything");
  EXPECT_LT(size_of(top / "from"), 100'000U);
}

TEST_F(Tree, WhatCannotBeReadIsAnErrorThatNamesIt) {
  const auto copied = copy_tree(top / "from", top / "nowhere");
  ASSERT_FALSE(copied.ok());
  EXPECT_THAT(copied.error().text, testing::HasSubstr("inner"));
}

TEST_F(Tree, FoldersThatWereClosedAreRemoved) {
  ASSERT_EQ(::chmod((top / "from/inner").c_str(), 0), 0);
  ASSERT_EQ(::chmod((top / "from").c_str(), 0), 0);
  remove_tree(top / "from");
  EXPECT_FALSE(fs::exists(top / "from"));
}

}  // namespace
}  // namespace lwptrace::contain
