// The log's sentences about everything but births: what happened to an LWP after it was born.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <lwptrace/names.h>

#include <algorithm>
#include <csignal>

#include "render/log.h"
#include "render/syscall_args.h"

namespace lwptrace::render {

namespace {

constexpr std::size_t kArgvColumns = 80;  // a compiler's command line should not bury the lines around it
constexpr std::size_t kListed = 8;        // LWPs that one exec destroyed, by name

std::string quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string status_words(const Status& status) {
  if (status.code) return fmt::format("code {}", *status.code);
  if (status.signal) return signal_name(*status.signal) + (status.core ? " (core dumped)" : "");
  return {};
}

// ": ENOENT" behind a call that failed.
std::string failure(int error) { return error == 0 ? "" : ": " + errno_name(error); }

Ink ink_of(const Status& status) {
  if (status.signal) return Ink::bad;
  return status.code.value_or(0) == 0 ? Ink::good : Ink::warn;
}

Sentence say(const Exec& exec, const Paths& paths) {
  Sentence said{"exec", Ink::name, exec.file};
  std::vector<std::string> words;
  for (const auto& word : exec.argv) words.push_back(quoted(word));
  if (exec.argv_cut) words.emplace_back("…");
  const bool bare = exec.argv.size() == 1 && exec.argv.front() == exec.file;
  if (!bare) add(said.text, fit(printable(fmt::format("[{}]", fmt::join(words, ", "))), kArgvColumns));
  const std::string base = exec.file.substr(exec.file.rfind('/') + 1);
  if (!exec.comm.empty() && exec.comm != base.substr(0, 15)) add(said.text, "named " + quoted(exec.comm));
  if (exec.former_tid) add(said.text, fmt::format("was tid {}, leads its process now", *exec.former_tid));
  if (!exec.replaced.empty()) {
    std::string list;
    for (std::size_t i = 0; i < std::min(exec.replaced.size(), kListed); ++i) list += " " + paths.of(exec.replaced[i]);
    if (exec.replaced.size() > kListed) list += fmt::format(" and {} more", thousands(exec.replaced.size() - kListed));
    add(said.text, "destroyed" + list);
  }
  if (exec.abi != Abi::unknown && exec.abi != Abi::x86_64) add(said.text, to_string(exec.abi));
  if (exec.privilege_dropped) add(said.text, "its set-ID privilege is dropped");
  return said;
}

std::string sender_words(const Sender& sender, const Paths& paths) {
  if (sender.lwp) return paths.of(*sender.lwp);
  std::string text = sender.pid != 0 ? fmt::format("pid {}", sender.pid) : "outside the pid namespace";
  if (sender.uid) text += fmt::format(" (uid {})", *sender.uid);
  return text;
}

std::string effect_words(const Signal& signal) {
  switch (signal.effect) {
    case Effect::handled:
      return "handler runs";
    case Effect::stop:
      return "stops the process";
    case Effect::continue_:
      return "continues the process";
    case Effect::terminate:
      return "kills the process";
    case Effect::core:
      return "kills the process, dumping core where allowed";
    case Effect::none:
      return signal.disposition == Disposition::ignore ? "ignored" : "ignored by default";
    case Effect::unknown:
      break;
  }
  switch (signal.disposition) {
    case Disposition::handler:
      return "has a handler";
    case Disposition::ignore:
      return "ignored";
    case Disposition::default_action:
      return "default action";
    case Disposition::unknown:
      break;
  }
  return {};
}

Sentence say(const Signal& signal, const Paths& paths) {
  const bool fatal = signal.effect == Effect::terminate || signal.effect == Effect::core;
  Sentence said{"signal", fatal ? Ink::bad : Ink::warn, {}};
  std::string& text = said.text;
  text = fmt::format("{} ({}", signal_name(signal.signo), si_code_name(signal));
  if (!signal.syscall.empty()) text += " for " + signal.syscall;
  if (signal.addr) text += fmt::format(" at {:#x}", signal.addr->value);
  if (signal.status) {
    const bool code = signal.code == CLD_EXITED;
    text += code ? fmt::format(", code {}", *signal.status) : fmt::format(", {}", signal_name(*signal.status));
  }
  if (signal.value) text += fmt::format(", value {}", *signal.value);
  text += ")";
  if (signal.sender) {
    text += " from " + sender_words(*signal.sender, paths);
  } else if (signal.scope == Scope::kernel) {
    text += " from the kernel";
  }
  if (signal.scope != Scope::unknown && signal.scope != Scope::kernel) {
    text += fmt::format(" to the {}", to_string(signal.scope));
  }
  add(text, effect_words(signal));
  return said;
}

std::string target_words(const Kill& kill, const Paths& paths) {
  if (kill.call == "pidfd_send_signal" && !kill.target_lwp) return fmt::format("pidfd {}", kill.target);
  if (kill.scope == Scope::group) {
    if (kill.target == 0) return "its process group";
    if (kill.target == -1) return "every process";
    return fmt::format("process group {}", -kill.target);
  }
  const bool thread = kill.scope == Scope::thread;
  const std::string target =
      kill.target_lwp ? paths.of(*kill.target_lwp) : fmt::format("{} {}", thread ? "tid" : "pid", kill.target);
  return thread ? "thread " + target : target;
}

Sentence say(const Kill& kill, const Paths& paths) {
  Sentence said{"sends", kill.error != 0 ? Ink::bad : Ink::warn, {}};
  said.text = fmt::format("{} to {} with {}{}{}", kill.signo == 0 ? "nothing (a probe)" : signal_name(kill.signo),
                          target_words(kill, paths), kill.call, failure(kill.error),
                          kill.blocked ? "; blocked there, it waits" : "");
  return said;
}

Sentence say(const Exit& exit, bool thread, const Paths& paths) {
  Sentence said{"exit", ink_of(exit.status), {}};
  std::string& text = said.text;
  const std::string status = status_words(exit.status);
  switch (exit.how) {
    case How::signal:
      said.verb = "killed";
      text = "by " + status;
      if (exit.by) text += " from " + paths.of(*exit.by);
      break;
    case How::group:
      said = {"ended", Ink::faint, "with " + (exit.by ? paths.of(*exit.by) : "its process")};
      if (exit.status.code)
        text += fmt::format(", {}exit_group({})", exit.by ? "which called " : "", *exit.status.code);
      if (exit.status.signal) text += fmt::format(", {}killed by {}", exit.by ? "which was " : "", status);
      break;
    case How::exec:
      said = {"ended", Ink::faint, "by the exec of " + (exit.by ? paths.of(*exit.by) : "a sibling")};
      break;
    case How::lost:
      said = {"lost", Ink::bad, "its end was not seen"};
      add(text, status);
      break;
    case How::exit:
    case How::exit_group:
    case How::unknown: {
      // A thread ends with exit and a process with exit_group: only the other way round is worth a word.
      text = status;
      if (exit.how == (thread ? How::exit_group : How::exit)) text += fmt::format(" ({})", to_string(exit.how));
      break;
    }
  }
  if (exit.leader_zombie) add(text, "the leader ended before its threads");
  if (exit.child_tid_cleared && !*exit.child_tid_cleared) add(text, "its tid word was not cleared");
  if (exit.cpu_ns) add(text, "cpu " + duration(*exit.cpu_ns));
  // Known to a hundredth of a second only: the zeros of short lives say nothing.
  if (exit.utime_ns.value_or(0) > 0) add(text, "user " + duration(*exit.utime_ns));
  if (exit.stime_ns.value_or(0) > 0) add(text, "system " + duration(*exit.stime_ns));
  return said;
}

Sentence say(const Reap& reap, const Paths& paths) {
  Sentence said{"reaped", Ink::faint, {}};
  if (reap.automatic) {
    said.text = "by the kernel, nobody has to wait for it";
  } else {
    said.text = reap.by != 0 ? "by " + paths.of(reap.by) : "outside the trace";
    if (!reap.call.empty()) said.text += " with " + reap.call;
  }
  const std::string status = status_words(reap.status);
  if (!status.empty()) said.text += ": " + status;
  if (reap.zombie_ns) add(said.text, "zombie for " + duration(*reap.zombie_ns));
  return said;
}

Sentence say(const Join& join, const Paths& paths) {
  Sentence said{"joined", Ink::faint, "by " + (join.by != 0 ? paths.of(join.by) : "an unknown LWP")};
  if (join.waited_ns) said.text += " after " + duration(*join.waited_ns);
  return said;
}

Sentence say(const Reparent& reparent, const Paths& paths) {
  Sentence said{"adopted", Ink::warn, "by "};
  said.text += reparent.to_lwp ? paths.of(*reparent.to_lwp) : fmt::format("pid {}", reparent.to_pid);
  if (!reparent.why.empty()) said.text += " (" + reparent.why + ")";
  if (reparent.from) said.text += ", its parent " + paths.of(*reparent.from) + " ended";
  return said;
}

Sentence say(const BirthFailed& failed) { return birth_sentence(failed); }

Sentence say(const ExecFailed& failed) {
  return {"FAILED", Ink::bad, fmt::format("exec {}{}", failed.file, failure(failed.error))};
}

Sentence say(const Comm& comm) {
  Sentence said{"named", Ink::name, quoted(comm.comm)};
  if (!comm.former.empty()) said.text += ", was " + quoted(comm.former);
  return said;
}

Sentence say(const Stop& stop) {
  return {"stopped", Ink::warn, fmt::format("by {} with its {}", signal_name(stop.signo), to_string(stop.scope))};
}

Sentence say(const Continue& go) {
  Sentence said{"continued", Ink::good, {}};
  said.text = go.signo == 0 ? "after its stop" : "by " + signal_name(go.signo);
  return said;
}

Sentence say(const TidAddress& call) {
  return {"tidaddr", Ink::faint,
          fmt::format("set_tid_address({:#x}), cleared at its end{}", call.addr.value, failure(call.error))};
}

Sentence say(const TlsCall& call) {
  const std::string code = call.code.empty() ? "" : call.code + ", ";
  return {"tls", Ink::faint, fmt::format("{}({}{:#x}){}", call.call, code, call.addr.value, failure(call.error))};
}

Sentence say(const Namespace& call) {
  std::string args = call.fd ? fmt::format("fd {}", *call.fd) : "";
  if (call.flags_raw && !args.empty()) args += ", ";
  if (call.flags_raw) {
    const auto names = clone_flag_names(call.flags_raw->value, Via::clone3);
    args += names.empty() ? "0" : fmt::format("{}", fmt::join(names, "|"));
  }
  return {"namespace", call.error != 0 ? Ink::bad : Ink::warn,
          fmt::format("{}({}){}", call.call, args, failure(call.error))};
}

Sentence say(const Escaped& escaped) {
  return {"ESCAPED", Ink::bad, escaped.what + (escaped.why.empty() ? "" : ": " + escaped.why)};
}

Sentence say(const Syscall& call) {
  std::vector<std::string> args;
  for (const Address& arg : arguments(call)) args.push_back(fmt::format("{:#x}", arg.value));
  Sentence said{"call", Ink::faint, fmt::format("{}({})", call.name, fmt::join(args, ", "))};
  if (!call.ret) return said;
  const bool failed = *call.ret < 0 && *call.ret >= -4095;
  said.text += " = " + (failed ? errno_name(static_cast<int>(-*call.ret)) : std::to_string(*call.ret));
  return said;
}

std::string_view reason_words(EndReason reason) {
  switch (reason) {
    case EndReason::exited:
      return "all ended";
    case EndReason::detached:
      return "detached, they live on";
    case EndReason::timeout:
      return "timed out, all were killed";
    case EndReason::guard:
      return "a limit was reached, all were killed";
    case EndReason::interrupted:
      return "interrupted";
    case EndReason::output:
      return "the output could not be written";
    case EndReason::unknown:
      break;
  }
  return "for an unknown reason";
}

}  // namespace

void add(std::string& sentence, std::string_view part) {
  if (part.empty()) return;
  if (!sentence.empty()) sentence += "  ";
  sentence += part;
}

Sentence sentence(const Event& event, const Paths& paths) {
  return std::visit(
      [&](const auto& body) {
        if constexpr (std::is_same_v<decltype(body), const Birth&>) {
          return birth_sentence(body, event.tid, paths);
        } else if constexpr (std::is_same_v<decltype(body), const Exit&>) {
          return say(body, event.tid != event.tgid, paths);
        } else if constexpr (requires { say(body, paths); }) {
          return say(body, paths);
        } else {
          return say(body);
        }
      },
      event.body);
}

std::string end_sentence(const TraceEnd& end) {
  std::string text(reason_words(end.reason));
  if (end.status)
    text += fmt::format(", the program {} {}", end.status->signal ? "by" : "with", status_words(*end.status));
  add(text, fmt::format("{} ({} at most alive)", counted(end.lwps, "LWP"), thousands(end.max_alive)));
  add(text, counted(end.births, "birth"));
  if (end.failed_births != 0) text += fmt::format(" ({} more failed)", thousands(end.failed_births));
  add(text, counted(end.exits, "exit"));
  add(text, counted(end.execs, "exec"));
  add(text, counted(end.signals, "signal"));
  if (end.dropped != 0) add(text, fmt::format("DROPPED {}", counted(end.dropped, "event")));
  return text;
}

}  // namespace lwptrace::render
