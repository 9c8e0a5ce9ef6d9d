// lwptrace run: traces a program. Options are checked and every output is opened before anything runs.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cerrno>

#include "cli/attach.h"
#include "cli/options.h"
#include "cli/trace_options.h"
#include "decoders/tables/nearest.h"

namespace lwptrace::cli {

namespace {

const Verb kRun{.usage = "lwptrace run [options] [--] PROG [ARG...]",
                .help = "lwptrace run --help",
                .refused = exit_failed,
                .program = true};

struct RunOptions {
  TraceOptions tracing;
  AttachWords attaching;
  std::vector<std::string> environment;
  std::string user, directory;
  Words program;
};

void declare(CLI::App& app, RunOptions& o) {
  app.prefix_command();
  declare_help(app, kRun);
  declare_tracing(app, o.tracing);
  declare_attaching(app, o.attaching);
  app.add_option("-E,--env", o.environment, "-E VAR=VAL sets it for the program, -E VAR unsets\nit; repeatable")
      ->type_name("VAR[=VAL]")
      ->allow_extra_args(false);
  add_word(app, "-u,--user", "USER", "run the program as that user", o.user);
  add_word(app, "--cd", "DIR", "run the program in that directory", o.directory);
  app.footer(
      "Options end at the first word that is not one: the program. Where an option is\n"
      "repeated the last counts; -o and -E add up.");
}

Ending ending_of(const engine::Outcome& outcome) {
  if (!outcome.not_executed) return {exit_failed, 0};
  return {outcome.failure->code == ENOENT ? exit_not_found : exit_not_executable, 0};
}

// -p in the place of a program.
Ending attach_instead(const RunOptions& o) {
  if (!o.program.empty()) {
    return refuse(kRun, fmt::format("{}: with -p, which attaches to what runs already, no program is started; leave "
                                    "one of the two out",
                                    o.program[0]));
  }
  if (!o.environment.empty() || !o.user.empty() || !o.directory.empty()) {
    return refuse(kRun, "-E, -u and --cd are about a program that is started; leave them out with -p");
  }
  return attach(o.tracing, o.attaching, kRun);
}

}  // namespace

Ending verb_run(const Words& words, const engine::SignalState& signals) {
  RunOptions o;
  CLI::App app{"Traces PROG: every thread and process, from birth to end"};
  declare(app, o);
  if (const auto ending = parse(app, kRun, words)) return *ending;
  for (const std::string& variable : o.environment) {
    if (variable[0] != '=') continue;
    return refuse(
        kRun,
        fmt::format("-E {}: the name is missing; say -E VAR=VALUE to set a variable, -E VAR to unset it", variable));
  }
  o.program = app.remaining();
  if (!o.program.empty() && o.program[0] == "--") o.program.erase(o.program.begin());
  if (!o.attaching.words.empty()) return attach_instead(o);
  if (o.attaching.tree) return refuse(kRun, "--tree goes with -p PID: the descendants of a process that runs already");
  if (o.program.empty()) return refuse(kRun, "no program given; for example: lwptrace run ls");
  if (o.program[0].empty()) return refuse(kRun, "the program's name is an empty word; for example: lwptrace run ls");

  const auto traced = trace_program(o.tracing, {o.program, o.environment, o.directory, o.user, signals});
  if (!traced) return refuse(kRun, traced.error().text);
  if (const engine::Outcome& outcome = traced->outcome; outcome.failure) {
    std::string text = outcome.failure->text;
    if (outcome.not_executed && outcome.failure->code == ENOENT) {
      const std::string meant = tables::nearest(o.program[0], {"run", "attach", "show", "decode", "doctor"});
      if (!meant.empty() && words[0] == o.program[0]) text += fmt::format(" (or did you mean lwptrace {}?)", meant);
    }
    return complain(text), ending_of(outcome);
  }
  if (const auto limit = ending_of_limits(*traced)) return *limit;
  const auto& status = traced->end.status;
  if (status && status->signal) return {0, *status->signal};
  return {status && status->code ? *status->code : exit_failed, 0};
}

}  // namespace lwptrace::cli
