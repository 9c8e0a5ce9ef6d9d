// Reads flags and fields of clone and clone3 as people write them.
#include "cli/decode_clone_words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <lwptrace/names.h>

#include <algorithm>

namespace lwptrace::cli {

using tables::CloneFlag;
using tables::kCSIGNAL;

namespace {

constexpr std::uint64_t kNewestSize = 88;  // struct clone_args of Linux 5.7 and later
constexpr std::uint64_t kLegacyBits = 0xffffffff;

const CloneFlag* find_flag(std::string_view word) {
  const std::string name = upper(word);
  const CloneFlag* flag = tables::clone_flag(name);
  return flag != nullptr ? flag : tables::clone_flag("CLONE_" + name);
}

void take_signal(CloneCall& call, std::uint64_t signal) {
  if (call.exit_signal_raw != 0 && call.exit_signal_raw != signal) {
    throw Misunderstood{fmt::format("two exit signals, {} and {}: there can be one", call.exit_signal_raw, signal)};
  }
  call.exit_signal_raw = signal;
}

// What is wrong with a word that is no flag, and what may be meant: "VFROK" lacks the prefix that the names have.
std::string no_flag(std::string_view word) {
  constexpr std::string_view prefix = "CLONE_";
  std::string wanted = upper(word);
  std::string guess;
  if (wanted.starts_with("SIG")) {
    guess = did_you_mean_signal(wanted);
  } else {
    if (wanted.starts_with(prefix)) wanted.erase(0, prefix.size());
    Words names;
    for (const CloneFlag& flag : tables::clone_flags()) names.emplace_back(flag.name.substr(prefix.size()));
    const std::string meant = tables::nearest(wanted, names);
    if (!meant.empty()) guess = fmt::format("; did you mean {}{}?", prefix, meant);
  }
  return fmt::format("'{}' is not a clone flag{}", word,
                     guess.empty() ? ": say a number (0x3d0f00) or names (CLONE_VM|CLONE_FS|SIGCHLD)" : guess);
}

void take_flag_word(AskedClone& asked, std::string_view word) {
  CloneCall& call = asked.call;
  if (const auto number = read_number(word)) {
    call.flags_raw |= *number;
    if (call.via == Via::clone && (*number & kCSIGNAL) != 0) take_signal(call, *number & kCSIGNAL);
    return;
  }
  if (const CloneFlag* flag = find_flag(word)) {
    asked.named.push_back(flag);
    // In clone the low byte is the exit signal: a name must not turn into one (CLONE_NEWTIME).
    call.flags_raw |= call.via == Via::clone ? flag->value & ~kCSIGNAL : flag->value;
    return;
  }
  if (const auto signo = signal_number(word)) return take_signal(call, static_cast<std::uint64_t>(*signo));

  throw Misunderstood{no_flag(word)};
}

void take_flag_words(AskedClone& asked, std::string_view words) {
  if (words.find_first_not_of("|,") == std::string_view::npos) throw Misunderstood{no_flag(words)};
  while (!words.empty()) {
    const std::size_t stop = std::min(words.find_first_of("|,"), words.size());
    if (stop > 0) take_flag_word(asked, words.substr(0, stop));
    words.remove_prefix(std::min(stop + 1, words.size()));
  }
}

constexpr Field kFields[] = {
    {"pidfd", &CloneCall::pidfd},           {"child_tid", &CloneCall::child_tid},
    {"parent_tid", &CloneCall::parent_tid}, {"stack", &CloneCall::stack},
    {"stack_size", &CloneCall::stack_size}, {"tls", &CloneCall::tls},
    {"set_tid", &CloneCall::set_tid_addr},  {"set_tid_size", &CloneCall::set_tid_size},
    {"cgroup", &CloneCall::cgroup},         {"size", &CloneCall::args_size},
};

void take_field(AskedClone& asked, std::string_view name, std::string_view value) {
  if (name == "flags") return take_flag_words(asked, value);
  const auto number = read_number(value);
  if (name == "exit_signal") {
    if (number) return take_signal(asked.call, *number);
    if (const auto signo = signal_number(value)) return take_signal(asked.call, static_cast<std::uint64_t>(*signo));
    throw Misunderstood{fmt::format("'{}' is not a signal{}", value, did_you_mean_signal(value))};
  }
  const auto* field =
      std::find_if(std::begin(kFields), std::end(kFields), [&](const Field& f) { return f.name == name; });
  if (field == std::end(kFields)) {
    Words names{"flags", "exit_signal"};
    for (const Field& known : kFields) names.emplace_back(known.name);
    const std::string guess = tables::did_you_mean(name, names);
    throw Misunderstood{fmt::format("struct clone_args has no field '{}'{}", name,
                                    guess.empty() ? fmt::format("; it has {}", fmt::join(names, ", ")) : guess)};
  }
  if (!number) throw Misunderstood{fmt::format("'{}' is not a number, which {} takes", value, name)};
  asked.call.*field->member = *number;
}

}  // namespace

std::span<const Field> clone_fields() { return kFields; }

AskedClone read_clone(const Words& words, bool clone3) {
  AskedClone asked;
  CloneCall& call = asked.call;
  call.via = clone3 ? Via::clone3 : Via::clone;
  if (clone3) call.args_size = kNewestSize;
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos) {
      take_flag_words(asked, word);
    } else if (clone3) {
      take_field(asked, std::string_view(word).substr(0, equals), std::string_view(word).substr(equals + 1));
    } else if (word.starts_with("flags=") || word.starts_with("exit_signal=")) {
      take_field(asked, word.substr(0, equals), word.substr(equals + 1));
    } else {
      throw Misunderstood{fmt::format("'{}': clone is explained by its flags alone; fields are clone3's", word)};
    }
  }
  if (!clone3) {
    if (call.exit_signal_raw > kCSIGNAL) throw Misunderstood{"the exit signal does not fit into clone's low byte"};
    call.flags_raw |= call.exit_signal_raw;
  }
  call.flags = clone3 ? call.flags_raw : call.flags_raw & kLegacyBits & ~kCSIGNAL;
  const bool fits = call.exit_signal_raw <= static_cast<std::uint64_t>(kLastSignal);
  call.exit_signal = call.has(tables::kCLONE_THREAD) || !fits ? 0 : static_cast<int>(call.exit_signal_raw);
  return asked;
}

}  // namespace lwptrace::cli
