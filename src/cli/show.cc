// lwptrace show: renders a recorded trace, in the bytes that the live run would have given.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>

#include "cli/cli.h"
#include "cli/outputs.h"
#include "recording/reader.h"

namespace lwptrace::cli {

namespace {

struct ShowOptions {
  std::vector<std::string> outputs;
  std::string format, color = "auto", trace;
  int width = 0;
};

void declare(CLI::App& app, ShowOptions& o) {
  app.add_option("-F,--format", o.format, "log tree timeline summary matrix jsonl strace")->type_name("FORMAT");
  app.add_option("-o,--output", o.outputs, "write there (repeatable); the format follows the extension or -F")
      ->type_name("FILE")
      ->allow_extra_args(false);
  app.add_option("--width", o.width, "columns to draw in")->type_name("N")->check(CLI::Range(40, 1000));
  app.add_option("--color", o.color, "auto, always, never; NO_COLOR is honoured")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->type_name("WHEN");
  app.add_option("TRACE", o.trace, "a recording (.jsonl, .jsonl.zst), or - for stdin")->required();
}

Result<bool> open_outputs(const ShowOptions& o, Outputs& outputs) {
  std::vector<std::string> files = o.outputs;
  const bool plain = files.empty() && o.format.empty();
  if (files.empty()) files.emplace_back("-");
  for (const std::string& file : files) {
    auto format = choose_format(file, o.format);
    if (!format) return format.error();
    auto opened = outputs.add({file, *format}, o.color, o.width);
    if (!opened) return opened;
  }
  if (plain) return outputs.add({"-", "timeline"}, o.color, o.width);  // as a live run closes
  return true;
}

}  // namespace

Ending verb_show(const Words& words) {
  ShowOptions o;
  CLI::App app{"Renders a recorded trace: the log and the timeline, or what -F names.", "lwptrace show"};
  declare(app, o);
  try {
    Words reversed(words.rbegin(), words.rend());
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    return print(app.help());
  } catch (const CLI::ParseError& error) {
    complain(fmt::format("show: {}; see lwptrace show --help", error.what()));
    return {exit_usage, 0};
  }
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error of writing, told as such
  Outputs outputs;
  const auto opened = open_outputs(o, outputs);
  if (!opened) {
    complain("show: " + opened.error().text);
    return {exit_usage, 0};
  }
  const auto report = recording::read_trace_file(o.trace, outputs);
  outputs.finish();
  if (!report) {
    complain("show: " + report.error().text);
    return {exit_usage, 0};
  }
  if (!report->cut.empty()) complain("show: " + report->cut + "; what came before it is shown");
  return {outputs.failed() ? exit_failed : 0, 0};
}

}  // namespace lwptrace::cli
