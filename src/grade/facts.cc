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

bool is_orphan(const Event& event, const World&) {
  const auto* moved = std::get_if<Reparent>(&event.body);
  return moved != nullptr && moved->why != "thread";
}

// Whom the event happened to; for a call, who made it.
bool same(const Value& wanted, const Event& row, const World& world) { return wanted.lwps->has(row.lwp, world); }

bool lwp(const Value& wanted, std::optional<LwpId> lwp, const World& world) {
  return lwp && wanted.lwps->has(*lwp, world);
}

std::uint64_t flags_of(std::optional<Address> raw, Via via) {
  if (!raw) return 0;
  return via == Via::clone3 ? raw->value : raw->value & ~tables::kCSIGNAL;
}

template <class T>
bool has_flags(const Value& wanted, const Event& row, const World&) {
  return (flags_of(as<T>(row).flags_raw, as<T>(row).via) & wanted.bits) == wanted.bits;
}

template <class T>
bool lacks_flags(const Value& wanted, const Event& row, const World&) {
  return (flags_of(as<T>(row).flags_raw, as<T>(row).via) & wanted.bits) == 0;
}

std::uint64_t shared(const Shares& s) {  // in the order of the words of Type::resources
  std::uint64_t bits = 0, bit = 1;
  for (const bool one : {s.vm, s.fs, s.files, s.sighand, s.sysvsem, s.io, s.thread_group, s.parent}) {
    if (one) bits |= bit;
    bit <<= 1U;
  }
  return bits;
}

bool code(const Value& wanted, const Status& status) { return status.code && wanted.has(*status.code); }
bool signal(const Value& wanted, const Status& status) { return status.signal && wanted.has(*status.signal); }

// "ls" is any file of that name, "/bin/ls" that one.
bool file(const Value& wanted, const std::string& path) {
  const Pattern& pattern = wanted.patterns[0];
  const bool whole = pattern.is_regex() || pattern.written().find('/') != std::string::npos;
  return pattern.matches(whole ? std::string_view(path) : std::string_view(path).substr(path.rfind('/') + 1));
}

bool words(const Value& wanted, const std::vector<std::string>& argv) {
  return std::equal(wanted.patterns.begin(), wanted.patterns.end(), argv.begin(), argv.end(),
                    [](const Pattern& pattern, const std::string& word) { return pattern.matches(word); });
}

#define WHERE [](const Value& v, [[maybe_unused]] const Event& e, [[maybe_unused]] const World& w) -> bool

constexpr Column kBirths[] = {
    {"of", Type::lwp, true, "of {}", same},
    {"kind", Type::kind, true, "of a {}", WHERE{return v.has(static_cast<int>(as<Birth>(e).kind));
}  // namespace
}  // namespace lwptrace::grade
, {"idiom", Type::idiom, false, "by {}", WHERE{return v.has(static_cast<int>(as<Birth>(e).idiom));
}
}
, {"call", Type::via, false, "through {}(2)", WHERE{return v.has(static_cast<int>(as<Birth>(e).via));
}
}
, {"creator", Type::lwp, true, "made by {}", WHERE{return lwp(v, as<Birth>(e).creator, w);
}
}
, {"parent", Type::lwp, false, "whose parent is {}", WHERE{return lwp(v, as<Birth>(e).parent, w);
}
}
, {"depth", Type::depth, true, "at depth {}", WHERE{return v.has(static_cast<int>(w.depth(e.lwp)));
}
}
, {"flags", Type::flags, false, "with {}", has_flags<Birth>},
    {"without", Type::flags, false, "without {}", lacks_flags<Birth>},
    {"exit signal", Type::exit_signal, false, "with exit signal {}", WHERE{return v.has(as<Birth>(e).exit_signal.signo);
}
}
, {"shares", Type::resources, false, "sharing {}",
   WHERE{return as<Birth>(e).shares && (shared(*as<Birth>(e).shares) & v.bits) == v.bits;
}
}
, {"copies", Type::resources, false, "with its own {}",
   WHERE{return as<Birth>(e).shares && (shared(*as<Birth>(e).shares) & v.bits) == 0;
}
}
,
}
;

