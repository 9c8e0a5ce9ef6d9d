// What a program within walls can and cannot do, with namespaces and without. A process of its own builds them, for
// nobody comes out again.
#include "contain/walls.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "contain/namespaces.h"
#include "contain/tree.h"
#include "contain/watch.h"

namespace lwptrace::contain {
namespace {

using testing::HasSubstr;
using testing::Not;

namespace fs = std::filesystem;

constexpr Nanos second = 1'000'000'000;

struct Asked {
  std::string script;
  std::string input;
  Nanos wall = 30 * second;
  std::uint64_t output = 1 << 20;
};

// The script's stdout; or, after a "!", why there is none.
std::string answer(const Walls& walls, const Asked& asked) {
  Run run{asked.wall, asked.output, true, [&](const Streams& streams, const std::string& folder) {
            const pid_t shell = ::fork();
            if (shell == 0) {
              const Rights rights{walls.user(), 0, 1 << 30, 1 << 20, 0, {{"PATH", "/usr/bin:/bin"}, {"HOME", folder}}};
              if (take(rights, streams) == 0) ::execl("/bin/sh", "sh", "-c", asked.script.c_str(), nullptr);
              ::_exit(127);
            }
            ::waitpid(shell, nullptr, 0);
            return 0;
          }};
  const auto ran = walls.run(run, asked.input);
  if (!ran) return "!" + ran.error().text;
  return (ran->too_long ? "!too long" : ran->out_cut ? "!too much" : "") + ran->out;
}

class WallsTest : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (GetParam() && !can_contain()) GTEST_SKIP() << can_contain().error().text;
    std::string name = testing::TempDir() + "walls-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    ASSERT_EQ(::chmod(name.c_str(), 0711), 0);
    top = name;
    fs::create_directories(top / "mine");
    fs::create_directory(top / "scratch");
    fs::create_directory(top / "hidden");
    std::ofstream(top / "mine/file") << "mine";
    std::ofstream(top / "hidden/file") << "rubric";
  }
  void TearDown() override { remove_tree(top); }

  // In walls of their own, one after the other.
  [[nodiscard]] std::vector<std::string> ask_all(const std::vector<Asked>& all) const {
    int told[2];
    if (::pipe(told) != 0) return {};
    const pid_t builder = ::fork();
    if (builder == 0) {
      const auto walls =
          Walls::build({top / "mine", {}, {top / "hidden"}, 1 << 20, GetParam(), GetParam() ? "" : top / "scratch"});
      std::string text;
      for (const Asked& one : all) text += (walls ? answer(*walls, one) : "!" + walls.error().text) + '\0';
      (void)!::write(told[1], text.data(), text.size());
      ::_exit(0);
    }
    ::close(told[1]);
    std::vector<std::string> answers(1);
    for (char c = 0; ::read(told[0], &c, 1) == 1;) {
      if (c == '\0') {
        answers.emplace_back();
      } else {
        answers.back() += c;
      }
    }
    ::close(told[0]);
    ::waitpid(builder, nullptr, 0);
    answers.pop_back();
    return answers;
  }
  [[nodiscard]] std::string ask(const Asked& one) const { return ask_all({one}).at(0); }

  fs::path top;
};

TEST_P(WallsTest, AProgramHasItsFilesItsInputAndItsEnvironmentAlone) {
  ::setenv("SECRET", "1", 1);
  EXPECT_EQ(ask({"cat file; cat; env | grep -c -v -e ^PWD= -e ^OLDPWD= -e ^SHLVL= -e ^_=; pwd | grep -c submission",
                 "input\n"}),
            "mineinput\n2\n1\n");
}

TEST_P(WallsTest, NoDescriptorOfOursIsOpenInIt) { EXPECT_EQ(ask({"ls /proc/self/fd | wc -l", ""}), "4\n"); }

TEST_P(WallsTest, ItHasNoPowers) {
  EXPECT_EQ(ask({"grep -E 'CapPrm|CapEff|CapAmb|CapInh|NoNewPrivs' /proc/self/status | grep -c -e 0000000000000000 -e "
                 "'NoNewPrivs:.1'",
                 ""}),
            "5\n");
}

TEST_P(WallsTest, RootsProgramsAreNobodys) {
  if (::geteuid() != 0) GTEST_SKIP() << "that takes root";
  EXPECT_EQ(ask({"id -u; id -G", ""}), "65534\n65534\n");
}

TEST_P(WallsTest, EachRunIsMadeOnACopyOfItsOwn) {
  EXPECT_THAT(ask_all({{"cat file; echo other > file; touch more", ""}, {"cat file; ls", ""}}),
              testing::ElementsAre("mine", "minefile\n"));
}

TEST_P(WallsTest, ItIsEndedWhenItTakesTooLong) {
  EXPECT_EQ(ask({"echo a; sleep 1000", "", second / 2}), "!too longa\n");
}

TEST_P(WallsTest, ItIsEndedWhenItPrintsTooMuch) {
  const std::string told = ask({"yes", "", 30 * second, 100});
  EXPECT_EQ(told.size(), 100 + std::string("!too much").size());
}

TEST_P(WallsTest, WhatItLeavesBehindEndsWithIt) {
  const std::string told =
      ask({"setsid sh -c 'trap \"\" TERM HUP INT; echo $$; exec sleep 1000' > out & while ! test -s out; do :; done; "
           "cat out",
           ""});
  EXPECT_THAT(told, Not(HasSubstr("!")));
  if (!GetParam()) {
    EXPECT_NE(::kill(std::stoi(told), 0), 0);  // of the namespace it is the kernel that says so
  }
}

class NamespacesTest : public WallsTest {};  // what takes them

TEST_P(NamespacesTest, WhatIsHiddenCannotBeRead) {
  EXPECT_EQ(
      ask({"cat " + (top / "hidden/file").string() + " 2>&1 | grep -c 'No such'; ls " + top.string() + " | wc -l", ""}),
      "1\n0\n");
}

TEST_P(NamespacesTest, TheRestOfTheMachineIsReadOnlyAndEmptyOfOthers) {
  EXPECT_EQ(ask({"touch /usr/x /etc/x /x 2>&1 | grep -c -e Read-only -e denied; test $(ls /proc | grep -c '^[0-9]') "
                 "-lt 9 && echo few",
                 ""}),
            "3\nfew\n");
}

TEST_P(NamespacesTest, TheDiskIsFullBeforeTheMachinesIs) {
  EXPECT_EQ(
      ask({"for i in 1 2 3 4 5 6 7 8; do head -c 500000 /dev/zero > $i; done 2>&1 | grep -q 'No space' && echo full",
           ""}),
      "full\n");
}

TEST_P(WallsTest, NothingIsLeftOfTheCopies) {
  (void)ask({"chmod 0 .; mkdir /tmp/x", ""});
  if (!GetParam()) {
    EXPECT_FALSE(fs::exists(top / "scratch/run"));
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(top / "hidden"), {}), 1);
}

INSTANTIATE_TEST_SUITE_P(With, NamespacesTest, testing::Values(true),
                         [](const auto&) { return std::string("Namespaces"); });
INSTANTIATE_TEST_SUITE_P(WithAndWithoutNamespaces, WallsTest, testing::Bool(),
                         [](const auto& with) { return with.param ? "Namespaces" : "NoNamespaces"; });

}  // namespace
}  // namespace lwptrace::contain
