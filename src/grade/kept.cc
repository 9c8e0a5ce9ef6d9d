// The score's own JSON, and before it what it is a score of.
#include "grade/kept.h"

#include <nlohmann/json.hpp>

#include "grade/score_json.h"

namespace lwptrace::grade {

namespace {

constexpr int version = 1;

}  // namespace

std::string write_kept(const Kept& kept) {
  nlohmann::ordered_json whole{
      {"lwptrace_grade", version}, {"submission", kept.submission}, {"digest", kept.digest}, {"rubric", kept.rubric}};
  whole.update(score_to_json(kept.score));
  return text_of(whole);
}

std::optional<Kept> read_kept(const std::string& text) {
  try {
    const auto whole = nlohmann::json::parse(text);
    if (whole.at("lwptrace_grade") != version) return std::nullopt;
    Kept kept;
    whole.at("submission").get_to(kept.submission);
    whole.at("digest").get_to(kept.digest);
    whole.at("rubric").get_to(kept.rubric);
    kept.score = score_from_json(whole);
    return kept;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

}  // namespace lwptrace::grade
