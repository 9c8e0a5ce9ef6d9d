// Every format that a trace can be rendered in: one file a format, and one row in the table of format.cc.
// A renderer is a TraceSink that turns what it is told into bytes; it knows no clock, no terminal and no file, so a
// live run and the recording of it give the same bytes. To add one, see README.md in this folder.
#pragma once

#include <lwptrace/bytes.h>
#include <lwptrace/trace.h>

#include <memory>
#include <span>
#include <string_view>

namespace lwptrace::render {

struct Options {
  int width = 100;     // columns that a drawing may use
  bool color = false;  // ANSI colours
};

struct Format {
  std::string_view name;       // as in -F
  std::string_view extension;  // ".jsonl"; empty when no file name implies it
  std::string_view what;       // one line for --help
  bool streams = false;        // writes as things happen, rather than at the end
  std::unique_ptr<TraceSink> (*make)(ByteSink& out, const Options& options) = nullptr;
};

[[nodiscard]] std::span<const Format> formats();

// The format called `name`, or nullptr.
[[nodiscard]] const Format* find_format(std::string_view name);

// The format that the name of a file implies, or nullptr. ".jsonl.zst" implies jsonl; compression is not our business.
[[nodiscard]] const Format* format_of_file(std::string_view file);

// Formats that are known by name but that this version does not have yet: whether `name` is one, and which of them the
// name of a file implies ("" for none).
[[nodiscard]] bool is_unbuilt_format(std::string_view name);
[[nodiscard]] std::string_view unbuilt_format_of_file(std::string_view file);

}  // namespace lwptrace::render
