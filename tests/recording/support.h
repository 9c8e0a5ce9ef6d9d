// What the tests of the recording share: a sink that remembers, and events with every field set and with none.
#pragma once

#include <lwptrace/bytes.h>
#include <lwptrace/trace.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "recording/reader.h"
#include "recording/source.h"
#include "recording/writer.h"

namespace lwptrace::recording {

struct Told : TraceSink {
  std::vector<TraceHeader> headers;
  std::vector<Event> events;
  std::vector<TraceEnd> ends;
  std::vector<std::string> cuts;
  void header(const TraceHeader& h) override { headers.push_back(h); }
  void event(const Event& e) override { events.push_back(e); }
  void end(const TraceEnd& e) override { ends.push_back(e); }
  void cut(const std::string& where) override { cuts.push_back(where); }
  bool operator==(const Told& o) const {
    return headers == o.headers && events == o.events && ends == o.ends && cuts == o.cuts;
  }
};

struct ReadBack {
  Told told;
  Result<ReadReport> result;
  std::string error() const { return result ? "" : result.error().text; }
};

inline ReadBack read(std::string_view bytes) {
  Told told;
  MemorySource in(bytes);
  auto result = read_trace(in, "t.jsonl", told);
  return {std::move(told), std::move(result)};
}

inline const std::string header_line = R"({"type":"header","schema":"lwptrace","version":1,"argv":[]})"
                                       "\n";

// One event line behind a header that is as short as may be.
inline ReadBack read_line(const std::string& line) { return read(header_line + line + "\n"); }

inline std::string written(const Event& event) {
  StringSink out;
  JsonlWriter(out).event(event);
  return out.text();
}

inline Event at_four(EventBody body) { return {1, 1000, 4, 4711, 4700, std::move(body)}; }

inline std::vector<Frame> full_backtrace() {
  return {{{0x7f0000001000}, "start", 16, "/usr/lib/libc.so.6", "start.c", 12}, {{0x401000}, "", {}, "", "", {}}};
}

// One event of each type, in the order of EventBody, with every field set.
inline std::vector<EventBody> full_bodies() {
  Birth birth{"1/2.1",
              Via::clone3,
              Kind::thread,
              Idiom::pthread_create,
              2,
              1,
              4711,
              4700,
              4600,
              Address{0x3d0f00},
              ExitSignal{17},
              Address{0x7f0000000000},
              8388608,
              Tls{{0x7f12}, Address{0x7f12}, true},
              ParentTid{{0x7f34}, 4711},
              ChildTid{{0x7f56}, true, true, 0},
              5,
              {100, 7},
              6,
              96,
              "0000000000000001",
              "clone3",
              Shares{true, true, true, true, true, true, true, true, {"pid", "net"}},
              {4711, 3},
              Abi::x86_64,
              21000,
              full_backtrace(),
              "worker",
              1000,
              false,
              "/usr/bin/a",
              {"a", "b c"}};
  Signal signal{
      11, 1,  Sender{4711, 1000, 4}, Scope::kernel, Disposition::default_action, Effect::core, Address{0xdead},
      9,  -5, full_backtrace(),      "clone"};
  const Status killed{{}, 11, true};
  return {birth,
          BirthFailed{Via::clone, Address{0x10011}, ExitSignal{0}, 22, "CLONE_THREAD needs CLONE_SIGHAND", 88, "ff"},
          Exec{"/bin/true", {"true", "-v"}, true, "true", 4712, {2, 3}, Abi::i386, 1000, true},
          ExecFailed{"/bin/none", 2},
          Comm{"new", "old"},
          signal,
          Kill{"kill", 15, -4700, 2, Scope::group, 3, true},
          Stop{19, Scope::group},
          Continue{18, Scope::group},
          Exit{How::group, killed, 2, true, 100, 60, 40, true},
          Reap{1, killed, "wait4", 5000, true, 4711},
          Join{1, {0x7f56}, 77},
          Reparent{2, 1, 1, "subreaper"},
          TidAddress{{0x7f56}, 14},
          TlsCall{"arch_prctl", "ARCH_SET_FS", {0x7f12}, 1},
          Namespace{"setns", Address{0x40000000}, 3, 1},
          Escaped{"clone", "CLONE_UNTRACED"},
          Syscall{"getppid", {{1}, {0xffffffffffffffff}}, -38}};
}

template <std::size_t... I>
std::vector<EventBody> empty_bodies(std::index_sequence<I...> /*all*/) {
  return {EventBody(std::in_place_index<I>)...};
}
inline std::vector<EventBody> empty_bodies() {
  return empty_bodies(std::make_index_sequence<std::variant_size_v<EventBody>>());
}

inline TraceHeader full_header() {
  return {1,
          "lwptrace 0.1.0",
          "attach",
          Detail::all,
          {"./a.out", "x"},
          "/home",
          "6.18.44",
          "x86_64",
          "2026-11-22T05:10:27.123456789Z",
          {"birth", "exit"}};
}

inline TraceEnd full_end(std::uint64_t seq) {
  return {99000, seq, EndReason::guard, Status{3, {}, false}, 10, 9, 8, 7, 6, 5, 4, 2};
}

// A whole trace of them.
inline std::string full_trace() {
  StringSink out;
  JsonlWriter writer(out);
  writer.header(full_header());
  std::uint64_t seq = 0;
  for (const EventBody& body : full_bodies())
    writer.event({++seq, 1000 + static_cast<Nanos>(seq), 4, 4711, 4700, body});
  writer.end(full_end(seq + 1));
  return out.text();
}

}  // namespace lwptrace::recording
