// lwptrace diff: what two recordings differ in, apart from times, tids and the order that the scheduler chose.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "cli/compared.h"
#include "cli/options.h"
#include "cli/outputs.h"
#include "golden/differences.h"

namespace lwptrace::cli {

namespace {

const Verb kDiff{.usage = "lwptrace diff [options] TRACE_A TRACE_B",
                 .help = "lwptrace diff --help",
                 .prefix = "diff: ",
                 .refused = exit_usage};

}  // namespace

Ending verb_diff(const Words& words) {
  std::string color = "auto";
  Words traces;
  CLI::App app{"Tells what two recordings differ in: in words, and as a unified diff."};
  declare_help(app, kDiff);
  add_choice(app, "--color", "WHEN", color, {"auto", "always", "never"}, "colour: auto (default), always or never");
  app.add_option("TRACE", traces);
  app.footer(
      "Times, tids, addresses and the order that the scheduler chose do not count.\n"
      "Exit status: 0 the same, 1 different, 2 when one cannot be read.");
  if (const auto ending = parse(app, kDiff, words)) return *ending;
  if (traces.size() != 2) {
    return refuse(kDiff,
                  fmt::format("{} recordings named, two are compared; for example: lwptrace diff a.jsonl b.jsonl",
                              traces.size()));
  }
  const auto a = paint(traces[0]);
  if (!a) return refuse(kDiff, a.error().text);
  const auto b = paint(traces[1]);
  if (!b) return refuse(kDiff, b.error().text);
  const auto told = golden::differences(*a, *b, traces[0]);
  if (told.empty()) return {0, 0};
  const std::string drawn = golden::unified(*a, *b, traces[0], traces[1], wants_color(color, STDOUT_FILENO));
  const Ending printed = print(fmt::format("{}\n\n{}", fmt::join(told, "\n"), drawn));
  return printed.status != 0 ? printed : Ending{1, 0};
}

}  // namespace lwptrace::cli
