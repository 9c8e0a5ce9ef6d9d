// Which verb a command line names. A word that is a verb is a verb; anything else is a program to trace.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <numeric>

#include "cli/cli.h"
#include "cli/decode.h"
#include "cli/outputs.h"

namespace lwptrace::cli {

namespace {

// Verbs of the contract that this version does not have yet.
constexpr std::array unbuilt = {"attach", "check", "diff", "compare", "grade", "ps", "doctor"};

constexpr const char* usage =
    R"(lwptrace: how every thread and process of a program came to be, what it shares, how it ended

  lwptrace [options] [--] PROG [ARG...]     trace PROG (same as: lwptrace run ...)
  lwptrace run    [options] [--] PROG [ARG...]
  lwptrace show   [options] TRACE           render a recorded trace
  lwptrace decode clone|clone3|wait|signal VALUE...   explain numbers and names, both ways

lwptrace VERB --help tells the options of a verb. Options end at the first word that is not one.
)";

constexpr const char* decode_usage = R"(lwptrace decode explains numbers and names of clone, wait and signals, both ways

  lwptrace decode clone 0x3d0f00                    flags as a number: what they mean, what is shared, is it allowed
  lwptrace decode clone CLONE_VM CLONE_THREAD       flags by name
  lwptrace decode clone3 flags=0x100 exit_signal=SIGCHLD stack=0 size=88    fields of struct clone_args
  lwptrace decode wait 0x8b                         a wait status; and back: decode wait SIGSEGV core
  lwptrace decode signal 11                         a signal by number or name

Exit status: 0, or 2 for words that cannot be understood.
)";

std::size_t distance(const std::string& from, const std::string& to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 1; i <= from.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t changed = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, changed}));
    }
  }
  return row.back();
}

}  // namespace

void complain(const std::string& text) {
  const std::string line = fmt::format("lwptrace: {}\n", text);
  // Where stderr itself cannot be written there is nobody left to tell; fmt::print would throw.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

std::string nearest(const std::string& word, const std::vector<std::string>& known) {
  std::string best;
  std::size_t least = 3;
  for (const std::string& candidate : known) {
    const std::size_t steps = distance(word, candidate);
    if (steps < least && steps < candidate.size()) {
      least = steps;
      best = candidate;
    }
  }
  return best;
}

Ending print(const std::string& text) {
  std::signal(SIGPIPE, SIG_IGN);
  FileSink out(STDOUT_FILENO, "stdout", false);
  out.write(text);
  out.flush();
  return {out.failed() ? exit_failed : 0, 0};
}

Ending verb_decode(const Words& words) {
  if (!words.empty() && (words[0] == "-h" || words[0] == "--help")) {
    return print(decode_usage);
  }
  const DecodeOutcome outcome = run_decode(words);
  if (!outcome.err.empty()) complain(outcome.err.substr(0, outcome.err.find_last_not_of('\n') + 1));
  const Ending printed = print(outcome.out);
  return printed.status != 0 ? printed : Ending{outcome.status, 0};
}

Ending dispatch(const Words& words, const engine::SignalState& signals) {
  const std::string first = words.empty() ? "" : words[0];
  const Words rest(words.empty() ? words.begin() : words.begin() + 1, words.end());
  if (first.empty()) {
    complain("no program given; for example: lwptrace ls; lwptrace --help tells more");
    return {exit_failed, 0};
  }
  if (first == "-h" || first == "--help") return print(usage);
  const bool asks_version = first == "-V" || first == "--version";
  const bool verb_version = !rest.empty() && (rest[0] == "-V" || rest[0] == "--version");
  if (asks_version || (verb_version && (first == "show" || first == "decode"))) {
    return print("lwptrace " LWPTRACE_VERSION "\n");
  }
  if (first == "run") return verb_run(rest, signals);
  if (first == "show") return verb_show(rest);
  if (first == "decode") return verb_decode(rest);
  if (std::find(unbuilt.begin(), unbuilt.end(), first) != unbuilt.end()) {
    complain(
        fmt::format("{}: this version ({}) does not have that verb yet; to trace a program of that name: "
                    "lwptrace -- {}",
                    first, LWPTRACE_VERSION, first));
    return {exit_failed, 0};
  }
  return verb_run(words, signals);
}

}  // namespace lwptrace::cli
