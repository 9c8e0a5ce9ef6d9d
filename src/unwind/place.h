// Place: a frame whose name was not looked up yet. A walk gives places; they become frames when somebody reads them,
// in the thread of who reads. Next: module.h.
#pragma once

#include <lwptrace/event.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace lwptrace::unwind {

class Module;

struct Place {
  Frame frame;                     // without a name and a line
  std::shared_ptr<Module> module;  // null: there is nobody to ask
  std::uint64_t offset = 0;        // in the module's file: what the name is looked up for
  std::uint64_t past = 0;          // bytes from there to the pc, which a call may return to
};

// At least one place.
[[nodiscard]] Backtrace named_when_read(std::vector<Place> places);

}  // namespace lwptrace::unwind
