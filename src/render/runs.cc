// Runs of siblings, found by the last steps of their paths.
#include "render/runs.h"

#include <fmt/format.h>

#include <charconv>

#include "render/life_words.h"

namespace lwptrace::render {

using analysis::Lives;

namespace {

constexpr std::size_t kRuns = 3;  // that are listed

struct Step {  // the last step of a path: "1/2." and 7 for "1/2.7"
  std::string before;
  std::uint32_t number = 0;
};

Step last_step(const std::string& path) {
  const std::size_t mark = path.find_last_of("./");
  if (mark == std::string::npos) return {path, 0};
  Step step{path.substr(0, mark + 1), 0};
  std::from_chars(path.data() + mark + 1, path.data() + path.size(), step.number);
  return step;
}

// Where the run of siblings ends that begins at `at`.
std::size_t run_end(const Lives& lives, const Members& members, std::size_t at) {
  Step step = last_step(lives.path(members[at]));
  std::size_t end = at + 1;
  for (; end < members.size() && step.number > 0; ++end, ++step.number) {
    const Step next = last_step(lives.path(members[end]));
    if (next.before != step.before || next.number != step.number + 1) break;
  }
  return end == at + 2 ? end - 1 : end;  // two are no run
}

std::string run_words(const Lives& lives, const Members& members, std::size_t at, std::size_t end) {
  const std::string words = path_words(lives, members[at]);
  return end - at > 1 ? words + "–" + path_words(lives, members[end - 1]) : words;
}

}  // namespace

std::string members_words(const Lives& lives, const Members& members) {
  std::string words;
  std::size_t runs = 0;
  for (std::size_t at = 0; at < members.size();) {
    if (runs++ == kRuns) return words + fmt::format(" and {} more", thousands(members.size() - at));
    const std::size_t end = run_end(lives, members, at);
    words += (at == 0 ? "" : ", ") + run_words(lives, members, at, end);
    at = end;
  }
  return words;
}

std::string few_or_count(const Lives& lives, const Members& members) {
  std::size_t runs = 0;
  for (std::size_t at = 0; at < members.size() && runs <= kRuns; at = run_end(lives, members, at)) ++runs;
  return runs > kRuns ? counted(members.size(), "LWP") : members_words(lives, members);
}

std::string who_words(const Lives& lives, const Members& members, std::size_t room) {
  std::string first = path_words(lives, members.front());
  if (members.size() == 1) return first;
  const std::size_t end = run_end(lives, members, 0);
  std::string run = run_words(lives, members, 0, end);
  if (end == members.size() && display_width(run) <= room) return run;
  const std::string others = thousands(members.size() - 1);
  const std::string words = fmt::format("{} and {} more", first, others);
  return display_width(words) <= room ? words : fmt::format("{} +{}", first, others);
}

}  // namespace lwptrace::render
