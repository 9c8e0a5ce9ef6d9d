// Two ways to say the same: people read the words, and find the place in the diff.
#include "golden/differences.h"

#include <fmt/format.h>
#include <lwptrace/names.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>

#include "golden/align.h"
#include "golden/fit.h"
#include "golden/grammar.h"
#include "golden/text.h"

namespace lwptrace::golden {

namespace {

bool glob(std::string_view wanted, std::string_view text) {
  std::size_t w = 0, t = 0, star = std::string_view::npos, mark = 0;
  while (t < text.size()) {
    if (w < wanted.size() && wanted[w] == '*') {
      star = w++;
      mark = t;
    } else if (w < wanted.size() && wanted[w] == text[t]) {
      ++w, ++t;
    } else if (star != std::string_view::npos) {
      w = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (w < wanted.size() && wanted[w] == '*') ++w;
  return w == wanted.size();
}

std::string who(const std::string& path, const Portrait& lwp) {
  return fmt::format("{} {}", to_string(lwp.kind), path);
}

std::string with_birth(const std::string& path, const Portrait& lwp) {
  return lwp.born.empty() ? who(path, lwp) : fmt::format("{} ({})", who(path, lwp), lwp.born);
}

std::optional<std::string> exit_code(const std::string& end) {
  const std::size_t space = end.rfind(' ');
  const bool by_itself = end.rfind("exit", 0) == 0 && space != std::string::npos;
  return by_itself ? std::optional(end.substr(space + 1)) : std::nullopt;
}

// What is likelier the cause of the rest comes first: what somebody does or no longer waits for, before the codes that
// tell what came of it, and before who was taken along.
enum class Rank : std::uint8_t { birth, deed, other_end, reaped, exit_code, taken, end_by_another, orphaned };

class Speaker {
 public:
  explicit Speaker(const std::string& whose) : whose_(whose) {}
  [[nodiscard]] std::vector<std::string> words();
  void compare(const std::string& path, const Portrait& wanted, const Portrait& actual);

 private:
  void compare_births(const std::string& subject, const Portrait& wanted, const Portrait& actual);
  void compare_ends(const std::string& path, const Portrait& wanted, const Portrait& actual);
  void compare_lines(Rank rank, const std::string& subject, const Lines& wanted, const Lines& actual);
  void say(Rank rank, std::string words) { said_.push_back({rank, depth_, std::move(words)}); }

  struct Said {
    Rank rank;
    std::size_t depth;
    std::string words;
  };
  std::size_t depth_ = 0;  // of whom it speaks, in the tree
  std::vector<Said> said_;
  const std::string& whose_;
};

// Of ends the deepest first: a child's may be why its parent ends as it does.
std::vector<std::string> Speaker::words() {
  std::ranges::stable_sort(said_, [](const Said& a, const Said& b) {
    const bool of_ends = a.rank == Rank::other_end || a.rank == Rank::exit_code;
    return a.rank != b.rank ? a.rank < b.rank : of_ends && a.depth > b.depth;
  });
  std::vector<std::string> words;
  for (Said& one : said_) words.push_back(std::move(one.words));
  return words;
}

void Speaker::compare_ends(const std::string& path, const Portrait& wanted, const Portrait& actual) {
  if (matches(wanted.ends, actual.ends)) return;
  const bool of_another = actual.ends.find(" by ") != std::string::npos;
  const Rank rank = of_another ? Rank::end_by_another : Rank::other_end;
  const auto before = exit_code(wanted.ends), now = exit_code(actual.ends);
  if (actual.ends.empty())
    return say(rank, fmt::format("{} is not seen to end, {} says {}", path, whose_, wanted.ends));
  if (wanted.ends.empty())
    return say(rank, fmt::format("{} ended by {}, {} has no end of it", path, actual.ends, whose_));
  if (before && now && *before != *now)
    return say(Rank::exit_code, fmt::format("{} exited {}, {} says {}", path, *now, whose_, *before));
  say(rank, fmt::format("{} ended by {}, {} says {}", path, actual.ends, whose_, wanted.ends));
}

void Speaker::compare_lines(Rank rank, const std::string& subject, const Lines& wanted, const Lines& actual) {
  for (const Step& step : align(wanted, actual, matches)) {
    if (step.sign == '-') say(rank, fmt::format("{} no longer {}", subject, wanted[step.wanted]));
    if (step.sign == '+') say(rank, fmt::format("{} now {}", subject, actual[step.actual]));
  }
}

// The name of a birth is made from its flags: where one of the two is no more than "clone", a flag is what has changed.
void Speaker::compare_births(const std::string& subject, const Portrait& wanted, const Portrait& actual) {
  const bool other = !matches(wanted.born, actual.born);
  const auto say_birth = [&] {
    say(Rank::birth, fmt::format("{} was born by {}, {} says {}", subject, actual.born, whose_, wanted.born));
  };
  constexpr std::string_view clone = "clone";
  const bool by_flags = wanted.born == clone || actual.born == clone;
  if (other && !by_flags) say_birth();
  const bool any_flags = wanted.flags.size() == 1 && wanted.flags[0] == "any";
  const auto say_missing = [&](const Lines& some, const Lines& those, const char* verb) {
    for (const std::string& flag : some) {
      if (any_flags || std::ranges::find(those, flag) != those.end()) continue;
      say(Rank::birth, fmt::format("{} {} {}", subject, verb, flag));
    }
  };
  say_missing(wanted.flags, actual.flags, "lost");
  say_missing(actual.flags, wanted.flags, "gained");
  if (other && by_flags) say_birth();
}

void Speaker::compare(const std::string& path, const Portrait& wanted, const Portrait& actual) {
  const std::string subject = who(path, wanted);
  depth_ = static_cast<std::size_t>(std::ranges::count_if(path, [](char c) { return c == '/' || c == '.'; }));
  compare_births(subject, wanted, actual);
  if (!matches(wanted.exit_signal, actual.exit_signal)) {
    const auto named = [](const std::string& signal) { return signal.empty() ? std::string("SIGCHLD") : signal; };
    say(Rank::birth, fmt::format("the exit signal of {} is {}, {} says {}", path, named(actual.exit_signal), whose_,
                                 named(wanted.exit_signal)));
  }
  compare_ends(path, wanted, actual);
  if (!matches(wanted.reaped, actual.reaped)) {
    const std::string with = actual.reaped.starts_with("by ") ? "" : "with ";
    say(Rank::reaped,
        actual.reaped.empty() ? fmt::format("child {} is no longer reaped ({}: {})", path, whose_, wanted.reaped)
        : wanted.reaped.empty()
            ? fmt::format("child {} is reaped now, {}{}", path, with, actual.reaped)
            : fmt::format("child {} is reaped {}{}, {} says {}", path, with, actual.reaped, whose_, wanted.reaped));
  }
  if (!matches(wanted.joined, actual.joined)) {
    say(Rank::reaped, fmt::format("{} is joined {}, {} says {}", subject, actual.joined, whose_, wanted.joined));
  }
  if (!matches(wanted.orphaned, actual.orphaned)) {
    say(Rank::orphaned,
        actual.orphaned.empty() ? fmt::format("{} is no longer orphaned ({}: {})", path, whose_, wanted.orphaned)
        : wanted.orphaned.empty()
            ? fmt::format("{} is an orphan now and goes {}", path, actual.orphaned)
            : fmt::format("{} goes {} as an orphan, {} says {}", path, actual.orphaned, whose_, wanted.orphaned));
  }
  compare_lines(Rank::deed, path, wanted.does, actual.does);
  compare_lines(Rank::taken, path + " takes:", wanted.takes, actual.takes);
}

// Of those that only one of the two has.
void forget_births(const Gallery& wanted, const Gallery& actual, Portrait& lwp) {
  std::erase_if(lwp.does, [&](const std::string& fact) {
    const std::string child(child_made(fact));
    return !child.empty() && wanted.lwps.contains(child) != actual.lwps.contains(child);
  });
}

Lines lines_of(const std::string& text) {
  Lines lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

// "  ends exit 0 or exit 1" and "  ends exit 1": the patterns are in the value.
bool line_matches(std::string_view wanted, std::string_view actual) {
  if (wanted == actual || wanted.rfind("command ", 0) == 0) return wanted == actual || actual.rfind("command ", 0) == 0;
  const auto value_at = [](std::string_view line) {
    return line.rfind("  ", 0) == 0 ? line.find(' ', 2) : std::string_view::npos;
  };
  const std::size_t w = value_at(wanted), a = value_at(actual);
  return w != std::string_view::npos && w == a && wanted.substr(0, w) == actual.substr(0, a) &&
         matches(wanted.substr(w + 1), actual.substr(a + 1));
}

}  // namespace

bool matches(std::string_view wanted, std::string_view text) {
  if (wanted == text) return true;
  if (wanted == "any") return true;
  for (std::size_t at = 0; at <= wanted.size();) {
    const std::size_t end = std::min(wanted.find(kOr, at), wanted.size());
    const std::string_view one = wanted.substr(at, end - at);
    if (!wanted.empty() && (one == "none" ? text.empty() : glob(one, text))) return true;
    at = end + kOr.size();
  }
  return false;
}

std::vector<std::string> differences(Gallery wanted, Gallery actual, const std::string& whose) {
  fit(wanted, actual);
  std::vector<std::string> words;
  for (const auto& [path, lwp] : wanted.lwps) {
    if (!actual.lwps.contains(path)) words.push_back(with_birth(path, lwp) + " is missing");
  }
  for (const auto& [path, lwp] : actual.lwps) {
    if (!wanted.lwps.contains(path)) words.push_back(with_birth(path, lwp) + " is new");
  }
  Speaker speaker(whose);
  for (auto& [path, lwp] : wanted.lwps) {
    const auto now = actual.lwps.find(path);
    if (now == actual.lwps.end()) continue;
    forget_births(wanted, actual, lwp);  // who is missing or new has been said
    forget_births(wanted, actual, now->second);
    speaker.compare(path, lwp, now->second);
  }
  std::ranges::move(speaker.words(), std::back_inserter(words));
  return words;
}

std::string unified(Gallery wanted, Gallery actual, const std::string& wanted_name, const std::string& actual_name,
                    bool color) {
  fit(wanted, actual);
  constexpr std::size_t context = 3;
  const Lines before = lines_of(write(wanted)), now = lines_of(write(actual));
  const std::vector<Step> steps = align(before, now, line_matches);
  const auto painted = [color](const std::string& line, const char* ink) {
    return color ? fmt::format("\033[{}m{}\033[0m\n", ink, line) : line + "\n";
  };
  std::string out;
  std::size_t done = 0;  // steps that were printed
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].sign == ' ') continue;
    if (out.empty()) out = painted("--- " + wanted_name, "1") + painted("+++ " + actual_name, "1");
    const std::size_t from = std::max(done, i < context ? 0 : i - context);
    std::size_t last = i;  // the last change that is no further than two contexts from the one before
    for (std::size_t k = i; k < steps.size() && k <= last + 2 * context; ++k) {
      if (steps[k].sign != ' ') last = k;
    }
    const std::size_t to = std::min(last + context + 1, steps.size());
    std::size_t old_lines = 0, new_lines = 0;
    for (std::size_t k = from; k < to; ++k) {
      old_lines += steps[k].sign != '+' ? 1 : 0;
      new_lines += steps[k].sign != '-' ? 1 : 0;
    }
    out += painted(
        fmt::format("@@ -{},{} +{},{} @@", steps[from].wanted + 1, old_lines, steps[from].actual + 1, new_lines), "36");
    for (std::size_t k = from; k < to; ++k) {
      if (steps[k].sign == ' ') out += " " + before[steps[k].wanted] + "\n";
      if (steps[k].sign == '-') out += painted("-" + before[steps[k].wanted], "31");
      if (steps[k].sign == '+') out += painted("+" + now[steps[k].actual], "32");
    }
    done = to;
    i = to - 1;
  }
  return out;
}

}  // namespace lwptrace::golden
