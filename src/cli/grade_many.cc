// Each submission is a job (jobs.h), and has a process, walls and a result of its own.
#include "cli/grade_many.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>

#include "cli/files.h"
#include "cli/grade_merge.h"
#include "cli/jobs.h"
#include "contain/tree.h"
#include "engine/clock.h"
#include "grade/kept.h"
#include "render/text.h"

namespace lwptrace::cli {

namespace {

namespace fs = std::filesystem;

struct Member {
  Submission submission;
  std::string digest, kept_in;  // where its result is; empty: nowhere
  std::optional<grade::Score> score;
};

std::optional<grade::Score> score_kept(const Member& member) {
  const auto text = whole_file(member.kept_in);
  auto kept = text ? grade::read_kept(*text) : std::nullopt;
  if (!kept || kept->digest != member.digest) return std::nullopt;
  return std::move(kept->score);
}

// What is kept of each. One is copied into memory, and so must not be too large: it may be a hole of a terabyte.
std::vector<Member> members_of(const grade::Rubric& rubric, const std::vector<Submission>& submissions,
                               const ClassOptions& o) {
  constexpr std::uint64_t most = std::uint64_t{256} << 20;
  std::vector<Member> members;
  for (const Submission& one : submissions) {
    Member member{one, "", "", {}};
    if (!o.results.empty()) member.kept_in = o.results + "/" + one.name + ".json";
    if (contain::size_of(one.path, most) > most) {
      member.score = no_score(rubric, "it is larger than 256 MiB, and was not run");
      members.push_back(std::move(member));
      continue;
    }
    member.digest = fmt::format("{:016x}", contain::digest(one.name + "\n" + o.about, contain::digest_of(one.path)));
    if (!o.results.empty()) member.score = score_kept(member);
    members.push_back(std::move(member));
  }
  return members;
}

class Progress {
 public:
  Progress(std::size_t all, std::size_t parallel) : all_(all), parallel_(parallel) { draw(); }
  ~Progress() { wipe(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void wipe() const {
    if (shown_) say("\r\033[K");
  }
  void one_more() {
    ++done_;
    draw();
  }

 private:
  void draw() const {
    if (!shown_) return;
    std::string line = fmt::format("\r\033[K{} of {} graded", done_, all_);
    const Nanos each = done_ == 0 ? 0 : (engine::clock_now() - began_) / static_cast<Nanos>(done_);
    constexpr Nanos second = 1'000'000'000;
    const Nanos left = each * static_cast<Nanos>(all_ - done_) / second;
    if (done_ >= parallel_ && done_ < all_) {
      line +=
          left < 90 ? fmt::format(", about {} s left", left + 1) : fmt::format(", about {} min left", left / 60 + 1);
    }
    say(line);
  }
  bool shown_ = ::isatty(STDERR_FILENO) != 0;
  std::size_t all_, parallel_, done_ = 0;
  Nanos began_ = engine::clock_now();
};

}  // namespace

// A link is none: it may lead to another's.
Result<std::vector<Submission>> list_submissions(const std::string& folder) {
  std::vector<Submission> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    const fs::file_type type = entry.symlink_status().type();
    const bool is_one = type == fs::file_type::directory || type == fs::file_type::regular;
    if (name[0] != '.' && is_one) found.push_back({name, entry.path().string()});
  }
  if (error) return Error{fmt::format("--submissions {}: {}", folder, error.message()), error.value()};
  if (found.empty()) {
    return Error{
        fmt::format("--submissions {}: no submission in there: each folder and each file in it is one", folder), 0};
  }
  std::ranges::sort(found, {}, &Submission::name);
  return found;
}

ClassGraded grade_class(const grade::Rubric& rubric, const std::vector<Submission>& submissions, const ClassOptions& o,
                        const Surroundings& around) {
  std::vector<Member> members = members_of(rubric, submissions, o);
  ClassGraded graded;
  const auto keep = [&](const std::string& file, const std::string& text) {
    const std::string why = file.empty() ? "" : replace_file(file, text);
    if (why.empty()) return;
    complain(fmt::format("grade: cannot write {}: {}", file, why));
    graded.ending.status = exit_failed;
  };
  if (!o.results.empty()) keep(o.results + "/" + class_list_name, o.class_list);
  std::vector<Member*> left;
  std::size_t known = 0;
  for (Member& member : members) {
    if (!member.score) {
      left.push_back(&member);
    } else if (member.digest.empty()) {  // too large
      keep(member.kept_in, grade::write_kept({member.submission.name, "", o.rubric, *member.score}));
    } else {
      ++known;
    }
  }
  if (known > 0) say(fmt::format("{} of {} are graded already, and have not changed\n", known, members.size()));
  Progress progress(left.size(), o.parallel);
  const auto work = [&](std::size_t i) {
    const grade::Score score = grade_one(rubric, left[i]->submission, around);
    return Verdict{0, grade::write_kept({left[i]->submission.name, left[i]->digest, o.rubric, score})};
  };
  const auto done = [&](std::size_t i, const Finished& finished) {
    Member& member = *left[i];
    const auto kept = finished.verdict.status == 0 ? grade::read_kept(finished.verdict.text) : std::nullopt;
    progress.wipe();
    if (!kept) {
      const std::string why = finished.verdict.text + finished.printed;
      member.score = no_score(rubric, "it could not be graded: " + why);
      graded.ending.status = exit_failed;
      complain(fmt::format("grade: {}: {}", render::printable(member.submission.name), why));
    } else {
      member.score = kept->score;
      keep(member.kept_in, finished.verdict.text);
    }
    progress.one_more();
  };
  graded.ending.signal = run_jobs_until_asked(left.size(), o.parallel, work, done);
  for (Member& member : members) {
    if (!member.score) member.score = no_score(rubric, "not graded: grading was interrupted");
    graded.all.push_back({member.submission.name, std::move(*member.score)});
  }
  if (graded.ending.signal == 0 && !o.results.empty()) keep(o.results + "/summary.csv", grade::csv_report(graded.all));
  return graded;
}

}  // namespace lwptrace::cli
