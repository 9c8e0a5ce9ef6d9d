// What a node of the rubric says, if it says it in the right form; else a Wrong is thrown that shows the form.
#pragma once

#include <lwptrace/ids.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "grade/yaml.h"

namespace lwptrace::grade {

// The node is a table that has no key but these. `whose` continues "what … has": "a check".
void only_keys(const Yaml& table, const std::vector<std::string>& known, std::string_view whose);

[[nodiscard]] std::string read_text(const Yaml& node, std::string_view what);                // not empty
[[nodiscard]] std::vector<std::string> read_texts(const Yaml& node, std::string_view what);  // one, or a list
[[nodiscard]] bool read_yes(const Yaml& node, std::string_view what);
[[nodiscard]] std::uint64_t read_number(const Yaml& node, std::string_view what, std::uint64_t least,
                                        std::uint64_t most);
[[nodiscard]] double read_points(const Yaml& node);
[[nodiscard]] Nanos read_duration(const Yaml& node);       // "10s", "500ms"
[[nodiscard]] std::uint64_t read_bytes(const Yaml& node);  // "64M"
// Where it stands in `known`.
[[nodiscard]] std::size_t read_word(const Yaml& node, std::string_view what, const std::vector<std::string>& known);

// One node is the list of itself. A list is not empty.
[[nodiscard]] std::span<const Yaml> one_or_more(const Yaml& node, std::string_view what);

// A whole number and nothing else; false where it is not one, or too big.
[[nodiscard]] bool whole_number(std::string_view text, std::uint64_t& number);

// "did you mean X?", else "WHAT: A, B, C".
[[nodiscard]] std::string right_word(std::string_view wrong, std::string_view what,
                                     const std::vector<std::string>& known);

}  // namespace lwptrace::grade
