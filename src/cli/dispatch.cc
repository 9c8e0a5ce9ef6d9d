// Which verb a command line names. A word that is a verb is a verb; anything else is a program to trace.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

#include "cli/cli.h"
#include "cli/decode.h"
#include "cli/output_options.h"

namespace lwptrace::cli {

namespace {

// Verbs of the contract that this version does not have yet.
constexpr std::array unbuilt = {"compare", "ps"};

constexpr std::string_view usage =
    R"(lwptrace: how each thread and process of a program is born, lives and ends

  lwptrace [options] [--] PROG [ARG...]       trace PROG: the same as run
  lwptrace run    [options] [--] PROG [ARG...]
  lwptrace attach [options] PID...            trace what runs already; Ctrl-C
                                              lets go of it, and it goes on
  lwptrace show   [options] TRACE             render a recorded trace
  lwptrace check  [options] GOLDEN [-- PROG [ARG...]]
                                              does it still behave as recorded
  lwptrace diff   TRACE_A TRACE_B             what differs, in words
  lwptrace grade  [options] RUBRIC [-- PROG [ARG...]]
                                              score it, or a class of them
  lwptrace decode clone|clone3|wait|signal VALUE...
                                              explain numbers and names
  lwptrace doctor                             can this machine trace? what
                                              forbids it, and the remedy

Most used when tracing (lwptrace run --help tells all):
  -o FILE            write there, repeatable; .jsonl is a recording for show
  -F FORMAT          {}
  -q, -qq            only the closing timeline and summary; nothing at all
  -k                 a backtrace at each birth and each fatal signal
  --detail LEVEL     births, life (default) or all: how much is seen
  --timeout DUR      kill everything after 500ms, 10s, 2m; exit status 124
  -E VAR=VAL         set VAR for the program; -E VAR unsets it

Options end at the first word that is not one. lwptrace VERB --help tells the
options of a verb, -V the version. Exit status: the program's own; 123 a limit
was hit, 124 timed out, 125 lwptrace failed, 126 not executable, 127 not found.
)";

constexpr const char* decode_usage = R"(lwptrace decode: numbers and names of clone, wait and signals, both ways

  lwptrace decode clone 0x3d0f00               flags: what they mean, what is
                                               shared, which kernels accept them
  lwptrace decode clone CLONE_VM CLONE_THREAD  flags by name
  lwptrace decode clone3 flags=0x100 exit_signal=SIGCHLD size=88
                                               fields of struct clone_args
  lwptrace decode wait 0x8b                    a wait status
  lwptrace decode wait SIGSEGV core            and back
  lwptrace decode signal 11                    a signal by number or name

Exit status: 0, or 2 for words that cannot be understood.
)";

constexpr int widest_text = 96;  // longer lines are hard to read

}  // namespace

void complain(const std::string& text) { say(fmt::format("lwptrace: {}\n", text)); }

void say(const std::string& lines) {
  // Where stderr itself cannot be written there is nobody left to tell; fmt::print would throw.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, lines.data(), lines.size());
}

Ending print(const std::string& text) {
  std::signal(SIGPIPE, SIG_IGN);
  FileSink out(STDOUT_FILENO, "stdout", false);
  out.write(text);
  out.flush();
  return {out.failed() ? exit_failed : 0, 0};
}

Ending verb_decode(const Words& words) {
  for (const std::string& word : words) {
    if (word == "-h" || word == "--help") return print(decode_usage);
  }
  const DecodeOutcome outcome = run_decode(words, std::min(widest_text, terminal_width(STDOUT_FILENO)));
  if (!outcome.err.empty()) complain(outcome.err.substr(0, outcome.err.find_last_not_of('\n') + 1));
  const Ending printed = print(outcome.out);
  return printed.status != 0 ? printed : Ending{outcome.status, 0};
}

Ending dispatch(const Words& words, const engine::SignalState& signals) {
  if (words.empty()) {
    complain("no program given; for example: lwptrace ls; lwptrace --help tells more");
    return {exit_failed, 0};
  }
  const std::string& first = words[0];
  const Words rest(words.begin() + 1, words.end());
  if (first == "-h" || first == "--help") return print(fmt::format(usage, format_names()));
  const bool asks_version = first == "-V" || first == "--version";
  const bool verb_version = !rest.empty() && (rest[0] == "-V" || rest[0] == "--version");
  if (asks_version || (verb_version && (first == "show" || first == "decode" || first == "check" || first == "diff" ||
                                        first == "grade"))) {
    return print("lwptrace " LWPTRACE_VERSION "\n");
  }
  if (first == "run") return verb_run(rest, signals);
  if (first == "attach") return verb_attach(rest);
  if (first == "doctor") return verb_doctor(rest);
  if (first == "show") return verb_show(rest);
  if (first == "decode") return verb_decode(rest);
  if (first == "check") return verb_check(rest, signals);
  if (first == "diff") return verb_diff(rest);
  if (first == "grade") return verb_grade(rest);
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
