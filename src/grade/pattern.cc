// RE2 knows no backtracking, so that a program cannot print what makes its grading hang.
#include "grade/pattern.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include "grade/read.h"

namespace lwptrace::grade {

namespace {

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

bool in_slashes(std::string_view text) { return text.size() > 2 && text.front() == '/' && text.back() == '/'; }

}  // namespace

Pattern::Pattern(const Yaml& node, const std::string& expression, bool anywhere)
    : written_(node.text), anywhere_(anywhere) {
  constexpr std::int64_t enough = 1 << 20;  // bytes, of the expression and what it learns while it is tried
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_encoding(re2::RE2::Options::EncodingLatin1);  // what a program prints is bytes
  options.set_max_mem(enough);
  expression_ = std::make_shared<const re2::RE2>(piece(expression), options);
  if (!expression_->ok()) {
    wrong(node, fmt::format("{} is no regular expression: {}", shown(node.text), expression_->error()),
          "the syntax is RE2's");
  }
}

Pattern Pattern::of(const Yaml& node) {
  const std::string text = read_text(node, "a pattern");
  if (in_slashes(text)) return regex(node);
  std::string expression = "(?s)";
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t star = std::min(text.find('*', at), text.size());
    expression += re2::RE2::QuoteMeta(piece(text.substr(at, star - at)));
    if (star < text.size()) expression += ".*";
    at = star + 1;
  }
  return {node, expression, false};
}

Pattern Pattern::regex(const Yaml& node) {
  const std::string text = read_text(node, "a regular expression");
  return {node, "(?m)" + (in_slashes(text) ? text.substr(1, text.size() - 2) : text), true};
}

bool Pattern::matches(std::string_view text) const {
  return anywhere_ ? re2::RE2::PartialMatch(piece(text), *expression_) : re2::RE2::FullMatch(piece(text), *expression_);
}

}  // namespace lwptrace::grade
