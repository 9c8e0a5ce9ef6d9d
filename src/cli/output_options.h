// The options about outputs, the same in run and show: where to write, in which format, how wide, in colour or not.
#pragma once

#include <lwptrace/result.h>

#include <string>
#include <vector>

#include "cli/outputs.h"

namespace CLI {
class App;
}

namespace lwptrace::cli {

struct OutputOptions {
  std::vector<std::string> files, formats;
  int width = 0;  // 0: as wide as what it is written to
  std::string color = "auto";
};

// Declares -o, -F, --width and --color.
void declare_outputs(CLI::App& app, OutputOptions& o);

// What -o and -F ask for: a request for each file; one for `unnamed` where -F stands alone; none without either.
[[nodiscard]] Result<std::vector<OutputRequest>> requested_outputs(const OutputOptions& o, const std::string& unnamed);

// Whether two names lead to one file, which need not exist.
[[nodiscard]] bool same_file(const std::string& a, const std::string& b);

// "log tree timeline …"
[[nodiscard]] std::string format_names();

}  // namespace lwptrace::cli
