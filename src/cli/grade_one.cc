// The build is untraced; its words are kept for the one who has to know why it failed.
#include "cli/grade_one.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>

#include "cli/grade_trace.h"
#include "contain/tree.h"
#include "render/text.h"

namespace lwptrace::cli {

namespace {

// The first process of the build has nothing to do but to wait for the shell; whatever else comes to it is reaped too.
int build_inside(const std::string& command, const contain::Rights& rights, const contain::Streams& streams) {
  const pid_t shell = ::fork();
  if (shell == 0) {
    if (contain::take(rights, {streams.in, streams.out, streams.out, streams.cgroup}) == 0) {
      ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    }
    ::_exit(127);
  }
  int status = 0;
  for (pid_t ended = 0; shell > 0 && ended != shell;) ended = ::waitpid(-1, &status, 0);
  return shell > 0 && status == 0 ? 0 : 1;
}

// The first words of a compiler are the ones that count.
std::string first_words(const std::string& text) {
  constexpr std::size_t enough = 2000;
  std::string words = text.substr(0, enough);
  while (!words.empty() && (words.back() == '\n' || words.back() == ' ')) words.pop_back();
  return words;
}

// Why it could not be built, or "".
std::string build(const grade::Rubric& rubric, const contain::Walls& walls) {
  constexpr std::uint64_t most_words = 1 << 20;
  contain::Run run;
  run.wall = rubric.limits.build_wall;
  run.output = most_words;
  run.most = together(rubric, bounded({}).memory);
  run.inside = [&](const contain::Streams& streams, const std::string& folder) {
    contain::Rights rights = rights_of(rubric, walls, folder);
    rights.cpu = 0;
    rights.memory = run.most.memory;
    return build_inside(rubric.build, rights, streams);
  };
  const auto built = walls.run(run, "");
  if (!built) return "the build could not be run: " + built.error().text;
  if (built->out_of_memory) return "the build " + too_much_memory(run.most.memory);
  if (built->too_long) return fmt::format("the build took longer than {}", render::duration(run.wall));
  if (built->out_cut) return "the build printed more than 1 MiB";
  if (built->status == 0) return "";
  const std::string words = first_words(built->out);
  return "the build failed" + (words.empty() ? "" : ": " + words);
}

std::vector<std::string> protections_missing(const grade::Rubric& rubric, const contain::Walls& walls,
                                             const Surroundings& around) {
  std::vector<std::string> words = walls.missing();
  if (lets_memory_add_up(rubric, around)) {
    words.emplace_back(
        "no cgroup v2 with the memory controller here: its memory limit holds for each process, not for all together");
  }
  if (!around.not_contained.empty()) {
    words.push_back(fmt::format(
        "not contained, for there can be no namespaces here ({}): it could see the machine's processes, reach the "
        "network, and read and write what its user may",
        around.not_contained));
    if (walls.user() == ::geteuid()) {
      words.emplace_back("it ran as the user who graded it, and could signal the grader and write that user's files");
    }
  }
  return words;
}

// A folder that nobody else can guess the name of, while there is one.
struct Scratch {
  std::string path;
  explicit Scratch(const std::string& in) {
    std::string name = in + "/XXXXXX";
    if (in.empty() || ::mkdtemp(name.data()) == nullptr) return;
    path = name;
    (void)::chmod(path.c_str(), 0711);
  }
  ~Scratch() {
    if (!path.empty()) contain::remove_tree(path);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
};

}  // namespace

grade::Score no_score(const grade::Rubric& rubric, const std::string& why) {
  grade::Evidence nothing;
  nothing.why_not = why;
  return grade::score(rubric, {&nothing, 1});
}

bool lets_memory_add_up(const grade::Rubric& rubric, const Surroundings& around) {
  return rubric.limits.memory != 0 && !around.cgroups->limits_memory();
}

Seen run_one(const grade::Rubric& rubric, const Submission& submission, const Surroundings& around) {
  Seen seen;
  const Scratch scratch(around.scratch);
  contain::Plan plan;
  plan.submission = submission.path;
  for (const grade::PlacedFile& file : rubric.files) plan.files.emplace_back(file.from, file.to);
  plan.hidden = around.hidden;
  grade::Rubric here = rubric;
  here.limits = bounded(rubric.limits);
  plan.disk = here.limits.disk;
  plan.contained = around.not_contained.empty();
  plan.scratch = scratch.path;
  plan.cgroups = around.cgroups;
  const auto walls = contain::Walls::build(plan);
  if (!walls) {
    seen.runs.emplace_back().why_not = "it could not be contained, and was not run: " + walls.error().text;
    return seen;
  }
  here.environment.insert(here.environment.begin(),
                          {"SUBMISSION", std::filesystem::path(submission.path).filename().string()});
  if (const std::string failed = rubric.build.empty() ? "" : build(here, *walls); !failed.empty()) {
    seen.runs.emplace_back().why_not = failed;
  } else {
    while (seen.runs.size() < rubric.runs) seen.runs.push_back(trace_once(here, *walls));
  }
  seen.missing = protections_missing(rubric, *walls, around);
  return seen;
}

grade::Score grade_one(const grade::Rubric& rubric, const Submission& submission, const Surroundings& around) {
  const Seen seen = run_one(rubric, submission, around);
  grade::Score score = grade::score(rubric, seen.runs);
  score.remarks.insert(score.remarks.end(), seen.missing.begin(), seen.missing.end());
  return score;
}

}  // namespace lwptrace::cli
