// What two galleries differ in: in words, and as a unified diff of their texts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "golden/portrait.h"

namespace lwptrace::golden {

// Whether `text` is what a golden's line says: "any", alternatives ("exit 0 or exit 1"; "none": no line), and * for any
// characters.
[[nodiscard]] bool matches(std::string_view wanted, std::string_view text);

// Of `actual` from `wanted`, which is called `whose` ("golden"): a line each; who is missing or new
// first, then the most telling first for each LWP.
[[nodiscard]] std::vector<std::string> differences(Gallery wanted, Gallery actual, const std::string& whose);

// Three lines of context, as diff -u; empty when all lines match.
[[nodiscard]] std::string unified(Gallery wanted, Gallery actual, const std::string& wanted_name,
                                  const std::string& actual_name, bool color);

}  // namespace lwptrace::golden
