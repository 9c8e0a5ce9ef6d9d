// Words of the golden file that its writer and its reader share.
#pragma once

#include <string_view>

namespace lwptrace::golden {

constexpr std::string_view kFirst = "lwptrace golden 1";
constexpr std::string_view kMakes = "makes ";
constexpr std::string_view kTimes = "×";

}  // namespace lwptrace::golden
