// The log's sentences about births, made and failed: who made whom, how, what the two share, and every argument of the
// call that is out of the ordinary. The common comes first, the rare last; what the flags cause is said in words, and
// the flags that no word stands for are named.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <lwptrace/names.h>

#include "decoders/tables/clone_flags.h"
#include "render/log.h"

namespace lwptrace::render {

namespace {

constexpr std::uint64_t kUsualArgsSize = 88;  // struct clone_args since Linux 5.7

// "8 MiB", "36 KiB", "100 bytes": stacks are round numbers less a guard or a thread descriptor.
std::string size(std::uint64_t bytes) {
  const auto in = [&](double unit, std::string_view name) {
    std::string text = fmt::format("{:.1f}", static_cast<double>(bytes) / unit);
    if (text.ends_with(".0")) text.resize(text.size() - 2);
    return fmt::format("{} {}", text, name);
  };
  if (bytes >= 1ULL << 30) return in(1ULL << 30, "GiB");
  if (bytes >= 1ULL << 20) return in(1ULL << 20, "MiB");
  if (bytes >= 1ULL << 10) return in(1ULL << 10, "KiB");
  return fmt::format("{} bytes", bytes);
}

std::string maker(const Birth& birth, const Paths& paths) {
  // Where no habit is recognised the call itself says most.
  const bool habit = birth.idiom != Idiom::unknown && birth.idiom != Idiom::clone && birth.idiom != Idiom::clone_thread;
  const std::string_view how = habit ? to_string(birth.idiom) : to_string(birth.via);
  std::string text(birth.kind == Kind::unknown ? "LWP" : to_string(birth.kind));
  if (!how.empty()) text += fmt::format(" by {}", how);
  if (birth.creator) text += fmt::format(" of {}", paths.of(*birth.creator));
  return text;
}

std::string roots_words(const Birth& birth) {
  std::string text = birth.via == Via::launch ? "launched" : fmt::format("attached to this {}", to_string(birth.kind));
  if (birth.via == Via::attach && !birth.comm.empty()) add(text, fmt::format("\"{}\"", birth.comm));
  if (birth.ppid) add(text, fmt::format("ppid {}", *birth.ppid));
  if (birth.pgid) add(text, fmt::format("pgid {}", *birth.pgid));
  if (birth.sid) add(text, fmt::format("sid {}", *birth.sid));
  if (birth.uid) add(text, fmt::format("uid {}", *birth.uid));
  return text;
}

void add_shares(std::string& text, const Birth& birth, const Paths& paths) {
  const Shares& shares = birth.shares;
  std::string shared, copied;
  const auto put = [](std::string& list, std::string_view name) { list.append(" ").append(name); };
  put(shares.vm ? shared : copied, "vm");
  put(shares.fs ? shared : copied, "fs");
  put(shares.files ? shared : copied, "files");
  put(shares.sighand ? shared : copied, "sighand");
  if (shares.sysvsem) put(shared, "sysvsem");
  if (shares.io) put(shared, "io");
  if (!shared.empty()) add(text, "shares" + shared);
  if (!copied.empty()) add(text, "copies" + copied);
  if (!shares.new_ns.empty()) add(text, fmt::format("new namespaces {}", fmt::join(shares.new_ns, " ")));
  if (shares.parent) {
    add(text, birth.parent ? fmt::format("child of {} (CLONE_PARENT)", paths.of(*birth.parent))
                           : fmt::format("child of pid {} (CLONE_PARENT)", birth.ppid.value_or(0)));
  }
}

void add_tid_words(std::string& text, const Birth& birth, Tid tid) {
  if (const auto& word = birth.parent_tid) {
    add(text, fmt::format("parent_tid {:#x}", word->addr.value));
    if (word->value) text += fmt::format(" = {}", *word->value);
    if (word->value && *word->value != tid && birth.ns_tids.empty()) text += fmt::format(" (not {})", tid);
  }
  if (const auto& word = birth.child_tid) {
    add(text, fmt::format("child_tid {:#x}", word->addr.value));
    if (word->value) text += fmt::format(" = {}", *word->value);
    text += word->set && word->clear ? " (set, cleared at the end)" : word->set ? " (set)" : " (cleared at the end)";
  }
}

// The flags that no other part of the sentence stands for.
std::uint64_t unsaid_flags(const Birth& birth) {
  using namespace tables;
  std::uint64_t said = kCLONE_VM | kCLONE_FS | kCLONE_FILES | kCLONE_SIGHAND | kCLONE_SYSVSEM | kCLONE_IO |
                       kCLONE_THREAD | kCLONE_PARENT | kCLONE_SETTLS | kCLONE_PARENT_SETTID | kCLONE_CHILD_SETTID |
                       kCLONE_CHILD_CLEARTID | kCLONE_NEWNS | kCLONE_NEWCGROUP | kCLONE_NEWUTS | kCLONE_NEWIPC |
                       kCLONE_NEWUSER | kCLONE_NEWPID | kCLONE_NEWNET;
  if (birth.via == Via::clone3) said |= kCLONE_NEWTIME;
  if (birth.idiom == Idiom::vfork || birth.idiom == Idiom::posix_spawn) said |= kCLONE_VFORK;
  if (birth.pidfd) said |= kCLONE_PIDFD;
  if (birth.cgroup) said |= kCLONE_INTO_CGROUP;
  return birth.flags_raw->value & ~said;
}

void add_flags(std::string& text, const Birth& birth) {
  if (!birth.flags_raw) return;
  const auto unsaid = clone_flag_names(unsaid_flags(birth), birth.via);
  if (!unsaid.empty()) add(text, fmt::format("and {}", fmt::join(unsaid, "|")));
  const bool plain = birth.idiom == Idiom::clone || birth.idiom == Idiom::unknown;
  if (plain || !unsaid.empty()) add(text, fmt::format("flags {:#x}", birth.flags_raw->value));
}

std::string exit_signal(const ExitSignal& signal) {
  return "exit signal " + (signal.signo == 0 ? "none" : signal_name(signal.signo));
}

void add_clone_args(std::string& text, const std::optional<std::uint64_t>& bytes, const std::string& tail) {
  if (bytes && *bytes != kUsualArgsSize) add(text, fmt::format("clone_args of {} bytes", *bytes));
  if (tail.empty()) return;
  const bool zeros = tail.find_first_not_of('0') == std::string::npos;
  add(text, zeros ? fmt::format("and {} bytes of zeros", tail.size() / 2) : fmt::format("unknown tail {}", tail));
}

}  // namespace

Sentence birth_sentence(const Birth& birth, Tid tid, const Paths& paths) {
  Sentence said{"born", birth.kind == Kind::thread ? Ink::thread : Ink::process, {}};
  std::string& text = said.text;
  if (birth.via == Via::launch || birth.via == Via::attach) {
    text = roots_words(birth);
  } else {
    text = maker(birth, paths);
    add_shares(text, birth, paths);
  }
  // SIGCHLD is what a process's parent expects, none what a thread has.
  const bool usual = birth.exit_signal.signo == (birth.kind == Kind::thread ? 0 : signal_number("CHLD"));
  if (birth.exit_signal.signo >= 0 && !usual) add(text, exit_signal(birth.exit_signal));
  if (birth.stack) {
    add(text, birth.stack_size ? fmt::format("stack {} at {:#x}", size(*birth.stack_size), birth.stack->value)
                               : fmt::format("stack {:#x}", birth.stack->value));
  }
  if (const auto& tls = birth.tls) {
    add(text, fmt::format("tls {:#x}", tls->value.value));
    if (tls->matches) text += *tls->matches ? " ✓" : " ✗";
    if (tls->fs_base && !tls->matches.value_or(false)) text += fmt::format(" fs base {:#x}", tls->fs_base->value);
  }
  add_tid_words(text, birth, tid);
  if (birth.pidfd) add(text, fmt::format("pidfd {}", *birth.pidfd));
  if (!birth.set_tid.empty()) add(text, fmt::format("set_tid {}", fmt::join(birth.set_tid, " ")));
  if (birth.cgroup) add(text, fmt::format("into cgroup of fd {}", *birth.cgroup));
  if (!birth.ns_tids.empty()) add(text, fmt::format("tid in nested namespaces {}", fmt::join(birth.ns_tids, " ")));
  add_flags(text, birth);
  add_clone_args(text, birth.args_size, birth.args_tail);
  if (birth.abi != Abi::unknown && birth.abi != Abi::x86_64) add(text, to_string(birth.abi));
  if (!birth.fallback.empty()) add(text, fmt::format("after {} answered ENOSYS", birth.fallback));
  if (birth.duration_ns) add(text, duration(*birth.duration_ns));
  return said;
}

Sentence birth_sentence(const BirthFailed& failed) {
  Sentence said{"FAILED", Ink::bad, std::string(to_string(failed.via))};
  if (failed.flags_raw) {
    const auto names = clone_flag_names(failed.flags_raw->value, failed.via);
    if (!names.empty()) said.text += fmt::format(" {}", fmt::join(names, "|"));
  }
  if (failed.exit_signal.signo > 0) add(said.text, exit_signal(failed.exit_signal));
  add_clone_args(said.text, failed.args_size, failed.args_tail);
  add(said.text, errno_name(failed.error));
  if (!failed.why.empty()) said.text += ": " + failed.why;
  return said;
}

}  // namespace lwptrace::render
