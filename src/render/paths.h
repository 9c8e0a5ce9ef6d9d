// Paths: which path ("1/2.1") an LWP number stands for, for formats that stream and so cannot look back.
// It keeps the living and the last ten thousand that ended: a wait, a join or a SIGCHLD may still name one.
#pragma once

#include <lwptrace/event.h>

#include <deque>
#include <string>
#include <unordered_map>

namespace lwptrace::render {

class Paths {
 public:
  // Learns from an event: call it before anything is asked about the event.
  void see(const Event& event);

  // The path, or "#7" where the birth of LWP 7 was not observed (or it ended too long ago).
  [[nodiscard]] std::string of(LwpId lwp) const;

 private:
  std::unordered_map<LwpId, std::string> paths_;
  std::deque<LwpId> ended_;  // oldest first
};

}  // namespace lwptrace::render
