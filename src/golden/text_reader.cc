// The reader. Every complaint has its line and its column, and says what could stand there.
#include "golden/text.h"

#include <fmt/format.h>
#include <lwptrace/names.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>

#include "golden/fit.h"
#include "golden/grammar.h"
#include "render/text.h"

namespace lwptrace::golden {

namespace {

constexpr std::uint64_t kMostSiblings = 1'000'000;

// What an LWP does stands in the words of it.
constexpr std::string_view kVerbs[] = {"makes", "reaps", "executes", "named", "sends", "unshare", "setns"};

std::optional<std::uint64_t> whole(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

// What render::printable and word() have written after a backslash; how many characters that were.
std::optional<std::size_t> unescape(std::string_view text, std::string& out) {
  const char sign = text.empty() ? ' ' : text[0];
  if (sign == '\\' || sign == '"' || sign == 'n' || sign == 't') {
    out += sign == 'n' ? '\n' : sign == 't' ? '\t' : sign;
    return 1;
  }
  const std::size_t digits = sign == 'x' ? 2 : sign == 'u' ? 4 : 0;
  if (digits == 0) return {};
  std::uint32_t code = 0;
  const std::string_view number = text.substr(1, digits);
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), code, 16);
  if (error != std::errc{} || number.size() != digits || end != number.data() + digits) return {};
  if (sign == 'x') {
    out += static_cast<char>(code);
  } else {  // in UTF-8
    out += static_cast<char>(code < 0x800 ? 0xc0 | code >> 6 : 0xe0 | code >> 12);
    if (code >= 0x800) out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  }
  return 1 + digits;
}

class Reader {
 public:
  Reader(std::string_view text, const std::string& name) : text_(text), name_(name) {}
  Result<Gallery> read();

 private:
  [[nodiscard]] Error wrong(std::size_t column, const std::string& what) const {
    return Error{fmt::format("{}:{}:{}: {}", name_, line_, column + 1, what), 0};
  }
  std::optional<Error> take(std::string_view line);
  std::optional<Error> take_head(std::string_view line);
  std::optional<Error> take_command(std::string_view line);
  std::optional<Error> take_ignored(std::string_view line);
  std::optional<Error> take_crowd(std::string_view text, std::size_t column, std::uint64_t siblings, Crowd& crowd);
  std::optional<Error> take_fact(std::string_view line);

