// Cgroups of runs: where they are is read from literal texts, what they do is seen on this machine, where its own
// cgroup is one that we may make others in. The controllers that are missing are named.
#include "contain/cgroup.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <functional>
#include <iostream>
#include <optional>
#include <set>

#include "contain/kernel_files.h"

namespace lwptrace::contain {
namespace {

namespace fs = std::filesystem;

std::string mount(const std::string& root, const std::string& where, const std::string& kind = "cgroup2") {
  return "41 31 0:38 " + root + " " + where + " rw,nosuid shared:9 - " + kind + " cgroup2 rw\n";
}

TEST(FolderOfCgroup, IsBelowTheMountOfTheUnifiedHierarchy) {
  const std::string both = mount("/", "/sys/fs/cgroup/memory", "cgroup") + mount("/", "/sys/fs/cgroup/unified");
  EXPECT_EQ(folder_of_cgroup(both, "4:memory:/x\n0::/\n"), "/sys/fs/cgroup/unified");
  EXPECT_EQ(folder_of_cgroup(both, "0::/user.slice/a b\n"), "/sys/fs/cgroup/unified/user.slice/a b");
}

TEST(FolderOfCgroup, KnowsAMountOfAPartOfIt) {
  const std::string part = mount("/docker/abc", "/sys/fs/cgroup");
  EXPECT_EQ(folder_of_cgroup(part, "0::/docker/abc\n"), "/sys/fs/cgroup");
  EXPECT_EQ(folder_of_cgroup(part, "0::/docker/abc/in\n"), "/sys/fs/cgroup/in");
  EXPECT_EQ(folder_of_cgroup(part, "0::/docker/abcd\n"), "");
  EXPECT_EQ(folder_of_cgroup(mount("/../..", "/sys/fs/cgroup"), "0::/\n"), "");
}

TEST(FolderOfCgroup, IsNowhereWithoutOne) {
  EXPECT_EQ(folder_of_cgroup(mount("/", "/sys/fs/cgroup", "cgroup"), "0::/\n"), "");
  EXPECT_EQ(folder_of_cgroup(mount("/", "/sys/fs/cgroup"), "1:name=systemd:/\n"), "");
  EXPECT_EQ(folder_of_cgroup(mount("/", "/sys/fs/cgroup"), "0::/../x\n"), "");
  EXPECT_EQ(folder_of_cgroup("", ""), "");
}

TEST(FolderOfCgroup, HasSpacesThatAreOctalInTheTable) {
  EXPECT_EQ(folder_of_cgroup(mount("/", "/a\\040b\\134"), "0::/c\n"), "/a b\\/c");
}

class CgroupTest : public testing::Test {
 protected:
  void SetUp() override {
    own = folder_of_cgroup(read_file(AT_FDCWD, "/proc/self/mountinfo"), read_file(AT_FDCWD, "/proc/self/cgroup"));
    before = folders();
    here.emplace();
  }
  void TearDown() override {
    here.reset();
    EXPECT_EQ(folders(), before);
  }
  // Then there can be none, and that is all that there is to see.
  [[nodiscard]] bool are_none_here() const {
    if (here->usable()) return false;
    std::cerr << "no cgroup v2 here that we may make others in: '" << own << "'\n";
    EXPECT_FALSE(Cgroup::make(*here, {}).ok());
    return true;
  }
  // What is said to be limited is what the kernel offers.
  [[nodiscard]] bool has_controller(const std::string& name) const {
    return (" " + read_file(AT_FDCWD, own + "/cgroup.controllers")).find(" " + name) != std::string::npos;
  }
  [[nodiscard]] std::set<fs::path> folders() const {
    std::set<fs::path> all;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(own, error)) {
      if (entry.path().filename().string().starts_with("lwptrace")) all.insert(entry.path());
    }
    return all;
  }

  // A child in `one`, by its exit status; it is killed if it has not ended when `one` does.
  static pid_t begin(const Cgroup& one, const std::function<int()>& inside) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(enter_cgroup(one.entrance()) == 0 ? inside() : 99);
    return child;
  }
  static int status_of(pid_t child) {
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
  }

