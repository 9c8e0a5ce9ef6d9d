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

constexpr std::size_t kFlagIndent = 37;

std::string explain_flag(const CloneFlag& flag) {
  std::string out =
      paragraph(fmt::format("{:<16}{}", fmt::format("  {:#010x}", flag.value), flag.name), kFlagIndent, flag.meaning);
  out += paragraph("", kFlagIndent, period(flag) + (flag.clone3_only ? ", clone3 only" : "") + demands(flag.value));
  for (const CloneFlag& row : tables::clone_flags()) {
    if (row.value != flag.value || &row == &flag) continue;
    out += paragraph("", kFlagIndent, fmt::format("once {} ({}): {}", row.name, period(row), row.meaning));
  }
  return out;
}

// Bits that are no flag of this call, in one row for each reason.
std::string explain_rest(std::uint64_t bits, bool clone3) {
  const auto row = [](std::uint64_t part, std::string_view why) {
    return part == 0 ? "" : paragraph(fmt::format("  {:#010x}", part), kFlagIndent, why);
  };
  if (!clone3) return row(bits, "above clone's 32 bits: ignored");
  return row(bits & kCSIGNAL,
             "no flag: clone's exit signal stands here; clone3 has a field for it, as in exit_signal=SIGCHLD") +
         row(bits & ~kCSIGNAL, "no flag of any kernel up to Linux 7.1");
}

