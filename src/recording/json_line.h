// One line of JSON, taken apart into a flat list of values that is kept from line to line for its memory.
// The grammar is that of two libraries: simdjson, which takes a sixth of the time, and where it refuses a line
// nlohmann-json, which says why and where. This holds what they found, sets limits to hostile lines, and tells where
// in the line a value stands. It knows nothing of traces: that is reader.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lwptrace::recording {

class JsonLine {
 public:
  enum class Kind : std::uint8_t { null, boolean, natural, negative, fraction, string, array, object };

  // The values of a line, each before those that it holds: the whole is value 0.
  struct Value {
    Kind kind = Kind::null;
    std::uint32_t after = 0;     // index of the value behind this one and all that it holds
    std::uint64_t number = 0;    // natural; negative in two's complement; boolean 0 or 1
    std::string_view key, text;  // unescaped; kept until the next parse
  };

  struct Problem {
    std::size_t column = 1;  // bytes, from 1
    std::string text;
    bool limit = false;  // well-formed as far as was read, but more than anybody means
  };

  static constexpr std::size_t max_depth = 64;
  static constexpr std::size_t max_values = 1 << 20;

  JsonLine();
  ~JsonLine();

  // `line` must live as long as the answers are asked for.
  [[nodiscard]] std::optional<Problem> parse(std::string_view line);

  [[nodiscard]] const Value& operator[](std::uint32_t index) const { return values_[index]; }
  [[nodiscard]] std::string_view key(std::uint32_t index) const { return values_[index].key; }
  [[nodiscard]] std::string_view text(std::uint32_t index) const { return values_[index].text; }
  // Where the value begins. Reads the line again: for error messages.
  [[nodiscard]] std::size_t column(std::uint32_t index) const;

 private:
  class Fast;
  class Handler;

  std::string_view line_;
  std::unique_ptr<Fast> fast_;
  std::string text_;  // all keys and strings, unescaped, of a line that was not read fast
  std::vector<Value> values_;
  std::vector<std::uint32_t> open_;  // objects and arrays that are not closed yet
};

}  // namespace lwptrace::recording
