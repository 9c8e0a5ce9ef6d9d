// What several runs of one program have in common: the golden that all of them hold.
#pragma once

#include <lwptrace/result.h>

#include <string>
#include <vector>

#include "golden/portrait.h"

namespace lwptrace::golden {

struct Common {
  Gallery gallery;
  std::vector<std::string>
      varies;  // in words, a line each: what was not the same in all runs, and how often it was what
};

// Not empty. An Error says which run even that does not hold, and in what: who makes whom is left to chance.
[[nodiscard]] Result<Common> common(const std::vector<Gallery>& runs);

}  // namespace lwptrace::golden
