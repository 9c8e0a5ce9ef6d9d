// lwptrace attach: traces processes that run already, until they end or somebody asks to end.
#include "cli/attach.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <limits>

namespace lwptrace::cli {

namespace {

const Verb kAttach{.usage = "lwptrace attach [options] PID...",
                   .help = "lwptrace attach --help",
                   .prefix = "attach: ",
                   .refused = exit_failed};

// The pids in a word, apart by blanks or commas, each once.
Result<std::vector<Tid>> pids_in(const Words& words) {
  std::vector<Tid> pids;
  for (const std::string& word : words) {
    constexpr const char* between = " ,\t\n";
    for (std::size_t at = word.find_first_not_of(between); at != std::string::npos;
         at = word.find_first_not_of(between, at)) {
      const std::size_t end = std::min(word.find_first_of(between, at), word.size());
      const std::string one = word.substr(at, end - at);
      at = end;
      const auto pid = whole_number(one);
      if (!pid || *pid == 0 || *pid > std::numeric_limits<Tid>::max()) {
        const bool number = one.find_first_not_of("0123456789") == std::string::npos;
        return Error{fmt::format("{}: not a process id, which is a number from 1; {}", one,
                                 number ? "ps -e tells who is there" : fmt::format("by name: \"$(pidof {})\"", one)),
                     0};
      }
      if (std::find(pids.begin(), pids.end(), static_cast<Tid>(*pid)) == pids.end()) {
        pids.push_back(static_cast<Tid>(*pid));
      }
    }
  }
  return pids;
}

}  // namespace

void declare_attaching(CLI::App& app, AttachWords& o) {
  app.add_option("-p,--attach", o.words,
                 "attach to PID, which runs already; repeatable, and\ntakes lists: -p \"$(pidof nginx)\", -p 4711,4712")
      ->type_name("PID")
      ->allow_extra_args(false);
  app.add_flag("--tree", o.tree, "with PID: attach to all its descendants as well");
}

Ending attach(const TraceOptions& tracing, const AttachWords& o, const Verb& verb) {
  const auto pids = pids_in(o.words);
  if (!pids) return refuse(verb, pids.error().text);
  if (pids->empty()) return refuse(verb, "there is no process id in that list; did pidof find nobody?");
  engine::EngineOptions engine_options;
  engine_options.attach = {*pids, o.tree};
  TraceHeader header;
  header.mode = "attach";
  const auto traced = trace(tracing, std::move(engine_options), std::move(header));
  if (!traced) return refuse(verb, traced.error().text);
  if (traced->outcome.failure) return complain(traced->outcome.failure->text), Ending{exit_failed, 0};
  return ending_of_limits(*traced).value_or(Ending{0, 0});
}

Ending verb_attach(const Words& words) {
  TraceOptions tracing;
  AttachWords o;
  Words more;
  CLI::App app{"Traces processes that run already: every thread of each, and all that is born\nfrom now on."};
  declare_help(app, kAttach);
  declare_tracing(app, tracing);
  declare_attaching(app, o);
  app.add_option("PID", more);
  app.footer(
      "Ctrl-C, SIGTERM and SIGHUP let go of all, and they live on; the limits kill.\n"
      "Levels above births stop the processes at every system call while they are\n"
      "traced. Exit status: 0; 123, 124 a limit was hit; 125 nobody could be had.");
  if (const auto ending = parse(app, kAttach, words)) return *ending;
  o.words.insert(o.words.end(), more.begin(), more.end());
  if (o.words.empty()) {
    return refuse(kAttach,
                  "no process id given; for example: lwptrace attach 4711, or lwptrace attach \"$(pidof nginx)\"");
  }
  return attach(tracing, o, kAttach);
}

}  // namespace lwptrace::cli
