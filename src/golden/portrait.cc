// The painter. What is left out, and why, stands where it is left out; docs/golden-format.md tells it to users.
#include "golden/portrait.h"

#include <fmt/format.h>
#include <lwptrace/names.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "golden/grammar.h"
#include "golden/text.h"

namespace lwptrace::golden {

namespace {

std::uint64_t number_at(const std::string& path, std::size_t& at) {
  std::uint64_t number = 0;
  while (at < path.size() && path[at] >= '0' && path[at] <= '9') number = number * 10 + (path[at++] - '0');
  return number;
}

// Where C libraries and their versions differ, and what they do shows elsewhere: fork's tid words (musl and vfork have
// none), and a flag that the kernel ignores.
bool is_noise(const std::string& flag, Idiom idiom) {
  const bool of_fork = flag == "CLONE_CHILD_SETTID" || flag == "CLONE_CHILD_CLEARTID";
  return flag == "CLONE_DETACHED" || (idiom == Idiom::fork && of_fork);
}

std::string with_error(const std::string& text, int error) {
  return error == 0 ? text : text + " fails with " + errno_name(error);
}

}  // namespace

bool ByPath::operator()(const std::string& a, const std::string& b) const {
  std::size_t i = 0, k = 0;
  while (i < a.size() && k < b.size()) {
    const std::uint64_t x = number_at(a, i), y = number_at(b, k);
    if (x != y) return x < y;
    if (i == a.size() || k == b.size()) break;
    if (a[i] != b[k]) return a[i] == '/';
    ++i, ++k;
  }
  return a.size() - i < b.size() - k;
}

void Painter::header(const TraceHeader& header) {
  gallery_.command = header.argv;
  cwd_ = header.cwd;
}

std::string Painter::name(LwpId id) const {
  const auto known = known_.find(id);
  return known != known_.end() ? known->second.path : "somebody else";
}

Portrait& Painter::of(LwpId id) { return gallery_.lwps[name(id)]; }

// A program that is run where it lies is the same wherever that is.
std::string Painter::file(const std::string& path) const {
  return cwd_.size() > 1 && path.rfind(cwd_ + "/", 0) == 0 ? "." + path.substr(cwd_.size()) : path;
}

void Painter::born(LwpId id, const Birth& birth) {
  Portrait& lwp = of(id);
  lwp.kind = birth.kind;
  if (!birth.creator) return;
  lwp.born = to_string(birth.idiom);
  if (birth.flags_raw) lwp.flags = clone_flag_names(birth.flags_raw->value, birth.via);
  std::erase_if(lwp.flags, [&](const std::string& flag) { return is_noise(flag, birth.idiom); });
  const int signo = birth.exit_signal.signo;
  if (birth.kind == Kind::process && signo >= 0 && signo != SIGCHLD) {
    lwp.exit_signal = signo == 0 ? "none" : signal_name(signo);
  }
  of(*birth.creator).does.push_back(std::string(kMakes) + birth.path);
}

// A delivery that changes nothing happens to traced tasks alone. Two SIGCHLD become one, whoever sent them.
void Painter::took(LwpId id, const Signal& signal) {
  if (signal.effect == Effect::none || signal.effect == Effect::continue_) return;
  const bool to_process = signal.scope == Scope::process;
  std::string fact = fmt::format("{} {}", signal_name(signal.signo), to_string(signal.effect));
  if (signal.sender && signal.sender->lwp && signal.signo != SIGCHLD) fact += " from " + name(*signal.sender->lwp);
  if (to_process) fact += " for the process";
  std::vector<std::string>& takes = of(to_process ? known_[id].leader : id).takes;
  const auto place = std::lower_bound(takes.begin(), takes.end(), fact);
  if (place == takes.end() || *place != fact) takes.insert(place, fact);
}

// Whether a core was dumped is the machine's business.
std::string Painter::end_of(const Exit& exit) const {
  std::string text(to_string(exit.how));
  const bool own = exit.how == How::exit || exit.how == How::exit_group;
  if (own && exit.status.code) text += " " + std::to_string(*exit.status.code);
  if (exit.how == How::signal && exit.status.signal) text += " " + signal_name(*exit.status.signal);
  if (exit.by && (exit.how == How::group || exit.how == How::exec)) text += " by " + name(*exit.by);
  return text;
}

// The status is in the end of the reaped, unless the leader ended by itself and left the group's end to a thread. Which
// of several children a wait for any of them finds first is chance: whom a call names is the program's own order.
void Painter::reaped(LwpId id, const Reap& reap) {
  Portrait& lwp = of(id);
  lwp.reaped = reap.call + (reap.call.empty() ? "by " : " by ") + (reap.automatic ? "the kernel" : name(reap.by));
  const auto& [code, signal, core] = reap.status;
  const std::string with = code ? std::to_string(*code) : signal ? signal_name(*signal) : "";
  const bool told = with.empty() || !lwp.ends.starts_with("exit ") || lwp.ends.ends_with(" " + with);
  if (!told) lwp.reaped += " with " + with;
  if (reap.asked) of(reap.by).does.push_back(std::string(kReaps) + name(id));
}

void Painter::event(const Event& event) {
  if (const auto* birth = std::get_if<Birth>(&event.body)) {
    if (birth->kind == Kind::process) leaders_[event.tgid] = event.lwp;
    known_[event.lwp] = {birth->path, leaders_[event.tgid]};
    return born(event.lwp, *birth);
  }
  if (const auto* reap = std::get_if<Reap>(&event.body)) return reaped(event.lwp, *reap);
  Portrait& lwp = of(event.lwp);
  if (const auto* join = std::get_if<Join>(&event.body)) lwp.joined = "by " + name(join->by);
  if (const auto* failed = std::get_if<BirthFailed>(&event.body)) {
    std::vector<std::string> flags;
    if (failed->flags_raw) flags = clone_flag_names(failed->flags_raw->value, failed->via);
    std::string text = "makes nobody";
    for (const std::string& flag : flags) text += " " + flag;
    lwp.does.push_back(with_error(text, failed->error));
  } else if (const auto* exec = std::get_if<Exec>(&event.body)) {
    std::string text = "executes " + word(file(exec->file));
    for (std::size_t i = 1; i < exec->argv.size(); ++i) text += " " + word(exec->argv[i]);
    lwp.does.push_back(text);
  } else if (const auto* refused = std::get_if<ExecFailed>(&event.body)) {
    lwp.does.push_back(with_error("executes " + word(file(refused->file)), refused->error));
  } else if (const auto* comm = std::get_if<Comm>(&event.body)) {
    lwp.does.push_back("named " + word(comm->comm));
  } else if (const auto* kill = std::get_if<Kill>(&event.body)) {
    const std::string whom = kill->target_lwp ? name(*kill->target_lwp) : std::string(to_string(kill->scope));
    const char* what = kill->scope == Scope::thread ? "thread " : kill->scope == Scope::group ? "" : "process ";
    const std::string text = fmt::format("sends {} to {}{}", signal_name(kill->signo), what, whom);
    lwp.does.push_back(with_error(text, kill->error));
  } else if (const auto* spaces = std::get_if<Namespace>(&event.body)) {
    std::string text = spaces->call;
    if (spaces->flags_raw) {
      for (const std::string& flag : clone_flag_names(spaces->flags_raw->value, Via::clone3)) text += " " + flag;
    }
    lwp.does.push_back(with_error(text, spaces->error));
  } else if (std::holds_alternative<Escaped>(event.body)) {
    lwp.does.emplace_back("makes somebody whom nobody can follow");
  } else if (const auto* signal = std::get_if<Signal>(&event.body)) {
    took(event.lwp, *signal);
  } else if (const auto* exit = std::get_if<Exit>(&event.body)) {
    lwp.ends = end_of(*exit);
  } else if (const auto* moved = std::get_if<Reparent>(&event.body)) {
    lwp.orphaned = "to " + (moved->why.empty() ? name(moved->to_lwp.value_or(0)) : moved->why);
  }
}

Gallery Painter::take() {
  gallery_.lwps.erase("somebody else");
  return std::exchange(gallery_, {});
}

}  // namespace lwptrace::golden
