// Facts of the same LWP are alternatives of each other, up to a few; LWPs that some runs lack are a crowd that may be
// smaller. The answer is compared with every run before it is given.
#include "golden/several.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <type_traits>
#include <utility>

#include "golden/align.h"
#include "golden/differences.h"
#include "golden/fit.h"
#include "golden/grammar.h"

namespace lwptrace::golden {

namespace {

constexpr std::size_t kAFew = 4;  // alternatives; more than that are a pattern

struct Value {
  std::string text;
  std::size_t runs = 0;
};

class Merger {
 public:
  explicit Merger(std::vector<std::string>& varies) : varies_(varies) {}
  Portrait merge(const std::string& path, const std::vector<const Portrait*>& seen);

 private:
  [[nodiscard]] std::string value(const std::string& what, const std::vector<std::string>& values);
  [[nodiscard]] std::vector<std::string> lines(const std::string& path,
                                               const std::vector<std::vector<std::string>>& seen);

  std::vector<std::string>& varies_;
};

template <class All, class Get>
auto of_each(const All& all, Get get) {
  std::vector<std::decay_t<decltype(get(all[0]))>> values;
  values.reserve(all.size());
  for (const auto& one : all) values.push_back(get(one));
  return values;
}

std::string counted_values(const std::vector<Value>& values, std::size_t runs) {
  if (values.size() > kAFew) {
    return fmt::format("{} different, such as {}, in {} runs", values.size(), values[0].text, runs);
  }
  const Lines words = of_each(values, [](const Value& value) {
    return fmt::format("{} in {}", value.text.empty() ? "none" : value.text, value.runs);
  });
  return fmt::format("{} of {} runs", fmt::join(words, ", "), runs);
}

// What all have at their beginnings and ends, and * for the rest; "any" where that is nothing.
std::string common_ends(const std::vector<std::string>& texts) {
  std::size_t head = texts[0].size(), tail = head;
  for (const std::string& text : texts) {
    const auto differ = std::ranges::mismatch(texts[0], text);
    head = std::min(head, static_cast<std::size_t>(differ.in2 - text.begin()));
  }
  for (const std::string& text : texts) {
    std::size_t same = 0;
    const std::size_t most = std::min(texts[0].size(), text.size()) - head;
    while (same < most && texts[0][texts[0].size() - 1 - same] == text[text.size() - 1 - same]) ++same;
    tail = std::min(tail, same);
  }
  if (head == texts[0].size()) return texts[0];
  return head + tail == 0 ? "any" : texts[0].substr(0, head) + "*" + texts[0].substr(texts[0].size() - tail);
}

// The same word by word, where all have as many.
std::string pattern(const std::vector<std::string>& texts) {
  std::vector<std::vector<std::string>> by_word;
  for (const std::string& text : texts) {
    const Lines words = words_of(text);
    if (by_word.empty()) by_word.resize(words.size());
    if (by_word.size() != words.size()) return common_ends(texts);
    for (std::size_t i = 0; i < words.size(); ++i) by_word[i].push_back(words[i]);
  }
  Lines words;
  for (const Lines& one : by_word) {
    const std::string ends = common_ends(one);
    words.push_back(ends == "any" ? "*" : ends);
  }
  const std::string all = fmt::format("{}", fmt::join(words, " "));
  return all == "*" ? "any" : all;
}

std::string Merger::value(const std::string& what, const std::vector<std::string>& values) {
  std::vector<Value> each;
  for (const std::string& text : values) {
    const auto known = std::ranges::find(each, text, &Value::text);
    if (known == each.end()) {
      each.push_back({text, 1});
    } else {
      ++known->runs;
    }
  }
  if (each.size() == 1) return each[0].text;
  std::ranges::stable_sort(each, [](const Value& a, const Value& b) {
    return a.text.empty() != b.text.empty() ? b.text.empty() : a.runs > b.runs;
  });
  varies_.push_back(fmt::format("{}: {}", what, counted_values(each, values.size())));
  const bool absent = each.back().text.empty();
  Lines texts = of_each(each, [](const Value& one) { return one.text; });
  if (absent) texts.pop_back();
  const bool new_each_time = texts.size() > 2 && texts.size() == values.size();
  if (texts.size() > kAFew || new_each_time) texts = {pattern(texts)};
  if (texts[0] == "any") return texts[0];
  if (absent) texts.emplace_back("none");
  return fmt::format("{}", fmt::join(texts, " or "));
}

bool same_verbs(const Lines& a, const Lines& b) {
  const auto verb = [](const std::string& line) { return line.substr(0, line.find(' ')); };
  return std::ranges::equal(a, b, {}, verb, verb);
}

// Line by line, where all have the same verbs. Else the shortest list that has each of the seen ones in its order, made
// one by one; what one of them lacks may be absent.
std::vector<std::string> Merger::lines(const std::string& path, const std::vector<std::vector<std::string>>& seen) {
  if (std::ranges::all_of(seen, [&](const Lines& one) { return same_verbs(one, seen[0]); })) {
    Lines merged;
    merged.reserve(seen[0].size());
    for (std::size_t i = 0; i < seen[0].size(); ++i) {
      merged.push_back(value(path, of_each(seen, [i](const Lines& one) { return one[i]; })));
    }
    return merged;
  }
  std::vector<Value> all;
  for (const auto& list : seen) {
    const Lines texts = of_each(all, [](const Value& one) { return one.text; });
    std::vector<Value> merged;
    for (const Step& step : align(texts, list, std::equal_to<>())) {
      merged.push_back(step.sign == '+' ? Value{list[step.actual], 0} : all[step.wanted]);
      if (step.sign != '-') ++merged.back().runs;
    }
    all = std::move(merged);
  }
  std::vector<std::string> texts;
  for (const Value& one : all) {
    const bool always = !child_made(one.text).empty() || one.runs == seen.size();  // a birth stands with the born
    texts.push_back(one.text + (always ? "" : " or none"));
    if (!always) varies_.push_back(fmt::format("{} {}: in {} of {} runs", path, one.text, one.runs, seen.size()));
  }
  return texts;
}

Portrait Merger::merge(const std::string& path, const std::vector<const Portrait*>& seen) {
  Portrait lwp = *seen[0];
  for (const auto& [what, member] : {std::pair{" was born by", &Portrait::born},
                                     {"'s exit signal", &Portrait::exit_signal},
                                     {" ends", &Portrait::ends},
                                     {" is reaped", &Portrait::reaped},
                                     {" is orphaned", &Portrait::orphaned}}) {
    lwp.*member = value(path + what, of_each(seen, [of = member](const Portrait* one) { return one->*of; }));
  }
  Lines joined = of_each(seen, [](const Portrait* one) { return one->joined; });
  std::erase(joined, "");  // those say nothing
  lwp.joined = joined.empty() ? "" : value(path + " is joined", joined);
  for (const auto member : {&Portrait::does, &Portrait::takes}) {
    const auto lists = of_each(seen, [member](const Portrait* one) { return one->*member; });
    lwp.*member = lines(member == &Portrait::takes ? path + " takes" : path, lists);
  }
  const Lines flags = of_each(seen, [](const Portrait* one) { return fmt::format("{}", fmt::join(one->flags, " ")); });
  if (value(path + "'s flags", flags) != flags[0]) lwp.flags = {"any"};
  return lwp;
}

// Siblings, one after the other, that are alike: only the last of them are not certain.
void find_crowds(Gallery& gallery, const std::map<std::string, std::size_t, ByPath>& counts, std::size_t runs,
                 std::vector<std::string>& varies) {
  for (auto at = gallery.lwps.begin(); at != gallery.lwps.end();) {
    Crowd crowd;
    auto next = at;
    auto last = at;
    do {
      crowd.least += counts.at(next->first) == runs ? 1U : 0U;
      ++crowd.most;
      last = next++;
    } while (next != gallery.lwps.end() && next->second == at->second && follows(next->first, last->first));
    if (crowd.least < crowd.most) {
      gallery.crowds[at->first] = crowd;
      varies.push_back(fmt::format("{}{}: from {} to {} of them", at->first, crowd.most > 1 ? " and its like" : "",
                                   crowd.least, crowd.most));
    }
    at = next;
  }
}

}  // namespace

Result<Common> common(const std::vector<Gallery>& runs) {
  Common found;
  std::map<std::string, std::vector<const Portrait*>, ByPath> seen;
  for (const Gallery& run : runs) {
    for (const auto& [path, lwp] : run.lwps) seen[path].push_back(&lwp);
  }
  found.gallery.command = runs[0].command;
  Merger merger(found.varies);
  std::map<std::string, std::size_t, ByPath> counts;
  for (const auto& [path, portraits] : seen) {
    counts[path] = portraits.size();
    found.gallery.lwps[path] = merger.merge(path, portraits);
  }
  find_crowds(found.gallery, counts, runs.size(), found.varies);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto words = differences(found.gallery, runs[i], "what all runs have in common");
    if (words.empty()) continue;
    return Error{fmt::format("the runs have no golden in common: {}, in run {} of {}; where the scheduler chooses who "
                             "makes whom, let the program decide",
                             words[0], i + 1, runs.size()),
                 0};
  }
  return found;
}

}  // namespace lwptrace::golden
