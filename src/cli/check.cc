// lwptrace check: does a program, or a recording of it, still behave as a golden file says?
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "cli/compared.h"
#include "cli/options.h"
#include "cli/trace_options.h"
#include "golden/text.h"

namespace lwptrace::cli {

namespace {

const Verb kCheck{.usage = "lwptrace check [options] GOLDEN [-- PROG [ARG...]]",
                  .help = "lwptrace check --help",
                  .prefix = "check: ",
                  .refused = exit_usage};

struct CheckOptions {
  TraceOptions tracing;
  std::string trace;
  bool update = false;
  Words words;
};

void declare(CLI::App& app, CheckOptions& o) {
  declare_help(app, kCheck);
  declare_tracing(app, o.tracing);
  add_word(app, "--trace", "TRACE", "check this recording, and run nothing", [&o](const std::string& word) {
    o.trace = word;
    return std::string();
  });
  app.add_flag("--update", o.update, "write GOLDEN from this run in place of comparing");
  app.add_option("GOLDEN", o.words);
  app.footer(
      "Without PROG the command that GOLDEN names is run. Exit status: 0 the same, 1\n"
      "different, 2 when GOLDEN or TRACE cannot be read, 124 timed out, 125 lwptrace\n"
      "failed.");
}

Result<std::string> whole_file(const std::string& name) {
  const int fd = ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
  std::string text;
  char some[65536];
  ssize_t got = fd < 0 ? -1 : 1;
  while (got > 0) {
    got = ::read(fd, some, sizeof some);
    if (got > 0) text.append(some, static_cast<std::size_t>(got));
  }
  const int error = errno;
  if (fd >= 0) ::close(fd);
  if (got < 0) return Error{fmt::format("{}: {}", name, std::strerror(error)), error};
  return text;
}

// Runs the command and paints what it did. A value is how it ended before it could be painted.
std::optional<Ending> run_and_paint(const CheckOptions& o, const Words& command, const engine::SignalState& signals,
                                    golden::Gallery& gallery) {
  TraceOptions tracing = o.tracing;
  golden::Painter painter;
  tracing.listener = &painter;
  tracing.quiet = 2;
  const auto traced = trace_program(tracing, {command, {}, {}, {}, signals});
  if (!traced) return refuse(kCheck, traced.error().text);
  if (const engine::Outcome& outcome = traced->outcome; outcome.failure) {
    complain("check: " + outcome.failure->text);
    return Ending{outcome.not_executed ? exit_usage : exit_failed, 0};
  }
  if (const auto limit = ending_of_limits(*traced)) return limit;
  gallery = painter.take();
  return std::nullopt;
}

Ending update(const std::string& name, const golden::Gallery& gallery) {
  std::ofstream file(name, std::ios::binary | std::ios::trunc);
  file << golden::write(gallery) << std::flush;
  if (!file) return refuse(kCheck, fmt::format("cannot write {}: {}", name, std::strerror(errno)));
  say(fmt::format("lwptrace: check: {} written: {} LWPs; read it before you keep it\n", name, gallery.lwps.size()));
  return {0, 0};
}

}  // namespace

Ending verb_check(const Words& words, const engine::SignalState& signals) {
  CheckOptions o;
  CLI::App app{"Compares what a program does with a golden file: 0 the same, 1 different"};
  declare(app, o);
  if (const auto ending = parse(app, kCheck, words)) return *ending;
  if (o.words.empty()) {
    return refuse(kCheck, "no golden file given; for example: lwptrace check --update demo.golden -- ./demo");
  }
  const std::string name = o.words[0];
  Words command(o.words.begin() + 1, o.words.end());
  if (!o.trace.empty() && !command.empty()) {
    return refuse(kCheck, fmt::format("{}: with --trace nothing is run; leave one of the two out", command[0]));
  }
  golden::Gallery wanted, actual;
  const bool reads = !o.update || (command.empty() && o.trace.empty());
  if (reads) {
    const auto text = whole_file(name);
    if (!text) {
      const bool absent = text.error().code == ENOENT;
      return refuse(kCheck, text.error().text + (absent ? "; to make it: lwptrace check --update GOLDEN -- PROG" : ""));
    }
    auto read = golden::read(*text, name);
    if (!read) return refuse(kCheck, read.error().text);
    wanted = std::move(*read);
    if (command.empty()) command = wanted.command;
  }
  if (!o.trace.empty()) {
    auto painted = paint(o.trace);
    if (!painted) return refuse(kCheck, painted.error().text);
    actual = std::move(*painted);
  } else if (command.empty()) {
    return refuse(kCheck, fmt::format("{} names no command; say which program: lwptrace check {} -- PROG", name, name));
  } else if (const auto ending = run_and_paint(o, command, signals, actual)) {
    return *ending;
  }
  if (o.update) return update(name, actual);
  return tell_differences({wanted, "golden", name}, {actual, "this run", "this run"}, o.tracing.output.color);
}

}  // namespace lwptrace::cli
