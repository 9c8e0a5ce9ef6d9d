// The text of a golden file, written and read. docs/golden-format.md is the grammar.
#pragma once

#include <lwptrace/result.h>

#include <string>
#include <string_view>
#include <vector>

#include "golden/portrait.h"

namespace lwptrace::golden {

// One word of a command line, in quotes if it has to be.
[[nodiscard]] std::string word(std::string_view text);

// Siblings that follow one another and are alike are written once: "1/2..9".
[[nodiscard]] std::string write(const Gallery& gallery);

// An Error is `NAME:LINE:COLUMN: what was wrong; what was expected`.
[[nodiscard]] Result<Gallery> read(std::string_view text, const std::string& name);

}  // namespace lwptrace::golden
