// A score as JSON, the same in what is kept of each submission and in what `grade --json` writes; its schema is
// docs/grade.schema.json. Names are those of Score and CheckScore.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "grade/score.h"

namespace lwptrace::grade {

// "visible", "after_due_date", "hidden".
[[nodiscard]] std::string word_of(Visibility visibility);

[[nodiscard]] nlohmann::ordered_json score_to_json(const Score& score);

// Throws what nlohmann-json throws where it is no score.
[[nodiscard]] Score score_from_json(const nlohmann::json& json);

// As text; bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string text_of(const nlohmann::ordered_json& json);

}  // namespace lwptrace::grade
