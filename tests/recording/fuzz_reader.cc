// A fuzz target for the reader: any bytes are a trace, a cut trace or an error, and what was read writes and reads back
// as itself. Not part of the tests; see LWPTRACE_FUZZ in CMakeLists.txt.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lwptrace;
  using namespace lwptrace::recording;
  const auto first = read({reinterpret_cast<const char*>(data), size});
  for (Event event : first.told.events) {
    event.seq = 1;
    const auto again = read(header_line + written(event));
    if (!again.result.ok() || again.told.events.size() != 1 || !(again.told.events[0] == event)) std::abort();
  }
  return 0;
}
