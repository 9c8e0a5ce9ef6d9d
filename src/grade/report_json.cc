// All that is known of each, for programs: docs/grade.schema.json.
#include <nlohmann/json.hpp>

#include "grade/report.h"
#include "grade/score_json.h"

namespace lwptrace::grade {

std::string json_report(const Class& all) {
  auto submissions = nlohmann::ordered_json::array();
  for (const auto& [name, score] : all) {
    nlohmann::ordered_json one{{"submission", name}};
    one.update(score_to_json(score));
    submissions.push_back(one);
  }
  return text_of({{"lwptrace_grade_report", 1}, {"submissions", submissions}});
}

}  // namespace lwptrace::grade