std::string explain_flags(const CloneCall& call) {
  const bool clone3 = call.via == Via::clone3;
  std::string out;
  std::uint64_t unknown = 0;
  for (std::uint64_t rest = clone3 ? call.flags_raw : call.flags_raw & ~kCSIGNAL; rest != 0; rest &= rest - 1) {
    const std::uint64_t bit = rest & -rest;
    if (const CloneFlag* flag = tables::clone_flag(bit, clone3)) {
      out += explain_flag(*flag);
    } else if (const CloneFlag* later = tables::clone_flag(bit, true)) {
      out += paragraph(fmt::format("{:<16}{}", fmt::format("  {:#010x}", bit), later->name), kFlagIndent,
                       "a flag of clone3 alone; above clone's 32 bits: ignored");
    } else {
      unknown |= bit;
    }
  }
  return out + explain_rest(unknown, clone3);
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
  if (raw > 64) {
    const bool newtime = call.via == Via::clone && (raw & tables::kCLONE_NEWTIME) != 0;
    return name + ": none is sent, and only a wait with __WALL or __WCLONE sees the child's end" +
           (newtime ? "; bit 0x80 is CLONE_NEWTIME in clone3 alone" : "");
  }
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
      return "clone: plain; none of the C library's own calls passes these flags";
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

// What the kernel takes later than each of the flags for itself; before, it was EINVAL.
constexpr struct {
  std::uint64_t flags;
  std::string_view since, what;
} kLater[] = {
    {tables::kCLONE_PIDFD | tables::kCLONE_THREAD, "6.9", "CLONE_PIDFD for a thread"},
    {tables::kCLONE_NEWTIME, "6.3", "CLONE_NEWTIME, which unshare takes since 5.6"},
};

// Which kernels accept the call, and what older ones make of it.
std::string explain_age(const CloneCall& call) {
  const bool clone3 = call.via == Via::clone3;
  const std::string_view first = clone3 ? "5.3" : "2.0";
  std::string_view newest = first;
  std::string what;
  const auto consider = [&](std::string_view since, std::string_view whose) {
    if (!older(newest, since)) return;
    newest = since;
    what = whose;
  };
  for (std::uint64_t rest = call.flags; rest != 0; rest &= rest - 1) {
    if (const CloneFlag* flag = tables::clone_flag(rest & -rest, clone3)) consider(flag->since, flag->name);
  }
  if (call.set_tid_size != 0) consider("5.5", "set_tid");
  for (const auto& row : kLater) {
    if (call.has(row.flags) && older(newest, row.since)) {
      return fmt::format("since Linux {}; EINVAL before: {}", row.since, row.what);
    }
  }
  std::string text = fmt::format("since Linux {}", newest);
  if (newest == first) return text + (clone3 ? ", which brought clone3" : "");
  if (older("2.6", newest)) text += fmt::format("; older kernels {} {}", clone3 ? "refuse" : "ignore", what);
  return text;
}

// Privileges and addresses that the kernel looks at after the flags.
std::string explain_conditions(const CloneCall& call) {
  constexpr std::uint64_t kPrivileged = tables::kCLONE_NEWNS | tables::kCLONE_EMPTY_MNTNS | tables::kCLONE_NEWCGROUP |
                                        tables::kCLONE_NEWUTS | tables::kCLONE_NEWIPC | tables::kCLONE_NEWPID |
                                        tables::kCLONE_NEWNET | tables::kCLONE_NEWTIME;
  std::string text;
  if ((call.flags & kPrivileged) != 0 && !call.has(tables::kCLONE_NEWUSER)) {
    text += "; EPERM without CAP_SYS_ADMIN (or CLONE_NEWUSER) for the new namespaces";
  }
  if (call.set_tid_size != 0) text += "; EPERM without CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE for set_tid";
  if (call.has(tables::kCLONE_PIDFD_AUTOKILL) && !call.has(tables::kCLONE_NNP)) {
    text += "; EPERM without CAP_SYS_ADMIN or CLONE_NNP for CLONE_PIDFD_AUTOKILL";
  }
  if (call.via == Via::clone3 && call.has(tables::kCLONE_PIDFD) && call.pidfd == 0) {
    text += "; EFAULT while pidfd, where the descriptor is stored, is 0";
  }
  return text;
}

std::string explain_verdict(const AskedClone& asked) {
  const CloneCall& call = asked.call;
  for (const CloneFlag* flag : asked.named) {
    if (call.via == Via::clone3 || !flag->clone3_only) continue;
    return fmt::format(
        "clone cannot be asked for {}: it is a flag of clone3 alone, since Linux {}; {} (see lwptrace "
        "decode clone3 {})",
        flag->name, flag->since,
        flag->value <= kCSIGNAL ? "in clone its bit is part of the exit signal" : "clone ignores what is above 32 bits",
        flag->name);
  }
  if (const auto verdict = decoders::refusal(call)) {
    return fmt::format("refuses it: {}: {}", errno_name(verdict->error), verdict->why);
  }
  return "accepts it, " + explain_age(call) + explain_conditions(call);
}

std::string heading(const CloneCall& call) {
  const bool clone3 = call.via == Via::clone3;
  Words words;
  std::uint64_t unknown = 0;
  for (std::uint64_t rest = clone3 ? call.flags_raw : call.flags_raw & ~kCSIGNAL; rest != 0; rest &= rest - 1) {
    const CloneFlag* flag = tables::clone_flag(rest & -rest, clone3);
    if (flag != nullptr) words.emplace_back(flag->name);
    if (flag == nullptr) unknown |= rest & -rest;
  }
  if (unknown != 0) words.push_back(fmt::format("{:#x}", unknown));
  if (const auto raw = call.exit_signal_raw; !clone3 && raw != 0) {
    words.push_back(raw <= 64 ? signal_name(static_cast<int>(raw)) : fmt::format("{:#x}", raw));
  }
  const std::string out = fmt::format("{} flags {:#x}\n", to_string(call.via), call.flags_raw);
  return out + paragraph("  ", 2, words.empty() ? "no flags" : fmt::format("{}", fmt::join(words, "|")));
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
  if (const std::string flags = explain_flags(call); !flags.empty()) out += "\nflags\n" + flags;

  out += "\nmeaning\n";
  out += paragraph("  exit signal", kIndent, explain_exit_signal(call));
  out += paragraph("  idiom", kIndent, explain_idiom(call));
  out += explain_sharing(call);
  out += paragraph("  kernel", kIndent, explain_verdict(asked));
  for (const CloneFlag* flag : asked.named) {
    const CloneFlag* living = tables::clone_flag(flag->value, clone3);
    if (flag->until.empty() || living == nullptr || living == flag) continue;
    out +=
        paragraph("  note", kIndent,
                  fmt::format("{} is no more: since Linux {} this bit is {}", flag->name, living->since, living->name));
  }
  return out;
}

}  // namespace lwptrace::cli
