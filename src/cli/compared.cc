// The words come first: whoever reads a CI's log sees the end of the program's output, and then them.
#include "cli/compared.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "cli/options.h"
#include "cli/outputs.h"
#include "golden/differences.h"
#include "recording/reader.h"

namespace lwptrace::cli {

Result<golden::Gallery> paint(const std::string& trace) {
  golden::Painter painter;
  const auto report = recording::read_trace_file(trace, painter);
  if (!report) return report.error();
  if (!report->cut.empty()) {
    return Error{fmt::format("{}; what is not all there cannot be compared: record it again", report->cut), 0};
  }
  return painter.take();
}

void declare_color(CLI::App& app, std::string& color) {
  add_choice(app, "--color", "WHEN", color, {"auto", "always", "never"}, "colour: auto (default), always or never");
}

Ending tell_differences(const Side& wanted, const Side& actual, const std::string& color) {
  const auto words = golden::differences(wanted.gallery, actual.gallery, wanted.whose);
  if (words.empty()) return {0, 0};
  std::string text;
  for (const std::string& line : words) text += line + "\n";
  const bool colored = wants_color(color, STDOUT_FILENO);
  text += "\n" + golden::unified(wanted.gallery, actual.gallery, wanted.name, actual.name, colored);
  const Ending printed = print(text);
  return printed.status != 0 ? printed : Ending{1, 0};
}

}  // namespace lwptrace::cli
