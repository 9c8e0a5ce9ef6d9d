// Which kind of stop a fact was.
#include "engine/stats.h"

namespace lwptrace::engine {

StopKind kind_of(const std::optional<Fact>& fact) {
  if (!fact) return StopKind::passed_over;
  if (std::holds_alternative<BirthStop>(*fact)) return StopKind::birth;
  if (const auto* newborn = std::get_if<NewbornStop>(&*fact)) {
    return newborn->call ? StopKind::newborn_alone : StopKind::newborn;
  }
  if (const auto* entry = std::get_if<EntryStop>(&*fact)) {
    return std::holds_alternative<CloneCall>(entry->call) ? StopKind::birth_entry : StopKind::entry;
  }
  if (std::holds_alternative<ForeignFilterStop>(*fact)) return StopKind::entry;
  if (std::holds_alternative<ReturnStop>(*fact)) return StopKind::call_return;
  if (std::holds_alternative<ExecStop>(*fact)) return StopKind::exec;
  if (std::holds_alternative<SignalStop>(*fact)) return StopKind::signal;
  if (std::holds_alternative<GroupStop>(*fact)) return StopKind::group_stop;
  return StopKind::trap;
}

}  // namespace lwptrace::engine
