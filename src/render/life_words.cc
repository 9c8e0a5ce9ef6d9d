// The words of life_words.h.
#include "render/life_words.h"

#include <fmt/format.h>
#include <lwptrace/names.h>

namespace lwptrace::render {

using analysis::Life;
using analysis::Lives;

namespace {

// Whether its exit_group differs from an exit: it does where there are siblings to take along.
bool in_company(const Lives& lives, const Life& life) {
  const Life* leader = lives.find(life.leader);
  return leader != nullptr && leader->threads > 0;
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
      if (life.status.code && in_company(lives, life)) return fmt::format("exit_group {}", *life.status.code);
      break;
    case How::unknown:
    case How::exit:
    case How::signal:
      break;
  }
  const std::string words = cause_words(life.status);
  return words.empty() ? "ended" : words;
}

std::string end_word(const Lives& lives, const Life& life) {
  if (!life.exited) return "alive";
  if (life.how == How::group) return "with " + (life.by != 0 ? path_words(lives, life.by) : "its process");
  if (life.how == How::exec) return "by exec";
  if (life.how == How::lost) return "lost";
  if (life.status.signal) return signal_name(*life.status.signal) + (life.status.core ? " core" : "");
  return end_words(lives, life);
}

Ink end_ink(const Life& life) {
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
  std::string reason;
  switch (end.reason) {
    case EndReason::exited:
      break;
    case EndReason::detached:
      reason = "detached, still running";
      break;
    case EndReason::timeout:
      reason = "timed out";
      break;
    case EndReason::guard:
      reason = "stopped by a guard";
      break;
    case EndReason::interrupted:
      reason = "interrupted";
      break;
    case EndReason::output:
      reason = "the output failed";
      break;
    case EndReason::unknown:
      reason = "ended for an unknown reason";
      break;
  }
  if (reason.empty()) return status.empty() ? "ended" : status;
  return status.empty() ? reason : reason + ", " + status;
}

std::string cut_line(const Lives& lives, std::size_t width, bool color) {
  if (lives.cut_where().empty()) return {};
  return paint(fit("The trace was cut: " + printable(lives.cut_where()), width), Ink::warn, color) + "\n";
}

}  // namespace lwptrace::render
