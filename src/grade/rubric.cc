// The keys of a rubric and of a check, and what each has to be. Conditions are read in conditions.cc.
#include "grade/rubric.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "grade/conditions.h"
#include "grade/files.h"
#include "grade/keys.h"
#include "grade/read.h"
#include "render/text.h"

namespace lwptrace::grade {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMostRuns = 1000;
constexpr std::uint64_t kMostLwps = 1'000'000;

std::vector<std::string> read_command(const Yaml& node) {
  std::vector<std::string> command = read_texts(node, "command");
  if (command[0].empty()) wrong(node, "command is empty", "such as ./a.out");
  if (node.kind == Yaml::Kind::text && command[0].find(' ') != std::string::npos) {
    wrong(node, fmt::format("{} is one word with blanks in it", shown(node.text)), "a list: [./a.out, 4]");
  }
  return command;
}

std::string read_input(const Yaml& node, const fs::path& folder) {
  if (node.kind == Yaml::Kind::text) return node.text;
  only_keys(node, {"file"}, "stdin");
  const Yaml* file = node.find("file");
  if (file == nullptr) wrong(node, "stdin lacks file", "such as file: input.txt, or the text itself");
  return contents(*file, file_beside(*file, folder));
}

// A list of names, or the name in the copy: the name beside the rubric.
std::vector<PlacedFile> read_files(const Yaml& node, const fs::path& folder) {
  std::vector<PlacedFile> files;
  std::set<std::string> names;
  const auto place = [&](const Yaml& to, const Yaml& from) {
    files.push_back({file_beside(from, folder).string(), inner_name(to)});
    if (!names.insert(files.back().to).second) wrong(to, shown(files.back().to) + " is put there twice", "once");
  };
  if (node.kind == Yaml::Kind::table) {
    for (const auto& [to, from] : node.entries) place(to, from);
  } else {
    for (const Yaml& name : one_or_more(node, "files")) place(name, name);
  }
  return files;
}

std::vector<std::pair<std::string, std::string>> read_environment(const Yaml& node) {
  if (node.kind != Yaml::Kind::table) wrong(node, "environment is no mapping", "such as LANG: C");
  std::vector<std::pair<std::string, std::string>> variables;
  for (const auto& [name, value] : node.entries) {
    if (name.text.empty() || name.text.find('=') != std::string::npos) {
      wrong(name, shown(name.text) + " is no name of a variable", "such as LANG: C");
    }
    variables.emplace_back(name.text, value.kind == Yaml::Kind::nothing ? "" : read_texts(value, name.text).front());
  }
  return variables;
}

Limits read_limits(const Yaml& node) {
  only_keys(node, limit_keys(), "limits");
  Limits limits;
  const auto time = [&](const char* key, Nanos& limit) {
    if (const Yaml* value = node.find(key)) limit = read_duration(*value);
  };
  const auto bytes = [&](const char* key, std::uint64_t& limit) {
    if (const Yaml* value = node.find(key)) limit = read_bytes(*value);
  };
  const auto number = [&](const char* key, std::uint64_t& limit) {
    if (const Yaml* value = node.find(key)) limit = read_number(*value, key, 1, kMostLwps);
  };
  time("wall time", limits.wall);
  time("cpu time", limits.cpu);
  time("build time", limits.build_wall);
  bytes("memory", limits.memory);
  bytes("output", limits.output);
  bytes("disk", limits.disk);
  number("lwps", limits.lwps);
  number("births", limits.births);
  return limits;
}

void read_runs(const Yaml& node, Rubric& rubric) {
  if (node.kind == Yaml::Kind::text) {
    rubric.runs = rubric.must_hold = read_number(node, "runs", 1, kMostRuns);
    return;
  }
  only_keys(node, runs_keys(), "runs");
  const Yaml* count = node.find("count");
  if (count == nullptr) wrong(node, "runs has no count", "such as { count: 10, hold: 8 }");
  rubric.runs = rubric.must_hold = read_number(*count, "count", 1, kMostRuns);
  if (const Yaml* hold = node.find("hold")) rubric.must_hold = read_number(*hold, "hold", 1, rubric.runs);
}

std::vector<std::size_t> read_needs(const Yaml& node, const std::vector<Check>& earlier, const std::string& own) {
  std::vector<std::size_t> needs;
  std::vector<std::string> names;
  names.reserve(earlier.size());
  for (const Check& check : earlier) names.push_back(check.name);
  for (const Yaml& item : one_or_more(node, "needs")) {
    const std::string name = read_text(item, "needs");
    const auto found = std::find(names.begin(), names.end(), name);
    if (name == own) wrong(item, "a check cannot need itself", "name an earlier one");
    if (found == names.end()) {
      const std::string right = names.empty() ? "this is the first" : right_word(name, "earlier are", names);
      wrong(item, fmt::format("no earlier check is called {}", shown(name)), right);
    }
    needs.push_back(static_cast<std::size_t>(found - names.begin()));
  }
  return needs;
}

Check read_check(const Yaml& node, const std::vector<Check>& earlier, const fs::path& folder) {
  std::vector<std::string> known = check_keys();
  for (std::string& key : condition_keys()) known.push_back(std::move(key));
  only_keys(node, known, "a check");
  Check check;
  const Yaml* name = node.find("name");
  if (name == nullptr) wrong(node, "this check has no name", "such as name: The child ends with 22");
  check.name = render::printable(read_text(*name, "name"));
  for (const Check& other : earlier) {
    if (other.name == check.name) wrong(*name, shown(check.name) + " is an earlier check's name", "another name");
  }
  const Yaml* points = node.find("points");
  if (points == nullptr) wrong(node, fmt::format("{} has no points", shown(check.name)), "such as points: 10");
  check.points = read_points(*points);
  if (const Yaml* partial = node.find("partial")) check.partial = read_yes(*partial, "partial");
  if (const Yaml* hint = node.find("hint")) check.hint = read_text(*hint, "hint");
  if (const Yaml* visibility = node.find("visibility")) {
    check.visibility = static_cast<Visibility>(read_word(*visibility, "visibility", visibilities()));
  }
  if (const Yaml* needs = node.find("needs")) check.needs = read_needs(*needs, earlier, check.name);
  check.condition = read_conditions(node, folder);
  if (check.condition == nullptr) {
    wrong(node, fmt::format("{} checks nothing", shown(check.name)), "a condition, such as births: 10");
  }
  return check;
}

Rubric read_top(const Yaml& node, const std::string& file) {
  only_keys(node, rubric_keys(), "a rubric");
  const fs::path folder = fs::path(file).has_parent_path() ? fs::path(file).parent_path() : fs::path(".");
  const auto needed = [&](const char* key, const char* example) -> const Yaml& {
    const Yaml* value = node.find(key);
    if (value == nullptr) wrong(node, fmt::format("the rubric has no {}", key), fmt::format("such as {}", example));
    return *value;
  };
  Rubric rubric;
  rubric.file = file;
  rubric.title = render::printable(read_text(needed("title", "title: Threads"), "title"));
  rubric.command = read_command(needed("command", "command: ./a.out"));
  if (const Yaml* arguments = node.find("arguments")) {
    for (std::string& word : read_texts(*arguments, "arguments")) rubric.command.push_back(std::move(word));
  }
  if (const Yaml* build = node.find("build")) rubric.build = read_text(*build, "build");
  if (const Yaml* input = node.find("stdin")) rubric.input = read_input(*input, folder);
  if (const Yaml* files = node.find("files")) rubric.files = read_files(*files, folder);
  if (const Yaml* environment = node.find("environment")) rubric.environment = read_environment(*environment);
  if (const Yaml* limits = node.find("limits")) rubric.limits = read_limits(*limits);
  if (const Yaml* runs = node.find("runs")) read_runs(*runs, rubric);
  const Yaml& checks = needed("checks", "checks: and a list of them");
  if (checks.kind != Yaml::Kind::list || checks.items.empty()) {
    wrong(checks, "checks is no list of checks", "a dash before each: - name: …");
  }
  for (const Yaml& check : checks.items) rubric.checks.push_back(read_check(check, rubric.checks, folder));
  return rubric;
}

}  // namespace

Result<Rubric> read_rubric(const std::string& text, const std::string& file) {
  try {
    return read_top(parse_yaml(text), file);
  } catch (const Wrong& wrong) {
    return Error{fmt::format("{}:{}:{}: {}", file, wrong.line, wrong.column, render::printable(wrong.what)), 0};
  }
}

}  // namespace lwptrace::grade
