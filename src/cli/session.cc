// The flow of outputs and model behind session.h.
#include "cli/session.h"

#include <fmt/format.h>

#include <ctime>

#include "cli/cli.h"
#include "engine/clock.h"
#include "render/text.h"

namespace lwptrace::cli {

namespace {

std::string wall_clock(Nanos ago) {
  const Nanos second = 1'000'000'000;
  const Nanos ns = engine::clock_now(CLOCK_REALTIME) - ago;
  const time_t seconds = ns / second;
  tm utc{};
  ::gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                     utc.tm_hour, utc.tm_min, utc.tm_sec, ns % second);
}

}  // namespace

Session::Session(const SessionOptions& options, TraceHeader header, Outputs& outputs)
    : options_(options), header_(std::move(header)), outputs_(outputs), tracker_(options.tracker), telling_(outputs) {
  step_.full = [this] { tell_events(); };
}

void Session::observe(const Observation& observation, std::vector<Action>& actions) {
  if (header_.start.empty()) header_.start = wall_clock(observation.t);
  tracker_.apply(observation, step_);
  actions.swap(step_.actions);
}

void Session::settle() {
  if (!step_.events.empty()) tell_events();
}

void Session::tell_events() {
  if (!telling_.began()) telling_.begin(header_);
  telling_.tell(step_.events);
}

void Session::tick(Nanos now) {
  if (!options_.status_line || !telling_.began()) return;
  status_line_.draw(fmt::format("{}  {} alive  {}  {}", render::duration(now / 100'000'000 * 100'000'000),
                                render::counted(tracker_.alive(), "LWP"), render::counted(tracker_.births(), "birth"),
                                render::counted(tracker_.signals(), "signal")));
}

void Session::asked_to_end(std::size_t left) {
  status_line_.wipe();
  complain(fmt::format("the program has ended; {} it left behind, and {} traced on; interrupt once more to kill {}",
                       left == 1 ? "one LWP is what" : fmt::format("{} LWPs are what", left), left == 1 ? "is" : "are",
                       left == 1 ? "it" : "them"));
}

void Session::not_attached(const Error& why) { complain(why.text); }

TraceEnd Session::end(Nanos t, EndReason reason) {
  status_line_.wipe();
  tracker_.finish(t, step_);
  tell_events();
  telling_.finish();
  const TraceEnd end = tracker_.end(t, outputs_.failed() ? EndReason::output : reason);
  outputs_.end(end);
  outputs_.finish();
  return end;
}

}  // namespace lwptrace::cli
