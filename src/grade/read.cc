// The forms of words, numbers, durations and sizes.
#include "grade/read.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "decoders/tables/nearest.h"

namespace lwptrace::grade {

namespace {

const char* kind_words(const Yaml& node) {
  switch (node.kind) {
    case Yaml::Kind::nothing:
      return "nothing";
    case Yaml::Kind::text:
      return "a text";
    case Yaml::Kind::list:
      return "a list";
    case Yaml::Kind::table:
      break;
  }
  return "a mapping";
}

const std::string& scalar(const Yaml& node, std::string_view what) {
  if (node.kind != Yaml::Kind::text) wrong(node, fmt::format("{} is {}", what, kind_words(node)), "give one text");
  return node.text;
}

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};
constexpr Unit kTimes[] = {{"ms", 1'000'000}, {"s", 1'000'000'000}, {"min", 60'000'000'000}, {"h", 3'600'000'000'000}};
constexpr Unit kSizes[] = {{"", 1}, {"K", 1 << 10}, {"M", 1 << 20}, {"G", 1 << 30}};

std::uint64_t read_unit(const Yaml& node, std::string_view what, std::span<const Unit> units, std::uint64_t most,
                        const char* right) {
  const std::string& text = scalar(node, what);
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  std::string_view unit = std::string_view(text).substr(digits);
  if (unit.starts_with(' ')) unit.remove_prefix(1);
  const auto row = std::find_if(units.begin(), units.end(), [&](const Unit& u) { return u.name == unit; });
  std::uint64_t number = 0;
  if (row == units.end() || !whole_number(text.substr(0, digits), number)) {
    wrong(node, fmt::format("{} is no {}", shown(text), what), right);
  }
  if (number == 0 || number > most / row->factor) wrong(node, fmt::format("{} is no limit", shown(text)), right);
  return number * row->factor;
}

}  // namespace

bool whole_number(std::string_view text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

std::string right_word(std::string_view wrong, std::string_view what, const std::vector<std::string>& known) {
  const std::string meant = tables::nearest(wrong, known);
  if (!meant.empty()) return fmt::format("did you mean {}?", meant);
  constexpr std::size_t few = 40;
  if (known.size() > few) return "a name such as " + known.front();
  return fmt::format("{}: {}", what, fmt::join(known, ", "));
}

void only_keys(const Yaml& table, const std::vector<std::string>& known, std::string_view whose) {
  if (table.kind != Yaml::Kind::table) {
    wrong(table, fmt::format("{} is {}", whose, kind_words(table)), fmt::format("a mapping, such as {}: …", known[0]));
  }
  for (const auto& [key, value] : table.entries) {
    if (std::find(known.begin(), known.end(), key.text) == known.end()) {
      wrong(key, fmt::format("{} has no {}", whose, shown(key.text)), right_word(key.text, "it has", known));
    }
  }
}

std::string read_text(const Yaml& node, std::string_view what) {
  const std::string& text = scalar(node, what);
  if (text.empty()) wrong(node, fmt::format("{} is empty", what), "give it, or leave the key out");
  return text;
}

std::span<const Yaml> one_or_more(const Yaml& node, std::string_view what) {
  if (node.kind != Yaml::Kind::list) return {&node, 1};
  if (node.items.empty()) wrong(node, fmt::format("{} is an empty list", what), "give one, or leave the key out");
  return node.items;
}

std::vector<std::string> read_texts(const Yaml& node, std::string_view what) {
  std::vector<std::string> texts;
  for (const Yaml& item : one_or_more(node, what)) texts.push_back(scalar(item, what));
  return texts;
}

bool read_yes(const Yaml& node, std::string_view what) {
  const std::string& text = scalar(node, what);
  if (text == "yes" || text == "true") return true;
  if (text == "no" || text == "false") return false;
  wrong(node, fmt::format("{} is {}", what, shown(text)), "yes or no");
}

std::uint64_t read_number(const Yaml& node, std::string_view what, std::uint64_t least, std::uint64_t most) {
  std::uint64_t number = 0;
  if (!whole_number(scalar(node, what), number) || number < least || number > most) {
    wrong(node, fmt::format("{} is {}", what, shown(node.text)), fmt::format("a whole number, {} to {}", least, most));
  }
  return number;
}

double read_points(const Yaml& node) {
  constexpr double most = 100'000;
  const std::string& text = scalar(node, "points");
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc() || end != text.data() + text.size() || !(number >= 0 && number <= most)) {
    wrong(node, fmt::format("points are {}", shown(text)), "a number, 0 to 100000, such as 10 or 2.5");
  }
  return number;
}

Nanos read_duration(const Yaml& node) {
  constexpr std::uint64_t most = std::uint64_t{24} * 3'600'000'000'000;
  return static_cast<Nanos>(
      read_unit(node, "duration", kTimes, most, "a whole number with ms, s, min or h, at most 24h: 10s, 500ms"));
}

std::uint64_t read_bytes(const Yaml& node) {
  return read_unit(node, "size", kSizes, std::uint64_t{1} << 50, "a whole number of bytes, or with K, M or G: 64M");
}

std::size_t read_word(const Yaml& node, std::string_view what, const std::vector<std::string>& known) {
  const std::string& text = scalar(node, what);
  const auto found = std::find(known.begin(), known.end(), text);
  if (found == known.end()) {
    wrong(node, fmt::format("{} is {}", what, shown(text)), right_word(text, "it may be", known));
  }
  return static_cast<std::size_t>(found - known.begin());
}

}  // namespace lwptrace::grade
