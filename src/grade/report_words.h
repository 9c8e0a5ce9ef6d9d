// Words that several reports have.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "grade/score.h"

namespace lwptrace::grade {

// Two decimals at most: "7.5", "3.33", "20".
[[nodiscard]] std::string number(double points);

// "passed", "partly", "failed"; "left out" if it was not looked at.
[[nodiscard]] std::string_view outcome(const CheckScore& check);

// What was found, for a student: it does not name a check that is not visible.
[[nodiscard]] std::string found_for_student(const CheckScore& check, const Score& score);

// The lines of a text, each printable, without those that are empty at the end.
[[nodiscard]] std::vector<std::string> lines_of(std::string_view text);

// Printable, and with what XML and HTML give a meaning to or do not allow written otherwise.
[[nodiscard]] std::string escaped(std::string_view text);

}  // namespace lwptrace::grade
