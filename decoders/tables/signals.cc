// Signal names, numbers, default actions and meanings. Rows: signals.def.
#include "decoders/tables/signals.h"

#include <lwptrace/names.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <csignal>
#include <string>

namespace lwptrace {
namespace {

struct SignalRow {
  std::string_view name;
  int value;
  Effect action;
  std::string_view meaning;
};

constexpr SignalRow kSignals[] = {
#define X(name, value, action, meaning) {#name, value, Effect::action, meaning},
#include "decoders/tables/signals.def"
#undef X
};

#define X(name, value, action, meaning) static_assert((name) == (value), #name);
#include "decoders/tables/signals.def"
#undef X

// The C library keeps 32 and 33 to itself, so its SIGRTMIN is 34; the kernel counts real-time signals from 32.
constexpr int kLibraryFirst = 32;
constexpr int kRtMin = 34;
constexpr int kRtMax = 64;

struct Alias {
  std::string_view name;
  int value;
};
constexpr Alias kAliases[] = {{"SIGIOT", 6}, {"SIGCLD", 17}, {"SIGPOLL", 29}, {"SIGUNUSED", 31}};

const SignalRow* find(int signo) {
  const auto* row =
      std::find_if(std::begin(kSignals), std::end(kSignals), [&](const SignalRow& r) { return r.value == signo; });
  return row == std::end(kSignals) ? nullptr : row;
}

std::optional<int> decimal(std::string_view text) {
  int value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

}  // namespace

std::string signal_name(int signo) {
  if (const SignalRow* row = find(signo)) return std::string(row->name);
  if (signo == kRtMin) return "SIGRTMIN";
  if (signo == kRtMax) return "SIGRTMAX";
  if (signo > kRtMin && signo < kRtMax) return "SIGRTMIN+" + std::to_string(signo - kRtMin);
  return "SIG" + std::to_string(signo);
}

std::optional<int> signal_number(std::string_view name) {
  if (const auto number = decimal(name)) return number;
  std::string upper(name);
  std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return std::toupper(c); });
  if (!upper.starts_with("SIG")) upper.insert(0, "SIG");
  for (const SignalRow& row : kSignals) {
    if (row.name == upper) return row.value;
  }
  for (const Alias& alias : kAliases) {
    if (alias.name == upper) return alias.value;
  }
  const std::string_view word = upper;
  for (const auto& [base, from] : {std::pair{std::string_view("SIGRTMIN"), kRtMin}, {"SIGRTMAX", kRtMax}}) {
    if (!word.starts_with(base)) continue;
    const std::string_view rest = word.substr(base.size());
    if (rest.empty()) return from;
    const auto offset = decimal(rest.substr(1));
    if (!offset || (rest[0] != '+' && rest[0] != '-')) return std::nullopt;
    const int signo = rest[0] == '+' ? from + *offset : from - *offset;
    if (signo < kRtMin || signo > kRtMax) return std::nullopt;
    return signo;
  }
  return decimal(word.substr(3));
}

Effect default_effect(int signo) {
  if (const SignalRow* row = find(signo)) return row->action;
  return signo >= kLibraryFirst && signo <= kRtMax ? Effect::terminate : Effect::unknown;
}

std::string_view tables::signal_meaning(int signo) {
  if (const SignalRow* row = find(signo)) return row->meaning;
  if (signo == 32) return "kept by the C library: glibc cancels threads with it, musl its timers";
  if (signo == 33) return "kept by the C library: glibc makes setuid(2) reach every thread with it";
  if (signo >= kRtMin && signo <= kRtMax) return "a real-time signal: queued rather than merged, free for the program";
  return "";
}

}  // namespace lwptrace
