// The spelling of strace 6.1: strings, flags, structs and calls as text. What a trace does not record is "...".
#include "render/strace_words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <lwptrace/names.h>

#include <csignal>
#include <cstring>
#include <vector>

namespace lwptrace::render::strace {

std::string signal_word(int signo) {
  if (signo == 0) return "0";
  if (signo == 32) return "SIGRTMIN";
  if (signo > 32 && signo <= 64) return fmt::format("SIGRT_{}", signo - 32);
  return signal_name(signo);
}

std::string address(std::uint64_t value) { return value == 0 ? "NULL" : fmt::format("{:#x}", value); }

std::string quoted(std::string_view text) {
  constexpr std::string_view named = "\"\\\n\t\r\v\f", letters = "\"\\ntrvf";
  const auto byte_at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0; };
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (const auto name = named.find(text[i]); name != std::string_view::npos) {
      out += {'\\', letters[name]};
    } else if (byte_at(i) >= ' ' && byte_at(i) < 0x7f) {
      out += text[i];
    } else {
      // The shortest octal form that a digit behind it cannot change.
      const bool digit_follows = byte_at(i + 1) >= '0' && byte_at(i + 1) <= '9';
      out += digit_follows ? fmt::format("\\{:03o}", byte_at(i)) : fmt::format("\\{:o}", byte_at(i));
    }
  }
  return out + '"';
}

std::string flag_words(std::uint64_t raw, Via via, int signo) {
  std::vector<std::string> words;
  std::uint64_t unknown = 0;
  for (const std::string& name : clone_flag_names(raw, via)) {
    if (name.starts_with("0x")) {
      unknown |= std::stoull(name, nullptr, 16);
    } else {
      words.push_back(name);
    }
  }
  if (unknown != 0) words.push_back(fmt::format("{:#x}{}", unknown, words.empty() ? " /* CLONE_??? */" : ""));
  if (signo != 0) words.push_back(signal_word(signo));
  return words.empty() ? "0" : fmt::format("{}", fmt::join(words, "|"));
}

std::string failure(int error) {
  const char* what = strerrordesc_np(error);  // in English whatever the locale
  return fmt::format("-1 {}{}", errno_name(error), what == nullptr ? "" : fmt::format(" ({})", what));
}

std::string status_words(const Status& status) {
  if (status.signal) {
    return fmt::format("{{WIFSIGNALED(s) && WTERMSIG(s) == {}{}}}", signal_word(*status.signal),
                       status.core ? " && WCOREDUMP(s)" : "");
  }
  if (status.code) return fmt::format("{{WIFEXITED(s) && WEXITSTATUS(s) == {}}}", *status.code);
  return "...";
}

