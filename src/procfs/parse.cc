// The parsers of procfs.h. Kernel text is trusted to be kernel text; a field that is missing makes the answer empty.
#include <algorithm>
#include <charconv>
#include <csignal>

#include "procfs/procfs.h"

namespace lwptrace::procfs {

namespace {

template <class T>
std::optional<T> number(std::string_view text, int base = 10) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{}) return std::nullopt;
  return value;
}

// The rest of the line that starts with `key`, or nothing.
std::optional<std::string_view> field(std::string_view text, std::string_view key) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    if (line.substr(0, key.size()) == key) return line.substr(key.size());
    at = end + 1;
  }
  return std::nullopt;
}

std::string_view next_word(std::string_view& text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\n'; };
  const auto* start = std::find_if_not(text.begin(), text.end(), is_space);
  const auto* end = std::find_if(start, text.end(), is_space);
  const std::string_view word(start, static_cast<std::size_t>(end - start));
  text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
  return word;
}

// proc_task_name: of all bytes only these two are written otherwise, after a tab.
std::string unescaped(std::string_view name) {
  std::string out;
  for (std::size_t at = 1; at < name.size(); ++at) {
    const bool escape = name[at] == '\\' && at + 1 < name.size();
    if (escape) ++at;
    out += escape && name[at] == 'n' ? '\n' : name[at];
  }
  return out;
}

}  // namespace

std::optional<TaskStatus> parse_status(std::string_view text) {
  const auto tgid = field(text, "Tgid:"), ppid = field(text, "PPid:"), uid = field(text, "Uid:");
  const auto gid = field(text, "Gid:");
  if (!tgid || !ppid || !uid) return std::nullopt;
  TaskStatus status;
  status.comm = unescaped(field(text, "Name:").value_or(""));
  status.tgid = number<Tid>(*tgid).value_or(0);
  status.ppid = number<Tid>(*ppid).value_or(0);
  const auto effective = [](std::string_view ids) {
    next_word(ids);  // real
    return number<std::uint32_t>(next_word(ids)).value_or(0);
  };
  status.uid = effective(*uid);
  status.gid = effective(gid.value_or(""));
  if (auto tids = field(text, "NSpid:")) {
    for (auto word = next_word(*tids); !word.empty(); word = next_word(*tids)) {
      status.ns_tids.push_back(number<Tid>(word).value_or(0));
    }
  }
  auto mask = [&](std::string_view key) {
    return number<std::uint64_t>(field(text, key).value_or("0"), 16).value_or(0);
  };
  status.pending = mask("SigPnd:");
  status.shared_pending = mask("ShdPnd:");
  status.blocked = mask("SigBlk:");
  status.ignored = mask("SigIgn:");
  status.caught = mask("SigCgt:");
  if (const auto filters = field(text, "Seccomp_filters:")) status.seccomp_filters = number<int>(*filters);
  status.peak_kib = number<std::uint64_t>(field(text, "VmHWM:").value_or("")).value_or(0);
  status.tracer = number<Tid>(field(text, "TracerPid:").value_or("")).value_or(0);
  return status;
}

std::optional<Pidfd> parse_pidfd(std::string_view text) {
  constexpr unsigned pidfd_thread = 0200;  // O_EXCL
  const auto pid = number<Tid>(field(text, "Pid:").value_or(""));
  if (!pid || *pid <= 0) return std::nullopt;
  const auto flags = number<unsigned>(field(text, "flags:").value_or(""), 8).value_or(0);
  return Pidfd{*pid, (flags & pidfd_thread) != 0};
}

std::optional<TaskStat> parse_stat(std::string_view text) {
  // The name stands in parentheses and may hold any byte, parentheses too: the last one ends it.
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string_view::npos) return std::nullopt;
  text.remove_prefix(name_end + 1);
  std::string_view words[50];  // field 3 (state) is words[0]
  for (std::string_view& word : words) word = next_word(text);
  if (words[49].empty()) return std::nullopt;
  constexpr std::uint32_t pf_exiting = 0x4, pf_signaled = 0x400, pf_kthread = 0x200000;  // include/linux/sched.h
  constexpr std::uint32_t pf_io_worker = 0x10, pf_user_worker = 0x4000;
  const auto flags = number<std::uint32_t>(words[6]).value_or(0);
  const auto pending = number<std::uint64_t>(words[28]).value_or(0);  // field 31, of the thread itself
  TaskStat stat;
  stat.running = words[0] == "R";
  stat.uninterruptible = words[0] == "D";
  stat.kernel_thread = (flags & pf_kthread) != 0;
  stat.kernel_worker = (flags & (pf_io_worker | pf_user_worker)) != 0;
  stat.ppid = number<Tid>(words[1]).value_or(0);
  stat.exit_signal = number<int>(words[35]).value_or(-1);
  stat.peek.zombie = words[0] == "Z" || words[0] == "X";
  stat.peek.exiting = (flags & pf_exiting) != 0;
  stat.peek.sigkill_pending = ((pending >> (SIGKILL - 1)) & 1) != 0;
  stat.peek.killed = (flags & pf_signaled) != 0;
  stat.exit_code = number<int>(words[49]).value_or(0);  // field 52, the last
  stat.utime_ticks = number<std::uint64_t>(words[11]).value_or(0);
  stat.stime_ticks = number<std::uint64_t>(words[12]).value_or(0);
  stat.ignored = number<std::uint64_t>(words[30]).value_or(0);
  stat.caught = number<std::uint64_t>(words[31]).value_or(0);
  return stat;
}

std::vector<std::string> parse_cmdline(std::string_view bytes) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\0', at), bytes.size());
    words.emplace_back(bytes.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

}  // namespace lwptrace::procfs
