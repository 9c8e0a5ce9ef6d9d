// What check and diff share: a recording becomes a gallery of portraits, and two galleries a list of differences.
#pragma once

#include <lwptrace/result.h>

#include <string>

#include "cli/cli.h"
#include "golden/portrait.h"

namespace CLI {
class App;
}

namespace lwptrace::cli {

// An Error: it cannot be read, or is not whole.
[[nodiscard]] Result<golden::Gallery> paint(const std::string& trace);

struct Side {
  const golden::Gallery& gallery;
  std::string whose;  // in words: "golden"
  std::string name;   // in the diff
};

void declare_color(CLI::App& app, std::string& color);

// On stdout. The ending is 0 when there are none, else 1.
[[nodiscard]] Ending tell_differences(const Side& wanted, const Side& actual, const std::string& color);

}  // namespace lwptrace::cli
