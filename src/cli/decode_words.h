// What the subjects of `lwptrace decode` share: reading words, complaining about them, laying out text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/decode.h"
#include "decoders/tables/nearest.h"

namespace lwptrace::cli {

using Words = std::vector<std::string>;

inline constexpr int kLastSignal = 64;

// Thrown by the readers below, and caught by run_decode alone: a word that cannot be understood.
struct Misunderstood {
  std::string text;
};

// "139", "0x8b", "0213". No value when it is not a number of that kind, or does not fit into 64 bits.
[[nodiscard]] std::optional<std::uint64_t> read_number(std::string_view word);

[[nodiscard]] std::string upper(std::string_view word);

// "; did you mean SIGCHLD?" for a name of signals, with SIG or without, or "".
[[nodiscard]] std::string did_you_mean_signal(std::string_view word);

// `label`, padded to `indent` columns, and `text`: what lay_out() makes lines of.
[[nodiscard]] std::string paragraph(std::string_view label, std::size_t indent, std::string_view text);

// Breaks the texts of paragraphs at blanks (or after '|') so that no line is longer than `columns`.
[[nodiscard]] std::string lay_out(std::string_view paragraphs, std::size_t columns);

// One for each subject; `words` follow the subject.
[[nodiscard]] std::string decode_clone(const Words& words, bool clone3);
[[nodiscard]] std::string decode_wait(const Words& words);
[[nodiscard]] std::string decode_signal(const Words& words);

}  // namespace lwptrace::cli
