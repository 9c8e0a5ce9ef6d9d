// lwptrace check: does a program, or a recording of it, still behave as a golden file says? Here the words of the
// command are understood; judge.h compares with one golden, check_many.h with many.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iterator>
#include <limits>

#include "cli/check_many.h"
#include "cli/options.h"
#include "cli/outputs.h"

namespace lwptrace::cli {

namespace {

const Verb kCheck{.usage = "lwptrace check [options] GOLDEN... [-- PROG [ARG...]]",
                  .help = "lwptrace check --help",
                  .prefix = "check: ",
                  .refused = exit_usage};

std::string take_count(const char* name, const std::string& text, std::size_t& count) {
  const auto number = whole_number(text);
  if (!number || *number == 0 || *number > 1'000'000) {
    return fmt::format("{} {}: say how many, as a whole number from 1", name, text);
  }
  count = *number;
  return "";
}

void declare(CLI::App& app, ManyOptions& o) {
  declare_help(app, kCheck);
  declare_tracing(app, o.judging.tracing);
  add_word(app, "--trace", "TRACE", "check this recording, and run nothing", o.judging.trace);
  add_word(app, "--cd", "DIR", "run programs in that directory; in the place of here,\nor of the folder that was named",
           o.judging.directory);
  app.add_flag("--update", o.judging.update, "write GOLDEN from this run in place of comparing");
  add_word(app, "--repeat", "N",
           "run the program N times: with --update write what all\nruns have in common, else tell "
           "of each fact in how many\nruns it held, and what else there was",
           [&o](const std::string& word) { return take_count("--repeat", word, o.judging.repeat); });
  add_word(app, "-j,--jobs", "N", "check N goldens at a time",
           [&o](const std::string& word) { return take_count("-j", word, o.parallel); });
  add_word(app, "--junit", "FILE", "write what came of each golden as JUnit's XML", o.junit);
  app.add_flag("--tap", o.tap, "print what came of each as TAP");
  app.add_option("GOLDEN", o.goldens);
  app.footer(
      "GOLDEN is a file, or a folder with some (\"golden\", \"*.golden\"), in which their\n"
      "programs run. Without PROG the command that it names is run. Exit status: 0 the same, 1 different, 2 when "
      "GOLDEN\n"
      "or TRACE cannot be read, 124 timed out, 123 a guard was hit, 125 lwptrace failed.");
}

// Why that cannot be asked for together, or "".
std::string contradiction(const ManyOptions& o, bool many) {
  const JudgeOptions& one = o.judging;
  if (!one.trace.empty() && !one.command.empty()) {
    return fmt::format("{}: with --trace nothing is run; leave one of the two out", one.command[0]);
  }
  if (!one.trace.empty() && one.repeat > 1)
    return "--repeat runs a program, --trace runs none; leave one of the two out";
  if (many && !one.command.empty()) {
    return fmt::format("{}: many goldens are checked with the commands that they name; name one golden, or no program",
                       one.command[0]);
  }
  if (many && !one.trace.empty()) return fmt::format("{}: a recording is checked with one golden; name one", one.trace);
  return "";
}

Ending tell(const Verdict& verdict, bool update) {
  if (verdict.status > 1) return complain("check: " + verdict.text), Ending{verdict.status, 0};
  if (update) {
    if (!verdict.text.empty()) say("lwptrace: check: " + verdict.text);
    return {verdict.status, 0};
  }
  const Ending printed = verdict.text.empty() ? Ending{} : print(verdict.text);
  return printed.status != 0 ? printed : Ending{verdict.status, 0};
}

}  // namespace

Ending verb_check(const Words& words, const engine::SignalState& signals) {
  ManyOptions o;
  CLI::App app{"Compares what a program does with a golden file: 0 the same, 1 different"};
  declare(app, o);
  const auto program = std::ranges::find(words, "--");
  if (program != words.end()) o.judging.command.assign(std::next(program), words.end());
  if (const auto ending = parse(app, kCheck, {words.begin(), program})) return *ending;
  if (o.goldens.empty()) {
    return refuse(kCheck, "no golden file given; for example: lwptrace check --update demo.golden -- ./demo");
  }
  std::error_code error;
  if (o.goldens.size() == 1 && !o.judging.command.empty() && std::filesystem::is_directory(o.goldens[0], error)) {
    if (o.judging.directory.empty()) o.judging.directory = o.goldens[0];
    o.goldens[0] += "/golden";
  }
  const bool many =
      o.goldens.size() > 1 || !o.junit.empty() || o.tap || std::filesystem::is_directory(o.goldens[0], error);
  if (const std::string wrong = contradiction(o, many); !wrong.empty()) return refuse(kCheck, wrong);
  o.judging.color = wants_color(o.judging.tracing.output.color, STDOUT_FILENO) && !o.tap;
  if (many) return check_many(o, signals);
  return tell(judge(o.judging, o.goldens[0], signals), o.judging.update);
}

}  // namespace lwptrace::cli
