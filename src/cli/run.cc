// lwptrace run: traces a program. Options are checked and every output is opened before anything runs.
#include <fmt/format.h>
#include <lwptrace/backtrace.h>
#include <lwptrace/names.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <charconv>
#include <cmath>

#include "cli/nearest.h"
#include "cli/options.h"
#include "cli/output_options.h"
#include "cli/session.h"
#include "engine/engine.h"
#include "unwind/unwind.h"

namespace lwptrace::cli {

namespace {

const Verb kRun{.usage = "lwptrace run [options] [--] PROG [ARG...]",
                .help = "lwptrace run --help",
                .refused = exit_failed,
                .program = true};

struct RunOptions {
  OutputOptions output;
  int quiet = 0;
  bool stack_trace = false;
  std::string detail = "life";
  Nanos timeout = 0;
  std::uint64_t max_lwps = 0, max_births = 0;
  std::string follow = "all";
  bool tell_signals = true;
  std::vector<std::string> environment;
  std::string user, directory;
  Words program;
};

// "500ms", "10s", "2m", "1h", "1d", or seconds without a unit, as timeout(1) has them; 0 is no limit.
std::string take_duration(const std::string& text, Nanos& duration) {
  constexpr struct {
    std::string_view unit;
    double ns;
  } kUnits[] = {{"ms", 1e6}, {"s", 1e9}, {"", 1e9}, {"m", 60e9}, {"h", 3600e9}, {"d", 86400e9}};
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  for (const auto& row : kUnits) {
    if (error != std::errc{} || row.unit != unit || !(number >= 0)) continue;
    if (number * row.ns > 9e18)
      return fmt::format("--timeout {}: longer than can be counted; leave it out for no limit", text);
    duration = static_cast<Nanos>(std::ceil(number * row.ns));
    return "";
  }
  return fmt::format(
      "--timeout {}: not a duration; say 500ms, 10s, 2m, 1h or 1d (a bare number is seconds, 0 no limit)", text);
}

std::string take_limit(const char* name, const std::string& text, std::uint64_t& limit) {
  if (!text.empty() && text.find_first_not_of("0123456789") == std::string::npos && !whole_number(text)) {
    return fmt::format("{} {}: more than can be counted; leave it out for no limit", name, text);
  }
  limit = whole_number(text).value_or(0);
  return limit > 0 ? "" : fmt::format("{} {}: say how many, as a whole number from 1", name, text);
}

void declare(CLI::App& app, RunOptions& o) {
  app.prefix_command();
  declare_help(app, kRun);
  declare_outputs(app, o.output);
  app.add_flag("-q", o.quiet, "only the closing timeline and summary;\n-qq: nothing at all");
  app.add_flag("-k,--stack-trace", o.stack_trace, "a backtrace at each birth and each fatal signal");
  add_choice(app, "--detail", "LEVEL", o.detail, {"births", "life", "all"},
             "births: no system call is stopped; life (default):\nfailed births, waits, joins … too; all: every call");
  add_word(app, "--timeout", "DUR",
           "kill everything after 500ms, 10s, 2m, 1h; exit 124;\nno unit: seconds; 0: no limit",
           [&o](const std::string& word) { return take_duration(word, o.timeout); });
  add_word(app, "--max-lwps", "N", "kill everything when N LWPs are alive; exit 123",
           [&o](const std::string& word) { return take_limit("--max-lwps", word, o.max_lwps); });
  add_word(app, "--max-births", "N", "kill everything at the N-th birth; exit 123",
           [&o](const std::string& word) { return take_limit("--max-births", word, o.max_births); });
  add_choice(app, "--follow", "WHAT", o.follow, {"all", "threads", "none"},
             "all; threads: only the program's own threads;\nnone: only its first LWP");
  add_word(app, "-e", "EXPR", "signal=none: do not tell of signals", [&o](const std::string& word) -> std::string {
    o.tell_signals = word != "signal=none";
    if (!o.tell_signals) return "";
    return fmt::format("-e {}: the one expression is signal=none; which system calls are seen is chosen by --detail",
                       word);
  });
  app.add_option("-E,--env", o.environment, "-E VAR=VAL sets it for the program, -E VAR unsets\nit; repeatable")
      ->type_name("VAR[=VAL]")
      ->allow_extra_args(false);
  add_word(app, "-u,--user", "USER", "run the program as that user", [&o](const std::string& word) -> std::string {
    o.user = word;
    return "";
  });
  add_word(app, "--cd", "DIR", "run the program in that directory", [&o](const std::string& word) -> std::string {
    o.directory = word;
    return "";
  });
  app.footer(
      "Options end at the first word that is not one: the program. Where an option is\n"
      "repeated the last counts; -o and -E add up.");
}

Result<std::vector<OutputRequest>> plan_outputs(const RunOptions& o) {
  auto plan = requested_outputs(o.output, "");
  if (!plan) return plan;
  const bool to_files = !o.output.files.empty();
  if (!to_files && !o.output.formats.empty()) {
    if (o.quiet >= 2) plan->clear();
    return plan;
  }
  if (o.quiet == 0 && !to_files) plan->push_back({"", "log"});
  if (o.quiet < 2 && (o.quiet == 1 || !to_files)) plan->push_back({"", "timeline"});
  if (o.quiet == 1) plan->push_back({"", "summary"});
  return plan;
}

TraceHeader make_header(const RunOptions& o, Detail detail) {
  TraceHeader header;
  header.tool = "lwptrace " LWPTRACE_VERSION;
  header.detail = detail;
  header.argv = o.program;
  char directory[4096];
  if (!o.directory.empty()) {
    header.cwd = o.directory;
  } else if (::getcwd(directory, sizeof directory) != nullptr) {
    header.cwd = directory;
  }
  utsname system{};
  ::uname(&system);
  header.kernel = system.release;
  header.arch = system.machine;
  header.observes = {"birth", "exec", "signal", "stop", "continue", "exit", "reparent"};
  if (detail != Detail::births) {
    for (const char* more :
         {"birth_failed", "exec_failed", "comm", "reap", "join", "tid_address", "tls", "namespace", "kill"}) {
      header.observes.emplace_back(more);
    }
  }
  if (detail == Detail::all) header.observes.emplace_back("syscall");
  return header;
}

Ending ending_of(const engine::Outcome& outcome, const TraceEnd& end, bool output_failed) {
  if (outcome.failure) {
    if (!outcome.not_executed) return {exit_failed, 0};
    return {outcome.failure->code == ENOENT ? exit_not_found : exit_not_executable, 0};
  }
  if (end.reason == EndReason::timeout) return {exit_timeout, 0};
  if (end.reason == EndReason::guard) return {exit_guard, 0};
  if (output_failed) return {exit_failed, 0};
  if (!end.status) return {exit_failed, 0};
  if (end.status->signal) return {0, *end.status->signal};
  return {end.status->code.value_or(exit_failed), 0};
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
  if (o.program.empty()) return refuse(kRun, "no program given; for example: lwptrace run ls");
  if (o.program[0].empty()) return refuse(kRun, "the program's name is an empty word; for example: lwptrace run ls");

  const auto plan = plan_outputs(o);
  if (!plan) return refuse(kRun, plan.error().text);
  Outputs outputs;
  for (const OutputRequest& request : *plan) {
    const auto opened = outputs.add(request, o.output.color, o.output.width);
    if (!opened) return refuse(kRun, opened.error().text + "; nothing was run");
  }

  const auto backtracer = o.stack_trace ? unwind::make_backtracer() : nullptr;
  engine::EngineOptions engine_options;
  engine_options.detail = from_string<Detail>(o.detail);
  engine_options.timeout = o.timeout;
  engine_options.backtracer = backtracer.get();
  engine_options.launch = {o.program, o.environment, o.directory, o.user, signals};

  SessionOptions session_options;
  session_options.tracker.detail = engine_options.detail;
  session_options.tracker.max_lwps = o.max_lwps;
  session_options.tracker.max_births = o.max_births;
  session_options.tracker.tell_signals = o.tell_signals;
  session_options.tracker.follow = o.follow == "all"       ? model::Follow::all
                                   : o.follow == "threads" ? model::Follow::threads
                                                           : model::Follow::none;
  session_options.status_line = o.quiet < 2 && !outputs.writes_to_stderr() && ::isatty(STDERR_FILENO) != 0;
  Session session(session_options, make_header(o, engine_options.detail), outputs);
  engine::Engine engine(std::move(engine_options), session);
  const engine::Outcome outcome = engine.run();
  if (outcome.failure) {
    std::string text = outcome.failure->text;
    if (outcome.not_executed && outcome.failure->code == ENOENT) {
      const std::string meant = nearest(o.program[0], {"run", "show", "decode"});
      if (!meant.empty() && words[0] == o.program[0]) text += fmt::format(" (or did you mean lwptrace {}?)", meant);
    }
    return complain(text), ending_of(outcome, {}, false);
  }
  const TraceEnd end = session.end(engine.now(), outcome.reason);
  return ending_of(outcome, end, outputs.failed());
}

}  // namespace lwptrace::cli