  std::string own;
  std::set<fs::path> before;
  std::optional<Cgroups> here;
};

TEST_F(CgroupTest, WhoEntersIsInOneOfItsOwn) {
  if (are_none_here()) return;
  const auto one = Cgroup::make(*here, {});
  ASSERT_TRUE(one.ok()) << one.error().text;
  const std::string ours = read_file(AT_FDCWD, "/proc/self/cgroup");
  const auto inside = [&] {
    const std::string its = read_file(AT_FDCWD, "/proc/self/cgroup");
    return its != ours && its.find("/lwptrace-") != std::string::npos && its.ends_with("/run\n") ? 0 : 1;
  };
  EXPECT_EQ(status_of(begin(**one, inside)), 0);
  EXPECT_FALSE((*one)->ran_out_of_memory());
}

TEST_F(CgroupTest, ItsEndIsThatOfWhoeverIsInIt) {
  if (are_none_here()) return;
  pid_t child = -1;
  {
    const auto one = Cgroup::make(*here, {});
    ASSERT_TRUE(one.ok()) << one.error().text;
    int told[2];
    ASSERT_EQ(::pipe(told), 0);
    child = begin(**one, [&] {
      (void)!::write(told[1], "i", 1);
      for (;;) ::pause();
      return 0;
    });
    char byte = 0;
    ASSERT_EQ(::read(told[0], &byte, 1), 1);
    ::close(told[0]);
    ::close(told[1]);
  }
  const int status = status_of(child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
}

TEST_F(CgroupTest, OneThatSomebodyWhoWasKilledLeftIsRemoved) {
  if (are_none_here()) return;
  const pid_t killed = ::fork();
  if (killed == 0) {
    auto one = Cgroup::make(*here, {});
    ::kill(::getpid(), SIGKILL);
  }
  (void)status_of(killed);
  EXPECT_GT(folders().size(), before.size());
  const Cgroups next(own);
  EXPECT_EQ(folders().size(), before.size());
}

TEST_F(CgroupTest, OneThatIsInUseIsNotRemoved) {
  if (are_none_here()) return;
  const auto one = Cgroup::make(*here, {});
  ASSERT_TRUE(one.ok()) << one.error().text;
  { const Cgroups another(own); }
  EXPECT_EQ(status_of(begin(**one, [] { return 0; })), 0);
}

TEST_F(CgroupTest, ThereAreNoMoreTasksThanItMayHave) {
  if (are_none_here()) return;
  EXPECT_EQ(here->limits_tasks(), has_controller("pids"));
  const auto one = Cgroup::make(*here, {0, 3});
  ASSERT_TRUE(one.ok()) << one.error().text;
  const auto inside = [] {
    int had = 0;
    for (int i = 0; i < 10; ++i) {
      const pid_t child = ::fork();
      if (child == 0) {
        for (;;) ::pause();
      }
      had += child > 0 ? 1 : 0;
    }
    return had;
  };
  EXPECT_EQ(WEXITSTATUS(status_of(begin(**one, inside))), here->limits_tasks() ? 2 : 10);
}

TEST_F(CgroupTest, AllTogetherHaveNoMoreMemoryThanTheyMay) {
  if (are_none_here()) return;
  EXPECT_EQ(here->limits_memory(), has_controller("memory"));
  if (!here->limits_memory()) return;  // there would be nobody to end them
  const auto one = Cgroup::make(*here, {32 << 20, 0});
  ASSERT_TRUE(one.ok()) << one.error().text;
  const auto inside = [] {
    for (int i = 0; i < 4; ++i) {
      if (::fork() != 0) continue;
      const std::string some(16 << 20, 'x');
      for (;;) ::pause();
    }
    for (;;) ::pause();
    return 0;
  };
  const int status = status_of(begin(**one, inside));
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
  EXPECT_TRUE((*one)->ran_out_of_memory());
}

}  // namespace
}  // namespace lwptrace::contain
