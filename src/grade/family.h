// Conditions over whole families, which no single event shows: "every child is reaped: yes".
#pragma once

#include <span>
#include <string_view>

namespace lwptrace::grade {

[[nodiscard]] std::span<const std::string_view> family_keys();

}  // namespace lwptrace::grade
