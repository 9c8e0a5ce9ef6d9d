// The flow of outputs and model behind session.h. The status line is redrawn in place on stderr and wiped before
// anything else could be written there.
#include "cli/session.h"

#include <fmt/format.h>
#include <unistd.h>

#include <ctime>

#include "cli/cli.h"
#include "render/text.h"

namespace lwptrace::cli {

namespace {

std::string wall_clock(Nanos ago) {
  timespec t{};
  ::clock_gettime(CLOCK_REALTIME, &t);
  const Nanos second = 1'000'000'000;
  const Nanos ns = t.tv_sec * second + t.tv_nsec - ago;
  const time_t seconds = ns / second;
  tm utc{};
  ::gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                     utc.tm_hour, utc.tm_min, utc.tm_sec, ns % second);
}

void status_line(const std::string& text) {
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

Session::Session(const SessionOptions& options, TraceHeader header, Outputs& outputs)
    : options_(options), header_(std::move(header)), outputs_(outputs), tracker_(options.tracker) {}

void Session::observe(const Observation& observation, std::vector<Action>& actions) {
  if (header_.start.empty()) header_.start = wall_clock(observation.t);
  tracker_.apply(observation, step_);
  actions.swap(step_.actions);
}

void Session::settle() {
  if (step_.events.empty()) return;
  tell_events();
  outputs_.flush(false);
}

void Session::tell_events() {
  if (!began_) {
    outputs_.header(header_);
    outputs_.flush(true);
    began_ = true;
  }
  for (const Event& event : step_.events) outputs_.event(event);
  step_.clear();
}

void Session::tick(Nanos now) {
  outputs_.flush(true);
  if (!options_.status_line || !began_) return;
  status_line(fmt::format("\r\033[K{}  {} LWPs alive  {}  {}", render::duration(now / 100'000'000 * 100'000'000),
                          render::thousands(tracker_.alive()), render::counted(tracker_.births(), "birth"),
                          render::counted(tracker_.signals(), "signal")));
  status_shown_ = true;
}

void Session::asked_to_end(std::size_t left) {
  complain(fmt::format("the program has ended; {} it left behind, and {} traced on; interrupt once more to kill {}",
                       left == 1 ? "one LWP is what" : fmt::format("{} LWPs are what", left), left == 1 ? "is" : "are",
                       left == 1 ? "it" : "them"));
}

TraceEnd Session::end(Nanos t, EndReason reason) {
  if (status_shown_) status_line("\r\033[K");
  tracker_.finish(t, step_);
  tell_events();
  const TraceEnd end = tracker_.end(t, outputs_.failed() ? EndReason::output : reason);
  outputs_.end(end);
  outputs_.finish();
  return end;
}

}  // namespace lwptrace::cli