namespace {

// The low byte of clone's flags is its exit signal.
std::string clone_flag_words(std::uint64_t raw) { return flag_words(raw, Via::clone, static_cast<int>(raw & 0xff)); }

std::string tail_words(std::uint64_t args_size, const std::string& hex) {
  if (hex.find_first_not_of('0') == std::string::npos) return {};
  const std::size_t bytes = hex.size() / 2;
  std::string text = fmt::format(", /* bytes {}..{} */ \"", args_size - bytes, args_size - 1);
  for (std::size_t i = 0; i < bytes; ++i) text += "\\x" + hex.substr(2 * i, 2);
  return text + '"';
}

std::string clone3_words(const Birth& birth) {
  std::string text = "clone3({flags=" + (birth.flags_raw ? flag_words(birth.flags_raw->value, Via::clone3) : "...");
  if (birth.pidfd) text += ", pidfd=...";
  if (birth.child_tid) text += fmt::format(", child_tid={}", address(birth.child_tid->addr.value));
  if (birth.parent_tid) text += fmt::format(", parent_tid={}", address(birth.parent_tid->addr.value));
  if (birth.exit_signal.signo >= 0) text += ", exit_signal=" + signal_word(birth.exit_signal.signo);
  text += fmt::format(", stack={}", address(birth.stack.value_or(Address{}).value));
  text += birth.stack_size ? fmt::format(", stack_size={:#x}", *birth.stack_size) : ", stack_size=0";
  if (birth.tls) text += fmt::format(", tls={}", address(birth.tls->value.value));
  if (!birth.set_tid.empty()) {
    text += fmt::format(", set_tid=[{}], set_tid_size={}", fmt::join(birth.set_tid, ", "), birth.set_tid.size());
  }
  if (birth.cgroup) text += fmt::format(", cgroup={}", *birth.cgroup);
  text += tail_words(birth.args_size.value_or(0), birth.args_tail);
  text += "}";
  std::vector<std::string> written;
  if (birth.pidfd) written.push_back(fmt::format("pidfd=[{}]", *birth.pidfd));
  if (birth.parent_tid && birth.parent_tid->value) {
    written.push_back(fmt::format("parent_tid=[{}]", *birth.parent_tid->value));
  }
  if (!written.empty()) text += fmt::format(" => {{{}}}", fmt::join(written, ", "));
  return text + (birth.args_size ? fmt::format(", {})", *birth.args_size) : ", ...)");
}

std::string clone_words(const Birth& birth) {
  std::string text = "clone(child_stack=" + address(birth.stack.value_or(Address{}).value);
  text += ", flags=" + (birth.flags_raw ? clone_flag_words(birth.flags_raw->value) : "...");
  if (birth.parent_tid) {
    text += birth.parent_tid->value ? fmt::format(", parent_tid=[{}]", *birth.parent_tid->value)
                                    : ", parent_tid=" + address(birth.parent_tid->addr.value);
  } else if (birth.pidfd) {
    text += fmt::format(", parent_tid=[{}]", *birth.pidfd);  // clone stores the descriptor there
  }
  if (birth.tls) text += fmt::format(", tls={}", address(birth.tls->value.value));
  if (birth.child_tid) text += fmt::format(", child_tidptr={}", address(birth.child_tid->addr.value));
  return text + ")";
}

}  // namespace

std::string birth_words(const Birth& birth) {
  switch (birth.via) {
    case Via::fork:
      return "fork()";
    case Via::vfork:
      return "vfork()";
    case Via::clone3:
      return clone3_words(birth);
    default:
      return clone_words(birth);
  }
}

std::string failed_words(const BirthFailed& failed) {
  const std::uint64_t raw = failed.flags_raw.value_or(Address{}).value;
  switch (failed.via) {
    case Via::fork:
      return "fork()";
    case Via::vfork:
      return "vfork()";
    case Via::clone3:
      break;
    default:
      return fmt::format("clone(child_stack=..., flags={})", clone_flag_words(raw));
  }
  std::string text = "clone3({flags=" + flag_words(raw, Via::clone3);
  if (failed.exit_signal.signo >= 0) text += ", exit_signal=" + signal_word(failed.exit_signal.signo);
  text += ", ...";
  text += tail_words(failed.args_size.value_or(0), failed.args_tail);
  return text + (failed.args_size ? fmt::format("}}, {})", *failed.args_size) : "}, ...)");
}

std::string siginfo_words(const Signal& signal) {
  std::string code = si_code_name(signal);
  if (code == std::to_string(signal.code)) code = fmt::format("{:#x}", static_cast<unsigned>(signal.code));
  std::string text = fmt::format("{{si_signo={}, si_code={}", signal_word(signal.signo), code);
  if (signal.sender) {
    text += fmt::format(", si_pid={}", signal.sender->pid);
    if (signal.sender->uid) text += fmt::format(", si_uid={}", *signal.sender->uid);
  }
  const char* addr = signal.signo == SIGSYS ? ", si_call_addr=" : ", si_addr=";
  if (signal.addr) text += addr + address(signal.addr->value);
  if (!signal.syscall.empty()) text += ", si_syscall=__NR_" + signal.syscall;
  if (signal.status) {
    const bool exited = signal.code == CLD_EXITED;
    text += ", si_status=" + (exited ? std::to_string(*signal.status) : signal_word(*signal.status));
  }
  if (signal.value) {
    text += fmt::format(", si_int={}, si_ptr={}", static_cast<std::int32_t>(*signal.value),
                        address(static_cast<std::uint64_t>(*signal.value)));
  }
  return text + "}";
}

}  // namespace lwptrace::render::strace
