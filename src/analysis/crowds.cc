// Likeness as a number: each life gets a hash of what it is, and with Likeness::life of all the lives that it made,
// which are hashed before it because a creator comes first in Lives::all().
#include "analysis/crowds.h"

#include <algorithm>

namespace lwptrace::analysis {

namespace {

// splitmix64: the same on every machine, so that the same trace gives the same crowds.
std::uint64_t mix(std::uint64_t seed, std::uint64_t value) {
  std::uint64_t z = seed + 0x9e3779b97f4a7c15U + value * 0xff51afd7ed558ccdU;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

}  // namespace

Crowds::Crowds(const Lives& lives, Likeness likeness, std::size_t least)
    : lives_(lives), likeness_(likeness), least_(std::max<std::size_t>(least, 2)), keys_(lives.all().size()) {
  const auto all = lives.all();
  for (std::size_t at = all.size(); at-- > 0;) {
    // Children have added themselves by now; addition, because their order does not matter.
    keys_[at] = mix(keys_[at], own_key(all[at]));
    if (likeness != Likeness::life) continue;
    if (const Life* creator = lives.find(all[at].creator)) {
      keys_[static_cast<std::size_t>(creator - all.data())] += keys_[at];
    }
  }
}

std::uint64_t Crowds::own_key(const Life& life) const {
  std::uint64_t key = mix(0, static_cast<std::uint64_t>(life.kind));
  if (likeness_ == Likeness::kind) return key;
  key = mix(key, static_cast<std::uint64_t>(life.idiom));
  key = mix(key, life.comm);
  if (likeness_ == Likeness::name) return key;
  key = mix(key, static_cast<std::uint64_t>(life.how) << 8 | static_cast<std::uint64_t>(life.exited));
  key = mix(key, static_cast<std::uint64_t>(life.status.code.value_or(-1)));
  key = mix(key, static_cast<std::uint64_t>(life.status.signal.value_or(0)) << 1 |
                     static_cast<std::uint64_t>(life.status.core));
  key = mix(key, ender_key(life));
  // Not `joined`: a join is seen only when the joiner had to wait, which is an accident.
  key = mix(key, (life.reaped ? 1U : 0U) | (life.reaped_auto ? 2U : 0U) | (life.adopted ? 8U : 0U) |
                     (life.born_seen ? 16U : 0U) | (life.leader_zombie ? 32U : 0U) | (life.took_others ? 64U : 0U) |
                     (life.followed ? 128U : 0U) | (life.own_stack ? 256U : 0U));
  key = mix(key, std::uint64_t{life.execs} << 32 | life.stops);
  key = mix(key, life.failed);
  return key;
}

// Who ended it, as seen from it: each by itself, by its creator, or by its process's first thread is alike, whoever
// these are. So processes fold together whose threads end with them.
std::uint64_t Crowds::ender_key(const Life& life) const {
  if (life.by == life.id) return 1;
  if (life.by != 0 && life.by == life.creator) return 2;
  const Life* by = lives_.find(life.by);
  const Life* leader = lives_.find(life.leader);
  if (by != nullptr && leader != nullptr && by->leader == leader->id && by->path.starts_with(leader->path)) {
    std::uint64_t key = 3;
    for (const char c : std::string_view(by->path).substr(leader->path.size()))
      key = mix(key, static_cast<unsigned char>(c));
    return key;
  }
  return mix(4, std::uint64_t{life.by} << 32 | static_cast<std::uint32_t>(life.by_pid));
}

std::vector<Row> Crowds::children(LwpId creator) const {
  const Life* of = lives_.find(creator);
  const auto all = lives_.all();
  struct Group {
    std::size_t size = 0;
    std::size_t row = 0;  // once it has one
  };
  std::unordered_map<std::uint64_t, Group> groups;
  const auto key_of = [&](const Life& life) { return keys_[static_cast<std::size_t>(&life - all.data())]; };
  const LwpId first = of != nullptr ? of->first_child : lives_.first_root();
  for (const Life* child = lives_.find(first); child != nullptr; child = lives_.find(child->next)) {
    ++groups[key_of(*child)].size;
  }
  std::vector<Row> rows;
  for (const Life* child = lives_.find(first); child != nullptr; child = lives_.find(child->next)) {
    Group& group = groups[key_of(*child)];
    if (group.size >= least_ && group.row != 0) {
      rows[group.row - 1].members.push_back(child->id);
      continue;
    }
    rows.push_back(Row{{child->id}});
    group.row = rows.size();
  }
  return rows;
}

Nanos median_span(const Lives& lives, const std::vector<LwpId>& members) {
  std::vector<Nanos> spans;
  spans.reserve(members.size());
  for (LwpId id : members) spans.push_back(lives.span_of(*lives.find(id)));
  const auto middle = spans.begin() + static_cast<std::ptrdiff_t>(spans.size() / 2);
  std::nth_element(spans.begin(), middle, spans.end());
  return *middle;
}

std::uint64_t family_size(const Lives& lives, const std::vector<LwpId>& members) {
  std::vector<LwpId> todo = members;
  std::uint64_t size = 0;
  while (!todo.empty()) {
    const Life* life = lives.find(todo.back());
    todo.pop_back();
    ++size;
    for (const Life* child = lives.find(life->first_child); child != nullptr; child = lives.find(child->next)) {
      todo.push_back(child->id);
    }
  }
  return size;
}

}  // namespace lwptrace::analysis
