// What check and diff share: a recording becomes a gallery of portraits.
#pragma once

#include <lwptrace/result.h>

#include <string>

#include "golden/portrait.h"

namespace lwptrace::cli {

// An Error: it cannot be read, or is not whole.
[[nodiscard]] Result<golden::Gallery> paint(const std::string& trace);

}  // namespace lwptrace::cli
