// Scores for tests of reports: one with each outcome, in words that are hostile to every format.
#pragma once

#include <string>

#include "grade/report.h"

namespace lwptrace::grade {

inline CheckScore check_score(const std::string& name, double points, double earned) {
  CheckScore check;
  check.name = name;
  check.points = points;
  check.earned = earned;
  check.passed = earned >= points;
  check.wanted = "there is exactly 1 birth";
  check.runs = 1;
  check.held = check.passed ? 1 : 0;
  if (check.passed) return check;
  check.failed = "there was none";
  check.events = {"1 exited with code 0 (at 1 ms)"};
  check.hint = "Call fork().";
  return check;
}

// 22.5 of 60 points.
inline Graded example() {
  CheckScore left_out = check_score("threads", 20, 0);
  left_out.looked_at = false;
  left_out.failed = "not looked at: it needs \"fork\", which did not pass";
  left_out.events.clear();
  left_out.hint.clear();
  CheckScore secret = check_score("secret", 5, 5);
  secret.visibility = Visibility::hidden;
  Score score{"Births", 60, 22.5, true, {}, {}};
  score.checks = {check_score("sleepy_creator", 10, 10), check_score("fork", 10, 0), check_score("wait", 15, 7.5),
                  left_out, secret};
  return {"ann", score};
}

// Markup, control characters, what is no UTF-8, and what is no character of XML, wherever words can be.
inline Graded hostile() {
  const std::string words = "=1+1<script>alert(1)</script>\"'&]]>\x1b[2J\x01\xff\xef\xbf\xbf\xe2\x80\xae\r\nend";
  CheckScore check = check_score(words, 10, 0);
  check.wanted = check.failed = check.hint = words;
  check.events = {words};
  return {words, {words, 10, 0, true, {check}, {words}}};
}

}  // namespace lwptrace::grade
