// What a renderer makes of literal events, drawn({at(…), at(…)}, make_log), and births with all that a trace tells.
#pragma once

#include <lwptrace/event.h>

#include <csignal>
#include <utility>
#include <vector>

#include "render/renderers.h"

namespace lwptrace::render {

// An event at `t` µs of LWP `lwp`, whose tid is 4710 + lwp unless another is given.
inline Event at(Nanos us, LwpId lwp, Tid tgid, EventBody body, Tid tid = 0) {
  return Event{0, us * 1000, lwp, tid != 0 ? tid : static_cast<Tid>(4710 + lwp), tgid, std::move(body)};
}

inline std::string drawn(const std::vector<Event>& events, decltype(make_log)* make, const Options& options = {}) {
  StringSink out;
  const auto renderer = make(out, options);
  for (const Event& event : events) renderer->event(event);
  return out.text();
}

inline Birth root() {
  Birth birth;
  birth.path = "1";
  birth.via = Via::launch;
  birth.kind = Kind::process;
  birth.ppid = 4700;
  birth.pgid = 4711;
  birth.sid = 4600;
  birth.uid = 1000;
  birth.abi = Abi::x86_64;
  birth.comm = "a.out";
  return birth;
}

inline Birth pthread() {
  Birth birth;
  birth.path = "1/1";
  birth.via = Via::clone3;
  birth.kind = Kind::thread;
  birth.idiom = Idiom::pthread_create;
  birth.creator = 1;
  birth.flags_raw = Address{0x3d0f00};
  birth.exit_signal = ExitSignal{0};
  birth.stack = Address{0x7f9388e06000};
  birth.stack_size = 0x7fff80;
  birth.tls = Tls{Address{0x7f93896066c0}, Address{0x7f93896066c0}, true};
  birth.parent_tid = ParentTid{Address{0x7f9389606990}, 4712};
  birth.child_tid = ChildTid{Address{0x7f9389606990}, false, true, {}};
  birth.args_size = 88;
  birth.shares = Shares{true, true, true, true, true, false, true, false, {}};
  birth.abi = Abi::x86_64;
  birth.duration_ns = 31400;
  return birth;
}

inline Birth forked() {
  Birth birth;
  birth.path = "1.1";
  birth.via = Via::clone;
  birth.kind = Kind::process;
  birth.idiom = Idiom::fork;
  birth.creator = 1;
  birth.flags_raw = Address{0x01200011};
  birth.exit_signal = ExitSignal{SIGCHLD};
  birth.child_tid = ChildTid{Address{0x7f9389607a10}, true, true, 4712};
  birth.shares = Shares{};
  birth.abi = Abi::x86_64;
  return birth;
}

}  // namespace lwptrace::render
