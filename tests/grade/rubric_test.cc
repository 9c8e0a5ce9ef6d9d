// The loader: what a rubric says is what is read, and whatever is wrong with one is one line with its place.
#include "grade/rubric.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "grade/conditions.h"
#include "grade/facts.h"
#include "grade/keys.h"
#include "grade/values.h"
#include "tests/grade/graded.h"

namespace lwptrace::grade {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

const fs::path kSource = LWPTRACE_SOURCE_DIR;

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string error_of(const std::string& text) {
  const auto rubric = read_rubric(text, "r.yaml");
  return rubric ? "" : rubric.error().text;
}

constexpr const char* kChecks = "checks:\n  - { name: a, points: 1, births: 1 }\n";

class Broken : public ::testing::TestWithParam<fs::path> {};

// The last line of the file is a comment of it.
TEST_P(Broken, IsOneLineWithItsPlace) {
  const std::string text = text_of(GetParam());
  const std::size_t last = text.rfind("\n# ") == std::string::npos ? 2 : text.rfind("\n# ") + 3;
  const auto rubric = read_rubric(text, GetParam().string());
  ASSERT_FALSE(rubric);
  EXPECT_EQ(rubric.error().text + "\n", (GetParam().parent_path() / "").string() + text.substr(last));
}

std::vector<fs::path> broken() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(kSource / "tests/grade/broken_rubrics"))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

INSTANTIATE_TEST_SUITE_P(Rubrics, Broken, ::testing::ValuesIn(broken()),
                         [](const auto& info) { return info.param.stem().string(); });

