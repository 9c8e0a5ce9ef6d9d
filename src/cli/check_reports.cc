// The first line of a verdict is its summary in each of them. A difference is a failure, whatever else an error.
#include "cli/check_reports.h"

#include <fmt/format.h>

#include <algorithm>

#include "render/text.h"

namespace lwptrace::cli {

namespace {

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// Each line of it, printable, after `before`.
std::string lines(const std::string& text, const std::string& before) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    out += before + render::printable(text.substr(at, end - at)) + "\n";
    at = end + 1;
  }
  return out;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

double seconds(Nanos ns) { return static_cast<double>(ns) / 1e9; }

}  // namespace

std::string in_words(const Checked& one) {
  std::string text = fmt::format("{}: {}\n", one.golden, one.verdict.status == 1 ? "different" : "could not be told");
  text += one.verdict.text.ends_with('\n') ? one.verdict.text : one.verdict.text + "\n";
  if (one.verdict.status != 1) text += lines(one.printed, "  it printed: ");
  return text + "\n";
}

std::string junit(const std::vector<Checked>& all) {
  const auto count = [&](auto is_it) { return std::ranges::count_if(all, is_it); };
  Nanos took = 0;
  for (const Checked& one : all) took += one.took;
  std::string out = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"lwptrace check\" tests=\"{}\" "
      "failures=\"{}\" errors=\"{}\" time=\"{:.3f}\">\n",
      all.size(), count([](const Checked& one) { return one.verdict.status == 1; }),
      count([](const Checked& one) { return one.verdict.status > 1; }), seconds(took));
  for (const Checked& one : all) {
    out += fmt::format("    <testcase classname=\"lwptrace.check\" name=\"{}\" time=\"{:.3f}\"",
                       escaped(render::printable(one.golden)), seconds(one.took));
    if (one.verdict.status == 0) {
      out += "/>\n";
      continue;
    }
    const char* kind = one.verdict.status == 1 ? "failure" : "error";
    out += fmt::format(">\n      <{} message=\"{}\">{}</{}>\n", kind,
                       escaped(render::printable(first_line(one.verdict.text))), escaped(lines(one.verdict.text, "")),
                       kind);
    if (!one.printed.empty())
      out += fmt::format("      <system-out>{}</system-out>\n", escaped(lines(one.printed, "")));
    out += "    </testcase>\n";
  }
  return out + "  </testsuite>\n</testsuites>\n";
}

std::string tap(const std::vector<Checked>& all) {
  std::string out = fmt::format("TAP version 13\n1..{}\n", all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Checked& one = all[i];
    out += fmt::format("{}ok {} - {}\n", one.verdict.status == 0 ? "" : "not ", i + 1, render::printable(one.golden));
    if (one.verdict.status != 0) out += lines(one.verdict.text, "# ");
  }
  return out;
}

}  // namespace lwptrace::cli
