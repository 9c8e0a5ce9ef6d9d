// The keys of a rubric that are no conditions, for the loader, which refuses others, and for the test that
// docs/rubric.schema.json has the same.
#pragma once

#include <string>
#include <vector>

namespace lwptrace::grade {

inline std::vector<std::string> rubric_keys() {
  return {"title", "command", "arguments", "stdin", "files", "build", "environment", "limits", "runs", "checks"};
}
inline std::vector<std::string> limit_keys() {
  return {"wall time", "cpu time", "memory", "lwps", "births", "output", "disk", "build time"};
}
inline std::vector<std::string> runs_keys() { return {"count", "hold"}; }
inline std::vector<std::string> check_keys() { return {"name", "points", "partial", "hint", "visibility", "needs"}; }
// In the order of Visibility.
inline std::vector<std::string> visibilities() { return {"visible", "after due date", "hidden"}; }

}  // namespace lwptrace::grade
