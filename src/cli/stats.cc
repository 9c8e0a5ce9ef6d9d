// The words for stats.h. Each line's name stands once in the table, so that grep(1) finds it; scripts rely on that.
#include "cli/stats.h"

#include <fmt/format.h>

#include <iterator>

namespace lwptrace::cli {

namespace {

using engine::Counted;
using engine::Stats;
using engine::StopKind;

constexpr struct {
  StopKind kind;
  const char* name;
} kStops[] = {
    {StopKind::launch, "launch or attach"},
    {StopKind::birth_entry, "entry of a birth call"},
    {StopKind::birth, "creator's event"},
    {StopKind::newborn, "newborn"},
    {StopKind::newborn_alone, "newborn, out of turn"},
    {StopKind::entry, "entry of another call"},
    {StopKind::call_return, "return of a call"},
    {StopKind::exec, "exec"},
    {StopKind::signal, "signal"},
    {StopKind::group_stop, "group-stop"},
    {StopKind::trap, "trap"},
    {StopKind::passed_over, "passed over"},
};
static_assert(std::size(kStops) == static_cast<std::size_t>(StopKind::count));

class Table {
 public:
  template <class... More>
  void line(const std::string& name, const More&... more) {
    std::string line = fmt::format("{:<28}", name);
    (line.append(fmt::format("{:>14}", more)), ...);
    text_ += line + '\n';
  }
  void part(const std::string& name, std::uint64_t count) {
    if (count != 0) line("  " + name, count);
  }
  void part(const std::string& name, const Counted& counted) {
    if (counted.times != 0 || counted.ptrace_calls != 0) line("  " + name, counted.times, counted.ptrace_calls);
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

void add(Counted& sum, const Counted& more) {
  sum.times += more.times;
  sum.ptrace_calls += more.ptrace_calls;
}

void tell_stops(Table& table, const Stats& stats) {
  Counted all, births;
  for (const Counted& one : stats.stops) add(all, one);
  for (const StopKind kind : {StopKind::birth_entry, StopKind::birth, StopKind::newborn, StopKind::newborn_alone}) {
    add(births, stats.stop(kind));
  }
  table.line("stops", all.times, all.ptrace_calls);
  for (const auto& row : kStops) table.part(row.name, stats.stop(row.kind));
  table.line("deaths", stats.deaths.times, stats.deaths.ptrace_calls);
  table.part("announced by SIGCHLD", stats.deaths_announced);
  const std::uint64_t born = stats.stop(StopKind::birth).times;
  table.line("births", born);
  if (born == 0) return;
  const auto each = [born](std::uint64_t of) {
    return fmt::format("{:.3f}", static_cast<double>(of) / static_cast<double>(born));
  };
  table.line("  each, on average", each(births.times), each(births.ptrace_calls));
}

void tell_times(Table& table, const Stats& stats, const Told& told) {
  const auto line = [&](const char* name, Nanos part) {
    const double share = stats.total != 0 ? static_cast<double>(part) / static_cast<double>(stats.total) : 0;
    table.line(name, fmt::format("{:.3f} ms", static_cast<double>(part) / 1e6), fmt::format("{:.1f} %", share * 100));
  };
  line("time", stats.total);
  line("  waiting for the kernel", stats.waiting);
  line("  reading and resuming", stats.total - stats.waiting - stats.model - stats.telling);
  line("  model", stats.model);
  line("  handing to the outputs", stats.telling);
  line("  held up by a full one", told.held_up);
  line("formatting and writing", told.own_thread);
}

}  // namespace

std::string stats_table(const Stats& stats, const Told& told) {
  Table table;
  table.line("--stats", "times", "ptrace calls");
  tell_stops(table, stats);
  std::uint64_t calls = 0;
  for (const auto& [name, times] : stats.ptrace_calls) calls += times;
  table.line("ptrace calls", calls);
  for (const auto& [name, times] : stats.ptrace_calls) table.part(name, times);
  table.line("waits", stats.waits_for_any + stats.waits_for_one + stats.asked + stats.taken);
  table.part("for any", stats.waits_for_any);
  table.part("for one", stats.waits_for_one);
  table.part("asked of one", stats.asked);
  table.part("to take what was reported", stats.taken);
  if (stats.hints.sweeps != 0) {
    table.line("among many", stats.hints.taken + stats.hints.asked + stats.hints.sweeps);
    table.part("hints by SIGCHLD", stats.hints.taken);
    table.part("asked of a hint", stats.hints.asked);
    table.part("sweeps of all", stats.hints.sweeps);
  }
  table.line("/proc reads", stats.proc_reads);
  table.line("events told", told.events);
  table.line("bytes written", told.bytes);
  table.line("peak memory", fmt::format("{} KiB", told.peak_kib));
  tell_times(table, stats, told);
  return table.text();
}

}  // namespace lwptrace::cli