TEST(Rubric, IsReadAsItSays) {
  const auto rubric = read_rubric(
      "title: Create process\n"
      "command: ./a.out\n"
      "arguments: [4, two words]\n"
      "stdin: |\n  one\n  two\n"
      "build: make\n"
      "environment: { LANG: C, EMPTY: }\n"
      "limits: { wall time: 500ms, cpu time: 2s, memory: 64M, lwps: 20, births: 50, output: 1K, disk: 7,"
      " build time: 2 min }\n"
      "runs: { count: 10, hold: 8 }\n"
      "checks:\n"
      "  - { name: a, points: 2.5, births: 1, partial: yes, hint: Fork., visibility: after due date }\n"
      "  - { name: b, points: 0, births: 1, needs: [a], visibility: hidden }\n",
      "r.yaml");
  ASSERT_TRUE(rubric) << rubric.error().text;
  EXPECT_EQ(rubric->title, "Create process");
  EXPECT_THAT(rubric->command, ElementsAre("./a.out", "4", "two words"));
  EXPECT_EQ(rubric->input, "one\ntwo\n");
  EXPECT_EQ(rubric->build, "make");
  EXPECT_THAT(rubric->environment, ElementsAre(Pair("LANG", "C"), Pair("EMPTY", "")));
  EXPECT_EQ(rubric->limits.wall, 500'000'000);
  EXPECT_EQ(rubric->limits.cpu, 2'000'000'000);
  EXPECT_EQ(rubric->limits.memory, std::uint64_t{64} << 20);
  EXPECT_EQ(rubric->limits.lwps, 20U);
  EXPECT_EQ(rubric->limits.births, 50U);
  EXPECT_EQ(rubric->limits.output, 1024U);
  EXPECT_EQ(rubric->limits.disk, 7U);
  EXPECT_EQ(rubric->limits.build_wall, 120'000'000'000);
  EXPECT_EQ(rubric->runs, 10U);
  EXPECT_EQ(rubric->must_hold, 8U);
  ASSERT_EQ(rubric->checks.size(), 2U);
  EXPECT_EQ(rubric->checks[0].points, 2.5);
  EXPECT_TRUE(rubric->checks[0].partial);
  EXPECT_EQ(rubric->checks[0].hint, "Fork.");
  EXPECT_EQ(rubric->checks[0].visibility, Visibility::after_due_date);
  EXPECT_EQ(rubric->checks[1].visibility, Visibility::hidden);
  EXPECT_THAT(rubric->checks[1].needs, ElementsAre(0U));
}

TEST(Rubric, TheExampleOfThePageIsReadAndExplained) {
  const std::string page = text_of(kSource / "docs/rubric.md");
  const std::size_t begin = page.find("```yaml\n") + 8;
  const auto rubric = read_rubric(page.substr(begin, page.find("```", begin) - begin), "docs/rubric.md");
  ASSERT_TRUE(rubric) << rubric.error().text;
  const std::string words = explain(*rubric);
  EXPECT_THAT(words, HasSubstr(rubric->title + ": 100 points\n"));
  for (const Check& check : rubric->checks) EXPECT_THAT(words, HasSubstr(check.condition->words()));
}

TEST(Rubric, ManyLevelsAreRefused) {
  const std::string deep(256, '[');
  EXPECT_THAT(error_of("title: t\ncommand: ./a\nchecks: " + deep + "\n"), HasSubstr("more than 32 levels"));
  EXPECT_THAT(error_of(std::string(100000, '[')), HasSubstr("more than 32 levels"));
  EXPECT_THAT(error_of(std::string(100000, '{')), HasSubstr("more than 32 levels"));
  std::string dashes;
  for (int i = 0; i < 50000; ++i) dashes += "- ";
  EXPECT_THAT(error_of(dashes), HasSubstr("more than 32 levels"));
  std::string nots = "not: ";
  for (int i = 0; i < 256; ++i) nots += "{ not: ";
  EXPECT_THAT(rubric_of(nots).error().text, HasSubstr("more than 32 levels"));
}

TEST(Rubric, TooMuchTextIsRefused) {
  EXPECT_THAT(error_of(std::string(300'000, 'a')), HasSubstr("r.yaml:1:1: 300000 bytes; a rubric has at most 262144"));
}

TEST(Rubric, ManyShortWordsAreReadInNoTime) {
  std::string list = "title: t\ncommand: [";
  for (int i = 0; i < 60000; ++i) list += "a, ";
  EXPECT_EQ(error_of(list + "a]\n" + kChecks), "");
}

class InAFolder : public ::testing::Test {
 protected:
  InAFolder() { fs::create_directories(folder_ / "rubric/lib"); }
  ~InAFolder() override { fs::remove_all(folder_); }
  void put(const std::string& name, const std::string& text) const { std::ofstream(folder_ / name) << text; }
  [[nodiscard]] Result<Rubric> read(const std::string& top) const {
    return read_rubric("title: t\ncommand: ./a\n" + top + kChecks, (folder_ / "rubric/r.yaml").string());
  }
  fs::path folder_ = fs::path(::testing::TempDir()) / ("rubric_" + std::to_string(::getpid()));
};

TEST_F(InAFolder, FilesArePutWhereTheRubricSays) {
  put("rubric/Makefile", "all:\n");
  put("rubric/lib/check.h", "");
  put("rubric/input.txt", "4\n5\n");
  const auto rubric = read("files: { Makefile: Makefile, src/check.h: lib/check.h }\nstdin: { file: input.txt }\n");
  ASSERT_TRUE(rubric) << rubric.error().text;
  ASSERT_EQ(rubric->files.size(), 2U);
  EXPECT_EQ(rubric->files[1].to, "src/check.h");
  EXPECT_EQ(rubric->files[1].from, fs::canonical(folder_ / "rubric/lib/check.h"));
  EXPECT_EQ(rubric->input, "4\n5\n");
}

TEST_F(InAFolder, ALinkLeadsNoFileOutOfIt) {
  put("secret", "x");
  fs::create_symlink("../secret", folder_ / "rubric/innocent");
  fs::create_symlink("..", folder_ / "rubric/up");
  EXPECT_THAT(read("files: innocent\n").error().text, HasSubstr("'innocent' leads out of the rubric's folder"));
  EXPECT_THAT(read("files: [up/secret]\n").error().text, HasSubstr("leads out of the rubric's folder"));
  EXPECT_THAT(read("files: [lib]\n").error().text, HasSubstr("there is no file 'lib'"));
}

TEST_F(InAFolder, AGoldenIsReadWithTheRubric) {
  put("rubric/a.golden",
      "lwptrace golden 1\n1 process\n  executes ./a\n  makes 1.1\n  ends exit_group 0\n1.1 process\n  born fork\n  "
      "ends exit_group 0\n");
  const auto rubric = read_rubric("title: t\ncommand: ./a\nchecks:\n  - { name: g, points: 1, golden: a.golden }\n",
                                  (folder_ / "rubric/r.yaml").string());
  ASSERT_TRUE(rubric) << rubric.error().text;
  testing::Story s;
  s.exit(10, s.launch(0, {"./a"}), 0, How::exit_group);
  const Evidence run = evidence(s);
  const Score bad = score(*rubric, {&run, 1});
  EXPECT_FALSE(bad.checks[0].passed);
  EXPECT_EQ(bad.checks[0].wanted, "the program does what 'a.golden' says");
  EXPECT_THAT(bad.checks[0].events, ElementsAre(HasSubstr("1.1")));
}

// The keys of an object of the schema, which may stand beside a short form in anyOf.
std::vector<std::string> keys_in(const nlohmann::json& node) {
  if (node.contains("anyOf") && !node.contains("properties")) {
    for (const auto& form : node["anyOf"]) {
      if (form.contains("properties")) return keys_in(form);
    }
  }
  std::vector<std::string> keys;
  if (node.contains("properties")) {
    for (const auto& [key, value] : node["properties"].items()) keys.push_back(key);
  }
  return keys;
}

std::vector<std::string> sorted(std::vector<std::string> words) {
  std::sort(words.begin(), words.end());
  return words;
}

TEST(Schema, HasTheKeysAndWordsThatTheLoaderHas) {
  const auto schema = nlohmann::json::parse(text_of(kSource / "docs/rubric.schema.json"));
  EXPECT_EQ(keys_in(schema), sorted(rubric_keys()));
  EXPECT_EQ(keys_in(schema["properties"]["limits"]), sorted(limit_keys()));
  EXPECT_EQ(keys_in(schema["properties"]["runs"]), sorted(runs_keys()));
  const auto& defs = schema["$defs"];
  std::vector<std::string> check = check_keys();
  for (const std::string& key : condition_keys()) check.push_back(key);
  EXPECT_EQ(keys_in(defs["check"]), sorted(check));
  EXPECT_EQ(defs["check"]["properties"]["visibility"]["enum"], visibilities());
  EXPECT_EQ(defs["check"]["anyOf"].size(), condition_keys().size());
  EXPECT_EQ(keys_in(defs["condition"]), sorted(condition_keys()));
  for (const std::string& key : condition_keys()) {
    EXPECT_EQ(keys_in(defs["condition"]["properties"][key]), sorted(keys_of(key))) << key;
  }
  const auto& first = defs["condition"]["properties"]["order"]["properties"]["first"];
  for (const Fact& fact : row_facts()) {
    EXPECT_EQ(keys_in(first["properties"][std::string(fact.name)]), sorted(fact.column_names())) << fact.name;
  }
  EXPECT_EQ(keys_in(defs["born"]), sorted(births().column_names()));
  const std::pair<const char*, Type> words[] = {
      {"kind", Type::kind},     {"idiom", Type::idiom}, {"call", Type::via},           {"how", Type::how},
      {"effect", Type::effect}, {"flags", Type::flags}, {"resources", Type::resources}};
  for (const auto& [name, type] : words) EXPECT_EQ(defs[name]["anyOf"][0]["enum"], words_of(type)) << name;
}

}  // namespace
}  // namespace lwptrace::grade
