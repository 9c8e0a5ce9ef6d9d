// The log's sentences about births, made and failed: who made whom, how, what the two share, and what is out of the
// ordinary for a birth of that idiom. What goes without saying (a pthread has a TLS of its own, and tid words) is left
// out, and so are addresses unless something is wrong with them: jsonl and strace have them all. The common comes
// first, the rare last; what the flags cause is said in words, and the flags that no word stands for are named.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <lwptrace/names.h>

#include <algorithm>
#include <array>
#include <utility>

#include "decoders/tables/clone_flags.h"
#include "render/log.h"

namespace lwptrace::render {

namespace {

constexpr std::uint64_t kUsualArgsSize = 88;  // struct clone_args since Linux 5.7

// "8 MiB", "36 KiB", "100 bytes": stacks are round numbers less a guard or a thread descriptor.
std::string size(std::uint64_t bytes) {
  const auto in = [&](double unit, std::string_view name) {
    const double count = static_cast<double>(bytes) / unit;
    std::string text = fmt::format("{:.{}f}", count, count < 100 ? 1 : 0);
    if (text.ends_with(".0")) text.resize(text.size() - 2);
    return fmt::format("{} {}", text, name);
  };
  if (bytes >= 1ULL << 30) return in(1ULL << 30, "GiB");
  if (bytes >= 1ULL << 20) return in(1ULL << 20, "MiB");
  if (bytes >= 1ULL << 10) return in(1ULL << 10, "KiB");
  return fmt::format("{} bytes", bytes);
}

// Flags alone prove neither library call: LinuxThreads is long gone, and fork(3) needs no stack.
bool is_only_like(const Birth& birth) {
  return birth.idiom == Idiom::linuxthreads || (birth.idiom == Idiom::fork && birth.stack);
}

std::string maker(const Birth& birth, const Paths& paths) {
  // Where no habit is recognised the call itself says most.
  const bool habit = birth.idiom != Idiom::unknown && birth.idiom != Idiom::clone && birth.idiom != Idiom::clone_thread;
  const bool alike = is_only_like(birth);
  const std::string_view how = habit && !alike ? to_string(birth.idiom) : to_string(birth.via);
  std::string text(birth.kind == Kind::unknown ? "LWP" : to_string(birth.kind));
  if (!how.empty()) text += fmt::format(" by {}", how);
  if (alike) text += fmt::format(" like {}", to_string(birth.idiom));
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

// "shares all but io", "copies all", "shares vm only".
std::string shares_words(const Shares& shares) {
  const std::array<std::pair<bool, const char*>, 6> all = {{{shares.vm, "vm"},
                                                            {shares.fs, "fs"},
                                                            {shares.files, "files"},
                                                            {shares.sighand, "sighand"},
                                                            {shares.sysvsem, "sysvsem"},
                                                            {shares.io, "io"}}};
  std::string shared, own;
  for (const auto& [is_shared, name] : all) (is_shared ? shared : own).append(" ").append(name);
  const auto count = std::ranges::count_if(all, [](const auto& one) { return one.first; });
  if (count == 0) return "copies all";
  if (count == 6) return "shares all";
  return count >= 4 ? "shares all but" + own : "shares" + shared + " only";
}

void add_shares(std::string& text, const Birth& birth, const Paths& paths) {
  if (!birth.shares) return;
  const Shares& shares = *birth.shares;
  add(text, shares_words(shares));
  if (!shares.new_ns.empty()) add(text, fmt::format("new namespaces {}", fmt::join(shares.new_ns, " ")));
  if (shares.parent) {
    add(text, birth.parent ? fmt::format("child of {} (CLONE_PARENT)", paths.of(*birth.parent))
                           : fmt::format("child of pid {} (CLONE_PARENT)", birth.ppid.value_or(0)));
  }
}

// A tid word that does not hold the newborn's tid, in whichever pid namespace.
void add_wrong_word(std::string& text, std::string_view name, Address addr, std::optional<Tid> value, Tid tid,
                    const Birth& birth) {
  if (!value || *value == tid || std::ranges::find(birth.ns_tids, *value) != birth.ns_tids.end()) return;
  add(text, fmt::format("{} {:#x} holds {}, not {}", name, addr.value, *value, tid));
}

// What went wrong between the call and the newborn.
void add_faults(std::string& text, const Birth& birth, Tid tid) {
  if (const auto& tls = birth.tls; tls && !tls->matches.value_or(true)) {
    add(text, fmt::format("TLS {:#x} but FS base {:#x}", tls->value.value, tls->fs_base.value_or(Address{}).value));
  }
  if (const auto& word = birth.parent_tid) add_wrong_word(text, "parent_tid", word->addr, word->value, tid, birth);
  if (const auto& word = birth.child_tid) add_wrong_word(text, "child_tid", word->addr, word->value, tid, birth);
}

// The flags that no other part of the sentence stands for.
std::uint64_t unsaid_flags(const Birth& birth) {
  using namespace tables;
  std::uint64_t said = kCLONE_VM | kCLONE_FS | kCLONE_FILES | kCLONE_SIGHAND | kCLONE_SYSVSEM | kCLONE_IO |
                       kCLONE_THREAD | kCLONE_PARENT | kCLONE_NEWNS | kCLONE_NEWCGROUP | kCLONE_NEWUTS | kCLONE_NEWIPC |
                       kCLONE_NEWUSER | kCLONE_NEWPID | kCLONE_NEWNET;
  constexpr std::uint64_t tid_words = kCLONE_PARENT_SETTID | kCLONE_CHILD_SETTID | kCLONE_CHILD_CLEARTID;
  if (birth.idiom == Idiom::fork || birth.idiom == Idiom::pthread_create) said |= tid_words;
  if (birth.idiom == Idiom::pthread_create) said |= kCLONE_SETTLS | kCLONE_DETACHED;  // musl sets it to no effect
  if (birth.via == Via::clone3) said |= kCLONE_NEWTIME | kCLONE_CLEAR_SIGHAND;
  if (birth.idiom == Idiom::vfork || birth.idiom == Idiom::posix_spawn) said |= kCLONE_VFORK;
  if (birth.pidfd) said |= kCLONE_PIDFD;
  if (birth.cgroup) said |= kCLONE_INTO_CGROUP;
  return birth.flags_raw->value & ~said;
}

void add_flags(std::string& text, const Birth& birth) {
  if (!birth.flags_raw) return;
  const auto unsaid = clone_flag_names(unsaid_flags(birth), birth.via);
  if (!unsaid.empty()) add(text, fmt::format("and {}", fmt::join(unsaid, "|")));
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
  constexpr std::uint64_t reset = tables::kCLONE_CLEAR_SIGHAND;
  if (birth.via == Via::clone3 && birth.flags_raw && (birth.flags_raw->value & reset) != 0) add(text, "handlers reset");
  if (birth.stack && birth.stack_size) {
    add(text, fmt::format("stack {}", size(*birth.stack_size)));
  } else if (birth.stack && birth.kind != Kind::thread) {  // a thread always has one of its own
    add(text, "own stack");
  }
  add_faults(text, birth, tid);
  if (birth.pidfd) add(text, fmt::format("pidfd {}", *birth.pidfd));
  if (!birth.set_tid.empty()) add(text, fmt::format("set_tid {}", fmt::join(birth.set_tid, " ")));
  if (birth.cgroup) add(text, fmt::format("into cgroup of fd {}", *birth.cgroup));
  if (!birth.ns_tids.empty()) add(text, fmt::format("tid in nested namespaces {}", fmt::join(birth.ns_tids, " ")));
  add_flags(text, birth);
  add_clone_args(text, birth.args_size, birth.args_tail);
  if (birth.abi != Abi::unknown && birth.abi != Abi::x86_64) add(text, to_string(birth.abi));
  if (!birth.fallback.empty()) add(text, fmt::format("after {} ENOSYS", birth.fallback));
  if (!birth.followed) add(text, "not followed");
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
