// The table of formats: one row each. How to add one: README.md.
#include "render/format.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "render/renderers.h"

namespace lwptrace::render {

namespace {

constexpr bool streams = true;
constexpr bool at_end = false;

// clang-format off
constexpr Format kFormats[] = {
    {"log",      ".log",    "one line an event, as it happens",                                        streams, make_log},
    {"tree",     "",        "processes and their threads: how each was born, its name, how it ended",  at_end,  make_tree},
    {"timeline", "",        "a lane for each LWP: births, execs, signals, joins and exits over time",  at_end,  make_timeline},
    {"summary",  "",        "counts: births by idiom, failures, how many at most alive, the slowest",  at_end,  make_summary},
    {"matrix",   "",        "which LWPs share memory, files, handlers … with which, in words",         at_end,  make_matrix},
    {"jsonl",    ".jsonl",  "the recording: JSON Lines, for show, check, diff and other programs",     streams, make_jsonl},
    {"strace",   ".strace", "the lines of strace -f, for scripts that grep them",                      streams, make_strace},
};
// clang-format on

// Further extensions of formats that have one.
constexpr struct { std::string_view extension, name; } kMoreExtensions[] = {{".txt", "log"}};

// Letters to insert, remove or change on the way from one word to the other (Levenshtein's distance).
std::size_t distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 1; i <= from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t changed = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
    }
  }
  return row.back();
}

}  // namespace

std::span<const Format> formats() { return kFormats; }

const Format* find_format(std::string_view name) {
  const auto* found =
      std::find_if(std::begin(kFormats), std::end(kFormats), [&](const Format& f) { return f.name == name; });
  return found == std::end(kFormats) ? nullptr : found;
}

const Format* format_of_file(std::string_view file) {
  if (file.ends_with(".zst")) file.remove_suffix(4);
  for (const Format& format : kFormats) {
    if (!format.extension.empty() && file.ends_with(format.extension)) return &format;
  }
  for (const auto& more : kMoreExtensions) {
    if (file.ends_with(more.extension)) return find_format(more.name);
  }
  return nullptr;
}

std::string suggest_format(std::string_view wrong) {
  constexpr std::size_t near = 2;
  std::string_view best;
  std::size_t least = near + 1;
  for (const Format& format : kFormats) {
    // A word that was cut short is meant, however much is missing.
    const bool begun = wrong.size() >= 2 && format.name.starts_with(wrong);
    const std::size_t steps = begun ? 0 : distance(wrong, format.name);
    if (steps < least && steps < wrong.size()) {
      least = steps;
      best = format.name;
    }
  }
  return std::string(best);
}

}  // namespace lwptrace::render