  std::string_view text_;
  const std::string& name_;
  std::size_t line_ = 0;
  Gallery gallery_;
  std::vector<Portrait*> current_;
};

std::optional<Error> Reader::take_head(std::string_view line) {
  current_.clear();
  const std::size_t space = line.find(' ');
  std::string_view paths = line.substr(0, space);
  const std::size_t after = space == std::string_view::npos ? line.size() : line.find(' ', space + 1);
  const std::string kind(space == std::string_view::npos ? "" : line.substr(space + 1, after - space - 1));
  const std::size_t range = paths.find("..");
  const auto first = numbered(paths.substr(0, range));
  if (paths.empty() || paths[0] < '0' || paths[0] > '9' || !first ||
      paths.find_first_not_of("0123456789./") != std::string_view::npos) {
    return wrong(0, fmt::format("\"{}\" is neither a path nor a word that may stand here; a path is like 1/2.1",
                                render::printable(std::string(paths))));
  }
  if (kind != "process" && kind != "thread") {
    return wrong(space == std::string_view::npos ? line.size() : space + 1,
                 fmt::format("{} is a \"process\" or a \"thread\"; say which", std::string(paths)));
  }
  std::uint64_t last = first->number;
  if (range != std::string_view::npos) {
    const auto to = whole(paths.substr(range + 2));
    if (!to || *to <= last || *to - last > kMostSiblings) {
      return wrong(range + 2, fmt::format("a range goes up from {}, by a million at most", last));
    }
    last = *to;
  }
  const std::uint64_t siblings = last - first->number + 1;
  Crowd crowd{siblings, siblings};
  if (const std::size_t mark = after < line.size() ? line.find_first_not_of(' ', after) : line.size();
      mark < line.size()) {
    if (auto error = take_crowd(line.substr(mark), mark, siblings, crowd)) return error;
  }
  if (crowd.least < crowd.most) gallery_.crowds[fmt::format("{}{}", first->before, first->number)] = crowd;
  for (std::uint64_t i = first->number; i <= last; ++i) {
    const std::string path = std::string(first->before) + std::to_string(i);
    const auto [lwp, fresh] = gallery_.lwps.try_emplace(path);
    if (!fresh) return wrong(0, fmt::format("{} stands here for the second time", path));
    lwp->second.kind = from_string<Kind>(kind);
    current_.push_back(&lwp->second);
  }
  return std::nullopt;
}

// "×8", or "×4..16": how many of the siblings there are; an x will do.
std::optional<Error> Reader::take_crowd(std::string_view text, std::size_t column, std::uint64_t siblings,
                                        Crowd& crowd) {
  const std::size_t sign = text.starts_with(kTimes) ? kTimes.size() : text.starts_with('x') ? 1 : 0;
  const std::size_t to = text.find("..");
  const auto least = whole(text.substr(sign, to - std::min(to, sign)));
  const auto most = to == std::string_view::npos ? least : whole(text.substr(to + 2));
  if (sign == 0 || !least || !most || *least > *most) {
    return wrong(column, "after the kind only a number may stand, ×8, or how many there may be, ×4..16");
  }
  if (*most != siblings) {
    return wrong(column, fmt::format("the paths before it are of {}, this says {}; make them the same",
                                     render::counted(siblings, "LWP"), *most));
  }
  crowd = {*least, *most};
  return std::nullopt;
}

// "signals: ignore"
std::optional<Error> Reader::take_ignored(std::string_view line) {
  const std::size_t colon = line.find(':');
  const std::string_view kind = line.substr(0, colon);
  const auto known = ignorable();
  if (std::ranges::find(known, kind) == known.end()) {
    return wrong(0, fmt::format("\"{}\" is nothing that can be ignored; it may be {}", render::printable(kind),
                                fmt::join(known, ", ")));
  }
  const std::size_t value = line.find_first_not_of(' ', colon + 1);
  if (value == std::string_view::npos || line.substr(value) != "ignore") {
    return wrong(std::min(value, line.size()), fmt::format("{}: ignore is all that can be said here", kind));
  }
  gallery_.ignored.emplace(kind);
  return std::nullopt;
}

std::optional<Error> Reader::take_command(std::string_view line) {
  if (gallery_.command_line != 0) return wrong(0, "\"command\" is said twice");
  gallery_.command_line = line_;
  std::string part;
  bool inside = false, any = false;
  const std::size_t start = sizeof "command";
  for (std::size_t i = start; i < line.size(); ++i) {
    if (line[i] == '\\' && inside) {
      const auto taken = unescape(line.substr(i + 1), part);
      if (!taken) return wrong(i, "after \\ stands \\, \", n, t, x1b or u202e: two or four hexadecimal digits");
      i += *taken;
    } else if (line[i] == '"') {
      inside = !inside;
      any = true;
    } else if (line[i] == ' ' && !inside) {
      if (any || !part.empty()) gallery_.command.push_back(std::exchange(part, {}));
      any = false;
    } else {
      part += line[i];
    }
  }
  if (inside) return wrong(line.size(), "a \" is missing");
  if (any || !part.empty()) gallery_.command.push_back(part);
  return std::nullopt;
}

std::optional<Error> Reader::take_fact(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(' ');
  const std::size_t space = line.find(' ', begin);
  const std::string key(line.substr(begin, space - begin));
  if (current_.empty()) return wrong(begin, "this is about nobody; a line like \"1/1 thread\" comes first");
  if (space == std::string_view::npos || line.find_first_not_of(' ', space) == std::string_view::npos) {
    return wrong(line.size(), fmt::format("\"{}\" what? A value is missing", render::printable(key)));
  }
  const std::string value(line.substr(line.find_first_not_of(' ', space)));
  for (Portrait* lwp : current_) {
    const auto* single = std::find_if(std::begin(single_facts), std::end(single_facts),
                                      [&](const SingleFact& fact) { return key == fact.key; });
    if (single != std::end(single_facts)) {
      if (!(lwp->*single->value).empty()) return wrong(begin, fmt::format("\"{}\" is said twice", key));
      lwp->*single->value = value;
      continue;
    }
    if (key == "flags") {
      for (std::string& flag : words_of(value)) {
        if (!flag.empty()) lwp->flags.push_back(std::move(flag));
      }
    } else if (std::find(std::begin(kVerbs), std::end(kVerbs), key) != std::end(kVerbs)) {
      const bool of_children = key == "makes" || key == "reaps";
      const std::size_t range = of_children ? value.find("..") : std::string::npos;
      if (range == std::string::npos) {
        lwp->does.push_back(fmt::format("{} {}", key, value));
        continue;
      }
      const auto first = numbered(std::string_view(value).substr(0, range));
      const auto last = whole(std::string_view(value).substr(range + 2));
      if (!first || !last || *last <= first->number || *last - first->number > kMostSiblings) {
        return wrong(space + 1, "a range is like 1/2..9");
      }
      for (std::uint64_t i = first->number; i <= *last; ++i) {
        lwp->does.push_back(fmt::format("{} {}{}", key, first->before, i));
      }
    } else if (key == "takes") {
      lwp->takes.push_back(value);
    } else {
      return wrong(begin,
                   fmt::format("\"{}\" is not known; it may be born, flags, exit-signal, makes, reaps, executes, "
                               "named, sends, unshare, setns, takes, ends, reaped, joined or orphaned",
                               render::printable(key)));
    }
  }
  return std::nullopt;
}

std::optional<Error> Reader::take(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(' ');
  if (begin == std::string_view::npos || line[begin] == '#') return std::nullopt;
  if (begin != 0) return take_fact(line);
  if (line.rfind("command ", 0) == 0) return take_command(line);
  if (const std::size_t colon = line.find(':'); colon < line.find(' ')) return take_ignored(line);
  return take_head(line);
}

Result<Gallery> Reader::read() {
  bool begun = false;
  for (std::size_t at = 0; at < text_.size();) {
    const std::size_t end = std::min(text_.find('\n', at), text_.size());
    std::string_view line = text_.substr(at, end - at);
    at = end + 1;
    ++line_;
    while (!line.empty() && (line.back() == ' ' || line.back() == '\r' || line.back() == '\t')) line.remove_suffix(1);
    if (const std::size_t tab = line.find('\t'); tab != std::string_view::npos) return wrong(tab, "a tab; use spaces");
    if (const std::string shown = render::printable(line); shown != line) {
      const auto place = std::ranges::mismatch(line, shown).in1 - line.begin();
      return wrong(static_cast<std::size_t>(place),
                   "neither a printable character nor UTF-8; such a byte of a name is written as \\x1b");
    }
    if (begun) {
      if (auto error = take(line)) return *error;
      continue;
    }
    if (line.empty() || line[0] == '#') continue;
    if (line != kFirst) {
      const bool later = line.rfind("lwptrace golden ", 0) == 0;
      return wrong(0, later ? fmt::format("{} is of a later version than this lwptrace reads (1)", std::string(line))
                            : fmt::format("not a golden file; its first line is \"{}\"", kFirst));
    }
    begun = true;
  }
  if (!begun) {
    ++line_;
    return wrong(0, fmt::format("the file is empty; a golden begins with \"{}\"", kFirst));
  }
  return std::move(gallery_);
}

}  // namespace

Result<Gallery> read(std::string_view text, const std::string& name) { return Reader(text, name).read(); }

}  // namespace lwptrace::golden
