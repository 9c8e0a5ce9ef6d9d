// The score's own JSON, with what it is a score of around it.
#include "grade/kept.h"

#include <nlohmann/json.hpp>

#include "grade/score_json.h"

namespace lwptrace::grade {

namespace {

constexpr int version = 1;

}  // namespace

std::string write_kept(const Kept& kept) {
  return text_of({{"lwptrace_grade", version},
                  {"submission", kept.submission},
                  {"digest", kept.digest},
                  {"rubric", kept.rubric},
                  {"score", score_to_json(kept.score)}});
}

std::optional<Kept> read_kept(const std::string& text) {
  try {
    const auto whole = nlohmann::json::parse(text);
    if (whole.at("lwptrace_grade") != version) return std::nullopt;
    Kept kept;
    whole.at("submission").get_to(kept.submission);
    whole.at("digest").get_to(kept.digest);
    whole.at("rubric").get_to(kept.rubric);
    kept.score = score_from_json(whole.at("score"));
    return kept;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

}  // namespace lwptrace::grade
