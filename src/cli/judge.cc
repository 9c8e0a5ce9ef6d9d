// Runs that are to be compared with each other, or told how often they differ, are made by jobs.
#include "cli/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <span>

#include "cli/compared.h"
#include "cli/files.h"
#include "golden/differences.h"
#include "golden/keep.h"
#include "golden/several.h"
#include "golden/stability.h"
#include "golden/text.h"
#include "render/text.h"

namespace lwptrace::cli {

namespace {

struct Golden {
  std::string name, text;
  std::optional<golden::Gallery> gallery;
};

constexpr std::size_t kMostLines = 40;

std::string and_more(std::size_t lines) {
  return lines > kMostLines ? fmt::format("… and {} more\n", lines - kMostLines) : "";
}

Verdict cannot(const std::string& why) { return {exit_usage, why}; }

// Runs the command, and paints what it did.
Verdict run(const JudgeOptions& o, const Words& command, const engine::SignalState& signals, golden::Gallery& gallery) {
  TraceOptions tracing = o.tracing;
  golden::Painter painter;
  tracing.listener = &painter;
  tracing.quiet = 2;
  const auto traced = trace_program(tracing, {command, {}, o.directory, {}, signals});
  if (!traced) return cannot(traced.error().text);
  if (const engine::Outcome& outcome = traced->outcome; outcome.failure) {
    return {outcome.not_executed ? exit_usage : exit_failed, outcome.failure->text};
  }
  if (const auto limit = ending_of_limits(*traced)) {
    const char* why = limit->status == exit_timeout ? "it took longer than --timeout allows"
                      : limit->status == exit_guard ? "it made more LWPs than --max-lwps or --max-births allows"
                                                    : "what -o was to take is not all written";
    return {limit->status, fmt::format("{}: {}; nothing is compared", command[0], why)};
  }
  gallery = painter.take();
  return {};
}

Verdict run_all(const JudgeOptions& o, const Words& command, const engine::SignalState& signals,
                std::vector<golden::Gallery>& runs) {
  runs.resize(o.repeat);
  if (o.repeat == 1) return run(o, command, signals, runs[0]);
  Verdict failed;
  const auto once = [&](std::size_t) {
    golden::Gallery gallery;
    const Verdict verdict = run(o, command, signals, gallery);
    return verdict.status == 0 ? Verdict{0, golden::write(gallery)} : verdict;
  };
  run_jobs(o.repeat, 1, once, [&](std::size_t i, const Finished& finished) {
    if (finished.verdict.status != 0) {
      failed = finished.verdict;
    } else if (auto read = golden::read(finished.verdict.text, "a run")) {
      runs[i] = std::move(*read);
    } else {
      failed = {exit_failed, read.error().text};
    }
  });
  return failed;
}

std::string often(std::span<const golden::Fact> facts, std::size_t runs) {
  std::string text;
  for (const auto& [words, times] : facts.first(std::min(facts.size(), kMostLines))) {
    text += fmt::format("  {}/{} {}\n", times, runs, words);
  }
  return text + and_more(facts.size());
}

// How often each fact held: those that always did as their number.
std::string facts(const golden::Gallery& gallery, const std::vector<golden::Gallery>& runs) {
  auto [wanted, extra] = golden::stability(gallery, runs);
  const auto always = std::erase_if(wanted, [&](const golden::Fact& fact) { return fact.runs == runs.size(); });
  std::string text = fmt::format("{} held in all {} runs\n", render::counted(always, "fact"), runs.size());
  if (!wanted.empty()) text += "held in some or none:\n" + often(wanted, runs.size());
  if (!extra.empty()) text += "extra, not in the golden:\n" + often(extra, runs.size());
  return text;
}

Verdict write(const Golden& golden, const std::vector<golden::Gallery>& runs) {
  if (golden.gallery) {
    bool holds = true;
    for (const golden::Gallery& run : runs) holds = holds && golden::differences(*golden.gallery, run, "").empty();
    if (holds) return {0, fmt::format("{} holds, and is left as it is\n", golden.name)};
  }
  auto common = golden::common(runs);
  if (!common) return cannot(common.error().text);
  golden::Remarked fresh{golden::write(common->gallery), {}};
  if (golden.gallery) {
    const golden::Gallery kept = golden::with_tolerances(*golden.gallery, common->gallery, runs);
    fresh = golden::with_comments(golden.text, golden::write(kept));
  }
  std::string why = why_not_replaceable(golden.name);
  if (why.empty()) why = replace_file(golden.name, fresh.text);
  if (!why.empty()) return cannot(fmt::format("cannot write {}: {}", golden.name, why));
  std::string text = fmt::format("{} written: {}; read it before you keep it\n", golden.name,
                                 render::counted(common->gallery.lwps.size(), "LWP"));
  for (const std::string& words : fresh.dropped) text += "  no longer there: " + words + "\n";
  const auto& varies = common->varies;
  for (const std::string& words : std::span(varies).first(std::min(varies.size(), kMostLines))) {
    text += "  not always the same: " + words + "\n";
  }
  return {0, text + and_more(varies.size())};
}

Verdict compare(const JudgeOptions& o, const Golden& golden, const std::vector<golden::Gallery>& runs) {
  std::vector<golden::Fact> told;  // what differs, in how many runs
  const golden::Gallery* other = nullptr;
  std::size_t differ = 0;
  for (const golden::Gallery& run : runs) {
    const auto words = golden::differences(*golden.gallery, run, "golden");
    if (words.empty()) continue;
    ++differ;
    if (other == nullptr) other = &run;
    for (const std::string& line : words) golden::count(told, line);
  }
  if (other == nullptr) {
    if (runs.size() == 1) return {};
    return {0,
            fmt::format("{}: {} runs, the same each time: {}", golden.name, runs.size(), facts(*golden.gallery, runs))};
  }
  std::string text;
  if (runs.size() > 1) text += fmt::format("{} of {} runs differ\n", differ, runs.size());
  for (const auto& [line, times] : std::span(told).first(std::min(told.size(), kMostLines))) {
    text += runs.size() > 1 ? fmt::format("in {} of {}: {}\n", times, runs.size(), line) : line + "\n";
  }
  text += and_more(told.size());
  if (runs.size() > 1) text += facts(*golden.gallery, runs);
  return {1, text + "\n" + golden::unified(*golden.gallery, *other, golden.name, "this run", o.color)};
}

}  // namespace

Verdict judge(const JudgeOptions& o, const std::string& name, const engine::SignalState& signals) {
  Golden golden{name, "", {}};
  Words command = o.command;
  const bool told_what = !o.trace.empty() || !o.command.empty();
  const auto text = whole_file(name);
  if (!text && (!o.update || !told_what)) {
    const bool absent = text.error().code == ENOENT;
    return cannot(text.error().text + (absent ? "; to make it: lwptrace check --update GOLDEN -- PROG" : ""));
  }
  std::string place;  // where the command stands
  if (text) {
    auto read = golden::read(*text, name);
    if (!read && (!o.update || !told_what)) return cannot(read.error().text);
    if (read) golden = {name, *text, std::move(*read)};
    if (read && command.empty() && golden.gallery->command_line != 0) {
      command = golden.gallery->command;
      place = fmt::format("{}:{}:9: ", name, golden.gallery->command_line);
    }
  }
  std::vector<golden::Gallery> runs(1);
  if (!o.trace.empty()) {
    auto painted = paint(o.trace);
    if (!painted) return cannot(painted.error().text);
    runs[0] = std::move(*painted);
  } else if (command.empty()) {
    return cannot(fmt::format("{} names no command; say which program: lwptrace check {} -- PROG", name, name));
  } else if (Verdict failed = run_all(o, command, signals, runs); failed.status != 0) {
    if (failed.status == exit_usage) failed.text = place + failed.text;
    return failed;
  }
  return o.update ? write(golden, runs) : compare(o, golden, runs);
}

}  // namespace lwptrace::cli
