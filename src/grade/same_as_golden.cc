// golden: all that a golden file says, in the words of lwptrace check.
#include <fmt/format.h>

#include "golden/differences.h"
#include "golden/text.h"
#include "grade/conditions.h"
#include "grade/files.h"
#include "grade/read.h"
#include "render/text.h"

namespace lwptrace::grade {

namespace {

class SameAsGolden : public Condition {
 public:
  SameAsGolden(std::string name, golden::Gallery wanted) : name_(std::move(name)), wanted_(std::move(wanted)) {}
  [[nodiscard]] std::string words() const override { return "the program does what " + shown(name_) + " says"; }
  [[nodiscard]] Verdict judge(const World& world) const override {
    golden::Painter painter;
    painter.header(world.run().trace.header);
    for (const Event& event : world.events()) painter.event(event);
    const std::vector<std::string> lines = golden::differences(wanted_, painter.take(), "golden");
    Verdict verdict = Verdict::of(
        lines.empty(), lines.empty() ? "it does" : "it differs: " + render::counted(lines.size(), "difference"));
    for (const std::string& line : lines) {
      if (verdict.events.size() < kShownEvents) verdict.events.push_back(render::fit(render::printable(line), 200));
    }
    return only_if_finished(std::move(verdict), world);
  }

 private:
  std::string name_;
  golden::Gallery wanted_;
};

}  // namespace

ConditionPtr read_golden(const Place& place) {
  const std::string name = inner_name(place.value);
  auto wanted = golden::read(contents(place.value, file_beside(place.value, place.folder)), name);
  if (!wanted) wrong(place.value, "this golden cannot be read", wanted.error().text);
  return std::make_shared<SameAsGolden>(name, std::move(*wanted));
}

}  // namespace lwptrace::grade
