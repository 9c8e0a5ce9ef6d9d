// A golden's first line goes without saying.
#pragma once

#include <string>

#include "golden/text.h"

namespace lwptrace::golden {

inline Gallery gallery(const std::string& body) { return *read("lwptrace golden 1\n" + body, "x.golden"); }

}  // namespace lwptrace::golden
