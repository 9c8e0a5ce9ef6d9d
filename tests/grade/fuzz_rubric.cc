// Bytes as a rubric: they are read, or there is one printable line that says why not, and at what place of theirs. What
// was read can be explained and judged, on a run that has next to nothing.
#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "grade/score.h"
#include "tests/grade/graded.h"

using namespace lwptrace;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

grade::Evidence some_run() {
  testing::Story s;
  const LwpId root = s.launch(0, {"./a"});
  const LwpId child = s.fork(10, root);
  s.exit(20, child, 22, How::exit_group);
  s.reap(30, child, root, {22, {}, false});
  s.join(50, s.thread(40, root), root);
  s.exit(60, root, 0, How::exit_group);
  grade::Evidence run = grade::evidence(s);
  run.out = "one\ntwo\n";
  return run;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const grade::Evidence run = some_run();
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto rubric = grade::read_rubric(text, "r.yaml");
  if (!rubric) {
    const std::string& line = rubric.error().text;
    check(line.starts_with("r.yaml:") && line.find("; ") != std::string::npos);
    check(std::none_of(line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }));
    return 0;
  }
  check(!grade::explain(*rubric).empty());
  const grade::Score score = grade::score(*rubric, {&run, 1});
  check(score.checks.size() == rubric->checks.size() && score.earned >= 0 && score.earned <= score.points + 0.001);
  for (const grade::CheckScore& one : score.checks) check(!one.wanted.empty() && one.passed == one.failed.empty());
  return 0;
}
