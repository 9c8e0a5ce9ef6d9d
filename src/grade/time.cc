// alive at once, and wall time.
#include <fmt/format.h>
#include <lwptrace/names.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <unordered_set>

#include "grade/conditions.h"
#include "grade/count.h"
#include "grade/facts.h"
#include "grade/read.h"
#include "render/text.h"

namespace lwptrace::grade {

namespace {

class Alive : public Condition {
 public:
  Alive(Columns columns, Count count) : columns_(std::move(columns)), count_(count) {}
  [[nodiscard]] std::string words() const override {
    return fmt::format("{}{} {} alive at once", count_.words("LWP", "LWPs"), columns_.words(), count_.verb());
  }
  [[nodiscard]] Verdict judge(const World& world) const override {
    std::unordered_set<LwpId> alive;
    std::uint64_t now = 0, most = 0;
    const Event* when = nullptr;
    for (const Event& event : world.events()) {
      if (const auto* birth = std::get_if<Birth>(&event.body); birth != nullptr && birth->followed) {
        if (!columns_.hold(event, world) || !alive.insert(event.lwp).second) continue;
        if (++now > most) most = now, when = &event;
      } else if (std::holds_alternative<Exit>(event.body) && alive.erase(event.lwp) != 0) {
        --now;
      }
    }
    Verdict verdict = Verdict::of(count_.holds(most), fmt::format("there were at most {} at once", most));
    verdict.share = count_.share(most);
    if (when != nullptr) verdict.events.push_back(world.line(*when));
    return world.proves(count_) ? verdict : only_if_finished(std::move(verdict), world);
  }

 private:
  Columns columns_;
  Count count_;
};

// "2s", or "1.5 x longest thread".
struct Bound {
  std::string said;
  Nanos fixed = 0;
  double times = 0;  // of the longest life of that kind, the root's apart
  Kind kind = Kind::unknown;

  [[nodiscard]] std::optional<Nanos> in(const World& world) const {
    if (kind == Kind::unknown) return fixed;
    std::optional<Nanos> longest;
    for (const analysis::Life& life : world.lives().all()) {
      if (life.kind == kind && life.creator != 0) longest = std::max(longest.value_or(0), world.lives().span_of(life));
    }
    if (!longest) return std::nullopt;
    return static_cast<Nanos>(times * static_cast<double>(*longest));
  }
};

class WallTime : public Condition {
 public:
  WallTime(std::optional<Bound> least, std::optional<Bound> most) : least_(std::move(least)), most_(std::move(most)) {}
  [[nodiscard]] std::string words() const override {
    std::string text = "the wall time is";
    if (least_) text += " at least " + least_->said;
    if (least_ && most_) text += " and";
    if (most_) text += " at most " + most_->said;
    return text;
  }
  [[nodiscard]] Verdict judge(const World& world) const override {
    const Nanos wall = world.run().wall;
    for (const auto* bound : {&least_, &most_}) {
      if (!*bound) continue;
      const auto limit = (*bound)->in(world);
      if (!limit) return Verdict::of(false, fmt::format("there was no {} to compare with", to_string((*bound)->kind)));
      const bool holds = bound == &least_ ? wall >= *limit : wall <= *limit;
      if (holds) continue;
      std::string found = "it was " + render::duration(wall);
      if ((*bound)->kind != Kind::unknown) found += fmt::format(", and that is {}", render::duration(*limit));
      return Verdict::of(false, std::move(found));
    }
    return only_if_finished(Verdict::of(true, "it was " + render::duration(wall)), world);
  }

 private:
  std::optional<Bound> least_, most_;
};

std::optional<Bound> read_bound(const Yaml* node) {
  if (node == nullptr) return std::nullopt;
  Bound bound;
  bound.said = read_text(*node, "wall time");
  const std::string_view text = bound.said;
  const std::size_t by = std::min(text.find(" x longest "), text.size());
  if (text.find("longest") == std::string_view::npos) {
    bound.fixed = read_duration(*node);
    return bound;
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + by, bound.times, std::chars_format::fixed);
  const std::string_view whom = text.substr(std::min(by + 11, text.size()));
  bound.kind = whom == "thread" ? Kind::thread : whom == "process" ? Kind::process : Kind::unknown;
  const bool good = error == std::errc() && end == text.data() + by && bound.times > 0 && bound.times <= 1000;
  if (!good || bound.kind == Kind::unknown) {
    wrong(*node, fmt::format("wall time is {}", shown(text)), "2s, 1.5 x longest thread, or 1.5 x longest process");
  }
  return bound;
}

}  // namespace

ConditionPtr read_alive(const Place& place) {
  const Yaml* counted = place.value.kind == Yaml::Kind::text ? &place.value : place.value.find("count");
  if (counted != &place.value) only_keys(place.value, keys_of("alive at once"), place.key.text);
  if (counted == nullptr) wrong(place.value, "alive at once has no count", "such as count: at least 4");
  const Count count = read_count(*counted);
  if (count.every) wrong(*counted, "every LWP is alive at once with whom?", "a number, such as at least 4");
  return std::make_shared<Alive>(Columns(place.value, births()), count);
}

ConditionPtr read_wall_time(const Place& place) {
  only_keys(place.value, keys_of("wall time"), place.key.text);
  auto least = read_bound(place.value.find("at least")), most = read_bound(place.value.find("at most"));
  if (!least && !most) wrong(place.value, "wall time says nothing", "such as at most: 2s");
  return std::make_shared<WallTime>(std::move(least), std::move(most));
}

}  // namespace lwptrace::grade
