// YAML as a small tree that knows where everything stands. It is stricter than YAML: no anchors and aliases, no tags,
// one document, keys that are words and stand once, a few levels, little text. What the words mean is others'.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lwptrace::grade {

struct Entry;

struct Yaml {
  enum class Kind : std::uint8_t { nothing, text, list, table };
  Kind kind = Kind::nothing;
  int line = 1, column = 1;
  std::string text;  // as written: 1.10 stays 1.10, and yes a word
  std::vector<Yaml> items;
  std::vector<Entry> entries;  // of a table

  // The value of that key, or nullptr.
  [[nodiscard]] const Yaml* find(std::string_view key) const;
};

struct Entry {
  Yaml key;  // a text
  Yaml value;
};

// What is wrong in a rubric, thrown from where it is seen to read_rubric(), which makes an Error of it.
struct Wrong {
  int line = 1, column = 1;
  std::string what;
};
[[noreturn]] void wrong(const Yaml& at, const std::string& what, const std::string& right);

// A word of the rubric as it stands in an error: in quotes, printable and short.
[[nodiscard]] std::string shown(std::string_view text);

// The document of `text`. Throws Wrong.
[[nodiscard]] Yaml parse_yaml(const std::string& text);

}  // namespace lwptrace::grade
