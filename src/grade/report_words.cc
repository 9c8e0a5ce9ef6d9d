// printable() leaves nothing that is no UTF-8 and no control character; two characters more are none of XML's.
#include "grade/report_words.h"

#include <fmt/format.h>

#include <algorithm>

#include "render/text.h"

namespace lwptrace::grade {

std::string number(double points) {
  std::string text = fmt::format("{:.2f}", points);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string_view outcome(const CheckScore& check) {
  if (check.passed) return "passed";
  if (!check.looked_at) return "left out";
  return check.earned > 0 ? "partly" : "failed";
}

std::string found_for_student(const CheckScore& check, const Score& score) {
  const bool names_another = !check.looked_at && std::ranges::any_of(score.checks, [&](const CheckScore& other) {
    return other.visibility != Visibility::visible && check.failed.find(other.name) != std::string::npos;
  });
  return names_another ? "not looked at: a check that it needs did not pass" : check.failed;
}

std::vector<std::string> lines_of(std::string_view text) {
  text = text.substr(0, text.find_last_not_of(" \n") + 1);
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(render::printable(text.substr(0, end)));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

std::string escaped(std::string_view text) {
  std::string out;
  const std::string seen = render::printable(text);
  for (std::size_t at = 0; at < seen.size(); ++at) {
    const std::string_view rest = std::string_view(seen).substr(at);
    if (rest[0] == '<') {
      out += "&lt;";
    } else if (rest[0] == '>') {
      out += "&gt;";
    } else if (rest[0] == '&') {
      out += "&amp;";
    } else if (rest[0] == '"') {
      out += "&quot;";
    } else if (rest[0] == '\'') {
      out += "&#39;";
    } else if (rest.starts_with("\xef\xbf\xbe") || rest.starts_with("\xef\xbf\xbf")) {  // U+FFFE, U+FFFF
      out += rest[2] == '\xbe' ? "\\ufffe" : "\\uffff";
      at += 2;
    } else {
      out += rest[0];
    }
  }
  return out;
}

}  // namespace lwptrace::grade
