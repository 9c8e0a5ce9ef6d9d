// What a renderer makes of literal events: drawn({at(…), at(…)}, make_log).
#pragma once

#include <lwptrace/event.h>

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

}  // namespace lwptrace::render
