// The types of columns.
#include "grade/values.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <lwptrace/names.h>

#include <algorithm>
#include <csignal>
#include <optional>

#include "decoders/tables/clone_flags.h"
#include "grade/lwps.h"
#include "grade/read.h"

namespace lwptrace::grade {

namespace {

constexpr int kMostDepth = 1'000'000;

template <class E>
std::vector<std::string> spelled(int first) {
  std::vector<std::string> words;
  for (int i = first; !to_string(static_cast<E>(i)).empty(); ++i) words.emplace_back(to_string(static_cast<E>(i)));
  return words;
}

std::vector<std::string> signals() {
  std::vector<std::string> words;
  for (int i = 1; i < NSIG; ++i) words.push_back(signal_name(i));
  return words;
}

std::vector<std::string> errors() {
  std::vector<std::string> words;
  for (int i = 1; i < 4096; ++i) {
    std::string name = errno_name(i);
    if (name[1] < '0' || name[1] > '9') words.push_back(std::move(name));
  }
  return words;
}

std::vector<std::string> flags() {
  std::vector<std::string> words;
  for (const tables::CloneFlag& flag : tables::clone_flags()) {
    if (flag.until.empty()) words.emplace_back(flag.name);
  }
  return words;
}

int number_of(Type type, const std::string& word) {
  switch (type) {
    case Type::kind:
      return static_cast<int>(from_string<Kind>(word));
    case Type::idiom:
      return static_cast<int>(from_string<Idiom>(word));
    case Type::via:
      return static_cast<int>(from_string<Via>(word));
    case Type::how:
      return static_cast<int>(from_string<How>(word));
    case Type::effect:
      return static_cast<int>(from_string<Effect>(word));
    case Type::signal:
    case Type::exit_signal:
      return signal_number(word).value_or(0);
    default:
      return errno_number(word).value_or(0);
  }
}

std::string either(const std::vector<std::string>& words, const char* last) {
  if (words.size() < 2) return fmt::format("{}", fmt::join(words, ""));
  return fmt::format("{} {} {}", fmt::join(words.begin(), words.end() - 1, ", "), last, words.back());
}

Value read_words(const Yaml& node, Type type, const std::string& what) {
  const std::vector<std::string> known = words_of(type);
  Value value;
  std::vector<std::string> said;
  for (const Yaml& item : one_or_more(node, what)) {
    said.push_back(known[read_word(item, what, known)]);
    const int number = number_of(type, said.back());
    value.numbers.emplace_back(number, number);
  }
  value.said = either(said, "or");
  return value;
}

std::pair<int, int> read_range(const Yaml& node, const std::string& what, int most) {
  const std::string text = read_text(node, what);
  const std::size_t dots = text.find("..");
  std::uint64_t least = 0, last = 0;
  const bool good = dots == std::string::npos
                        ? whole_number(text, least) && whole_number(text, last)
                        : whole_number(text.substr(0, dots), least) && whole_number(text.substr(dots + 2), last);
  if (!good || least > last || last > static_cast<std::uint64_t>(most)) {
    wrong(node, fmt::format("{} is {}", what, shown(text)),
          fmt::format("0 to {}, or a range such as 1..{}", most, most));
  }
  return {static_cast<int>(least), static_cast<int>(last)};
}

Value read_ranges(const Yaml& node, const std::string& what, int most) {
  Value value;
  std::vector<std::string> said;
  for (const Yaml& item : one_or_more(node, what)) {
    const auto [least, last] = value.numbers.emplace_back(read_range(item, what, most));
    said.push_back(least == last ? std::to_string(least) : fmt::format("{} to {}", least, last));
  }
  value.said = either(said, "or");
  return value;
}

Value read_set(const Yaml& node, Type type, const std::string& what) {
  const std::vector<std::string> known = words_of(type);
  Value value;
  std::vector<std::string> said;
  for (const Yaml& item : one_or_more(node, what)) {
    const std::size_t index = read_word(item, what, known);
    said.push_back(known[index]);
    value.bits |= type == Type::flags ? tables::clone_flag(known[index])->value : std::uint64_t{1} << index;
  }
  value.said = either(said, "and");
  return value;
}

Value read_patterns(const Yaml& node, const std::string& what) {
  Value value;
  std::vector<std::string> said;
  for (const Yaml& item : one_or_more(node, what)) {
    value.patterns.push_back(Pattern::of(item));
    said.push_back(shown(value.patterns.back().written()));
  }
  value.said = fmt::format("{}", fmt::join(said, " "));
  return value;
}

}  // namespace

bool Value::has(int number) const {
  return std::any_of(numbers.begin(), numbers.end(),
                     [&](const auto& range) { return number >= range.first && number <= range.second; });
}

std::vector<std::string> words_of(Type type) {
  switch (type) {
    case Type::kind:
      return spelled<Kind>(1);
    case Type::idiom:
      return spelled<Idiom>(1);
    case Type::via:
      return spelled<Via>(static_cast<int>(Via::fork));
    case Type::how:
      return {"exit", "exit_group", "signal", "group", "exec"};
    case Type::effect:
      return spelled<Effect>(1);
    case Type::signal:
      return signals();
    case Type::exit_signal: {
      std::vector<std::string> words = signals();
      words.insert(words.begin(), "none");
      return words;
    }
    case Type::error:
      return errors();
    case Type::flags:
      return flags();
    case Type::resources:
      return {"vm", "fs", "files", "sighand", "sysvsem", "io", "thread_group", "parent"};
    default:
      return {};
  }
}

Value read_value(const Yaml& node, Type type, const std::string& what) {
  switch (type) {
    case Type::lwp: {
      Value value;
      value.lwps = read_lwps(node, what);
      value.said = value.lwps->words();
      return value;
    }
    case Type::code:
      return read_ranges(node, what, 255);
    case Type::depth:
      return read_ranges(node, what, kMostDepth);
    case Type::flags:
    case Type::resources:
      return read_set(node, type, what);
    case Type::pattern: {
      Value value;
      value.patterns.push_back(Pattern::of(node));
      value.said = shown(value.patterns[0].written());
      return value;
    }
    case Type::patterns:
      return read_patterns(node, what);
    default:
      return read_words(node, type, what);
  }
}

}  // namespace lwptrace::grade
