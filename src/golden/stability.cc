// A golden and a run are fitted to each other first, which may leave out lines of the golden: facts are known by their
// words, and those that are twice there are told from each other by nothing.
#include "golden/stability.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <lwptrace/names.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "golden/align.h"
#include "golden/differences.h"
#include "golden/fit.h"

namespace lwptrace::golden {

namespace {

std::vector<std::pair<const char*, std::string>> values_of(const Portrait& lwp) {
  std::vector<std::pair<const char*, std::string>> values;
  for (const auto& [key, value] : single_facts) {
    values.emplace_back(key, lwp.*value);
    if (value == &Portrait::born) values.emplace_back("flags", fmt::format("{}", fmt::join(lwp.flags, " ")));
  }
  return values;
}

void add(Lines& lines, const std::string& path, const std::string& key, const std::string& value) {
  if (!value.empty()) lines.push_back(fmt::format("{} {}{}{}", path, key, key.empty() ? "" : " ", value));
}

Lines facts_of(const std::string& path, const Portrait& lwp) {
  Lines facts;
  add(facts, path, "", std::string(to_string(lwp.kind)));
  for (const auto& [key, value] : values_of(lwp)) add(facts, path, key, value);
  for (const std::string& deed : lwp.does) add(facts, path, "", deed);
  for (const std::string& signal : lwp.takes) add(facts, path, "takes", signal);
  return facts;
}

struct Apart {  // what one run lacks, and what it has besides
  Lines lacks, extra;
};

void compare(const std::string& path, const Portrait& wanted, const Portrait& actual, Apart& apart) {
  if (wanted.kind != actual.kind) {
    add(apart.lacks, path, "", std::string(to_string(wanted.kind)));
    add(apart.extra, path, "", std::string(to_string(actual.kind)));
  }
  const auto before = values_of(wanted), now = values_of(actual);
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (matches(before[i].second, now[i].second)) continue;
    add(apart.lacks, path, before[i].first, before[i].second);
    add(apart.extra, path, now[i].first, now[i].second);
  }
  const auto compare_lines = [&](const char* key, const Lines& old, const Lines& fresh) {
    for (const Step& step : align(old, fresh, matches)) {
      if (step.sign == '-') add(apart.lacks, path, key, old[step.wanted]);
      if (step.sign == '+') add(apart.extra, path, key, fresh[step.actual]);
    }
  };
  compare_lines("", wanted.does, actual.does);
  compare_lines("takes", wanted.takes, actual.takes);
}

Apart apart(Gallery golden, Gallery run) {
  Apart found;
  fit(golden, run);
  for (const auto& [path, lwp] : golden.lwps) {
    const auto now = run.lwps.find(path);
    if (now != run.lwps.end()) {
      compare(path, lwp, now->second, found);
    } else {
      std::ranges::move(facts_of(path, lwp), std::back_inserter(found.lacks));
    }
  }
  for (const auto& [path, lwp] : run.lwps) {
    if (!golden.lwps.contains(path)) std::ranges::move(facts_of(path, lwp), std::back_inserter(found.extra));
  }
  return found;
}

}  // namespace

void count(std::vector<Fact>& facts, const std::string& words) {
  const auto known = std::ranges::find(facts, words, &Fact::words);
  Fact& fact = known != facts.end() ? *known : facts.emplace_back(Fact{words, 0});
  ++fact.runs;
}

Stability stability(const Gallery& golden, const std::vector<Gallery>& runs) {
  Stability found;
  Gallery whole = golden, as_run = golden;
  fit(whole, as_run);  // without what does not count
  for (const auto& [path, lwp] : whole.lwps) {
    for (std::string& words : facts_of(path, lwp)) found.facts.push_back({std::move(words), runs.size()});
  }
  for (const Gallery& run : runs) {
    const Apart differs = apart(golden, run);
    std::map<std::string, std::size_t> lacks;
    for (const std::string& words : differs.lacks) ++lacks[words];
    for (Fact& fact : found.facts) {
      const auto lack = lacks.find(fact.words);
      if (lack == lacks.end() || lack->second == 0) continue;
      --lack->second;
      --fact.runs;
    }
    for (const std::string& words : differs.extra) count(found.extra, words);
  }
  return found;
}

}  // namespace lwptrace::golden
