// What the subjects of `lwptrace decode` share: reading words, complaining about them, laying out text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/decode.h"

namespace lwptrace::cli {

using Words = std::vector<std::string>;

// Thrown by the readers below, and caught by run_decode alone: a word that cannot be understood.
struct Misunderstood {
  std::string text;
};

// "139", "0x8b", "0213". No value when it is not a number of that kind, or does not fit into 64 bits.
[[nodiscard]] std::optional<std::uint64_t> read_number(std::string_view word);

[[nodiscard]] std::string upper(std::string_view word);

// "; did you mean CLONE_THREAD?" for the candidate that a slip of the fingers would turn into `word`, or "".
[[nodiscard]] std::string did_you_mean(std::string_view word, const Words& candidates);

// `label`, padded to `indent` columns, then `text` broken at blanks (or after '|') to lines of at most 96 columns.
[[nodiscard]] std::string paragraph(std::string_view label, std::size_t indent, std::string_view text);

// One for each subject; `words` follow the subject.
[[nodiscard]] std::string decode_clone(const Words& words, bool clone3);
[[nodiscard]] std::string decode_wait(const Words& words);
[[nodiscard]] std::string decode_signal(const Words& words);

}  // namespace lwptrace::cli
