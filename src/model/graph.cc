// The tables behind graph.h: lookups, and the few changes that keep them consistent with each other.
#include "model/graph.h"

#include <algorithm>

#include "model/check.h"

namespace lwptrace::model {

namespace {

template <class Map, class Key>
auto* find_in(Map& map, const Key& key) {
  auto it = map.find(key);
  return it == map.end() ? nullptr : &it->second;
}

// Among many the youngest, who stand last, end first as a rule.
template <class Id>
void erase_from_behind(std::vector<Id>& ids, Id id) {
  const auto found = std::find(ids.rbegin(), ids.rend(), id);
  if (found != ids.rend()) ids.erase(std::next(found).base());
}

}  // namespace

TaskName& TaskName::operator=(std::string_view name) {
  text_ = {};
  std::copy_n(name.begin(), std::min(name.size(), text_.size() - 1), text_.begin());
  return *this;
}

std::string Lwp::path() const {
  const std::string number = std::to_string(nth);
  return creators_path == nullptr ? number : *creators_path + (thread ? "/" : ".") + number;
}

const SharedPath& Lwp::shared_path() {
  SharedPath& shared = own_rare().path;
  if (shared == nullptr) shared = std::make_shared<const std::string>(path());
  return shared;
}

const Lwp::Rare& Lwp::rare() const {
  static const Rare none;
  return rare_ != nullptr ? *rare_ : none;
}

Lwp::Rare& Lwp::own_rare() {
  if (rare_ == nullptr) rare_ = std::make_unique<Rare>();
  return *rare_;
}

std::unique_ptr<Call> Lwp::take_call() { return rare_ != nullptr ? std::move(rare_->call) : nullptr; }

std::vector<Graph::Id>::iterator Graph::find_id(LwpId id) {
  return std::lower_bound(ids_.begin(), ids_.end(), id, [](const Id& one, LwpId other) { return one.id < other; });
}

Lwp* Graph::find(LwpId id) {
  const auto found = find_id(id);
  return found != ids_.end() && found->id == id ? by_tid(found->tid) : nullptr;
}

Lwp* Graph::by_tid(Tid tid) { return find_in(lwps_, tid); }

ThreadGroup* Graph::group(GroupId id) { return find_in(groups_, id); }

ThreadGroup* Graph::by_tgid(Tid tgid) {
  const GroupId* id = find_in(tgids_, tgid);
  return id != nullptr ? group(*id) : nullptr;
}

// A child is in the pid namespace of its parent or in one below.
template <class Group>
bool Graph::calls(const ThreadGroup& who, const Group& other, Tid pid) {
  const std::size_t depth = who.ns_tids.size();
  if (depth == 0) return other.tgid == pid;
  return other.parent == who.id && other.ns_tids.size() >= depth && other.ns_tids[depth - 1] == pid;
}

ThreadGroup* Graph::known_to(ThreadGroup& who, Tid pid) {
  if (who.ns_tids.empty()) return by_tgid(pid);
  if (who.ns_tids.back() == pid) return &who;
  for (GroupId id : who.children) {
    ThreadGroup* child = group(id);
    if (child != nullptr && calls(who, *child, pid)) return child;
  }
  return nullptr;
}

LwpId Graph::leader_known_to(ThreadGroup& who, Tid pid) {
  if (const ThreadGroup* living = known_to(who, pid)) return living->leader;
  const auto found =
      std::find_if(reaped_.rbegin(), reaped_.rend(), [&](const Reaped& one) { return calls(who, one, pid); });
  return found == reaped_.rend() ? 0 : found->leader;
}

bool Graph::has_child(ThreadGroup& who, Tid pid, int exit_signal) {
  const auto is_it = [&](const auto& one) { return one.parent == who.id && one.exit_signal == exit_signal; };
  if (const ThreadGroup* living = known_to(who, pid); living != nullptr && is_it(*living)) return true;
  return std::any_of(reaped_.begin(), reaped_.end(),
                     [&](const Reaped& one) { return calls(who, one, pid) && is_it(one); });
}

ThreadGroup& Graph::group_of(const Lwp& lwp) {
  ThreadGroup* found = group(lwp.group);
  CHECK(found != nullptr, "LWP {} is alive and its thread group {} is not known", lwp.id, lwp.group);
  return *found;
}

Lwp& Graph::add(LwpId id, Tid tid, GroupId group_id) {
  Lwp& lwp = lwps_[tid];
  CHECK(lwp.id == 0, "LWP {} is to have tid {}, which is LWP {}'s", id, tid, lwp.id);
  lwp.id = id;
  lwp.tid = tid;
  lwp.group = group_id;
  ids_.insert(find_id(id), Id{id, tid});
  ThreadGroup& of = group_of(lwp);
  of.threads.push_back(id);
  of.had_threads = of.had_threads || of.threads.size() > 1;
  return lwp;
}

ThreadGroup& Graph::add_group(GroupId id, Tid tgid, GroupId parent) {
  ThreadGroup& made = groups_[id];
  made.id = id;
  made.tgid = tgid;
  made.leader = id;
  tgids_[tgid] = id;
  remember(tgid);
  if (ThreadGroup* of = group(parent)) {
    made.parent = parent;
    of->children.push_back(id);
  }
  return made;
}

void Graph::remember(Tid tgid) {
  constexpr Tid pid_max_limit = 1 << 22;
  if (tgid <= 0 || tgid > pid_max_limit) return;
  const auto index = static_cast<std::size_t>(tgid);
  if (ever_.size() <= index) ever_.resize(index + 1);
  ever_[index] = true;
}

bool Graph::ever_had(Tid tgid) const {
  const auto index = static_cast<std::size_t>(tgid);
  return tgid > 0 && index < ever_.size() && ever_[index];
}

void Graph::remove(const Lwp& lwp) {
  drop_word(lwp);
  erase_from_behind(group_of(lwp).threads, lwp.id);
  ids_.erase(find_id(lwp.id));
  lwps_.erase(lwps_.find(lwp.tid));
}

void Graph::remove_group(GroupId id) {
  auto it = groups_.find(id);
  if (it == groups_.end()) return;
  if (ThreadGroup* of = group(it->second.parent)) erase_from_behind(of->children, id);
  constexpr std::size_t a_few = 64;
  if (reaped_.size() == a_few) reaped_.pop_front();
  ThreadGroup& gone = it->second;
  reaped_.push_back(Reaped{gone.tgid, gone.leader, gone.parent, gone.exit_signal, std::move(gone.ns_tids)});
  const GroupId* owner = find_in(tgids_, it->second.tgid);
  if (owner != nullptr && *owner == id) tgids_.erase(it->second.tgid);
  groups_.erase(it);
}

void Graph::take_leadership(Lwp& lwp, Tid tid) {
  auto node = lwps_.extract(lwp.tid);  // which stays where it is
  node.key() = lwp.tid = find_id(lwp.id)->tid = tid;
  lwps_.insert(std::move(node));
  group_of(lwp).leader = lwp.id;
}

void Graph::set_parent(ThreadGroup& child, GroupId parent, Tid ppid) {
  if (ThreadGroup* former = group(child.parent)) erase_from_behind(former->children, child.id);
  child.parent = 0;
  child.ppid = ppid;
  if (ThreadGroup* of = group(parent)) {
    child.parent = parent;
    of->children.push_back(child.id);
  }
}

std::uint64_t Graph::word_number(std::uint64_t memory, std::uint64_t address) {
  constexpr unsigned above_most_addresses = 48;
  return address ^ memory << above_most_addresses;
}

LwpId Graph::owner_of_word(std::uint64_t memory, std::uint64_t address) {
  return words_.find(word_number(memory, address), [&](LwpId id) {
    const Lwp* owner = find(id);
    return owner != nullptr && owner->clear_tid == address && group_of(*owner).memory == memory;
  });
}

void Graph::drop_word(const Lwp& lwp) {
  if (lwp.clear_tid != 0) words_.erase(word_number(group_of(lwp).memory, lwp.clear_tid), lwp.id);
}

void Graph::set_clear_tid(Lwp& lwp, std::uint64_t address) {
  drop_word(lwp);
  const std::uint64_t memory = group_of(lwp).memory;
  if (const LwpId former = owner_of_word(memory, address); former != 0) {
    words_.erase(word_number(memory, address), former);
  }
  lwp.clear_tid = address;
  if (address != 0) words_.add(word_number(memory, address), lwp.id);
}

void Graph::new_handlers(ThreadGroup& of, const ThreadGroup* shared_with) {
  of.handlers = shared_with != nullptr ? shared_with->handlers : ++handlers_;
  shared_handlers_ = shared_handlers_ || shared_with != nullptr;
}

void Graph::act_on_child_end(ThreadGroup& by, bool ignores_sigchld, bool no_wait) {
  by.ignores_sigchld = ignores_sigchld;
  by.no_wait = no_wait;
  if (!shared_handlers_) return;
  for (auto& [id, one] : groups_) {
    if (one.handlers != by.handlers) continue;
    one.ignores_sigchld = ignores_sigchld;
    one.no_wait = no_wait;
  }
}

void Graph::new_memory(ThreadGroup& of) {
  for (LwpId id : of.threads) {
    if (Lwp* lwp = find(id)) {
      drop_word(*lwp);
      lwp->clear_tid = 0;  // an exec forgets it (mm_release), and a newborn's is set after this
    }
  }
  of.memory = ++memories_;
}

}  // namespace lwptrace::model
