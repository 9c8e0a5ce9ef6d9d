// Names are those of Score and CheckScore. Bytes that are not UTF-8 become U+FFFD.
#include "grade/kept.h"

#include <nlohmann/json.hpp>

namespace lwptrace::grade {

namespace {

using nlohmann::json;

constexpr int version = 1;

json to_json(const CheckScore& check) {
  return {{"name", check.name},     {"points", check.points},       {"earned", check.earned},
          {"passed", check.passed}, {"looked_at", check.looked_at}, {"visibility", static_cast<int>(check.visibility)},
          {"wanted", check.wanted}, {"failed", check.failed},       {"events", check.events},
          {"hint", check.hint},     {"held", check.held},           {"runs", check.runs}};
}

CheckScore check_from(const json& j) {
  CheckScore check;
  j.at("name").get_to(check.name);
  j.at("points").get_to(check.points);
  j.at("earned").get_to(check.earned);
  j.at("passed").get_to(check.passed);
  j.at("looked_at").get_to(check.looked_at);
  check.visibility = static_cast<Visibility>(j.at("visibility").get<int>());
  j.at("wanted").get_to(check.wanted);
  j.at("failed").get_to(check.failed);
  j.at("events").get_to(check.events);
  j.at("hint").get_to(check.hint);
  j.at("held").get_to(check.held);
  j.at("runs").get_to(check.runs);
  return check;
}

}  // namespace

std::string write_kept(const Kept& kept) {
  json checks = json::array();
  for (const CheckScore& check : kept.score.checks) checks.push_back(to_json(check));
  const json whole{{"lwptrace_grade", version},     {"submission", kept.submission},
                   {"digest", kept.digest},         {"title", kept.score.title},
                   {"points", kept.score.points},   {"earned", kept.score.earned},
                   {"remarks", kept.score.remarks}, {"checks", checks}};
  return whole.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

std::optional<Kept> read_kept(const std::string& text) {
  try {
    const json whole = json::parse(text);
    if (whole.at("lwptrace_grade") != version) return std::nullopt;
    Kept kept;
    whole.at("submission").get_to(kept.submission);
    whole.at("digest").get_to(kept.digest);
    whole.at("title").get_to(kept.score.title);
    whole.at("points").get_to(kept.score.points);
    whole.at("earned").get_to(kept.score.earned);
    whole.at("remarks").get_to(kept.score.remarks);
    for (const json& check : whole.at("checks")) kept.score.checks.push_back(check_from(check));
    return kept;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

}  // namespace lwptrace::grade
