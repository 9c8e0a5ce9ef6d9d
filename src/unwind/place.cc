// See place.h.
#include "unwind/place.h"

#include "unwind/module.h"

namespace lwptrace::unwind {
namespace {

Frame named(const Place& place) {
  Frame frame = place.frame;
  if (!place.module) return frame;
  const Symbol& symbol = place.module->symbol(place.offset);
  frame.symbol = symbol.name;
  if (symbol.offset) frame.offset = *symbol.offset + place.past;
  frame.file = symbol.file;
  frame.line = symbol.line;
  return frame;
}

}  // namespace

Backtrace named_when_read(std::vector<Place> places) {
  return Backtrace([places = std::move(places)] {
    std::vector<Frame> frames;
    frames.reserve(places.size());
    for (const Place& place : places) frames.push_back(named(place));
    return frames;
  });
}

}  // namespace lwptrace::unwind
