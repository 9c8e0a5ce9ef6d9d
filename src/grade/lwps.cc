// LWPs by path or by birth.
#include "grade/lwps.h"

#include <fmt/format.h>

#include "grade/read.h"
#include "grade/world.h"

namespace lwptrace::grade {

namespace {

constexpr const char* kRightLwps =
    "root, a path such as 1.2 (a process) or 1/2 (a thread), 1.* for any number, or a mapping";

// 1, then . or / and a number from 1 or *, and so on.
bool is_path(std::string_view text) {
  if (!text.starts_with('1')) return false;
  text.remove_prefix(1);
  while (!text.empty()) {
    if (text[0] != '.' && text[0] != '/') return false;
    const std::size_t end = std::min(text.find_first_of("./", 1), text.size());
    const std::string_view step = text.substr(1, end - 1);
    std::uint64_t number = 0;
    if (step != "*" && (!whole_number(step, number) || number == 0 || step[0] == '0')) return false;
    text.remove_prefix(end);
  }
  return true;
}

bool is_like(std::string_view wanted, std::string_view path) {
  std::size_t at = 0;
  for (const char c : wanted) {
    if (c == '*') {
      const std::size_t digits = at;
      while (at < path.size() && path[at] >= '0' && path[at] <= '9') ++at;
      if (at == digits) return false;
    } else if (at == path.size() || path[at++] != c) {
      return false;
    }
  }
  return at == path.size();
}

}  // namespace

bool Lwps::has(LwpId lwp, const World& world) const {
  if (!path_.empty()) return is_like(path_, world.path(lwp));
  const Event* birth = world.birth(lwp);
  return birth != nullptr && born_.hold(*birth, world);
}

std::string Lwps::words() const {
  if (!path_.empty()) return path_ == "1" ? "root" : path_;
  const std::string born = born_.words();
  return born.starts_with(" of a ") ? born.substr(4) : "an LWP" + born;  // "a thread made by root"
}

std::shared_ptr<const Lwps> read_lwps(const Yaml& node, const std::string& what) {
  if (node.kind == Yaml::Kind::table) {
    only_keys(node, births().column_names(), what);
    if (node.entries.empty()) wrong(node, what + " chooses nobody", kRightLwps);
    return std::make_shared<Lwps>(Columns(node, births()));
  }
  constexpr std::size_t longest = 200;
  const std::string text = read_text(node, what);
  if (text == "root") return std::make_shared<Lwps>("1");
  if (text.size() > longest || !is_path(text)) wrong(node, fmt::format("{} is {}", what, shown(text)), kRightLwps);
  return std::make_shared<Lwps>(text);
}

}  // namespace lwptrace::grade
