// The table of formats: one row each. How to add one: README.md.
#include "render/format.h"

#include <algorithm>
#include <iterator>

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

// Formats to come, and the extensions that ask for them. A format that is built moves to kFormats.
constexpr struct {
  std::string_view extension, name;
} kUnbuilt[] = {
    {".html", "html"},        {".htm", "html"},        {".dot", "dot"},           {".gv", "dot"},
    {".mmd", "mermaid"},      {".mermaid", "mermaid"}, {".perfetto", "perfetto"}, {".perfetto-trace", "perfetto"},
    {".pftrace", "perfetto"},
};

std::string_view without_compression(std::string_view file) {
  return file.ends_with(".zst") ? file.substr(0, file.size() - 4) : file;
}

}  // namespace

std::span<const Format> formats() { return kFormats; }

const Format* find_format(std::string_view name) {
  const auto* found =
      std::find_if(std::begin(kFormats), std::end(kFormats), [&](const Format& f) { return f.name == name; });
  return found == std::end(kFormats) ? nullptr : found;
}

const Format* format_of_file(std::string_view file) {
  file = without_compression(file);
  for (const Format& format : kFormats) {
    if (!format.extension.empty() && file.ends_with(format.extension)) return &format;
  }
  for (const auto& more : kMoreExtensions) {
    if (file.ends_with(more.extension)) return find_format(more.name);
  }
  return nullptr;
}

bool is_unbuilt_format(std::string_view name) {
  return std::any_of(std::begin(kUnbuilt), std::end(kUnbuilt), [&](const auto& row) { return row.name == name; });
}

std::string_view unbuilt_format_of_file(std::string_view file) {
  file = without_compression(file);
  for (const auto& row : kUnbuilt) {
    if (file.ends_with(row.extension)) return row.name;
  }
  return "";
}

}  // namespace lwptrace::render
