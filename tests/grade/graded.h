// A rubric in a few lines judged on a story: for tests of conditions.
#pragma once

#include <string>
#include <vector>

#include "grade/score.h"
#include "tests/support/events.h"

namespace lwptrace::grade {

inline Evidence evidence(const testing::Story& story, Nanos us = 1000, Status status = {0, {}, false}) {
  Evidence run;
  run.trace.header = story.header;
  run.trace.events = story.events;
  run.trace.end.t = us * 1000;
  run.trace.end.seq = story.events.size() + 1;
  run.trace.end.reason = story.reason;
  run.trace.end.status = status;
  run.traced = true;
  run.wall = us * 1000;
  return run;
}

// Of a rubric whose one check has these lines, indented by nothing.
inline Result<Rubric> rubric_of(const std::string& condition, const std::string& top = "") {
  std::string lines;
  for (const char c : condition) lines += c == '\n' ? std::string("\n    ") : std::string(1, c);
  return read_rubric("title: t\ncommand: ./a\n" + top + "checks:\n  - name: c\n    points: 10\n    " + lines + "\n",
                     "r.yaml");
}

inline CheckScore judged(const std::string& condition, const Evidence& run) {
  const auto rubric = rubric_of(condition);
  if (!rubric) return CheckScore{"broken", 0, 0, false, true, {}, {}, rubric.error().text, {}, {}, 0, 0};
  return score(*rubric, {&run, 1}).checks[0];
}

}  // namespace lwptrace::grade