constexpr Column kFailedBirths[] = {
    {"by", Type::lwp, true, "by {}", same},
    {"errno", Type::error, false, "with {}", WHERE{return v.has(as<BirthFailed>(e).error);
}
}
, {"call", Type::via, false, "through {}(2)", WHERE{return v.has(static_cast<int>(as<BirthFailed>(e).via));
}
}
, {"flags", Type::flags, false, "with {}", has_flags<BirthFailed>},
    {"without", Type::flags, false, "without {}", lacks_flags<BirthFailed>},
}
;

constexpr Column kExits[] = {{"of", Type::lwp, true, "of {}", same},
                             {"code", Type::code, false, "with code {}", WHERE{return code(v, as<Exit>(e).status);
}
}
, {"signal", Type::signal, false, "with {}", WHERE{return signal(v, as<Exit>(e).status);
}
}
, {"how", Type::how, false, "through {}", WHERE{return v.has(static_cast<int>(as<Exit>(e).how));
}
}
, {"by", Type::lwp, false, "caused by {}", WHERE{return lwp(v, as<Exit>(e).by, w);
}
}
,
}
;

constexpr Column kReaps[] = {{"of", Type::lwp, true, "of {}", same},
                             {"by", Type::lwp, false, "by {}", WHERE{return lwp(v, as<Reap>(e).by, w);
}
}
, {"code", Type::code, false, "with code {}", WHERE{return code(v, as<Reap>(e).status);
}
}
, {"signal", Type::signal, false, "with {}", WHERE{return signal(v, as<Reap>(e).status);
}
}
,
}
;

constexpr Column kJoins[] = {{"of", Type::lwp, true, "of {}", same},
                             {"by", Type::lwp, false, "by {}", WHERE{return lwp(v, as<Join>(e).by, w);
}
}
,
}
;

constexpr Column kSent[] = {{"by", Type::lwp, true, "by {}", same},
                            {"to", Type::lwp, false, "to {}", WHERE{return lwp(v, as<Kill>(e).target_lwp, w);
}
}
, {"signal", Type::signal, false, "of {}", WHERE{return v.has(as<Kill>(e).signo);
}
}
,
}
;

constexpr Column kFailedSends[] = {{"by", Type::lwp, true, "by {}", same},
                                   {"signal", Type::signal, false, "of {}", WHERE{return v.has(as<Kill>(e).signo);
}
}
, {"errno", Type::error, false, "with {}", WHERE{return v.has(as<Kill>(e).error);
}
}
,
}
;

constexpr Column kTaken[] = {{"of", Type::lwp, true, "by {}", same},
                             {"signal", Type::signal, false, "of {}", WHERE{return v.has(as<Signal>(e).signo);
}
}
, {"effect", Type::effect, false, "with the effect {}", WHERE{return v.has(static_cast<int>(as<Signal>(e).effect));
}
}
, {"from", Type::lwp, false, "sent by {}", WHERE{return as<Signal>(e).sender && lwp(v, as<Signal>(e).sender->lwp, w);
}
}
,
}
;

constexpr Column kExecs[] = {{"by", Type::lwp, true, "by {}", same},
                             {"file", Type::pattern, false, "of {}", WHERE{return file(v, as<Exec>(e).file);
}
}
, {"words", Type::patterns, false, "with the words {}", WHERE{return words(v, as<Exec>(e).argv);
}
}
,
}
;

constexpr Column kFailedExecs[] = {{"by", Type::lwp, true, "by {}", same},
                                   {"file", Type::pattern, false, "of {}", WHERE{return file(v, as<ExecFailed>(e).file);
}
}
, {"errno", Type::error, false, "with {}", WHERE{return v.has(as<ExecFailed>(e).error);
}
}
,
}
;

constexpr Column kNames[] = {{"of", Type::lwp, true, "of {}", same},
                             {"name", Type::pattern, false, "{}", WHERE{return v.patterns[0].matches(as<Comm>(e).comm);
}
}
,
}
;

constexpr Column kOrphans[] = {{"of", Type::lwp, true, "namely {}", same},
                               {"from", Type::lwp, false, "left by {}", WHERE{return lwp(v, as<Reparent>(e).from, w);
}
}
, {"to", Type::lwp, false, "adopted by {}", WHERE{return lwp(v, as<Reparent>(e).to_lwp, w);
}
}
,
}
;

#undef WHERE

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
