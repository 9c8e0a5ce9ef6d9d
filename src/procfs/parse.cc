// The parsers of procfs.h. Kernel text is trusted to be kernel text; a field that is missing makes the answer empty.
#include <emmintrin.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstring>

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

// Words with one space before each, numbered from `first`. Where they begin is found sixteen bytes at a time, which all
// x86-64 can: a stat file, some 350 bytes of which ten words matter, is read at each death of a thread.
class Fields {
 public:
  Fields(std::string_view text, int first) : text_(text), first_(first) {
    std::size_t at = 0;
    for (; at + sizeof(__m128i) <= text.size(); at += sizeof(__m128i)) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
      const __m128i spaces = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(' '));
      for (auto bits = static_cast<unsigned>(_mm_movemask_epi8(spaces)); bits != 0; bits &= bits - 1) {
        add(at + static_cast<std::size_t>(std::countr_zero(bits)));
      }
    }
    for (; at < text.size(); ++at) {
      if (text[at] == ' ') add(at);
    }
  }
  // Nothing where there are fewer.
  std::string_view operator[](int wanted) const {
    const auto which = static_cast<std::size_t>(wanted - first_);
    if (which >= count_) return {};
    const std::size_t begin = spaces_[which] + 1U;
    return text_.substr(begin, which + 1 < count_ ? spaces_[which + 1] - begin : std::string_view::npos);
  }

 private:
  void add(std::size_t space) {
    if (count_ < spaces_.size()) spaces_[count_++] = static_cast<std::uint32_t>(space);
  }

  std::string_view text_;
  int first_;
  std::size_t count_ = 0;
  std::array<std::uint32_t, 64> spaces_{};
};

std::uint64_t decimal(std::string_view digits) {
  std::uint64_t value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') break;
    value = 10 * value + static_cast<std::uint64_t>(c - '0');
  }
  return value;
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
  status.no_new_privs = number<int>(field(text, "NoNewPrivs:").value_or("")).value_or(0) != 0;
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
  const auto* name_end = static_cast<const char*>(::memrchr(text.data(), ')', text.size()));
  if (name_end == nullptr) return std::nullopt;
  const Fields fields(text.substr(static_cast<std::size_t>(name_end + 1 - text.data())), 3);
  constexpr std::uint32_t pf_exiting = 0x4, pf_signaled = 0x400, pf_kthread = 0x200000;  // include/linux/sched.h
  constexpr std::uint32_t pf_io_worker = 0x10, pf_user_worker = 0x4000;
  TaskStat stat;
  const std::string_view state = fields[3];
  stat.running = state == "R";
  stat.uninterruptible = state == "D";
  stat.peek.zombie = state == "Z" || state == "X";
  stat.ppid = static_cast<Tid>(decimal(fields[4]));
  const auto flags = decimal(fields[9]);
  stat.kernel_thread = (flags & pf_kthread) != 0;
  stat.kernel_worker = (flags & (pf_io_worker | pf_user_worker)) != 0;
  stat.peek.exiting = (flags & pf_exiting) != 0;
  stat.peek.killed = (flags & pf_signaled) != 0;
  stat.utime_ticks = decimal(fields[14]);
  stat.stime_ticks = decimal(fields[15]);
  const auto pending = decimal(fields[31]);  // of the thread itself
  stat.peek.sigkill_pending = ((pending >> (SIGKILL - 1)) & 1) != 0;
  stat.ignored = decimal(fields[33]);
  stat.caught = decimal(fields[34]);
  const std::string_view exit_signal = fields[38];
  stat.exit_signal = exit_signal.starts_with('-') ? -1 : static_cast<int>(decimal(exit_signal));
  stat.cpu = static_cast<int>(decimal(fields[39]));
  const std::string_view exit_code = fields[52];  // the last
  if (exit_code.empty()) return std::nullopt;
  stat.exit_code = static_cast<int>(decimal(exit_code));
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
