// The options that run and attach share, and the session that both run.
#include "cli/trace_options.h"

#include <fmt/format.h>
#include <lwptrace/backtrace.h>
#include <lwptrace/names.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <filesystem>

#include "cli/cpu.h"
#include "cli/session.h"
#include "cli/stats.h"
#include "procfs/procfs.h"
#include "unwind/unwind.h"

namespace lwptrace::cli {

namespace {

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

Result<std::vector<OutputRequest>> plan_outputs(const TraceOptions& o) {
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

void complete(TraceHeader& header, Detail detail) {
  header.tool = "lwptrace " LWPTRACE_VERSION;
  header.detail = detail;
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
}

}  // namespace

void declare_tracing(CLI::App& app, TraceOptions& o) {
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
  add_word(app, "--cpu", "N",
           "run lwptrace and what it traces on CPU N alone: births\ncost half, nothing runs side by side",
           [&o](const std::string& word) { return take_cpu(word, o.cpu); });
  app.add_flag("--stats", o.stats,
               "at the end print to stderr what tracing cost: stops,\nptrace calls, waits, time in each part");
}

Result<Traced> trace(const TraceOptions& o, engine::EngineOptions engine_options, TraceHeader header) {
  const auto plan = plan_outputs(o);
  if (!plan) return plan.error();
  if (o.cpu) {
    if (const auto pinned = run_on(*o.cpu); !pinned) return Error{pinned.error().text + "; nothing was run", 0};
    engine_options.attach.cpu = o.cpu;
  }
  Outputs outputs;
  for (const OutputRequest& request : *plan) {
    const auto opened = outputs.add(request, o.output.color, o.output.width);
    if (!opened) return Error{opened.error().text + "; nothing was run", 0};
  }

  if (o.listener != nullptr) outputs.add(*o.listener);

  if (!procfs::find_own()) {
    complain(
        "/proc is not mounted here, or is another pid namespace's: names, words and many causes of ends stay unknown; "
        "mount one first: mount -t proc proc /proc");
  }
  if (o.cpu && o.quiet < 2) {
    complain(
        fmt::format("--cpu {0}: lwptrace and all that it traces run on CPU {0} alone, none beside another", *o.cpu));
  }
  const auto backtracer = o.stack_trace ? unwind::make_backtracer() : nullptr;
  const Detail detail = from_string<Detail>(o.detail);
  engine_options.detail = detail;
  engine_options.timeout = o.timeout;
  engine_options.times = o.stats;
  engine_options.backtracer = backtracer.get();

  SessionOptions session_options;
  session_options.tracker.detail = detail;
  session_options.tracker.max_lwps = o.max_lwps;
  session_options.tracker.max_births = o.max_births;
  session_options.tracker.tell_signals = o.tell_signals;
  session_options.tracker.follow = o.follow == "all"       ? model::Follow::all
                                   : o.follow == "threads" ? model::Follow::threads
                                                           : model::Follow::none;
  session_options.status_line = o.quiet < 2 && !outputs.writes_to_stderr() && ::isatty(STDERR_FILENO) != 0;
  complete(header, detail);
  Session session(session_options, std::move(header), outputs);
  engine::Engine engine(std::move(engine_options), session);
  Traced traced{engine.run(), {}, false};
  if (traced.outcome.failure) return traced;
  const Nanos ended = engine.now();
  traced.end = session.end(ended, traced.outcome.reason);
  traced.output_failed = outputs.failed();
  if (o.stats) {
    engine::Stats& stats = traced.outcome.stats;
    const Nanos at_the_end = engine.now() - ended;
    stats.telling += at_the_end;
    stats.total += at_the_end;
    const auto own = procfs::status(::getpid());
    say(stats_table(stats, {traced.end.seq - 1, outputs.bytes_written(), own ? own->peak_kib : 0,
                            session.cost_of_telling().held_up, session.cost_of_telling().own}));
  }
  return traced;
}

Result<Traced> trace_program(const TraceOptions& o, const engine::LaunchOptions& program) {
  TraceHeader header;
  header.argv = program.argv;
  std::error_code error;
  const auto cwd = std::filesystem::canonical(program.directory.empty() ? "." : program.directory, error);
  header.cwd = error ? program.directory : cwd.string();
  engine::EngineOptions engine_options;
  engine_options.launch = program;
  return trace(o, std::move(engine_options), std::move(header));
}

std::optional<Ending> ending_of_limits(const Traced& traced) {
  if (traced.end.reason == EndReason::timeout) return Ending{exit_timeout, 0};
  if (traced.end.reason == EndReason::guard) return Ending{exit_guard, 0};
  if (traced.output_failed) return Ending{exit_failed, 0};
  return std::nullopt;
}

}  // namespace lwptrace::cli
