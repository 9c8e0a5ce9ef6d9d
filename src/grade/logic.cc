// all, any, not.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "grade/conditions.h"
#include "grade/read.h"

namespace lwptrace::grade {

namespace {

std::string joined(const std::vector<ConditionPtr>& parts, const char* between) {
  std::vector<std::string> words;
  words.reserve(parts.size());
  for (const ConditionPtr& part : parts) words.push_back(part->words());
  return fmt::format("{}", fmt::join(words, between));
}

void add(Verdict& whole, Verdict part) {
  whole.found += (whole.found.empty() ? "" : "; ") + part.found;
  for (std::string& event : part.events) {
    if (whole.events.size() < kShownEvents) whole.events.push_back(std::move(event));
  }
}

class All : public Condition {
 public:
  explicit All(std::vector<ConditionPtr> parts) : parts_(std::move(parts)) {}
  [[nodiscard]] std::string words() const override { return joined(parts_, ", and "); }
  [[nodiscard]] Verdict judge(const World& world) const override {
    Verdict whole = Verdict::of(true, "");
    whole.share = 0;
    for (const ConditionPtr& part : parts_) {
      Verdict verdict = part->judge(world);
      whole.share += verdict.share / static_cast<double>(parts_.size());
      if (verdict.holds) continue;
      whole.holds = false;
      verdict.found = fmt::format("{}, but {}", part->words(), verdict.found);
      add(whole, std::move(verdict));
    }
    if (whole.holds) whole = Verdict::of(true, "all of it was so");
    return whole;
  }

 private:
  std::vector<ConditionPtr> parts_;
};

class Any : public Condition {
 public:
  explicit Any(std::vector<ConditionPtr> parts) : parts_(std::move(parts)) {}
  [[nodiscard]] std::string words() const override { return joined(parts_, ", or "); }
  [[nodiscard]] Verdict judge(const World& world) const override {
    Verdict whole;
    for (const ConditionPtr& part : parts_) {
      Verdict verdict = part->judge(world);
      if (verdict.holds) return verdict;
      whole.share = std::max(whole.share, verdict.share);
      verdict.found = fmt::format("{}, but {}", part->words(), verdict.found);
      add(whole, std::move(verdict));
    }
    return whole;
  }

 private:
  std::vector<ConditionPtr> parts_;
};

class Not : public Condition {
 public:
  explicit Not(ConditionPtr part) : part_(std::move(part)) {}
  [[nodiscard]] std::string words() const override { return fmt::format("it is not so that {}", part_->words()); }
  [[nodiscard]] Verdict judge(const World& world) const override {
    Verdict verdict = part_->judge(world);
    return only_if_finished(Verdict::of(!verdict.holds, std::move(verdict.found), std::move(verdict.events)), world);
  }

 private:
  ConditionPtr part_;
};

ConditionPtr read_one(const Yaml& table, const std::string& whose, const std::filesystem::path& folder) {
  only_keys(table, condition_keys(), whose);
  ConditionPtr condition = read_conditions(table, folder);
  if (condition == nullptr) wrong(table, whose + " says nothing", "a condition, such as births: 10");
  return condition;
}

std::vector<ConditionPtr> read_list(const Place& place) {
  if (place.value.kind != Yaml::Kind::list || place.value.items.empty()) {
    wrong(place.value, place.key.text + " is no list", "a dash before each condition");
  }
  std::vector<ConditionPtr> parts;
  for (const Yaml& item : place.value.items) parts.push_back(read_one(item, place.key.text, place.folder));
  return parts;
}

}  // namespace

ConditionPtr all_of(std::vector<ConditionPtr> parts) {
  return parts.size() == 1 ? parts[0] : std::make_shared<All>(std::move(parts));
}

ConditionPtr read_all(const Place& place) { return all_of(read_list(place)); }
ConditionPtr read_any(const Place& place) { return std::make_shared<Any>(read_list(place)); }
ConditionPtr read_not(const Place& place) { return std::make_shared<Not>(read_one(place.value, "not", place.folder)); }

}  // namespace lwptrace::grade
