// How each event changes the records of lives.h.
#include "analysis/lives.h"

#include <algorithm>
#include <csignal>

namespace lwptrace::analysis {

namespace {

constexpr std::uint64_t kCloneVfork = 0x4000;

// argv in one string: the words end in NUL, as in /proc/PID/cmdline. Long command lines are not kept whole.
std::string joined(const Exec& exec) {
  constexpr std::size_t enough = 256;
  std::string words;
  for (const std::string& word : exec.argv) {
    if (words.size() > enough) break;
    words += word.substr(0, enough);
    words += '\0';
  }
  return words.empty() ? exec.file + '\0' : words;
}

}  // namespace

const Life* Lives::find(LwpId id) const {
  if (id == 0) return nullptr;
  if (id <= lives_.size() && lives_[id - 1].id == id) return &lives_[id - 1];
  const auto found = elsewhere_.find(id);
  return found == elsewhere_.end() ? nullptr : &lives_[found->second];
}

Life* Lives::find_mutable(LwpId id) { return const_cast<Life*>(find(id)); }

std::string Lives::path(LwpId id) const {
  const Life* life = find(id);
  return life != nullptr && !life->path.empty() ? life->path : "#" + std::to_string(id);
}

std::vector<LwpId> Lives::in_tree_order() const {
  std::vector<LwpId> order;
  order.reserve(lives_.size());
  std::vector<LwpId> later;  // a stack of our own: a chain of creators may be as long as the trace
  for (const Life* life = find(first_root_); life != nullptr;) {
    order.push_back(life->id);
    if (life->next != 0) later.push_back(life->next);
    LwpId next = life->first_child;
    if (next == 0 && !later.empty()) {
      next = later.back();
      later.pop_back();
    }
    life = find(next);
  }
  return order;
}

std::vector<std::string> Lives::command(const Life& life) const {
  std::vector<std::string> words;
  const std::string& text = names_[life.command];
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\0', at);
    words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

std::span<const Failure> Lives::failures(LwpId creator) const {
  const auto found = failures_.find(creator);
  return found == failures_.end() ? std::span<const Failure>{} : found->second;
}

std::vector<std::string> Lives::exec_names(const Life& life) const {
  const auto found = exec_names_.find(life.id);
  std::vector<std::string> words;
  if (found == exec_names_.end()) return words;
  for (const std::uint32_t name : found->second) words.push_back(names_[name]);
  return words;
}

bool Lives::observes(std::string_view type) const {
  return header_.observes.empty() || std::ranges::find(header_.observes, type) != header_.observes.end();
}

std::uint32_t Lives::name(std::string_view text) {
  const auto [at, fresh] = name_index_.try_emplace(std::string(text), static_cast<std::uint32_t>(names_.size()));
  if (fresh) names_.emplace_back(text);
  return at->second;
}

void Lives::mark(const Event& event, Mark::What what, int signo) {
  marks_.push_back(Mark{event.t, event.lwp, what, static_cast<std::uint8_t>(signo)});
}

void Lives::header(const TraceHeader& header) { header_ = header; }

void Lives::end(const TraceEnd& end) {
  end_ = end;
  last_t_ = std::max(last_t_, end.t);
}

void Lives::cut(const std::string& where) { cut_ = where.empty() ? "somewhere" : where; }

void Lives::event(const Event& event) {
  last_t_ = std::max(last_t_, event.t);
  if (event.lwp == 0) return;
  constexpr auto is_act = [](const auto& body) {
    using Body = std::decay_t<decltype(body)>;
    return !std::is_same_v<Body, Exit> && !std::is_same_v<Body, Reap> && !std::is_same_v<Body, Join> &&
           !std::is_same_v<Body, Reparent>;
  };
  if (std::visit(is_act, event.body)) last_act_ = event.t;
  Life& life = of(event);
  std::visit(
      [&](const auto& body) {
        if constexpr (requires { on(life, body, event); }) on(life, body, event);
      },
      event.body);
}

// The record of whom an event happened to. Its birth is the first thing that a whole trace tells of an LWP; in any
// other trace it is taken to begin here, as a root.
Life& Lives::of(const Event& event) {
  if (Life* known = find_mutable(event.lwp)) return *known;
  const std::size_t at = lives_.size();
  Life& life = lives_.emplace_back();
  if (event.lwp != at + 1) elsewhere_[event.lwp] = static_cast<std::uint32_t>(at);
  life.id = event.lwp;
  life.tid = event.tid;
  life.tgid = event.tgid;
  life.born = event.t;

  const auto* birth = std::get_if<Birth>(&event.body);
  life.followed = birth == nullptr || birth->followed;
  totals_.alive += life.followed ? 1 : 0;
  totals_.unfollowed += life.followed ? 0 : 1;
  totals_.max_alive = std::max(totals_.max_alive, totals_.alive);
  const LwpId creator_id = birth != nullptr ? birth->creator.value_or(0) : 0;
  Life* creator = creator_id != life.id ? find_mutable(creator_id) : nullptr;
  LwpId& last = creator != nullptr ? creator->last_child : last_root_;
  LwpId& first = creator != nullptr ? creator->first_child : first_root_;
  if (Life* elder = find_mutable(last)) elder->next = life.id;
  if (first == 0) first = life.id;
  last = life.id;
  if (creator != nullptr) {
    life.creator = creator->id;
    ++creator->children;
  }

  life.kind = birth != nullptr && birth->kind != Kind::unknown ? birth->kind
              : event.tid == event.tgid                        ? Kind::process
                                                               : Kind::thread;
  life.leader = life.id;
  if (life.kind == Kind::thread) {
    const auto leader = leaders_.find(life.tgid);
    if (creator != nullptr) {
      life.leader = creator->leader;
    } else if (leader != leaders_.end()) {
      life.leader = leader->second;
    }
    Life* group = find_mutable(life.leader);
    if (group != nullptr && group != &life) ++group->threads;
    ++totals_.threads;
  } else {
    if (creator == nullptr) leaders_[life.tgid] = life.id;
    ++totals_.processes;
  }
  return life;
}

void Lives::on(Life& life, const Birth& birth, const Event& event) {
  if (life.born_seen) return;
  life.born_seen = true;
  life.path = birth.path;
  life.parent = birth.parent.value_or(0);
  life.idiom = birth.idiom;
  life.via = birth.via;
  life.born = event.t;
  life.comm = name(birth.comm);
  life.own_stack = birth.stack.has_value();
  life.sleeps_creator = birth.flags_raw && (birth.flags_raw->value & kCloneVfork) != 0;
  ++totals_.births;
  if (birth.duration_ns && (!totals_.slowest_ns || *birth.duration_ns > *totals_.slowest_ns)) {
    totals_.slowest_ns = birth.duration_ns;
    totals_.slowest = life.id;
  }
}

void Lives::on(Life& life, const BirthFailed& failed, const Event& event) {
  ++life.failed;
  mark(event, Mark::What::failure);
  ++totals_.failed;
  ++totals_.failed_by_error[failed.error];
  std::vector<Failure>& kinds = failures_[life.id];
  for (Failure& kind : kinds) {
    if (kind.via == failed.via && kind.error == failed.error && kind.why == failed.why) {
      ++kind.count;
      return;
    }
  }
  constexpr std::size_t enough = 16;  // a program that fails in ever new ways
  if (kinds.size() < enough) kinds.push_back(Failure{failed.via, failed.error, failed.why, 1});
}

void Lives::on(Life& life, const Exec& exec, const Event& event) {
  ++life.execs;
  ++totals_.execs;
  const std::uint32_t former = life.comm;
  life.command = name(joined(exec));
  if (!exec.comm.empty()) life.comm = name(exec.comm);
  life.tid = event.tid;
  life.leader = life.id;  // whoever execs is the one left of its group
  const bool launch = life.execs == 1 && life.via == Via::launch;
  if (!launch) mark(event, Mark::What::exec);
  if (life.execs < 2) return;
  constexpr std::size_t enough = 16;  // a program that execs itself again and again
  std::vector<std::uint32_t>& names = exec_names_[life.id];
  if (names.empty()) names.push_back(former);
  if (names.size() == enough) names.erase(names.begin() + enough / 2);
  names.push_back(life.comm);
}

void Lives::on(Life& life, const Comm& comm, const Event&) { life.comm = name(comm.comm); }

void Lives::on(Life& life, const Signal& signal, const Event& event) {
  ++life.signals;
  ++totals_.signals;
  ++totals_.by_signal[signal.signo];
  if (signal.effect == Effect::terminate || signal.effect == Effect::core) {
    life.fatal = static_cast<std::uint8_t>(signal.signo);
    life.by = signal.sender ? signal.sender->lwp.value_or(0) : 0;
    life.by_pid = signal.sender && life.by == 0 ? signal.sender->pid : 0;
  }
  // The end of every child sends one; so many marks would say nothing.
  if (signal.signo != SIGCHLD && signal.effect != Effect::none) mark(event, Mark::What::signal, signal.signo);
}

void Lives::on(Life& life, const Stop& stop, const Event& event) {
  ++life.stops;
  mark(event, Mark::What::stop, stop.signo);
}

void Lives::on(Life&, const Continue& go, const Event& event) { mark(event, Mark::What::go, go.signo); }

void Lives::on(Life& life, const Exit& exit, const Event& event) {
  if (life.exited) return;
  life.exited = true;
  life.ended = event.t;
  life.how = exit.how;
  life.status = exit.status;
  const bool as_announced = exit.how == How::signal && exit.status.signal == life.fatal;
  if (exit.by || !as_announced) {
    life.by = exit.by.value_or(0);
    life.by_pid = 0;
  }
  Life* ender = exit.how == How::group ? find_mutable(life.by) : nullptr;
  if (ender != nullptr) ender->took_others = true;
  life.leader_zombie = exit.leader_zombie;
  ++totals_.exits;
  totals_.alive -= life.followed ? 1 : 0;
  std::optional<Nanos> cpu = exit.cpu_ns;
  if (!cpu && exit.utime_ns && exit.stime_ns) cpu = *exit.utime_ns + *exit.stime_ns;
  if (!cpu) return;
  totals_.cpu_ns += *cpu;
  ++totals_.cpu_known;
}

void Lives::on(Life& life, const Reap& reap, const Event& event) {
  life.reaped = !reap.automatic;
  life.reaped_auto = reap.automatic;
  life.waiter = reap.by;
  life.collected = event.t;
}

void Lives::on(Life& life, const Join& join, const Event& event) {
  if (life.joined) return;
  life.joined = true;
  life.waiter = join.by;
  life.collected = event.t;
}

void Lives::on(Life& life, const Reparent& reparent, const Event&) {
  life.adopted = true;
  life.adopter = reparent.to_lwp.value_or(0);
  life.adopter_pid = reparent.to_pid;
}

void Lives::on(Life&, const Escaped&, const Event&) { ++totals_.escaped; }

}  // namespace lwptrace::analysis
