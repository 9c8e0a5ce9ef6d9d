// `lwptrace decode clone` and `decode clone3`: what a set of flags is, means, and whether the kernel takes it.
// How the words are read: decode_clone_words.cc.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <lwptrace/names.h>

#include <charconv>
#include <csignal>

#include "cli/decode_clone_words.h"
#include "decoders/clone_rules.h"
#include "decoders/idiom.h"

namespace lwptrace::cli {

using decoders::FlagRule;
using tables::CloneFlag;
using tables::kCSIGNAL;

namespace {

std::string joined(const Words& words, std::string_view none) {
  return words.empty() ? std::string(none) : fmt::format("{}", fmt::join(words, ", "));
}

std::string demands(std::uint64_t bit) {
  Words needs, excludes;
  for (const FlagRule& rule : decoders::flag_rules()) {
    const bool first = rule.flag == bit;
    if (!first && (rule.needs || rule.other != bit)) continue;
    (rule.needs ? needs : excludes).push_back(clone_flag_names(first ? rule.other : rule.flag, Via::clone3).front());
  }
  std::string text;
  if (!needs.empty()) text += "; needs " + joined(needs, "");
  if (!excludes.empty()) text += "; excludes " + joined(excludes, "");
  return text;
}

std::string period(const CloneFlag& flag) {
  return flag.until.empty() ? fmt::format("since Linux {}", flag.since)
                            : fmt::format("Linux {} to {}", flag.since, flag.until);
}

std::string explain_bit(std::uint64_t bit, bool clone3) {
  constexpr std::size_t kIndent = 37;
  const CloneFlag* living = tables::clone_flag(bit, clone3);
  const std::string value = fmt::format("  {:#010x}", bit);
  if (living == nullptr) {
    return paragraph(value, kIndent,
                     clone3 ? "no flag of any kernel up to Linux 7.1" : "above clone's 32 bits: ignored");
  }
  std::string out = paragraph(fmt::format("{:<16}{}", value, living->name), kIndent, living->meaning);
  out += paragraph("", kIndent, period(*living) + (living->clone3_only ? ", clone3 only" : "") + demands(bit));
  for (const CloneFlag& row : tables::clone_flags()) {
    if (row.value != bit || &row == living) continue;
    out += paragraph("", kIndent, fmt::format("once {} ({}): {}", row.name, period(row), row.meaning));
  }
  return out;
}

std::string explain_exit_signal(const CloneCall& call) {
  const std::uint64_t raw = call.exit_signal_raw;
  const std::string name =
      raw <= 64 ? fmt::format("{} ({})", signal_name(static_cast<int>(raw)), raw) : fmt::format("{} is no signal", raw);
  if (call.has(tables::kCLONE_THREAD)) {
    return raw == 0 ? "none: nobody is told when a thread ends"
                    : name + ", without effect: nobody is told of a thread's end";
  }
  if (call.has(tables::kCLONE_PARENT)) return "the creator's own, whatever is passed: CLONE_PARENT makes it a sibling";
  if (raw == 0) return "none: only a wait with __WALL or __WCLONE sees the child's end";
  if (raw > 64) return name + ": none is sent";
  if (raw == SIGCHLD) return name + ": the parent is told by it when the child ends";
  return name + ": the parent is told by it; only a wait with __WALL or __WCLONE sees the end";
}

std::string explain_idiom(const CloneCall& call) {
  switch (decoders::idiom_of(call)) {
    case Idiom::pthread_create:
      return call.flags == 0x3d0f00 ? "pthread_create: this is what glibc's passes"
             : call.flags == 0x7d0f00
                 ? "pthread_create: this is what musl's passes"
                 : "pthread_create: a thread with a C library's marks, TLS and a tid word to join on";
    case Idiom::clone_thread:
      return "clone_thread: a thread without a C library's TLS and tid word (Go, hand-written threads)";
    case Idiom::fork:
      return call.flags == 0x1200000 ? "fork: this is what glibc's passes"
                                     : "fork: a child that shares nothing and whose end is told by SIGCHLD";
    case Idiom::vfork:
      return "vfork: the child borrows the creator's memory until it execs or exits; the same flags with a stack of "
             "the child's own are posix_spawn";
    case Idiom::posix_spawn:
      return "posix_spawn: the child borrows the creator's memory, on a stack of its own, until it execs";
    case Idiom::linuxthreads:
      return "linuxthreads: threads as before Linux 2.6, processes that share everything";
    default:
      return "clone: no library call or habit that is known by these flags";
  }
}

std::string explain_sharing(const CloneCall& call) {
  const Shares shares = decoders::shares_of(call);
  Words shared, copied, own;
  (shares.vm ? shared : copied).emplace_back("memory");
  (shares.fs ? shared : copied).emplace_back("directories and umask");
  (shares.files ? shared : copied).emplace_back("descriptors");
  (shares.sighand ? shared : copied).emplace_back("signal handlers");
  (shares.sysvsem ? shared : own).emplace_back("semaphore undo list");
  (shares.io ? shared : own).emplace_back("I/O context");
  (shares.thread_group ? shared : own).emplace_back("thread group (pid)");
  for (const std::string& name : shares.new_ns) own.push_back(name + " namespace");
  constexpr std::size_t kIndent = 15;
  return paragraph("  shared", kIndent, joined(shared, "nothing")) +
         paragraph("  copied", kIndent, joined(copied, "nothing")) +
         paragraph("  its own", kIndent, joined(own, "nothing"));
}

bool older(std::string_view a, std::string_view b) {  // kernel versions
  while (!a.empty() && !b.empty()) {
    int x = 0, y = 0;
    a.remove_prefix(static_cast<std::size_t>(std::from_chars(a.data(), a.data() + a.size(), x).ptr - a.data()));
    b.remove_prefix(static_cast<std::size_t>(std::from_chars(b.data(), b.data() + b.size(), y).ptr - b.data()));
    if (x != y) return x < y;
    if (a.starts_with('.')) a.remove_prefix(1);
    if (b.starts_with('.')) b.remove_prefix(1);
  }
  return a.empty() && !b.empty();
}

std::string explain_verdict(const CloneCall& call) {
  if (const auto verdict = decoders::refusal(call)) {
    return fmt::format("refuses it: {}: {}", errno_name(verdict->error), verdict->why);
  }
  const bool clone3 = call.via == Via::clone3;
  std::string_view newest = clone3 ? "5.3" : "2.0";
  for (std::uint64_t rest = call.flags; rest != 0; rest &= rest - 1) {
    const CloneFlag* flag = tables::clone_flag(rest & -rest, clone3);
    if (older(newest, flag->since)) newest = flag->since;
  }
  std::string text = fmt::format("accepts it, since Linux {}", newest);
  constexpr std::uint64_t kPrivileged = tables::kCLONE_NEWNS | tables::kCLONE_EMPTY_MNTNS | tables::kCLONE_NEWCGROUP |
                                        tables::kCLONE_NEWUTS | tables::kCLONE_NEWIPC | tables::kCLONE_NEWPID |
                                        tables::kCLONE_NEWNET | tables::kCLONE_NEWTIME;
  if ((call.flags & kPrivileged) != 0 && !call.has(tables::kCLONE_NEWUSER)) {
    text += "; EPERM without CAP_SYS_ADMIN (or CLONE_NEWUSER) for the new namespaces";
  }
  return text;
}

std::string heading(const CloneCall& call) {
  std::string flags = fmt::format("{}", fmt::join(clone_flag_names(call.flags_raw, call.via), "|"));
  if (call.via == Via::clone && call.exit_signal_raw != 0) {
    flags += (flags.empty() ? "" : "|") + signal_name(static_cast<int>(call.exit_signal_raw));
  }
  std::string out = fmt::format("{} flags {:#x}\n", to_string(call.via), call.flags_raw);
  return out + paragraph("  ", 2, flags.empty() ? "no flags" : flags);
}

std::string explain_fields(const CloneCall& call) {
  std::string out;
  for (const Field& field : clone_fields()) {
    const std::uint64_t value = call.*field.member;
    if (value == 0 && field.member != &CloneCall::args_size) continue;
    const bool count = field.name.ends_with("size") || field.name == "cgroup";
    out += fmt::format("  {:<13}{}\n", field.name, count ? fmt::format("{}", value) : fmt::format("{:#x}", value));
  }
  return out;
}

}  // namespace

std::string decode_clone(const Words& words, bool clone3) {
  const AskedClone asked = read_clone(words, clone3);
  const CloneCall& call = asked.call;
  constexpr std::size_t kIndent = 15;

  std::string out = heading(call);
  if (clone3) out += "\nfields\n" + explain_fields(call);
  std::uint64_t rest = clone3 ? call.flags_raw : call.flags_raw & ~kCSIGNAL;
  if (rest != 0) out += "\nflags\n";
  for (; rest != 0; rest &= rest - 1) out += explain_bit(rest & -rest, clone3);

  out += "\nmeaning\n";
  out += paragraph("  exit signal", kIndent, explain_exit_signal(call));
  out += paragraph("  idiom", kIndent, explain_idiom(call));
  out += explain_sharing(call);
  out += paragraph("  kernel", kIndent, explain_verdict(call));
  for (const CloneFlag* flag : asked.named) {
    if (!clone3 && flag->clone3_only) {
      out +=
          paragraph("  note", kIndent, fmt::format("{} is a flag of clone3 alone; clone cannot take it", flag->name));
    }
  }
  return out;
}

}  // namespace lwptrace::cli
