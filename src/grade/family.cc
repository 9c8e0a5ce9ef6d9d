// Each condition finds those who break it, and wants somebody of whom it speaks.
#include "grade/family.h"

#include <fmt/format.h>

#include <array>
#include <unordered_map>

#include "grade/conditions.h"
#include "grade/read.h"
#include "render/text.h"

namespace lwptrace::grade {

namespace {

using analysis::Life;
using analysis::Lives;

struct Breach {
  std::uint64_t spoken_of = 0;  // 0: it speaks of nobody here
  std::uint64_t breaking = 0;
  std::vector<std::string> lines;

  void see(bool breaks, const Life& life, const Lives& lives, std::string_view what) {
    ++spoken_of;
    if (!breaks) return;
    ++breaking;
    if (lines.size() < kShownEvents)
      lines.push_back(fmt::format("{} {}", render::printable(lives.path(life.id)), what));
  }
};

bool is_child(const Life& life) { return life.kind == Kind::process && life.creator != 0; }
bool is_thread(const Life& life) { return life.kind == Kind::thread; }

Breach unreaped(const Lives& lives) {
  Breach found;
  for (const Life& life : lives.all()) {
    if (!is_child(life)) continue;
    const bool good = life.reaped && life.waiter != 0;
    found.see(!good, life, lives,
              !life.exited       ? "never ended"
              : life.reaped_auto ? "was reaped by the kernel, for SIGCHLD was ignored"
              : life.reaped      ? "was reaped outside the program, by whoever adopted it"
                                 : "ended, and nobody waited for it");
  }
  return found;
}

// A process ends with the last of its threads.
std::unordered_map<LwpId, Nanos> ends_of_processes(const Lives& lives) {
  std::unordered_map<LwpId, Nanos> ends;
  for (const Life& life : lives.all()) {
    if (!life.exited) continue;
    Nanos& end = ends[life.leader];
    end = std::max(end, life.ended);
  }
  return ends;
}

Breach zombies(const Lives& lives) {
  const auto ends = ends_of_processes(lives);
  Breach found;
  for (const Life& life : lives.all()) {
    if (!is_child(life)) continue;
    const auto own = ends.find(life.id), parent = ends.find(life.parent);
    const bool outlived = own != ends.end() && parent != ends.end() && own->second <= parent->second;
    const bool left = outlived && !life.reaped_auto && !(life.reaped && life.collected <= parent->second);
    found.see(left, life, lives, "was a zombie when its parent ended");
  }
  return found;
}

Breach orphans(const Lives& lives) {
  Breach found;
  for (const Life& life : lives.all()) {
    if (!is_child(life)) continue;
    const Life* adopter = lives.find(life.adopter);
    const bool at_home = adopter != nullptr && adopter->leader == life.parent;  // another thread of its parent
    found.see(life.adopted && !at_home, life, lives, "lost its parent, and was adopted");
  }
  return found;
}

Breach taken_threads(const Lives& lives) {
  Breach found;
  for (const Life& life : lives.all()) {
    if (!is_thread(life)) continue;
    const bool good = life.exited && (life.how == How::exit || life.how == How::exit_group);
    found.see(!good, life, lives, life.exited ? "was ended with its process" : "never ended");
  }
  return found;
}

struct FamilyRow {
  std::string_view key, words, nobody;  // `nobody`: what is missing where it wants somebody; empty: it wants nobody
  Breach (*find)(const Lives& lives);
};
constexpr std::array kFamily = {
    FamilyRow{"every child is reaped", "every child process is waited for by the program", "there was no child process",
              unreaped},
    FamilyRow{"every thread ends by itself", "every thread ends by itself, none is ended with its process",
              "there was no thread", taken_threads},
    FamilyRow{"no zombie at exit", "no child is a zombie when its parent ends", "", zombies},
    FamilyRow{"no orphan", "no process outlives its parent", "", orphans},
};

class Family : public Condition {
 public:
  explicit Family(const FamilyRow& row) : row_(row) {}
  [[nodiscard]] std::string words() const override { return std::string(row_.words); }
  [[nodiscard]] Verdict judge(const World& world) const override {
    Breach breach = row_.find(world.lives());
    if (breach.spoken_of == 0 && !row_.nobody.empty()) return Verdict::of(false, std::string(row_.nobody));
    Verdict verdict = Verdict::of(breach.breaking == 0, "it was so", {});
    if (!verdict.holds) {
      verdict.share = 1 - static_cast<double>(breach.breaking) / static_cast<double>(breach.spoken_of);
      verdict.found = fmt::format("it was not so of {} of {}", breach.breaking, breach.spoken_of);
      verdict.events = std::move(breach.lines);
    }
    return only_if_finished(std::move(verdict), world);
  }

 private:
  const FamilyRow& row_;
};

constexpr auto kKeys = [] {
  std::array<std::string_view, kFamily.size()> keys;
  for (std::size_t i = 0; i < kFamily.size(); ++i) keys[i] = kFamily[i].key;
  return keys;
}();

}  // namespace

std::span<const std::string_view> family_keys() { return kKeys; }

ConditionPtr read_family(const Place& place) {
  if (!read_yes(place.value, place.key.text)) {
    wrong(place.value, place.key.text + " is 'no'", "yes; for the contrary, not: and this below it");
  }
  for (const FamilyRow& row : kFamily) {
    if (row.key == place.key.text) return std::make_shared<Family>(row);
  }
  return nullptr;
}

}  // namespace lwptrace::grade
