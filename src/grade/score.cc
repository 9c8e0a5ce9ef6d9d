// Points, from what each condition says of each run.
#include "grade/score.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>

#include "grade/conditions.h"

namespace lwptrace::grade {

namespace {

// What each check's condition says of each run, and why a run may not show all.
struct Judged {
  std::vector<std::vector<Verdict>> verdicts;  // by check, then by run
  std::vector<std::string> unfinished;         // by run; empty: it shows all
  bool ran = false;                            // one of them at least
};

Judged judge(const Rubric& rubric, std::span<const Evidence> runs) {
  Judged judged;
  judged.verdicts.resize(rubric.checks.size());
  for (const Evidence& run : runs) {
    const World world(run);
    judged.unfinished.push_back(world.unfinished());
    const bool nothing = !run.traced || world.events().empty();  // then nothing holds, not even by absence
    judged.ran = judged.ran || !nothing;
    for (std::size_t i = 0; i < rubric.checks.size(); ++i) {
      judged.verdicts[i].push_back(nothing ? Verdict::of(false, "there is no run to look at")
                                           : rubric.checks[i].condition->judge(world));
    }
  }
  return judged;
}

// Which of the checks that it needs did not pass.
const CheckScore* missing(const Check& check, const std::vector<CheckScore>& checks) {
  for (const std::size_t need : check.needs) {
    if (!checks[need].passed) return &checks[need];
  }
  return nullptr;
}

void explain_failure(CheckScore& score, const std::vector<Verdict>& verdicts, const Judged& judged,
                     const Rubric& rubric) {
  const auto worst = std::find_if(verdicts.begin(), verdicts.end(), [](const Verdict& v) { return !v.holds; });
  if (worst == verdicts.end()) {
    score.failed = fmt::format("{} of {} runs were made", verdicts.size(), rubric.runs);
    return;
  }
  const auto run = static_cast<std::size_t>(worst - verdicts.begin());
  if (rubric.runs > 1) {
    score.failed = fmt::format("it held in {} of {} runs, and has to in {}; in run {}: ", score.held, rubric.runs,
                               rubric.must_hold, run + 1);
  }
  const std::string& unfinished = judged.unfinished[run];
  if (judged.ran && !unfinished.empty() && worst->found.find(unfinished) == std::string::npos)
    score.failed += unfinished + "; ";
  score.failed += worst->found;
  score.events = worst->events;
}

// Of as many runs as have to hold, the best.
double share(const std::vector<Verdict>& verdicts, const Rubric& rubric) {
  std::vector<double> shares(std::max(verdicts.size(), rubric.must_hold));
  std::transform(verdicts.begin(), verdicts.end(), shares.begin(),
                 [](const Verdict& verdict) { return verdict.share; });
  std::sort(shares.begin(), shares.end(), std::greater<>());
  const auto last = shares.begin() + static_cast<std::ptrdiff_t>(rubric.must_hold);
  return std::accumulate(shares.begin(), last, 0.0) / static_cast<double>(rubric.must_hold);
}

CheckScore score_of(const Check& check, const std::vector<Verdict>& verdicts, const std::vector<CheckScore>& earlier,
                    const Judged& judged, const Rubric& rubric) {
  CheckScore score;
  score.name = check.name;
  score.points = check.points;
  score.visibility = check.visibility;
  score.wanted = check.condition->words();
  score.runs = rubric.runs;
  if (const CheckScore* need = missing(check, earlier)) {
    score.looked_at = false;
    score.failed = fmt::format("not looked at: it needs \"{}\", which did not pass", need->name);
    return score;
  }
  score.held = static_cast<std::size_t>(
      std::count_if(verdicts.begin(), verdicts.end(), [](const Verdict& verdict) { return verdict.holds; }));
  score.passed = score.held >= rubric.must_hold;
  if (score.passed) {
    score.earned = check.points;
    return score;
  }
  score.hint = check.hint;
  explain_failure(score, verdicts, judged, rubric);
  if (check.partial) score.earned = check.points * share(verdicts, rubric);
  return score;
}

}  // namespace

Score score(const Rubric& rubric, std::span<const Evidence> runs) {
  Score score;
  score.title = rubric.title;
  const Judged judged = judge(rubric, runs);
  score.ran = judged.ran;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::string& why = judged.unfinished[i];
    if (!why.empty()) score.remarks.push_back(rubric.runs > 1 ? fmt::format("run {}: {}", i + 1, why) : why);
  }
  if (runs.size() < rubric.runs) {
    score.remarks.push_back(fmt::format("{} of {} runs were made", runs.size(), rubric.runs));
  }
  for (std::size_t i = 0; i < rubric.checks.size(); ++i) {
    score.checks.push_back(score_of(rubric.checks[i], judged.verdicts[i], score.checks, judged, rubric));
    score.points += score.checks.back().points;
    score.earned += score.checks.back().earned;
  }
  return score;
}

}  // namespace lwptrace::grade
