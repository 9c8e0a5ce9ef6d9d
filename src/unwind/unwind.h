// The door of this room: a Backtracer made of libunwind (how to get from frame to frame) and libdw (what a pc is
// called). The room calls no ptrace: registers are given, memory is read through the MemoryReader, mappings come from
// procfs. Read on in backtracer.cc (the walk), then image.h (what is mapped where), address_space.h (libunwind),
// place.h (a frame that has no name yet), module.h (files), symbols.h (names).
#pragma once

#include <lwptrace/backtrace.h>

#include <memory>

namespace lwptrace::unwind {

// For one thread: it must not be used by two at once. What it has captured may be read in any.
[[nodiscard]] std::unique_ptr<Backtracer> make_backtracer();

}  // namespace lwptrace::unwind
