// `lwptrace decode`: numbers and names of clone flags, wait statuses and signals, explained both ways. Words in, text
// out: nothing here prints. The subjects: decode_clone.cc, decode_wait.cc, and signals in decode.cc.
#pragma once

#include <string>
#include <vector>

namespace lwptrace::cli {

struct DecodeOutcome {
  int status = 0;   // 0, or 2 for words that cannot be understood
  std::string out;  // for stdout
  std::string err;  // for stderr: one line, or nothing
};

// `words`: what follows the verb, beginning with clone, clone3, wait or signal. `columns`: how long a line may be.
[[nodiscard]] DecodeOutcome run_decode(const std::vector<std::string>& words, int columns);

}  // namespace lwptrace::cli
