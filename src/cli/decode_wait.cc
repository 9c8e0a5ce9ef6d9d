// `lwptrace decode wait`: the status word of wait(2), taken apart and put together. The layout is Linux's: the low
// seven bits are the signal that killed (0: exited, 0x7f: stopped), bit 7 says that memory was dumped, the next byte is
// the exit code or the stopping signal, and above it stands ptrace's event.
#include <fmt/format.h>
#include <lwptrace/names.h>

#include "cli/decode_words.h"

namespace lwptrace::cli {
namespace {

constexpr unsigned kContinued = 0xffff, kStopped = 0x7f, kCore = 0x80, kTrap = 5;
constexpr unsigned kSyscallBit = 0x80;  // PTRACE_O_TRACESYSGOOD
constexpr unsigned kEventStop = 128;

struct Event {
  unsigned number;
  std::string_view name, meaning;
};
constexpr Event kEvents[] = {
    {1, "PTRACE_EVENT_FORK", "its tracee makes a child by fork, or by a clone whose exit signal is SIGCHLD"},
    {2, "PTRACE_EVENT_VFORK", "its tracee makes a child with CLONE_VFORK"},
    {3, "PTRACE_EVENT_CLONE", "its tracee makes a child by any other clone, threads too"},
    {4, "PTRACE_EVENT_EXEC", "its tracee has passed an exec"},
    {5, "PTRACE_EVENT_VFORK_DONE", "the child of a vfork has execed or ended"},
    {6, "PTRACE_EVENT_EXIT", "its tracee is about to end"},
    {7, "PTRACE_EVENT_SECCOMP", "a seccomp filter asked for the tracer"},
    {kEventStop, "PTRACE_EVENT_STOP", "its tracee was interrupted, is new, or goes on after a group-stop"},
};

constexpr std::string_view kNever = "no wait returns this word";

bool is_signal(unsigned number) { return number >= 1 && number <= static_cast<unsigned>(kLastSignal); }

std::string with_number(unsigned number) {
  if (!is_signal(number)) return fmt::format("{}, which is no signal", number);
  return fmt::format("{} ({})", signal_name(static_cast<int>(number)), number);
}

std::string explain_stop(unsigned signo, unsigned event) {
  if (event == 0 && signo == (kTrap | kSyscallBit)) {
    return "stopped: at the entry or exit of a system call (SIGTRAP|0x80: PTRACE_O_TRACESYSGOOD)";
  }
  if (event == 0 && !is_signal(signo)) {
    return fmt::format("stopped (WIFSTOPPED), but by {}: {}", with_number(signo), kNever);
  }
  if (event == 0) return fmt::format("stopped by {}", with_number(signo));
  if (event == kEventStop && signo != kTrap) {
    return fmt::format("stopped: PTRACE_EVENT_STOP with {}: a group-stop", with_number(signo));
  }
  for (const Event& row : kEvents) {
    if (row.number == event) return fmt::format("stopped: {} with {}: {}", row.name, with_number(signo), row.meaning);
  }
  return fmt::format("stopped by {}, ptrace event {}, which is not known", with_number(signo), event);
}

// A shell's $? puts a signal above 128 and knows no core.
std::string explain_killed(unsigned signo, bool core) {
  if (!is_signal(signo)) return fmt::format("killed (WIFSIGNALED), but by {}: {}", with_number(signo), kNever);
  std::string text = fmt::format("killed by {}, {}; a shell's $? is {}", with_number(signo),
                                 core ? "core dumped" : "no core", 128 + signo);
  const Effect effect = default_effect(static_cast<int>(signo));
  if (effect != Effect::core && effect != Effect::terminate) {
    text += fmt::format("; yet {}: that signal kills nobody", kNever);
  } else if (core && effect != Effect::core) {
    text += fmt::format("; yet {}: that signal dumps no core", kNever);
  }
  return text;
}

std::string explain(unsigned word) {
  const unsigned low = word & 0x7f, high = word >> 8 & 0xff;
  const bool core = (word & kCore) != 0;
  if (word == kContinued) return "continued: a stopped child goes on (WIFCONTINUED)";
  if ((word & 0xff) == kStopped) return explain_stop(high, word >> 16);
  if (low == kStopped) {
    return fmt::format(
        "neither exited, killed, stopped nor continued: {} (0x7f is a stop and 0x80 a core dump, which "
        "exclude each other; 0xffff is continued)",
        kNever);
  }
  std::string text;
  if (low == 0) {
    text = fmt::format("exited with {}; a shell's $? is {}", high, high);
    if (core) text += fmt::format("; yet {}: bit 7 is a core dump, and nothing was killed", kNever);
  } else {
    text = explain_killed(low, core);
    if (high != 0) text += fmt::format("; bits 8 to 15 ({:#x}) mean nothing here", high);
  }
  if (word >> 16 != 0) text += fmt::format("; bits 16 and up ({:#x}) mean nothing here", word >> 16);
  return text;
}

std::string line(unsigned word) { return paragraph(fmt::format("{:#06x}", word), 9, explain(word)); }

unsigned read_signal(const std::string& word) {
  const auto signo = signal_number(word);
  if (!signo || *signo < 1 || *signo > kLastSignal) {
    throw Misunderstood{fmt::format("'{}' is not a signal{}", word, did_you_mean_signal(word))};
  }
  return static_cast<unsigned>(*signo);
}

// "exited 3", "SIGSEGV core", "killed 9", "stopped SIGSTOP", "continued", "PTRACE_EVENT_CLONE".
unsigned put_together(const Words& words) {
  const auto expect = [&](std::size_t count, const char* what) {
    if (words.size() < count) throw Misunderstood{fmt::format("'{}' needs {}", words[0], what)};
    if (words.size() > count) throw Misunderstood{fmt::format("'{}' is one word too many", words[count])};
  };
  const std::string& first = words[0];
  if (first == "exited") {
    expect(2, "an exit code: exited 3");
    const auto code = read_number(words[1]);
    if (!code || *code > 0xff)
      throw Misunderstood{fmt::format("'{}' is not an exit code: they are 0 to 255", words[1])};
    return static_cast<unsigned>(*code) << 8;
  }
  if (first == "stopped") {
    expect(2, "a signal: stopped SIGSTOP");
    return read_signal(words[1]) << 8 | kStopped;
  }
  if (first == "continued") {
    expect(1, "");
    return kContinued;
  }
  for (const Event& row : kEvents) {
    if (row.name == upper(first)) {
      expect(1, "");
      return row.number << 16 | kTrap << 8 | kStopped;
    }
  }
  const std::size_t at = first == "killed" ? 1 : 0;
  if (at == 1 && words.size() == 1) throw Misunderstood{"'killed' needs a signal: killed SIGKILL"};
  if (at == 0 && !signal_number(first)) {
    Words known{"exited", "killed", "stopped", "continued"};
    for (int signo = 1; signo <= kLastSignal; ++signo) known.push_back(signal_name(signo));
    for (const Event& row : kEvents) known.emplace_back(row.name);
    throw Misunderstood{
        fmt::format("'{}' is neither a status word nor exited, killed, stopped, continued or a signal{}", first,
                    tables::did_you_mean(first, known))};
  }
  const unsigned killer = read_signal(words[at]);
  if (words.size() == at + 1) return killer;
  if (words[at + 1] != "core" || words.size() > at + 2) {
    throw Misunderstood{fmt::format("'{}' cannot follow a signal; only core can", words.back())};
  }
  return killer | kCore;
}

}  // namespace

std::string decode_wait(const Words& words) {
  if (!read_number(words[0])) return line(put_together(words));
  std::string out;
  for (const std::string& word : words) {
    const auto number = read_number(word);
    if (!number || *number > 0xffffffff) throw Misunderstood{fmt::format("'{}' is not a status word of 32 bits", word)};
    out += line(static_cast<unsigned>(*number));
  }
  return out;
}

}  // namespace lwptrace::cli
