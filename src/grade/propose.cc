// The first run says what could be asked for; the judge itself says of which of it all runs were so.
#include "grade/propose.h"

#include <fmt/format.h>
#include <lwptrace/names.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>
#include <vector>

#include "grade/score.h"
#include "grade/world.h"
#include "render/text.h"

namespace lwptrace::grade {

namespace {

constexpr std::size_t kMostOfAKind = 12;
constexpr std::size_t kLongestOutput = 1000;
constexpr std::uint64_t kMostAtOnce = 64;

// YAML reads what JSON writes.
std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

struct Proposal {
  std::string name;
  std::vector<std::string> conditions;  // lines of YAML
  std::string remark;                   // for who reads it

  [[nodiscard]] std::string text(std::string_view before) const {
    std::string text;
    if (!remark.empty()) text += fmt::format("{}  # {}\n", before, remark);
    text += fmt::format("{}  - name: {}\n{}    points: 10\n", before, quoted(name), before);
    for (const std::string& line : conditions) text += fmt::format("{}    {}\n", before, line);
    return text;
  }
};
using Proposals = std::vector<Proposal>;

enum class Held : std::uint8_t { never, sometimes, always };

Held held(const Proposal& one, std::span<const Evidence> runs) {
  auto rubric = read_rubric("title: t\ncommand: ./a\nchecks:\n" + one.text(""), "proposed");
  if (!rubric) return Held::never;  // of what a rubric has no words for
  rubric->runs = rubric->must_hold = runs.size();
  const CheckScore score = grade::score(*rubric, runs).checks[0];
  return score.passed ? Held::always : score.held > 0 ? Held::sometimes : Held::never;
}

std::string whom(const analysis::Life& life) { return life.path == "1" ? "root" : life.path; }

// Those of a kind that one LWP made.
struct Family {
  Kind kind = Kind::unknown;
  std::string creator;
  bool operator<(const Family& other) const { return std::tie(kind, creator) < std::tie(other.kind, other.creator); }
  [[nodiscard]] std::string words() const {
    return fmt::format("{{ kind: {}, creator: {} }}", to_string(kind), creator);
  }
};

std::map<Family, std::vector<const analysis::Life*>> families_of(const World& world) {
  std::map<Family, std::vector<const analysis::Life*>> families;
  for (const analysis::Life& life : world.lives().all()) {
    const analysis::Life* creator = world.lives().find(life.creator);
    if (creator != nullptr && life.kind != Kind::unknown) families[{life.kind, whom(*creator)}].push_back(&life);
  }
  return families;
}

std::string plural(std::size_t count, Kind kind) {
  return render::counted(count, kind == Kind::thread ? "thread" : "process",
                         kind == Kind::thread ? "threads" : "processes");
}

void propose_births(const Family& family, const std::vector<const analysis::Life*>& lives, Proposals& all) {
  std::map<Idiom, std::size_t> idioms;
  for (const analysis::Life* life : lives) ++idioms[life->idiom];
  for (const auto& [idiom, count] : idioms) {
    all.push_back({fmt::format("{} by {}, made by {}", plural(count, family.kind), to_string(idiom), family.creator),
                   {fmt::format("births: {{ count: {}, kind: {}, idiom: {}, creator: {} }}", count,
                                to_string(family.kind), to_string(idiom), family.creator)},
                   "leave out idiom where any way to make them will do"});
  }
}

std::string ending(const analysis::Life& life) {
  if (life.status.code) return fmt::format("code: {}", *life.status.code);
  return life.status.signal ? "signal: " + signal_name(*life.status.signal) : "";
}

void propose_ends(const Family& family, const std::vector<const analysis::Life*>& lives, Proposals& all) {
  std::map<std::string, std::size_t> ends;
  for (const analysis::Life* life : lives) ++ends[ending(*life)];
  ends.erase("");
  for (const auto& [end, count] : ends) {
    const std::string how_many = count == lives.size() ? "every" : std::to_string(count);
    all.push_back(
        {fmt::format("Of {} made by {}, {} with {}", plural(lives.size(), family.kind), family.creator, count, end),
         {fmt::format("exits: {{ count: {}, of: {}, {} }}", how_many, family.words(), end)},
         ""});
  }
}

void propose_waits(const Family& family, Proposals& all) {
  all.push_back({fmt::format("{} waits for its children", family.creator),
                 {fmt::format("reaps: {{ count: every, of: {}, by: {} }}", family.words(), family.creator)},
                 ""});
  all.push_back({fmt::format("{} makes all its children before it waits for one", family.creator),
                 {"order:", fmt::format("  first: {{ births: {} }}", family.words()),
                  fmt::format("  then: {{ reaps: {{ by: {} }} }}", family.creator)},
                 ""});
}

// As many as there ever were at once in the run that had the fewest.
void propose_at_once(const World& world, Kind kind, std::span<const Evidence> runs, Proposals& all) {
  const auto& totals = world.lives().totals();
  for (std::uint64_t count = std::min<std::uint64_t>(totals.max_alive, kMostAtOnce); count > 1; --count) {
    Proposal one{fmt::format("At least {} at once", plural(count, kind)),
                 {fmt::format("alive at once: {{ count: at least {}, kind: {} }}", count, to_string(kind))},
                 "that they were there together may be the scheduler's doing: are they sure to be?"};
    if (held(one, runs) == Held::always) return all.push_back(std::move(one));
  }
}

void propose_execs(const World& world, Proposals& all) {
  std::map<std::string, std::size_t> files;
  for (const Event& event : world.events()) {
    const auto* exec = std::get_if<Exec>(&event.body);
    if (exec != nullptr && !world.is_launch(event)) ++files[exec->file.substr(exec->file.rfind('/') + 1)];
  }
  for (const auto& [file, count] : files) {
    all.push_back({fmt::format("{} of {}", render::counted(count, "exec"), render::printable(file)),
                   {fmt::format("execs: {{ count: {}, file: {} }}", count, quoted(file))},
                   "words: asks for the arguments, too"});
  }
}

void propose_deaths(const World& world, Proposals& all) {
  std::map<std::pair<int, Effect>, std::size_t> deaths;
  for (const Event& event : world.events()) {
    const auto* signal = std::get_if<Signal>(&event.body);
    if (signal == nullptr || (signal->effect != Effect::terminate && signal->effect != Effect::core)) continue;
    ++deaths[{signal->signo, signal->effect}];
  }
  for (const auto& [death, count] : deaths) {
    const auto& [signo, effect] = death;
    all.push_back(
        {fmt::format("{} ({})",
                     render::counted(count, "death by " + signal_name(signo), "deaths by " + signal_name(signo)),
                     to_string(effect)),
         {fmt::format("signals taken: {{ count: {}, signal: {}, effect: [terminate, core] }}", count,
                      signal_name(signo))},
         ""});
  }
}

void propose_output(const Evidence& run, Proposals& all) {
  if (run.out.size() <= kLongestOutput) {
    all.push_back({"stdout is as it should be", {"stdout: " + quoted(run.out)}, ""});
  } else {
    const auto lines = std::count(run.out.begin(), run.out.end(), '\n');
    all.push_back({"stdout has as many lines as it should", {fmt::format("stdout: {{ lines: {} }}", lines)}, ""});
  }
  if (run.err.empty()) all.push_back({"There are no complaints", {"stderr: \"\""}, ""});
}

void propose_status(const Evidence& run, Proposals& all) {
  const Status status = run.trace.end.status.value_or(Status{});
  const std::string words = status.signal ? fmt::format("{{ signal: {} }}", signal_name(*status.signal))
                                          : std::to_string(status.code.value_or(0));
  all.push_back({"The program ends as it should", {"exit status: " + words}, ""});
}

Proposals proposals(std::span<const Evidence> runs) {
  const World world(runs[0]);
  const auto families = families_of(world);
  Proposals all;
  std::set<Kind> kinds;
  std::size_t left = kMostOfAKind;
  for (const auto& [family, lives] : families) {
    kinds.insert(family.kind);
    if (left == 0) continue;  // of a program of hundreds of creators a few are enough to begin with
    --left;
    propose_births(family, lives, all);
    if (family.kind != Kind::process) continue;
    propose_ends(family, lives, all);
    propose_waits(family, all);
  }
  all.push_back({"Nothing else is made", {fmt::format("births: {}", world.lives().totals().births - 1)}, ""});
  for (const Kind kind : kinds) propose_at_once(world, kind, runs, all);
  if (kinds.contains(Kind::process)) {
    all.push_back({"Every child is waited for", {"every child is reaped: yes", "no orphan: yes"}, ""});
    const auto& lives = world.lives().all();
    const auto orphans = std::ranges::count_if(lives, [](const analysis::Life& life) { return life.adopted; });
    if (orphans > 0) {
      all.push_back(
          {render::counted(static_cast<std::uint64_t>(orphans), "orphan"), {fmt::format("orphans: {}", orphans)}, ""});
    }
  }
  if (kinds.contains(Kind::thread)) {
    all.push_back({"Every thread ends by itself", {"every thread ends by itself: yes"}, ""});
  }
  propose_execs(world, all);
  propose_deaths(world, all);
  propose_status(runs[0], all);
  propose_output(runs[0], all);
  return all;
}

}  // namespace

std::string propose(std::span<const Evidence> runs) {
  std::string sure, unsure;
  for (const Proposal& one : proposals(runs)) {
    const Held how = held(one, runs);
    if (how == Held::always) sure += "\n" + one.text("");
    if (how == Held::sometimes) unsure += "#\n" + one.text("#");
  }
  std::string text =
      fmt::format("# What was so in each of {}. Keep what the task is about, weigh it, and add hints.\nchecks:{}",
                  render::counted(runs.size(), "run"), sure);
  if (!unsure.empty()) text += "\n# What was so in some runs alone: the scheduler's doing.\n" + unsure;
  return text;
}

}  // namespace lwptrace::grade
