// The JSON Lines reader: a recorded trace (docs/trace-format.md), packed by zstd or not, told to a TraceSink line by
// line.
//
// A trace that was cut off anywhere is told up to its last whole line, then sink.cut(). Everything else that is not a
// trace is an Error `FILE:LINE:COLUMN: what was wrong; what was expected`, after the lines before it were told.
// Unknown fields and types are passed over. The file is not trusted: see the limits in json_line.h and lines.h.
#pragma once

#include <lwptrace/result.h>
#include <lwptrace/trace.h>

#include <cstdint>
#include <string>

#include "recording/source.h"

namespace lwptrace::recording {

struct ReadReport {
  std::uint64_t lines = 0;  // whole lines read
  bool header = false;      // false only when the trace was cut within its first line
  bool end = false;         // there was an end line; else:
  std::string cut;          // where it was cut, in words, as sink.cut() was told; empty when the sink wanted no more
};

// `name` is what errors call the source.
Result<ReadReport> read_trace(ByteSource& in, const std::string& name, TraceSink& sink);

Result<ReadReport> read_trace_file(const std::string& path, TraceSink& sink);  // "-" is stdin

}  // namespace lwptrace::recording
