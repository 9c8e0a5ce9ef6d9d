// The score of a submission: what each check found, in words, and the points. Reports (report.h) draw it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "grade/evidence.h"
#include "grade/rubric.h"

namespace lwptrace::grade {

struct CheckScore {
  std::string name;
  double points = 0, earned = 0;
  bool passed = false;
  bool looked_at = true;  // false: a check that it needs did not pass, and `failed` says which
  Visibility visibility = Visibility::visible;
  std::string wanted;               // the condition in words
  std::string failed;               // what was there in its place, one line; empty if it passed
  std::vector<std::string> events;  // that show it: "1.2 exited 0 (at 12.3 ms)", a few
  std::string hint;                 // if it did not pass
  std::size_t held = 0, runs = 0;   // in how many of the runs
};

struct Score {
  std::string title;
  double points = 0, earned = 0;
  bool ran = false;  // there was something to look at; if not, the remarks say why
  std::vector<CheckScore> checks;
  std::vector<std::string> remarks;  // of the whole: the build failed, took too long, could not be contained …
};

// `runs`: as many as the rubric asks for, or fewer where one could not be made.
[[nodiscard]] Score score(const Rubric& rubric, std::span<const Evidence> runs);

}  // namespace lwptrace::grade
