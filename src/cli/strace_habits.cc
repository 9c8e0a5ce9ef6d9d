// strace(1)'s options, a row each: the letter, its long name, and what a user of lwptrace does instead.
#include "cli/strace_habits.h"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace lwptrace::cli {
namespace {

struct Habit {
  std::string_view letter, name, hint;
};

constexpr Habit kHabits[] = {
    {"-f", "--follow-forks", "every LWP is followed already; leave it out (--follow threads or none follows fewer)"},
    {"-c", "--summary-only", "counts are a format here: use -F summary"},
    {"-C", "--summary", "counts are a format here: use -F summary, or -o run.jsonl and any format with lwptrace show"},
    {"-t", "--absolute-timestamps",
     "each line of the log has its time since the start already; leave it out (a recording has the time of day)"},
    {"-r", "--relative-timestamps", "each line of the log has its time since the start already; leave it out"},
    {"-T", "--syscall-times", "durations are told without it; leave it out (-F timeline draws them)"},
    {"-y", "--decode-fds", "descriptors are told by their number alone; leave it out"},
    {"-s", "--string-limit",
     "the log shortens long command lines by itself; leave it out (-o run.jsonl keeps them whole)"},
    {"-v", "--no-abbrev", "every field is decoded already; leave it out (--detail all tells every system call)"},
    {"-x", "--strings-in-hex",
     "bytes that are not text are escaped already; leave it out (-o run.jsonl keeps them exactly)"},
    {"-i", "--instruction-pointer", "use -k: a backtrace at each birth and each fatal signal"},
    {"-D", "--daemonize", "lwptrace is always the program's parent; leave it out"},
};

}  // namespace

std::string strace_habit(const std::string& option) {
  const auto* found = std::find_if(std::begin(kHabits), std::end(kHabits),
                                   [&](const Habit& h) { return h.letter == option || h.name == option; });
  return found == std::end(kHabits) ? "" : std::string(found->hint);
}

}  // namespace lwptrace::cli
