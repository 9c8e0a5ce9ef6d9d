// The verb `lwptrace decode`: which subject, and the one that is short enough to stand here: signals.
#include "cli/decode.h"

#include <fmt/format.h>
#include <lwptrace/names.h>

#include <algorithm>

#include "cli/decode_words.h"
#include "decoders/tables/signals.h"

namespace lwptrace::cli {
namespace {

std::string_view action_words(Effect effect) {
  switch (effect) {
    case Effect::terminate:
      return "terminate: the process ends";
    case Effect::core:
      return "core: the process ends and its memory is dumped";
    case Effect::none:
      return "ignore: nothing happens";
    case Effect::stop:
      return "stop: every thread of the process stops";
    case Effect::continue_:
      return "continue: a stopped process goes on";
    default:
      return "";
  }
}

std::string explain_signal(int signo) {
  std::string out = fmt::format("{} ({})\n", signal_name(signo), signo);
  out += paragraph("  default", 11, action_words(default_effect(signo)));
  out += paragraph("  meaning", 11, tables::signal_meaning(signo));
  return out;
}

DecodeOutcome usage(const std::string& problem) {
  return {2, "",
          "decode: " + problem + "; say clone, clone3, wait or signal, then values: lwptrace decode clone 0x3d0f00\n"};
}

}  // namespace

std::string decode_signal(const Words& words) {
  std::string out;
  for (const std::string& word : words) {
    auto signo = signal_number(word);
    if (const auto number = read_number(word); number && *number <= kLastSignal) signo = static_cast<int>(*number);
    if (!signo || *signo < 1 || *signo > kLastSignal) {
      const std::string guess = did_you_mean_signal(word);
      throw Misunderstood{fmt::format(
          "'{}' is not a signal{}", word,
          guess.empty() ? fmt::format(": they are 1 to {}, and names as `kill -l` has them", kLastSignal) : guess)};
    }
    out += explain_signal(*signo);
  }
  return out;
}

DecodeOutcome run_decode(const std::vector<std::string>& words, int columns) {
  if (words.empty()) return usage("nothing to decode");
  const std::string& subject = words.front();
  const Words values(words.begin() + 1, words.end());
  const Words subjects{"clone", "clone3", "wait", "signal"};
  try {
    if (std::find(subjects.begin(), subjects.end(), subject) == subjects.end()) {
      const std::string guess = tables::did_you_mean(subject, subjects);
      const std::string problem = fmt::format("'{}' is nothing that can be decoded", subject);
      return guess.empty() ? usage(problem) : DecodeOutcome{2, "", "decode: " + problem + guess + "\n"};
    }
    if (values.empty()) {
      const char* example = subject == "wait" ? "0x8b" : subject == "signal" ? "SIGSEGV" : "0x3d0f00";
      throw Misunderstood{fmt::format("a value is missing, as in: lwptrace decode {} {}", subject, example)};
    }
    const std::string out = subject == "wait"     ? decode_wait(values)
                            : subject == "signal" ? decode_signal(values)
                                                  : decode_clone(values, subject == "clone3");
    return {0, lay_out(out, static_cast<std::size_t>(columns)), ""};
  } catch (const Misunderstood& problem) {
    return {2, "", fmt::format("decode {}: {}\n", subject, problem.text)};
  }
}

}  // namespace lwptrace::cli
