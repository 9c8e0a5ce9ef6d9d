// A pattern of a text: a text itself, with * for any characters, or /a regular expression/. It takes time in proportion
// to what it is tried on, whatever the two are.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "grade/yaml.h"

namespace re2 {
class RE2;
}

namespace lwptrace::grade {

class Pattern {
 public:
  // All of a text: "worker-*", or "/regex/", which may be found anywhere in it.
  [[nodiscard]] static Pattern of(const Yaml& node);
  // A regular expression, between slashes or not; ^ and $ are of a line.
  [[nodiscard]] static Pattern regex(const Yaml& node);

  [[nodiscard]] bool matches(std::string_view text) const;
  [[nodiscard]] bool is_regex() const { return anywhere_; }
  [[nodiscard]] const std::string& written() const { return written_; }

 private:
  Pattern(const Yaml& node, const std::string& expression, bool anywhere);
  std::string written_;
  bool anywhere_;
  std::shared_ptr<const re2::RE2> expression_;
};

}  // namespace lwptrace::grade
