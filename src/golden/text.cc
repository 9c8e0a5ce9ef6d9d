// Writing folds, reading unfolds: what lies between is a Gallery, and knows nothing of it.
#include "golden/text.h"

#include <fmt/format.h>
#include <lwptrace/names.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>

#include "render/text.h"

namespace lwptrace::golden {

namespace {

constexpr std::string_view kFirst = "lwptrace golden 1";
constexpr std::uint64_t kMostSiblings = 1'000'000;

struct Numbered {  // "1/2.13" is "1/2." and 13
  std::string_view before;
  std::uint64_t number = 0;
};

std::optional<std::uint64_t> whole(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

std::optional<Numbered> numbered(std::string_view path) {
  const std::size_t at = path.find_last_not_of("0123456789");
  const std::size_t digits = at == std::string_view::npos ? 0 : at + 1;
  const auto number = whole(path.substr(digits));
  if (!number) return std::nullopt;
  return Numbered{path.substr(0, digits), *number};
}

bool follows(std::string_view path, std::string_view former) {
  const auto a = numbered(former), b = numbered(path);
  return a && b && a->before == b->before && b->number == a->number + 1;
}

std::string from_to(std::string_view first, std::string_view last) {
  std::string text(first);
  if (first != last) text.append("..").append(std::to_string(numbered(last)->number));
  return text;
}

constexpr std::string_view kMakes = "makes ";

// What an LWP does stands in the words of it.
constexpr std::string_view kVerbs[] = {"makes", "executes", "named", "sends", "unshare", "setns"};

void write_deeds(std::string& out, const std::vector<std::string>& deeds) {
  for (std::size_t i = 0; i < deeds.size(); ++i) {
    std::size_t last = i;
    const auto path = [&](std::size_t at) { return std::string_view(deeds[at]).substr(kMakes.size()); };
    const auto makes = [&](std::size_t at) { return deeds[at].rfind(kMakes, 0) == 0; };
    while (makes(i) && last + 1 < deeds.size() && makes(last + 1) && follows(path(last + 1), path(last))) ++last;
    out.append("  ").append(last == i ? deeds[i] : std::string(kMakes) + from_to(path(i), path(last))).append("\n");
    i = last;
  }
}

void write_line(std::string& out, std::string_view key, const std::string& value) {
  if (!value.empty()) out.append("  ").append(key).append(" ").append(value).append("\n");
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
  const std::string kind(space == std::string_view::npos ? "" : line.substr(space + 1));
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
  for (std::uint64_t i = first->number; i <= last; ++i) {
    const std::string path = std::string(first->before) + std::to_string(i);
    const auto [lwp, fresh] = gallery_.lwps.try_emplace(path);
    if (!fresh) return wrong(0, fmt::format("{} stands here for the second time", path));
    lwp->second.kind = from_string<Kind>(kind);
    current_.push_back(&lwp->second);
  }
  return std::nullopt;
}

std::optional<Error> Reader::take_command(std::string_view line) {
  std::string part;
  bool inside = false, any = false;
  const std::size_t start = sizeof "command";
  for (std::size_t i = start; i < line.size(); ++i) {
    if (line[i] == '\\' && inside && i + 1 < line.size()) {
      part += line[++i];
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
    constexpr struct {
      const char* key;
      std::string Portrait::*value;
    } kSingle[] = {{"born", &Portrait::born},
                   {"exit-signal", &Portrait::exit_signal},
                   {"ends", &Portrait::ends},
                   {"reaped", &Portrait::reaped},
                   {"orphaned", &Portrait::orphaned}};
    bool known = false;
    for (const auto& row : kSingle) {
      if (key != row.key) continue;
      known = true;
      if (!(lwp->*row.value).empty()) return wrong(begin, fmt::format("\"{}\" is said twice", key));
      lwp->*row.value = value;
    }
    if (known) continue;
    if (key == "flags") {
      for (std::size_t at = 0; at < value.size();) {
        const std::size_t end = std::min(value.find(' ', at), value.size());
        if (end > at) lwp->flags.push_back(value.substr(at, end - at));
        at = end + 1;
      }
    } else if (std::find(std::begin(kVerbs), std::end(kVerbs), key) != std::end(kVerbs)) {
      const std::size_t range = key == "makes" ? value.find("..") : std::string::npos;
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
        lwp->does.push_back(fmt::format("{}{}{}", kMakes, first->before, i));
      }
    } else if (key == "takes") {
      lwp->takes.push_back(value);
    } else {
      return wrong(begin,
                   fmt::format("\"{}\" is not known; it may be born, flags, exit-signal, makes, executes, named, "
                               "sends, unshare, setns, takes, ends, reaped or orphaned",
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

std::string word(std::string_view text) {
  std::string shown = render::printable(std::string(text));
  if (!shown.empty() && shown.find_first_of(" \"\\*#") == std::string::npos) return shown;
  std::string quoted = "\"";
  for (const char c : shown) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

std::string write(const Gallery& gallery) {
  std::string out(kFirst);
  out += "\n";
  if (!gallery.command.empty()) {
    out += "command";
    for (const std::string& part : gallery.command) out += " " + word(part);
    out += "\n";
  }
  for (auto at = gallery.lwps.begin(); at != gallery.lwps.end();) {
    auto last = at;
    for (auto next = std::next(last); next != gallery.lwps.end() && next->second == at->second; ++next) {
      if (!follows(next->first, last->first)) break;
      last = next;
    }
    const Portrait& lwp = at->second;
    out += fmt::format("\n{} {}\n", from_to(at->first, last->first), to_string(lwp.kind));
    write_line(out, "born", lwp.born);
    std::string flags;
    for (const std::string& flag : lwp.flags) flags += (flags.empty() ? "" : " ") + flag;
    write_line(out, "flags", flags);
    write_line(out, "exit-signal", lwp.exit_signal);
    write_deeds(out, lwp.does);
    for (const std::string& signal : lwp.takes) write_line(out, "takes", signal);
    write_line(out, "ends", lwp.ends);
    write_line(out, "reaped", lwp.reaped);
    write_line(out, "orphaned", lwp.orphaned);
    at = std::next(last);
  }
  return out;
}

Result<Gallery> read(std::string_view text, const std::string& name) { return Reader(text, name).read(); }

}  // namespace lwptrace::golden
