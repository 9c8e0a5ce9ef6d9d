// Only what is whole can be compared.
#include "cli/compared.h"

#include <fmt/format.h>

#include "recording/reader.h"

namespace lwptrace::cli {

Result<golden::Gallery> paint(const std::string& trace) {
  golden::Painter painter;
  const auto report = recording::read_trace_file(trace, painter);
  if (!report) return report.error();
  if (!report->cut.empty()) {
    return Error{fmt::format("{}; what is not all there cannot be compared: record it again", report->cut), 0};
  }
  return painter.take();
}

}  // namespace lwptrace::cli
