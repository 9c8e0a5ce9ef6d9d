// The table of facts. Their rows are events as docs/trace-format.md tells them.
#include "grade/facts.h"

#include <fmt/format.h>

#include <algorithm>

#include "decoders/tables/clone_flags.h"
#include "grade/lwps.h"
#include "grade/world.h"

namespace lwptrace::grade {

namespace {

template <class T>
bool is(const Event& event, const World&) {
  return std::holds_alternative<T>(event.body);
}

template <class T>
const T& as(const Event& row) {
  return std::get<T>(row.body);
}

bool is_birth(const Event& event, const World&) {
  const auto* birth = std::get_if<Birth>(&event.body);
  return birth != nullptr && birth->creator;
}

bool is_exec(const Event& event, const World& world) {
  return std::holds_alternative<Exec>(event.body) && !world.is_launch(event);
}

bool is_exit(const Event& event, const World& world) {
  return std::holds_alternative<Exit>(event.body) && !world.forced(event);
}

bool is_wait(const Event& event, const World&) {
  const auto* reap = std::get_if<Reap>(&event.body);
  return reap != nullptr && !reap->automatic;
}

template <bool failed>
bool is_send(const Event& event, const World&) {
  const auto* kill = std::get_if<Kill>(&event.body);
  return kill != nullptr && kill->signo != 0 && (kill->error != 0) == failed;
}

bool is_orphan(const Event& event, const World& world) {
  const auto* moved = std::get_if<Reparent>(&event.body);
  return moved != nullptr && moved->why != "thread" && !(moved->from && world.forced(*moved->from));
}

template <class Member>
struct Owner;
template <class T, class F>
struct Owner<F T::*> {
  using Type = T;
};

// What stands in that field of a row.
template <auto field>
const auto& value_of(const Event& row) {
  return as<typename Owner<decltype(field)>::Type>(row).*field;
}

// Each of these is how one kind of column holds of a row.

// Whom the event happened to; for a call, who made it.
bool same(const Value& wanted, const Event& row, const World& world) { return wanted.lwps->has(row.lwp, world); }

template <auto field>
bool lwp(const Value& wanted, const Event& row, const World& world) {
  const std::optional<LwpId> there = value_of<field>(row);
  return there && wanted.lwps->has(*there, world);
}

bool sender(const Value& wanted, const Event& row, const World& world) {
  const std::optional<Sender>& there = as<Signal>(row).sender;
  return there && there->lwp && wanted.lwps->has(*there->lwp, world);
}

template <auto field>
bool number(const Value& wanted, const Event& row, const World&) {
  return wanted.has(static_cast<int>(value_of<field>(row)));
}

bool exit_signal(const Value& wanted, const Event& row, const World&) {
  return wanted.has(as<Birth>(row).exit_signal.signo);
}

bool depth(const Value& wanted, const Event& row, const World& world) {
  return wanted.has(static_cast<int>(world.depth(row.lwp)));
}

template <auto field>
bool code(const Value& wanted, const Event& row, const World&) {
  const Status& there = value_of<field>(row);
  return there.code && wanted.has(*there.code);
}

template <auto field>
bool killer(const Value& wanted, const Event& row, const World&) {
  const Status& there = value_of<field>(row);
  return there.signal && wanted.has(*there.signal);
}

template <class T>
std::uint64_t flags_of(const Event& row) {
  const T& call = as<T>(row);
  if (!call.flags_raw) return 0;
  return call.via == Via::clone3 ? call.flags_raw->value : call.flags_raw->value & ~tables::kCSIGNAL;
}

template <class T>
bool has_flags(const Value& wanted, const Event& row, const World&) {
  return (flags_of<T>(row) & wanted.bits) == wanted.bits;
}

template <class T>
bool lacks_flags(const Value& wanted, const Event& row, const World&) {
  return (flags_of<T>(row) & wanted.bits) == 0;
}

std::uint64_t bits_of(const Shares& s) {  // in the order of the words of Type::resources
  std::uint64_t bits = 0, bit = 1;
  for (const bool one : {s.vm, s.fs, s.files, s.sighand, s.sysvsem, s.io, s.thread_group, s.parent}) {
    if (one) bits |= bit;
    bit <<= 1U;
  }
  return bits;
}

bool shares(const Value& wanted, const Event& row, const World&) {
  const std::optional<Shares>& there = as<Birth>(row).shares;
  return there && (bits_of(*there) & wanted.bits) == wanted.bits;
}

bool copies(const Value& wanted, const Event& row, const World&) {
  const std::optional<Shares>& there = as<Birth>(row).shares;
  return there && (bits_of(*there) & wanted.bits) == 0;
}

// "ls" is any file of that name, "/bin/ls" that one.
template <auto field>
bool file(const Value& wanted, const Event& row, const World&) {
  const std::string_view path = value_of<field>(row);
  const Pattern& pattern = wanted.patterns[0];
  const bool whole = pattern.is_regex() || pattern.written().find('/') != std::string::npos;
  return pattern.matches(whole ? path : path.substr(path.rfind('/') + 1));
}

bool argv(const Value& wanted, const Event& row, const World&) {
  const std::vector<std::string>& there = as<Exec>(row).argv;
  return std::equal(wanted.patterns.begin(), wanted.patterns.end(), there.begin(), there.end(),
                    [](const Pattern& pattern, const std::string& word) { return pattern.matches(word); });
}

bool name(const Value& wanted, const Event& row, const World&) {
  return wanted.patterns[0].matches(as<Comm>(row).comm);
}

constexpr Column kBirths[] = {
    {"of", Type::lwp, true, "of {}", same},
    {"kind", Type::kind, true, "of a {}", number<&Birth::kind>},
    {"idiom", Type::idiom, false, "by {}", number<&Birth::idiom>},
    {"call", Type::via, false, "through {}(2)", number<&Birth::via>},
    {"creator", Type::lwp, true, "made by {}", lwp<&Birth::creator>},
    {"parent", Type::lwp, false, "whose parent is {}", lwp<&Birth::parent>},
    {"depth", Type::depth, true, "at depth {}", depth},
    {"flags", Type::flags, false, "with {}", has_flags<Birth>},
    {"without", Type::flags, false, "without {}", lacks_flags<Birth>},
    {"exit signal", Type::exit_signal, false, "with exit signal {}", exit_signal},
    {"shares", Type::resources, false, "sharing {}", shares},
    {"copies", Type::resources, false, "with its own {}", copies},
};

constexpr Column kFailedBirths[] = {
    {"by", Type::lwp, true, "by {}", same},
    {"errno", Type::error, false, "with {}", number<&BirthFailed::error>},
    {"call", Type::via, false, "through {}(2)", number<&BirthFailed::via>},
    {"flags", Type::flags, false, "with {}", has_flags<BirthFailed>},
    {"without", Type::flags, false, "without {}", lacks_flags<BirthFailed>},
};

constexpr Column kExits[] = {
    {"of", Type::lwp, true, "of {}", same},
    {"code", Type::code, false, "with code {}", code<&Exit::status>},
    {"signal", Type::signal, false, "with {}", killer<&Exit::status>},
    {"how", Type::how, false, "through {}", number<&Exit::how>},
    {"by", Type::lwp, false, "caused by {}", lwp<&Exit::by>},
};

constexpr Column kReaps[] = {
    {"of", Type::lwp, true, "of {}", same},
    {"by", Type::lwp, false, "by {}", lwp<&Reap::by>},
    {"code", Type::code, false, "with code {}", code<&Reap::status>},
    {"signal", Type::signal, false, "with {}", killer<&Reap::status>},
};

constexpr Column kJoins[] = {
    {"of", Type::lwp, true, "of {}", same},
    {"by", Type::lwp, false, "by {}", lwp<&Join::by>},
};

constexpr Column kSent[] = {
    {"by", Type::lwp, true, "by {}", same},
    {"to", Type::lwp, false, "to {}", lwp<&Kill::target_lwp>},
    {"signal", Type::signal, false, "of {}", number<&Kill::signo>},
};

constexpr Column kFailedSends[] = {
    {"by", Type::lwp, true, "by {}", same},
    {"signal", Type::signal, false, "of {}", number<&Kill::signo>},
    {"errno", Type::error, false, "with {}", number<&Kill::error>},
};

constexpr Column kTaken[] = {
    {"of", Type::lwp, true, "by {}", same},
    {"signal", Type::signal, false, "of {}", number<&Signal::signo>},
    {"effect", Type::effect, false, "with the effect {}", number<&Signal::effect>},
    {"from", Type::lwp, false, "sent by {}", sender},
};

constexpr Column kExecs[] = {
    {"by", Type::lwp, true, "by {}", same},
    {"file", Type::pattern, false, "of {}", file<&Exec::file>},
    {"words", Type::patterns, false, "with the words {}", argv},
};

constexpr Column kFailedExecs[] = {
    {"by", Type::lwp, true, "by {}", same},
    {"file", Type::pattern, false, "of {}", file<&ExecFailed::file>},
    {"errno", Type::error, false, "with {}", number<&ExecFailed::error>},
};

constexpr Column kNames[] = {
    {"of", Type::lwp, true, "of {}", same},
    {"name", Type::pattern, false, "{}", name},
};

constexpr Column kOrphans[] = {
    {"of", Type::lwp, true, "namely {}", same},
    {"from", Type::lwp, false, "left by {}", lwp<&Reparent::from>},
    {"to", Type::lwp, false, "adopted by {}", lwp<&Reparent::to_lwp>},
};

constexpr Fact kFacts[] = {
    {"births", "birth", is_birth, kBirths},
    {"failed births", "failed birth", is<BirthFailed>, kFailedBirths},
    {"exits", "exit", is_exit, kExits},
    {"reaps", "reap", is_wait, kReaps},
    {"joins", "join", is<Join>, kJoins},
    {"signals sent", "signal sent", is_send<false>, kSent},
    {"failed signals", "failed signal", is_send<true>, kFailedSends},
    {"signals taken", "signal taken", is<Signal>, kTaken},
    {"execs", "exec", is_exec, kExecs},
    {"failed execs", "failed exec", is<ExecFailed>, kFailedExecs},
    {"names", "name", is<Comm>, kNames},
    {"orphans", "orphan", is_orphan, kOrphans},
};

}  // namespace

std::vector<std::string> Fact::column_names() const {
  std::vector<std::string> names;
  for (const Column& column : columns) names.emplace_back(column.name);
  return names;
}

std::span<const Fact> row_facts() { return kFacts; }
const Fact& births() { return kFacts[0]; }

Columns::Columns(const Yaml& table, const Fact& fact) {
  for (const Column& column : fact.columns) {
    const Yaml* node = table.find(column.name);
    if (node != nullptr) wanted_.emplace_back(&column, read_value(*node, column.type, std::string(column.name)));
  }
}

std::size_t Columns::misses(const Event& row, const World& world) const {
  return static_cast<std::size_t>(std::count_if(
      wanted_.begin(), wanted_.end(), [&](const auto& want) { return !want.first->holds(want.second, row, world); }));
}

std::string Columns::words() const {
  std::string text;
  for (const auto& [column, value] : wanted_) text += " " + fmt::format(fmt::runtime(column->says), value.said);
  return text;
}

std::pair<Columns, Columns> Columns::split() const {
  std::pair<Columns, Columns> parts;
  for (const auto& want : wanted_) (want.first->chooses ? parts.first : parts.second).wanted_.push_back(want);
  return parts;
}

}  // namespace lwptrace::grade
