// The words of a failure are those of golden files: the trace is compared with what it would be if it did what the test
// says, and everything else as it does.
#include <fmt/format.h>
#include <lwptrace/matchers.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <ostream>
#include <sstream>
#include <utility>

#include "golden/differences.h"
#include "golden/portrait.h"
#include "golden/text.h"

namespace lwptrace {

namespace {

using golden::Gallery;
using golden::Portrait;
using Lines = std::vector<std::string>;

constexpr std::size_t kMostWords = 20;  // of what may be as many as LWPs

Gallery portraits(const RecordedTrace& trace) {
  golden::Painter painter;
  painter.header(trace.header);
  for (const Event& event : trace.events) painter.event(event);
  return painter.take();
}

std::string joined(const Lines& words, const char* between) {
  const std::size_t shown = std::min(words.size(), kMostWords);
  std::string text =
      fmt::format("{}", fmt::join(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(shown), between));
  if (shown < words.size()) text += fmt::format("{}and {} more", between, words.size() - shown);
  return text;
}

std::string_view first_word(std::string_view line) { return line.substr(0, line.find(' ')); }

// A line that is not there takes the place of the first of its kind, to be told beside it.
void put_in(Lines& lines, const Lines& said) {
  for (const std::string& line : said) {
    const auto fits = [&](const std::string& actual) { return golden::matches(line, actual); };
    if (std::any_of(lines.begin(), lines.end(), fits)) continue;
    const auto alike = [&](const std::string& actual) { return first_word(actual) == first_word(line); };
    const auto place = std::find_if(lines.begin(), lines.end(), alike);
    if (place != lines.end()) {
      *place = line;
    } else {
      lines.push_back(line);
    }
  }
}

Portrait as_said(Portrait lwp, const Portrait& said) {
  for (const golden::SingleFact& fact : golden::single_facts) {
    if (!(said.*fact.value).empty()) lwp.*fact.value = said.*fact.value;
  }
  if (!said.flags.empty()) lwp.flags = said.flags;
  put_in(lwp.does, said.does);
  put_in(lwp.takes, said.takes);
  return lwp;
}

Gallery alone(const std::string& path, const Portrait& lwp) {
  Gallery gallery;
  gallery.lwps[path] = lwp;
  return gallery;
}

std::string missing(const std::string& path, const Portrait& said, const Gallery& actual) {
  Lines there;
  for (const auto& [other, lwp] : actual.lwps) there.push_back(fmt::format("{} ({})", other, lwp.born));
  Portrait nobody;
  nobody.born = said.born;
  const std::size_t last = path.find_last_of("./");
  nobody.kind = last != std::string::npos && path[last] == '/' ? Kind::thread : Kind::process;
  return fmt::format("{}; there are {}", golden::differences(alone(path, nobody), {}, "").front(), joined(there, ", "));
}

TraceMatcher::Verdict judge_line(const RecordedTrace& trace, const std::string& path, const std::string& line) {
  const auto text = golden::read("lwptrace golden 1\n1 process\n  " + line + "\n", "\"" + line + "\"");
  if (!text) return {false, text.error().text};
  const Portrait& said = text->lwps.at("1");
  if (said == Portrait{Kind::process}) return {false, "the test says nothing: \"" + line + "\" is no line of a golden"};
  Gallery actual = portraits(trace);
  Lines words;
  for (auto& [other, lwp] : actual.lwps) {
    if (lwp.born.empty()) lwp.born = trace.header.mode;
    if (!golden::matches(path, other)) continue;
    const Lines of_this = golden::differences(alone(other, as_said(lwp, said)), alone(other, lwp), "the test");
    if (of_this.empty()) return {true, fmt::format("{}: {}", other, line)};
    words.insert(words.end(), of_this.begin(), of_this.end());
  }
  return {false, words.empty() ? missing(path, said, actual) : joined(words, "\n")};
}

TraceMatcher::Verdict judge_golden(const RecordedTrace& trace, const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!(text << in.rdbuf())) {
    return {false,
            fmt::format("{}: {}; to make it: lwptrace check --update GOLDEN -- PROG", file, std::strerror(errno))};
  }
  const auto wanted = golden::read(text.str(), file);
  if (!wanted) return {false, wanted.error().text};
  const Gallery actual = portraits(trace);
  const Lines words = golden::differences(*wanted, actual, "golden");
  if (words.empty()) return {true, ""};
  const std::string diff = golden::unified(*wanted, actual, file, "this trace", false);
  return {false, fmt::format("{}\n\n{}", fmt::join(words, "\n"), diff)};
}

}  // namespace

TraceMatcher::TraceMatcher(std::string what, Judge judge) : what_(std::move(what)), judge_(std::move(judge)) {}

bool TraceMatcher::MatchAndExplain(const RecordedTrace& trace, std::ostream* why) const {
  const Verdict verdict = judge_(trace);
  if (why != nullptr) *why << verdict.words;
  return verdict.matches;
}

void TraceMatcher::DescribeTo(std::ostream* out) const { *out << "a trace that says " << what_; }
void TraceMatcher::DescribeNegationTo(std::ostream* out) const { *out << "a trace that does not say " << what_; }

TraceMatcher HasLine(const std::string& lwp, const std::string& line) {
  return {fmt::format("of {}: {}", lwp == "any" ? "somebody" : lwp, line),
          [=](const RecordedTrace& trace) { return judge_line(trace, lwp, line); }};
}

TraceMatcher HasBirth(Idiom idiom) { return HasBirth("any", idiom); }
TraceMatcher HasBirth(const std::string& lwp, Idiom idiom) {
  return HasLine(lwp, "born " + std::string(to_string(idiom)));
}
TraceMatcher HasExec(const std::string& lwp, const std::string& words) { return HasLine(lwp, "executes " + words); }
TraceMatcher HasSignal(const std::string& lwp, const std::string& words) { return HasLine(lwp, "takes " + words); }
TraceMatcher HasExit(const std::string& lwp, const std::string& words) { return HasLine(lwp, "ends " + words); }
TraceMatcher HasReap(const std::string& lwp, const std::string& words) { return HasLine(lwp, "reaped " + words); }

TraceMatcher IsSameAsGolden(const std::string& file) {
  return {"all of " + file + " and nothing else",
          [=](const RecordedTrace& trace) { return judge_golden(trace, file); }};
}

void PrintTo(const RecordedTrace& trace, std::ostream* out) {
  *out << "the trace of";
  for (const std::string& word : trace.header.argv) *out << " " << golden::word(word);
}

}  // namespace lwptrace
