// lwptrace run: traces a program. Options are checked and every output is opened before anything runs.
#include <fmt/format.h>
#include <lwptrace/backtrace.h>
#include <lwptrace/names.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cctype>
#include <cerrno>
#include <charconv>

#include "cli/cli.h"
#include "cli/outputs.h"
#include "cli/session.h"
#include "engine/engine.h"
#include "unwind/unwind.h"

namespace lwptrace::cli {

namespace {

struct RunOptions {
  std::vector<std::string> outputs;
  std::string format;
  int quiet = 0;
  bool stack_trace = false;
  std::string detail = "life";
  std::string timeout;
  std::uint64_t max_lwps = 0, max_births = 0;
  std::string follow = "all";
  std::string signals;
  std::vector<std::string> environment;
  std::string user, directory;
  std::string color = "auto";
  Words program;
};

void declare(CLI::App& app, RunOptions& o) {
  app.prefix_command();
  app.set_version_flag("-V,--version", "lwptrace " LWPTRACE_VERSION);
  app.add_option("-o,--output", o.outputs,
                 "write there (repeatable); the format follows the extension or -F; - is stdout")
      ->type_name("FILE")
      ->allow_extra_args(false);
  app.add_option("-F,--format", o.format, "log tree timeline summary matrix jsonl strace")->type_name("FORMAT");
  app.add_flag("-q", o.quiet, "only the closing timeline and summary; -qq: nothing at all");
  app.add_flag("-k,--stack-trace", o.stack_trace, "a backtrace at each birth and each fatal signal");
  app.add_option("--detail", o.detail,
                 "births: no system call is stopped; life: failed births, waits, joins … too; all")
      ->check(CLI::IsMember({"births", "life", "all"}))
      ->type_name("LEVEL");
  app.add_option("--timeout", o.timeout, "kill everything after 500ms, 10s, 2m …; exit status 124")->type_name("DUR");
  app.add_option("--max-lwps", o.max_lwps, "kill everything when N LWPs are alive; exit status 123")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40))
      ->type_name("N");
  app.add_option("--max-births", o.max_births, "kill everything at the N-th birth; exit status 123")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40))
      ->type_name("N");
  app.add_option("--follow", o.follow, "all; threads: tell of the program's own threads; none: of its first LWP")
      ->check(CLI::IsMember({"all", "threads", "none"}))
      ->type_name("WHAT");
  app.add_option("-e", o.signals, "signal=none: do not tell of signals")
      ->check(CLI::IsMember({"signal=none"}))
      ->type_name("EXPR");
  app.add_option("-E,--env", o.environment, "set VAR=VAL for the program, or unset VAR")
      ->type_name("VAR[=VAL]")
      ->allow_extra_args(false);
  app.add_option("-u,--user", o.user, "run the program as that user")->type_name("USER");
  app.add_option("--cd", o.directory, "run the program in that directory")->type_name("DIR");
  app.add_option("--color", o.color, "auto, always, never; NO_COLOR is honoured")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->type_name("WHEN");
  app.footer("Options end at the first word that is not one: the program.");
}

// "500ms", "10s", "2m", "1h", or seconds without a unit; 0 when it is none of these.
Nanos parse_duration(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number <= 0) return 0;
  const std::string unit(end, text.data() + text.size());
  const double second = 1e9;
  const double scale = unit == "ms"                  ? second / 1000
                       : unit == "s" || unit.empty() ? second
                       : unit == "m"                 ? second * 60
                       : unit == "h"                 ? second * 3600
                                                     : 0;
  return number * scale < 9e18 ? static_cast<Nanos>(number * scale) : 0;
}

Result<std::vector<OutputRequest>> plan_outputs(const RunOptions& o) {
  std::vector<OutputRequest> plan;
  for (const std::string& file : o.outputs) {
    auto format = choose_format(file, o.format);
    if (!format) return format.error();
    plan.push_back({file, *format});
  }
  if (!o.format.empty() && o.outputs.empty()) {
    auto format = choose_format("", o.format);
    if (!format) return format.error();
    if (o.quiet < 2) plan.push_back({"", *format});
    return plan;
  }
  if (o.quiet == 0 && o.outputs.empty()) plan.push_back({"", "log"});
  if (o.quiet < 2 && (o.quiet == 1 || o.outputs.empty())) plan.push_back({"", "timeline"});
  if (o.quiet == 1) plan.push_back({"", "summary"});
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

// CLI11 leaves what follows the options untouched; a word with a dash that it left there is an option it did not know.
std::string unknown_option(const CLI::App& app, const Words& words, const Words& rest) {
  if (rest.empty() || rest[0].size() < 2 || rest[0][0] != '-' || rest[0] == "--") return "";
  const std::size_t at = words.size() - rest.size();
  if (at > 0 && words[at - 1] == "--") return "";
  std::vector<std::string> known;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  }
  const std::string meant = nearest(rest[0].substr(0, rest[0].find('=')), known);
  return fmt::format("{}: there is no such option;{} see lwptrace run --help", rest[0],
                     meant.empty() ? "" : fmt::format(" did you mean {}?", meant));
}

Ending refuse(const std::string& text) {
  complain(text);
  return {exit_failed, 0};
}

}  // namespace

Ending verb_run(const Words& words, const engine::SignalState& signals) {
  RunOptions o;
  CLI::App app{"Traces PROG: every thread and process, from birth to end.", "lwptrace run"};
  declare(app, o);
  try {
    Words reversed(words.rbegin(), words.rend());
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    return print(app.help());
  } catch (const CLI::CallForVersion& version) {
    return print(version.what() + std::string("\n"));
  } catch (const CLI::ParseError& error) {
    return refuse(fmt::format("{}; see lwptrace run --help", error.what()));
  }
  o.program = app.remaining();
  if (const std::string text = unknown_option(app, words, o.program); !text.empty()) return refuse(text);
  if (!o.program.empty() && o.program[0] == "--") o.program.erase(o.program.begin());
  if (o.program.empty()) return refuse("no program given; for example: lwptrace run ls");

  engine::EngineOptions engine_options;
  if (!o.timeout.empty()) {
    engine_options.timeout = parse_duration(o.timeout);
    if (engine_options.timeout == 0)
      return refuse(fmt::format("--timeout {}: not a duration; say 500ms, 10s or 2m", o.timeout));
  }
  const auto plan = plan_outputs(o);
  if (!plan) return refuse(plan.error().text);
  Outputs outputs;
  for (const OutputRequest& request : *plan) {
    const auto opened = outputs.add(request, o.color, 0);
    if (!opened) return refuse(opened.error().text);
  }

  const auto backtracer = o.stack_trace ? unwind::make_backtracer() : nullptr;
  engine_options.detail = from_string<Detail>(o.detail);
  engine_options.backtracer = backtracer.get();
  engine_options.launch = {o.program, o.environment, o.directory, o.user, signals};

  SessionOptions session_options;
  session_options.tracker.detail = engine_options.detail;
  session_options.tracker.max_lwps = o.max_lwps;
  session_options.tracker.max_births = o.max_births;
  session_options.tracker.tell_signals = o.signals.empty();
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
    return refuse(text), ending_of(outcome, {}, false);
  }
  const TraceEnd end = session.end(engine.now(), outcome.reason);
  return ending_of(outcome, end, outputs.failed());
}

}  // namespace lwptrace::cli
