// In a job of its own, which leaves the proposal as its words.
#include "cli/grade_try.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/jobs.h"
#include "grade/propose.h"

namespace lwptrace::cli {

Ending try_reference(const grade::Rubric& rubric, const Submission& reference, const Surroundings& around) {
  constexpr std::size_t enough_runs = 5;
  grade::Rubric often = rubric;
  often.runs = std::max(rubric.runs, enough_runs);
  const auto work = [&](std::size_t) {
    const Seen seen = run_one(often, reference, around);
    const auto bad = std::ranges::find_if(seen.runs, [](const grade::Evidence& run) { return !run.why_not.empty(); });
    return bad != seen.runs.end() ? Verdict{1, bad->why_not} : Verdict{0, grade::propose(seen.runs)};
  };
  Ending ending;
  const auto done = [&](std::size_t, const Finished& finished) {
    if (finished.verdict.status == 0) {
      ending = print(finished.verdict.text);
      return;
    }
    complain(fmt::format("grade: --try: {}: {}{}", reference.name, finished.verdict.text, finished.printed));
    ending.status = finished.verdict.status == 1 ? exit_usage : exit_failed;
  };
  if (const int signal = run_jobs_until_asked(1, 1, work, done); signal != 0) ending.signal = signal;
  return ending;
}

}  // namespace lwptrace::cli
