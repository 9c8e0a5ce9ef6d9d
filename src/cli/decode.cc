// The verb `lwptrace decode`: which subject, and the one that is short enough to stand here: signals.
#include "cli/decode.h"

#include <fmt/format.h>
#include <lwptrace/names.h>

#include <algorithm>

#include "cli/decode_words.h"
#include "decoders/tables/signals.h"

namespace lwptrace::cli {
namespace {

constexpr int kLastSignal = 64;

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
  return {2, "", problem + "; say clone, clone3, wait or signal and a value, as in: lwptrace decode clone 0x3d0f00\n"};
}

}  // namespace

std::string decode_signal(const Words& words) {
  std::string out;
  for (const std::string& word : words) {
    auto signo = signal_number(word);
    if (const auto number = read_number(word); number && *number <= kLastSignal) signo = static_cast<int>(*number);
    if (!signo || *signo < 1 || *signo > kLastSignal) {
      Words names;
      for (int i = 1; i <= kLastSignal; ++i) {
        names.push_back(signal_name(i));
        names.push_back(signal_name(i).substr(3));
      }
      throw Misunderstood{fmt::format("'{}' is not a signal: they are 1 to {}, and names as `kill -l` has them{}", word,
                                      kLastSignal, did_you_mean(word, names))};
    }
    out += explain_signal(*signo);
  }
  return out;
}

DecodeOutcome run_decode(const std::vector<std::string>& words) {
  if (words.empty()) return usage("decode: nothing to decode");
  const std::string& subject = words.front();
  const Words values(words.begin() + 1, words.end());
  const Words subjects{"clone", "clone3", "wait", "signal"};
  try {
    if (std::find(subjects.begin(), subjects.end(), subject) == subjects.end()) {
      const std::string guess = did_you_mean(subject, subjects);
      return guess.empty() ? usage(fmt::format("decode: '{}' is nothing to decode", subject))
                           : DecodeOutcome{2, "", fmt::format("decode: '{}' is nothing to decode{}\n", subject, guess)};
    }
    if (values.empty()) throw Misunderstood{"a value is missing"};
    if (subject == "wait") return {0, decode_wait(values), ""};
    if (subject == "signal") return {0, decode_signal(values), ""};
    return {0, decode_clone(values, subject == "clone3"), ""};
  } catch (const Misunderstood& problem) {
    return {2, "", fmt::format("decode {}: {}\n", subject, problem.text)};
  }
}

}  // namespace lwptrace::cli
