// lwptrace show: renders a recorded trace, in the bytes that the live run would have given.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <csignal>

#include "cli/options.h"
#include "cli/output_options.h"
#include "recording/reader.h"

namespace lwptrace::cli {

namespace {

const Verb kShow{.usage = "lwptrace show [options] TRACE",
                 .help = "lwptrace show --help",
                 .prefix = "show: ",
                 .refused = exit_usage};

Result<bool> open_outputs(const OutputOptions& o, const std::string& trace, Outputs& outputs) {
  auto requests = requested_outputs(o, "-");
  if (!requests) return requests.error();
  if (requests->empty()) *requests = {{"-", "log"}, {"-", "timeline"}};  // as a live run closes
  for (const OutputRequest& request : *requests) {
    if (request.file != "-" && same_file(request.file, trace)) {
      return Error{
          fmt::format("-o {}: that is the recording itself, which would be lost; write elsewhere", request.file), 0};
    }
  }
  for (const OutputRequest& request : *requests) {
    auto opened = outputs.add(request, o.color, o.width);
    if (!opened) return opened;
  }
  return true;
}

}  // namespace

Ending verb_show(const Words& words) {
  OutputOptions o;
  Words traces;
  CLI::App app{"Renders a recorded trace: the log and the timeline, or what -F names."};
  declare_help(app, kShow);
  declare_outputs(app, o);
  app.add_option("TRACE", traces);
  app.footer(
      "TRACE is a recording (.jsonl, .jsonl.zst), or - for stdin. Exit status: 0, or 2\n"
      "when it cannot be read.");
  if (const auto ending = parse(app, kShow, words)) return *ending;
  if (traces.empty()) return refuse(kShow, "no recording given; for example: lwptrace show run.jsonl");
  if (traces.size() > 1) {
    return refuse(kShow, fmt::format("{}: one recording at a time, and {} is named already", traces[1], traces[0]));
  }
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error of writing, told as such
  Outputs outputs;
  const auto opened = open_outputs(o, traces[0], outputs);
  if (!opened) return refuse(kShow, opened.error().text);
  const auto report = recording::read_trace_file(traces[0], outputs);
  outputs.finish();
  if (!report) return refuse(kShow, report.error().text);
  if (!report->cut.empty()) complain("show: " + report->cut + "; what came before it is shown");
  return {outputs.failed() ? exit_failed : 0, 0};
}

}  // namespace lwptrace::cli
