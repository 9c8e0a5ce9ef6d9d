// Nothing is lost: events → lines → events and lines → events → lines, with every field set and with none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <limits>
#include <set>

#include "recording/fields.h"
#include "support.h"

namespace lwptrace::recording {
namespace {

using testing::HasSubstr;

// Collects the names of all fields that fields.h describes, below a struct.
struct Names {
  std::set<std::string> seen;
  template <class T>
  void operator()(const char* name, T& x) {
    seen.insert(name);
    below(x);
  }
  template <class T>
  void required(const char* name, T& x) {
    (*this)(name, x);
  }
  template <class T>
  void kept(const char* name, T& x) {
    (*this)(name, x);
  }
  template <class... T>
  void flag(const char* name, T&&...) {
    seen.insert(name);
  }
  void unless(const char* name, bool&) { seen.insert(name); }
  template <class T>
  void lwp(const char* name, T&) {
    seen.insert(name);
  }
  template <class T>
  void signal(const char* name, T&) {
    seen.insert(name);
  }
  template <class T>
  void exit_signal(const char* name, T&) {
    seen.insert(name);
  }
  template <class... T>
  void code(const char* name, T&&...) {
    seen.insert(name);
  }
  template <class T>
  void error(const char* name, T&) {
    seen.insert(name);
  }
  void derived(const char* name, int) { seen.insert(name); }
  template <class... T>
  void flags(const char* name, T&&...) {
    seen.insert(name);
  }
  template <class F>
  void object(const char* name, F visit) {
    seen.insert(name);
    visit(*this);
  }
  template <class T>
  void below(T& x) {
    if constexpr (requires { fields(*this, x); }) fields(*this, x);
  }
  template <class T>
  void below(std::optional<T>& x) {
    below(x.emplace());
  }
  template <class T>
  void below(std::vector<T>& x) {
    below(x.emplace_back());
  }
  void below(std::vector<std::string>&) {}
};

std::vector<Event> numbered(const std::vector<EventBody>& bodies) {
  std::vector<Event> events;
  events.reserve(bodies.size());
  for (const EventBody& body : bodies) events.push_back({events.size() + 1, 5, 4, 4711, 4700, body});
  return events;
}

ReadBack written_and_read(const std::vector<Event>& events) {
  StringSink out;
  JsonlWriter writer(out);
  writer.header(full_header());
  for (const Event& event : events) writer.event(event);
  writer.end(full_end(events.size() + 1));
  return read(out.text());
}

TEST(RoundTrip, TheFullEventsHaveEveryFieldThatIsDescribed) {
  for (EventBody body : full_bodies()) {
    const std::string line = written(at_four(body));
    Names names;
    std::visit([&](auto& b) { fields(names, b); }, body);
    if (std::holds_alternative<Exit>(body) || std::holds_alternative<Reap>(body)) names.seen.erase("code");
    for (const std::string& name : names.seen) EXPECT_THAT(line, HasSubstr('"' + name + "\":"));
  }
}

TEST(RoundTrip, EventsWithEveryFieldSetComeBackEqual) {
  const auto events = numbered(full_bodies());
  const auto back = written_and_read(events);
  ASSERT_TRUE(back.result.ok()) << back.error();
  EXPECT_EQ(back.told.events, events);
  EXPECT_EQ(back.told.headers, std::vector{full_header()});
  EXPECT_EQ(back.told.ends, std::vector{full_end(events.size() + 1)});
}

TEST(RoundTrip, EventsWithEveryFieldEmptyComeBackEqual) {
  const auto events = numbered(empty_bodies());
  const auto back = written_and_read(events);
  ASSERT_TRUE(back.result.ok()) << back.error();
  EXPECT_EQ(back.told.events, events);
}

TEST(RoundTrip, AnEmptyHeaderAndEndComeBackEqual) {
  TraceHeader header;
  header.mode.clear();
  header.detail = Detail::unknown;
  TraceEnd end;
  end.seq = 1;
  end.reason = EndReason::unknown;
  StringSink out;
  JsonlWriter writer(out);
  writer.header(header);
  writer.end(end);
  const auto back = read(out.text());
  ASSERT_TRUE(back.result.ok()) << back.error();
  EXPECT_EQ(back.told.headers, std::vector{header});
  EXPECT_EQ(back.told.ends, std::vector{end});
}

TEST(RoundTrip, BytesToEventsToBytesAreTheSame) {
  const std::string trace = full_trace();
  MemorySource in(trace);
  StringSink out;
  JsonlWriter writer(out);
  const auto report = read_trace(in, "t.jsonl", writer);
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report->end);
  EXPECT_EQ(out.text(), trace);
}

TEST(RoundTrip, NumbersAtTheEdgesOfTheirTypesComeBackEqual) {
  Birth birth;
  birth.creator = std::numeric_limits<LwpId>::max();
  birth.ppid = std::numeric_limits<Tid>::min();
  birth.stack_size = std::numeric_limits<std::uint64_t>::max();
  birth.flags_raw = Address{std::numeric_limits<std::uint64_t>::max()};
  birth.duration_ns = std::numeric_limits<Nanos>::min();
  birth.via = Via::clone3;
  Signal signal;
  signal.value = std::numeric_limits<std::int64_t>::max();
  const auto events = numbered({birth, signal});
  const auto back = written_and_read(events);
  ASSERT_TRUE(back.result.ok()) << back.error();
  EXPECT_EQ(back.told.events, events);
}

TEST(RoundTrip, EverySignalCodeErrnoAndExitSignalComesBackEqual) {
  std::vector<EventBody> bodies;
  for (int signo = 0; signo <= 70; ++signo) {
    for (int code = -10; code <= 12; ++code) bodies.emplace_back(Signal{signo, code});
    bodies.emplace_back(Signal{signo, 0x80});
    bodies.emplace_back(Kill{"kill", signo});
    bodies.emplace_back(Exit{How::signal, {{}, signo, signo % 2 == 0}});
  }
  for (int exit_signal = -1; exit_signal < 256; ++exit_signal) {
    bodies.emplace_back(BirthFailed{Via::clone, {}, ExitSignal{exit_signal}});
  }
  for (int error = 0; error < 4096; ++error) bodies.emplace_back(ExecFailed{"x", error});
  const auto events = numbered(bodies);
  const auto back = written_and_read(events);
  ASSERT_TRUE(back.result.ok()) << back.error();
  ASSERT_EQ(back.told.events.size(), events.size());
  for (std::size_t i = 0; i < events.size(); ++i) ASSERT_EQ(back.told.events[i], events[i]) << written(events[i]);
}

TEST(RoundTrip, ACoreFlagWithoutASignalIsNotLost) {
  const auto events = numbered({Exit{How::lost, {{}, {}, true}}, Reap{1, {{}, {}, true}}});
  EXPECT_EQ(written_and_read(events).told.events, events);
}

}  // namespace
}  // namespace lwptrace::recording
