// What the two HTML pages share: the frame, and one check or remark in it. A page loads nothing from anywhere, has no
// script, follows the reader's light or dark, and can be printed.
#pragma once

#include <string>

#include "grade/score.h"

namespace lwptrace::grade {

// `body` is HTML, `title` is text.
[[nodiscard]] std::string html_page(const std::string& title, const std::string& body);

// "<span class=…>passed</span>"
[[nodiscard]] std::string html_outcome(const CheckScore& check);

// A bar of so much of 1.
[[nodiscard]] std::string html_bar(double share);

// Of one that did not pass: what was found, in words of `found`; events, hint.
[[nodiscard]] std::string html_failure(const CheckScore& check, const std::string& found);

[[nodiscard]] std::string html_remarks(const Score& score);

}  // namespace lwptrace::grade
