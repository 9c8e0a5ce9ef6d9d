// What is written is in the order of Score's members; what is read is in any.
#include "grade/score_json.h"

#include <nlohmann/json.hpp>

namespace lwptrace::grade {

namespace {

using nlohmann::json;
using nlohmann::ordered_json;

ordered_json check_to_json(const CheckScore& check) {
  return {{"name", check.name},     {"points", check.points},       {"earned", check.earned},
          {"passed", check.passed}, {"looked_at", check.looked_at}, {"visibility", word_of(check.visibility)},
          {"wanted", check.wanted}, {"failed", check.failed},       {"events", check.events},
          {"hint", check.hint},     {"held", check.held},           {"runs", check.runs}};
}

CheckScore check_from_json(const json& from) {
  CheckScore check;
  from.at("name").get_to(check.name);
  from.at("points").get_to(check.points);
  from.at("earned").get_to(check.earned);
  from.at("passed").get_to(check.passed);
  from.at("looked_at").get_to(check.looked_at);
  const auto seen = from.at("visibility").get<std::string>();
  for (const Visibility one : {Visibility::after_due_date, Visibility::hidden}) {
    if (word_of(one) == seen) check.visibility = one;
  }
  from.at("wanted").get_to(check.wanted);
  from.at("failed").get_to(check.failed);
  from.at("events").get_to(check.events);
  from.at("hint").get_to(check.hint);
  from.at("held").get_to(check.held);
  from.at("runs").get_to(check.runs);
  return check;
}

}  // namespace

std::string word_of(Visibility visibility) {
  if (visibility == Visibility::hidden) return "hidden";
  return visibility == Visibility::after_due_date ? "after_due_date" : "visible";
}

ordered_json score_to_json(const Score& score) {
  ordered_json checks = ordered_json::array();
  for (const CheckScore& check : score.checks) checks.push_back(check_to_json(check));
  return {{"title", score.title}, {"points", score.points},   {"earned", score.earned},
          {"ran", score.ran},     {"remarks", score.remarks}, {"checks", checks}};
}

Score score_from_json(const json& from) {
  Score score;
  from.at("title").get_to(score.title);
  from.at("points").get_to(score.points);
  from.at("earned").get_to(score.earned);
  from.at("ran").get_to(score.ran);
  from.at("remarks").get_to(score.remarks);
  for (const json& check : from.at("checks")) score.checks.push_back(check_from_json(check));
  return score;
}

std::string text_of(const ordered_json& json) {
  return json.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace lwptrace::grade
