// Matchers of a RecordedTrace for GoogleTest (1.11 or later): what a test expects, and what was there instead, in the
// words of golden files and of lwptrace check. The words are explained in docs/golden-format.md.
//
//   const auto trace = lwptrace::trace_command({"./server", "--once"});
//   ASSERT_TRUE(trace) << trace.error().text;
//   EXPECT_THAT(*trace, lwptrace::HasBirth("1/1", lwptrace::Idiom::pthread_create));
//   EXPECT_THAT(*trace, lwptrace::HasExit("1.2", "exit_group 0"));      // fails with: 1.2 exited 1, the test says 0
//
// `lwp` is the path of an LWP ("1/2.1"), `words` what stands behind a golden file's keyword. Both may leave things open
// as a golden file does: "1/*", "wait4 by 1 or waitid by 1", "none". With such an `lwp` one LWP that fits is enough.
// There is nothing of GoogleTest in here: it takes every class that has the shape of TraceMatcher.
#pragma once

#include <lwptrace/names.h>
#include <lwptrace/recorded_trace.h>

#include <functional>
#include <iosfwd>
#include <string>

namespace lwptrace {

class TraceMatcher {
 public:
  using is_gtest_matcher = void;
  struct Verdict {
    bool matches = false;
    std::string words;  // what the trace has in place of what is expected; of a match, where it is
  };
  using Judge = std::function<Verdict(const RecordedTrace&)>;

  // `what` continues "a trace that says …".
  TraceMatcher(std::string what, Judge judge);
  bool MatchAndExplain(const RecordedTrace& trace, std::ostream* why) const;  // `why` may be null
  void DescribeTo(std::ostream* out) const;
  void DescribeNegationTo(std::ostream* out) const;

 private:
  std::string what_;
  Judge judge_;
};

// Any line of a golden file: HasLine("1", "sends SIGTERM to process 1.2"), HasLine("1.2", "orphaned to init").
// Of the words that a golden file leaves out one is known here: of a root, `born launch` or `born attach`.
[[nodiscard]] TraceMatcher HasLine(const std::string& lwp, const std::string& line);

[[nodiscard]] TraceMatcher HasBirth(Idiom idiom);  // of anybody
[[nodiscard]] TraceMatcher HasBirth(const std::string& lwp, Idiom idiom);
[[nodiscard]] TraceMatcher HasExec(const std::string& lwp, const std::string& words);    // "/bin/echo hello"
[[nodiscard]] TraceMatcher HasSignal(const std::string& lwp, const std::string& words);  // "SIGTERM handled from 1.2"
[[nodiscard]] TraceMatcher HasExit(const std::string& lwp, const std::string& words);    // "signal SIGSEGV"
[[nodiscard]] TraceMatcher HasReap(const std::string& lwp, const std::string& words);    // "wait4 by 1", "none"

// All that the file says, and nothing else: what lwptrace check would say of it. A file that cannot be read does not
// match.
[[nodiscard]] TraceMatcher IsSameAsGolden(const std::string& file);

// What GoogleTest shows in place of a trace: whose it is.
void PrintTo(const RecordedTrace& trace, std::ostream* out);

}  // namespace lwptrace
