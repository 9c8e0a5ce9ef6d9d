// lwptrace grade: does a program do what a rubric asks, and how many points is that? Here the words of the command are
// understood; grade_many.h grades, grade_merge.h puts shards together, grade_reports.h writes what came of it.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <optional>
#include <set>

#include "cli/files.h"
#include "cli/grade_many.h"
#include "cli/grade_merge.h"
#include "cli/grade_reports.h"
#include "cli/grade_starter.h"
#include "cli/grade_try.h"
#include "cli/options.h"
#include "cli/outputs.h"
#include "contain/cgroup.h"
#include "contain/namespaces.h"
#include "contain/tree.h"
#include "contain/watch.h"
#include "render/text.h"

namespace lwptrace::cli {

namespace {

namespace fs = std::filesystem;

const Verb kGrade{.usage =
                      "lwptrace grade [options] RUBRIC [-- PROG [ARG...]]\n"
                      "  lwptrace grade --merge [options] RESULTS...",
                  .help = "lwptrace grade --help",
                  .prefix = "grade: ",
                  .refused = exit_usage};

struct GradeOptions {
  std::string rubric, reference, submissions, results, color = "auto";
  std::size_t parallel = 1;
  bool explain = false, start = false, merge = false, propose = false;
  std::optional<Shard> shard;
  WantedReports reports;
  Words named, command;
};

void declare(CLI::App& app, GradeOptions& o) {
  declare_help(app, kGrade);
  add_word(app, "--submissions", "DIR", "grade each folder and each file in DIR", o.submissions);
  add_word(app, "-j,--jobs", "N", "grade N submissions at a time", [&o](const std::string& word) -> std::string {
    constexpr std::uint64_t most = 1024;
    const auto number = whole_number(word);
    o.parallel = static_cast<std::size_t>(number.value_or(0));
    if (number && *number > 0 && *number <= most) return "";
    return fmt::format("-j {}: say how many, as a whole number from 1 to {}", word, most);
  });
  add_word(app, "--results", "DIR",
           "keep what came of each in DIR, and do not run again\nwhat is there and has not changed", o.results);
  for (const Report& report : reports()) add_word(app, report.option, "FILE", report.what, o.reports[report.option]);
  add_word(app, "--shard", "I/N", "grade the I-th of N parts of DIR",
           [&o](const std::string& word) { return take_shard(word, o.shard.emplace()); });
  app.add_flag("--merge", o.merge, "make one class of the RESULTS of its shards, and run\nnothing");
  app.add_flag("--explain", o.explain, "say what RUBRIC checks, and run nothing");
  app.add_flag("--try", o.propose, "print checks that the solution REFERENCE, named after RUBRIC,\npasses each time");
  app.add_flag("--new", o.start, "print a rubric to begin with");
  add_choice(app, "--color", "WHEN", o.color, {"auto", "always", "never"}, "auto, always or never");
  app.add_option("RUBRIC", o.named);
  app.footer(
      "Without --submissions the folder that you are in is the submission; with PROG that\n"
      "program alone is, and the rubric's build is left out. It is copied, and runs with\n"
      "nothing else of yours in sight. Exit status: 0 full marks, 1 not, 2 when RUBRIC cannot\n"
      "be read, 125 lwptrace failed.");
}

std::string absolute(const std::string& path) {
  std::error_code error;
  const fs::path whole = fs::weakly_canonical(path, error);
  return error ? path : whole.string();
}

// Of what a program is not to read: where it is likely to look, and what was named.
std::vector<std::string> hidden(const GradeOptions& o, const std::string& here) {
  std::vector<std::string> paths{here, "/run"};
  const char* home = std::getenv("HOME");
  if (home != nullptr && home[0] == '/') paths.push_back(absolute(home));
  const std::string rubric = absolute(o.rubric);
  paths.push_back(fs::path(rubric).parent_path());
  paths.push_back(rubric);
  for (const std::string& folder : {o.submissions, o.results, o.reference}) {
    if (!folder.empty()) paths.push_back(absolute(folder));
  }
  for (const auto& [option, file] : o.reports) {
    if (!file.empty()) paths.push_back(absolute(file));
  }
  return paths;
}

// PROG, where it is a file, is the submission; the command runs its copy.
Submission single(GradeOptions& o, const std::string& here) {
  if (o.command.empty()) return {fs::path(here).filename().string(), here};
  if (o.command[0].find('/') == std::string::npos) return {o.command[0], ""};
  const std::string program = absolute(o.command[0]);
  const std::string name = fs::path(program).filename().string();
  o.command[0] = "./" + name;
  return {name, program};
}

// Where there can be no walls, working copies are in a folder of the file system.
class Folder {
 public:
  Folder() {
    const char* where = std::getenv("TMPDIR");
    path_ = std::string(where != nullptr && *where == '/' ? where : "/tmp") + "/lwptrace-grade-XXXXXX";
    if (::mkdtemp(path_.data()) == nullptr) path_.clear();
    (void)::chmod(path_.c_str(), 0711);
  }
  ~Folder() {
    if (!path_.empty()) contain::remove_tree(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// All that can change a score, but for the submission.
std::string about(const GradeOptions& o, const std::string& text, const grade::Rubric& rubric,
                  const std::string& not_enforced) {
  std::string all = fmt::format("{}\n{}\n{}\n{}", LWPTRACE_VERSION, text, fmt::join(o.command, "\n"), not_enforced);
  all += "\n" + rubric.input;
  for (const grade::PlacedFile& file : rubric.files) all += fmt::format("\n{:016x}", contain::digest_of(file.from));
  // A golden, say, whose name the rubric has.
  std::set<std::string> named;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(fs::path(absolute(o.rubric)).parent_path(), error)) {
    const std::string name = entry.path().filename().string();
    if (text.find(name) == std::string::npos || !entry.is_regular_file(error)) continue;
    named.insert(fmt::format("{} {:016x}", name, contain::digest_of(entry.path())));
  }
  return all + fmt::format("\n{}", fmt::join(named, "\n"));
}

// What cannot be written is found before anything is run.
std::string unwritable(const GradeOptions& o) {
  if (std::string wrong = what_is_wrong(o.reports, !o.submissions.empty()); !wrong.empty()) return wrong;
  std::error_code error;
  if (!o.results.empty()) fs::create_directories(o.results, error);
  std::string why = error ? error.message() : "";
  if (!o.results.empty() && why.empty()) why = why_not_replaceable(o.results + "/summary.csv");
  return why.empty() ? "" : fmt::format("--results {}: {}; nothing was run", o.results, why);
}

Ending print_scores(const GradeOptions& o, const grade::Class& all, bool of_class) {
  if (one_is_printed(o.reports)) return {};
  if (of_class) return print(grade::terminal_report(all));
  const bool color = wants_color(o.color, STDOUT_FILENO);
  return print(grade::terminal_report(all[0].score, terminal_width(STDOUT_FILENO), color));
}

Ending tell(const GradeOptions& o, const grade::Class& all, bool of_class) {
  const Ending printed = print_scores(o, all, of_class);
  const Ending written = write_reports(o.reports, all, of_class);
  const auto full = [](const grade::Graded& one) { return one.score.earned >= one.score.points; };
  return {std::max({std::ranges::all_of(all, full) ? 0 : 1, printed.status, written.status}), 0};
}

Ending run_merge(const GradeOptions& o) {
  if (o.named.empty()) return refuse(kGrade, "--merge: no folder of results given");
  for (const auto& [given, name] : {std::pair(!o.submissions.empty(), "--submissions"),
                                    {!o.results.empty(), "--results"},
                                    {o.shard.has_value(), "--shard"},
                                    {!o.command.empty(), "PROG"}}) {
    if (given) return refuse(kGrade, fmt::format("--merge: runs nothing; leave {} out", name));
  }
  const auto merged = merge(o.named);
  if (!merged) return refuse(kGrade, merged.error().text);
  if (const std::string wrong = what_is_wrong(o.reports, true); !wrong.empty()) return refuse(kGrade, wrong);
  const Ending told = tell(o, merged->all, true);
  if (merged->missing.empty()) return told;
  std::vector<std::string> names;
  for (const std::string& name : merged->missing) names.push_back(render::printable(name));
  complain(fmt::format("grade: not graded, and left out: {}", fmt::join(names, ", ")));
  return {exit_failed, 0};
}

std::string wrong_reference(const GradeOptions& o) {
  if (o.reference.empty()) return "";
  if (!o.propose) return o.reference + ": one rubric at a time; a solution is named with --try, a program after --";
  if (!o.submissions.empty() || !o.command.empty()) return "--try takes one solution; leave the others out";
  return fs::exists(o.reference) ? "" : fmt::format("--try {}: {}", o.reference, std::strerror(ENOENT));
}

Ending run(GradeOptions& o, grade::Rubric& rubric, const std::string& text) {
  const std::string here = absolute(".");
  std::vector<Submission> submissions;
  if (!o.reference.empty()) {
    const std::string path = absolute(o.reference);
    submissions.push_back({fs::path(path).filename().string(), path});
  } else if (o.submissions.empty()) {
    submissions.push_back(single(o, here));
  } else if (auto listed = list_submissions(absolute(o.submissions))) {
    submissions = std::move(*listed);
    std::erase_if(submissions, [&](const Submission& one) { return one.path == absolute(o.results); });
  } else {
    return refuse(kGrade, listed.error().text);
  }
  if (!o.command.empty()) {
    rubric.command = o.command;
    rubric.build.clear();
  }
  if (const std::string wrong = unwritable(o); !wrong.empty()) return refuse(kGrade, wrong);
  const std::string whose = fmt::format("{:016x}", contain::digest(about(o, text, rubric, "")));
  const std::string list = class_list(whose, submissions);
  if (o.shard) submissions = of_shard(submissions, *o.shard);
  const contain::Cgroups cgroups;
  const auto possible = contain::can_contain();
  Surroundings around{hidden(o, here), possible ? "" : possible.error().text, "", &cgroups};
  const std::optional<Folder> folder = possible ? std::nullopt : std::optional<Folder>(std::in_place);
  if (folder) around.scratch = folder->path();
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);  // what a job leaves when it is killed comes to us
  const std::set<pid_t> strangers = contain::children();
  if (o.propose) {
    const Ending tried = try_reference(rubric, submissions[0], around);
    if (tried.signal != 0) contain::end_descendants(strangers);
    return tried;
  }
  const std::string not_enforced = around.not_contained + (lets_memory_add_up(rubric, around) ? "\nmemory of all" : "");
  const ClassOptions options{o.results, o.parallel, about(o, text, rubric, not_enforced), whose, list};
  const ClassGraded graded = grade_class(rubric, submissions, options, around);
  const bool of_class = !o.submissions.empty();
  if (graded.ending.signal != 0) {
    contain::end_descendants(strangers);
    (void)write_reports(o.reports, graded.all, of_class);
    return graded.ending;
  }
  return {std::max(tell(o, graded.all, of_class).status, graded.ending.status), 0};
}

}  // namespace

Ending verb_grade(const Words& words) {
  GradeOptions o;
  CLI::App app{"Scores what a program does by a rubric: 0 full marks, 1 not"};
  declare(app, o);
  const auto program = std::ranges::find(words, "--");
  if (program != words.end()) o.command.assign(std::next(program), words.end());
  if (const auto ending = parse(app, kGrade, {words.begin(), program})) return *ending;
  if (o.start) return print(starting_rubric);
  if (o.merge) return run_merge(o);
  if (!o.named.empty()) o.rubric = o.named[0];
  if (o.named.size() > 1) o.reference = o.named[1];
  if (o.named.size() > 2) return refuse(kGrade, o.named[2] + ": there is a rubric and a solution already");
  if (o.shard && o.submissions.empty()) return refuse(kGrade, "--shard: is a part of --submissions DIR");
  if (o.rubric.empty()) return refuse(kGrade, "no rubric given; to begin with one: lwptrace grade --new > rubric.yaml");
  if (!o.command.empty() && !o.submissions.empty()) {
    return refuse(kGrade, fmt::format("{}: submissions are graded with the rubric's command; leave one of the two out",
                                      o.command[0]));
  }
  if (const std::string wrong = wrong_reference(o); !wrong.empty()) return refuse(kGrade, wrong);
  const auto text = whole_file(o.rubric);
  if (!text) return refuse(kGrade, text.error().text);
  auto rubric = grade::read_rubric(*text, o.rubric);
  if (!rubric) return refuse(kGrade, rubric.error().text);
  if (o.explain) return print(grade::explain(*rubric));
  return run(o, *rubric, *text);
}

}  // namespace lwptrace::cli
