// One submission: built and run as the rubric says, within walls, and scored.
#pragma once

#include "contain/cgroup.h"
#include "grade/evidence.h"
#include "grade/rubric.h"
#include "grade/score.h"

namespace lwptrace::cli {

struct Submission {
  std::string name;  // what the class calls it
  std::string path;  // absolute: a folder or a file; empty: nothing is copied
};

struct Surroundings {
  std::vector<std::string> hidden;  // absolute: nobody is to read them
  std::string not_contained;        // why there are no namespaces; empty: there are
  std::string scratch;              // if not: a folder for working copies
  const contain::Cgroups* cgroups;  // never null
};

// The rubric limits memory, and each of a program's processes may have that much: nothing here limits them together.
[[nodiscard]] bool lets_memory_add_up(const grade::Rubric& rubric, const Surroundings& around);

struct Seen {
  std::vector<grade::Evidence> runs;  // as many as the rubric wants, or one that says why there is none
  std::vector<std::string> missing;   // what could not be enforced, in words
};

// Each of these leaves the process that calls it behind walls: it is one that does nothing else.
[[nodiscard]] Seen run_one(const grade::Rubric& rubric, const Submission& submission, const Surroundings& around);
[[nodiscard]] grade::Score grade_one(const grade::Rubric& rubric, const Submission& submission,
                                     const Surroundings& around);

// Of one that nothing could be found out about.
[[nodiscard]] grade::Score no_score(const grade::Rubric& rubric, const std::string& why);

}  // namespace lwptrace::cli
