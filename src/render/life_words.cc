// The words of life_words.h.
#include "render/life_words.h"

#include <fmt/format.h>
#include <lwptrace/names.h>

#include <csignal>

namespace lwptrace::render {

using analysis::Life;
using analysis::Lives;

namespace {

// Why lwptrace killed all, in a word; empty when it did not.
std::string_view own_reason(const Lives& lives) {
  switch (lives.ending() ? lives.ending()->reason : EndReason::unknown) {
    case EndReason::timeout:
      return "timeout";
    case EndReason::guard:
      return "limit reached";
    case EndReason::interrupted:
      return "interrupted";
    default:
      return {};
  }
}

// Nobody is told of as the sender of lwptrace's own SIGKILL. Ends before the last deed of a program were no part of it.
bool killed_by_lwptrace(const Lives& lives, const Life& life) {
  return !own_reason(lives).empty() && life.status.signal == SIGKILL && life.how == How::signal && life.by == 0 &&
         life.by_pid == 0 && life.ended >= lives.last_act();
}

// "SIGTERM", "its own SIGABRT".
std::string signal_words(const Life& life, std::string_view own) {
  // The kernel sends these two in the name of who wrote too much.
  const bool itself = life.by == life.id && *life.status.signal != SIGPIPE && *life.status.signal != SIGXFSZ;
  return fmt::format("{}{}", itself ? own : "", signal_name(*life.status.signal));
}

// " from 1.2"; empty when it is not known, or the LWP itself.
std::string sender_words(const Lives& lives, const Life& life) {
  if (life.by == life.id) return {};
  if (life.by != 0) return " from " + path_words(lives, life.by);
  return life.by_pid != 0 ? fmt::format(" from pid {}", life.by_pid) : "";
}

std::string possessive(const Lives& lives, LwpId id) { return path_words(lives, id) + "'s"; }

}  // namespace

std::string path_words(const Lives& lives, LwpId id) {
  constexpr std::size_t longest = 32;
  std::string path = printable(lives.path(id));
  if (display_width(path) <= longest) return path;
  std::size_t step = path.find_first_of("./", path.size() - std::min(path.size(), longest - 1));
  if (step == std::string::npos) step = path.size();
  return "…" + path.substr(step);
}

std::string path_words(const Lives& lives, const analysis::Row& row) {
  std::string words = path_words(lives, row.first());
  if (!row.crowd()) return words;
  const std::string last = path_words(lives, row.members.back());
  const std::size_t step = last.find_last_of("./");
  return words + " … " + (step == std::string::npos ? last : last.substr(step));
}

const char* kind_word(const Life& life) { return life.kind == Kind::thread ? "thread" : "process"; }

const char* kind_words(const Life& life) { return life.kind == Kind::thread ? "threads" : "processes"; }

Ink kind_ink(const Life& life) { return life.kind == Kind::thread ? Ink::thread : Ink::process; }

std::string birth_words(const Life& life) {
  if (!life.born_seen) return "birth not seen";
  if (life.via == Via::launch) return "launched";
  if (life.via == Via::attach) return "attached";
  // Flags alone prove neither library: LinuxThreads is long gone, and fork(3) needs no stack.
  const bool alike = life.idiom == Idiom::linuxthreads || (life.idiom == Idiom::fork && life.own_stack);
  if (alike) return fmt::format("{} like {}", to_string(life.via), to_string(life.idiom));
  return std::string(life.idiom != Idiom::unknown ? to_string(life.idiom) : to_string(life.via));
}

std::string name_words(const Lives& lives, const Life& life) {
  const auto argv = lives.command(life);
  return argv.empty() ? printable(lives.comm(life)) : short_command(argv);
}

std::string cause_words(const Status& status) {
  if (status.signal) return fmt::format("killed by {}{}", signal_name(*status.signal), status.core ? " (core)" : "");
  if (status.code) return fmt::format("exit {}", *status.code);
  return {};
}

std::string end_words(const Lives& lives, const Life& life) {
  if (!life.followed) return "not followed";
  if (!life.exited) return lives.cut_where().empty() ? "still alive at the end" : "alive where the trace was cut";
  const Life* by = lives.find(life.by);
  switch (life.how) {
    case How::group:
      if (life.status.signal) {
        const std::string signal = signal_name(*life.status.signal);
        return by != nullptr ? fmt::format("ended by {} {}", possessive(lives, by->id), signal)
                             : fmt::format("ended with its process by {}", signal);
      }
      return by != nullptr ? fmt::format("ended by {} exit_group", possessive(lives, by->id))
                           : "ended with its process";
    case How::exec:
      return by != nullptr ? fmt::format("ended by {} exec", possessive(lives, by->id)) : "ended by an exec";
    case How::lost:
      return "its end was not seen";
    case How::exit_group:
      if (life.status.code && life.took_others) return fmt::format("exit_group {}", *life.status.code);
      break;
    case How::signal:
      if (killed_by_lwptrace(lives, life)) return fmt::format("killed by lwptrace: {}", own_reason(lives));
      if (!life.status.signal) break;
      return fmt::format("killed by {}{}{}", signal_words(life, "its own "), life.status.core ? " (core)" : "",
                         sender_words(lives, life));
    case How::unknown:
    case How::exit:
      break;
  }
  const std::string words = cause_words(life.status);
  return words.empty() ? "ended" : words;
}

std::string end_word(const Lives& lives, const Life& life) {
  if (!life.followed) return "not followed";
  if (!life.exited) return "alive";
  if (life.how == How::group) return "with " + (life.by != 0 ? path_words(lives, life.by) : "its process");
  if (life.how == How::exec) return "by exec";
  if (life.how == How::lost) return "lost";
  if (killed_by_lwptrace(lives, life)) return std::string(own_reason(lives));
  if (life.status.signal)
    return signal_words(life, "own ") + (life.status.core ? " core" : "") + sender_words(lives, life);
  return end_words(lives, life);
}

Ink end_ink(const Life& life) {
  if (!life.followed) return Ink::faint;
  if (!life.exited || life.how == How::lost) return Ink::warn;
  if (life.how == How::group || life.how == How::exec) return Ink::faint;
  if (life.status.signal) return Ink::bad;
  return life.status.code.value_or(0) == 0 ? Ink::good : Ink::warn;
}

bool never_reaped(const Lives& lives, const Life& life) {
  if (life.kind != Kind::process || !life.exited || life.how == How::exec) return false;
  if (life.reaped || life.reaped_auto || !lives.observes("reap")) return false;
  return life.adopted ? life.adopter != 0 : lives.find(life.parent) != nullptr;
}

std::vector<std::string> family_words(const Lives& lives, const Life& life) {
  std::vector<std::string> words;
  const Life* creator = lives.find(life.creator);
  if (creator != nullptr && life.kind == Kind::process && life.born_seen && life.parent != creator->leader) {
    words.push_back("child of " + (life.parent != 0 ? path_words(lives, life.parent) : "an LWP outside the trace"));
  }
  if (life.leader_zombie) words.emplace_back("its threads outlived it");
  if (life.adopted) {
    words.push_back("orphan, adopted by " +
                    (life.adopter != 0 ? path_words(lives, life.adopter) : fmt::format("pid {}", life.adopter_pid)));
  }
  if (life.joined) words.push_back("joined by " + path_words(lives, life.waiter));
  if (life.reaped) {
    words.push_back(life.waiter != 0 ? "reaped by " + path_words(lives, life.waiter) : "reaped outside the trace");
  }
  if (life.reaped_auto) words.emplace_back("nobody had to wait for it");
  if (never_reaped(lives, life)) words.emplace_back("never reaped");
  if (life.stops > 0)
    words.push_back(life.stops == 1 ? "stopped once" : fmt::format("stopped {} times", thousands(life.stops)));
  return words;
}

std::string exec_words(const Lives& lives, const Life& life) {
  const auto names = lives.exec_names(life);
  constexpr std::size_t first = 3, last = 2;
  std::string words;
  for (std::size_t at = 0; at < names.size(); ++at) {
    if (at >= first && at + last < names.size()) {
      words += " → …";
      at = names.size() - last - 1;
      continue;
    }
    words += (at == 0 ? "" : " → ") + printable(names[at]);
  }
  return words;
}

std::string census(const Lives& lives) {
  const auto& totals = lives.totals();
  std::string words;
  if (totals.processes > 0 || totals.threads == 0) words = counted(totals.processes, "process", "processes");
  if (totals.threads > 0) words += (words.empty() ? "" : ", ") + counted(totals.threads, "thread");
  return words;
}

std::string program_words(const Lives& lives) {
  if (!lives.trace().argv.empty()) return short_command(lives.trace().argv);
  const Life* root = lives.find(lives.first_root());
  const std::string name = root != nullptr ? name_words(lives, *root) : std::string();
  return name.empty() ? "the trace" : name;
}

std::string outcome_words(const Lives& lives) {
  if (!lives.cut_where().empty()) return "the trace was cut";
  if (!lives.ending()) return "no end was recorded";
  const TraceEnd& end = *lives.ending();
  const std::string status = end.status ? cause_words(*end.status) : std::string();
  if (const std::string_view why = own_reason(lives); !why.empty()) {
    const bool root_too = !end.status || end.status->signal == SIGKILL;
    return fmt::format("{}killed by lwptrace: {}", root_too ? "" : status + ", the rest ", why);
  }
  std::string reason;
  switch (end.reason) {
    case EndReason::exited:
      break;
    case EndReason::detached:
      reason = "detached, still running";
      break;
    case EndReason::output:
      reason = "the output failed";
      break;
    default:
      reason = "ended for an unknown reason";
      break;
  }
  if (reason.empty()) return status.empty() ? "ended" : status;
  return status.empty() ? reason : reason + ", " + status;
}

std::string title(const Lives& lives, const std::string& facts, std::size_t width) {
  const std::string rest = " · " + facts;
  const std::size_t room = width > display_width(rest) ? width - display_width(rest) : 0;
  return fit(fit(program_words(lives), std::max<std::size_t>(room, 12)) + rest, width);
}

std::string cut_line(const Lives& lives, std::size_t width, bool color) {
  if (lives.cut_where().empty()) return {};
  return paint(fit("The trace was cut: " + printable(lives.cut_where()), width), Ink::warn, color) + "\n";
}

}  // namespace lwptrace::render
