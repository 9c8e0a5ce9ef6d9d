// From the top of the tree down: children can be told from each other when their parent has its name.
#include "golden/fit.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "golden/differences.h"
#include "golden/grammar.h"
#include "golden/siblings.h"

namespace lwptrace::golden {

namespace {

constexpr std::array<std::string_view, 9> kIgnorable = {"flags",      "executes", "names", "signals", "failures",
                                                        "namespaces", "reaps",    "joins", "orphans"};

bool begins_with(const std::string& fact, std::string_view verb) {
  return fact.starts_with(verb) && fact.size() > verb.size() && fact[verb.size()] == ' ';
}

void ignore(Portrait& lwp, const std::string& kind) {
  const auto forget = [&lwp](auto is_it) { std::erase_if(lwp.does, is_it); };
  const auto forget_verb = [&](std::string_view verb) {
    forget([verb](const std::string& fact) { return begins_with(fact, verb); });
  };
  if (kind == "flags") lwp.flags.clear();
  if (kind == "executes") forget_verb("executes");
  if (kind == "names") forget_verb("named");
  if (kind == "signals") {
    lwp.takes.clear();
    forget_verb("sends");
  }
  if (kind == "failures")
    forget([](const std::string& fact) { return fact.find(" fails with ") != std::string::npos; });
  if (kind == "namespaces") {
    forget_verb("unshare");
    forget_verb("setns");
  }
  if (kind == "reaps") {
    lwp.reaped.clear();
    forget_verb("reaps");
  }
  if (kind == "joins") lwp.joined.clear();
  if (kind == "orphans") lwp.orphaned.clear();
}

std::string parent_of(std::string_view path) {
  const auto own = numbered(path);
  return own && !own->before.empty() ? std::string(own->before.substr(0, own->before.size() - 1)) : std::string();
}

using Children = std::unordered_map<std::string, std::vector<std::string>>;  // by their parent, by their numbers

Children children(const Gallery& gallery) {
  Children found;
  for (const auto& [path, lwp] : gallery.lwps) found[parent_of(path)].push_back(path);
  for (auto& [parent, paths] : found) {
    std::ranges::sort(paths, {}, [](const std::string& path) { return numbered(path)->number; });
  }
  return found;
}

void rename_in(std::string& fact, const Names& names) {
  std::vector<std::string> words = words_of(fact);
  for (std::string& word : words) {
    if (const auto name = names.find(word); name != names.end()) word = name->second;
  }
  fact = fmt::format("{}", fmt::join(words, " "));
}

// Whoever is not there, and all that come of him.
void leave_out(Gallery& gallery, const std::unordered_set<std::string>& absent) {
  const auto is_absent = [&](std::string path) {
    while (!path.empty() && !absent.contains(path)) path = parent_of(path);
    return !path.empty();
  };
  std::erase_if(gallery.lwps, [&](const auto& row) { return is_absent(row.first); });
  for (auto& [path, lwp] : gallery.lwps) {
    std::erase_if(lwp.does, [&](const std::string& fact) {
      return is_absent(std::string(child_made(fact))) || is_absent(std::string(child_reaped(fact)));
    });
  }
}

// Siblings that the golden has, crowds at their largest; those of a crowd that may be absent are its last.
std::vector<Sibling> expected(const Gallery& wanted, const std::vector<std::string>& paths) {
  std::vector<Sibling> siblings;
  std::uint64_t certain = 0, uncertain = 0;  // still to come of the latest crowd
  for (const std::string& path : paths) {
    const auto crowd = wanted.crowds.find(path);
    if (crowd != wanted.crowds.end()) {
      certain = crowd->second.least;
      uncertain = crowd->second.most - crowd->second.least;
    }
    const bool may_be_absent = certain == 0 && uncertain > 0;
    siblings.push_back({&wanted.lwps.at(path), !may_be_absent});
    if (certain > 0) {
      --certain;
    } else if (uncertain > 0) {
      --uncertain;
    }
  }
  return siblings;
}

struct Family {
  std::string wanted, actual, name;  // its parent's path in the golden and in the run, and as it is to be called
};

void fit_paths(Gallery& wanted, Gallery& actual) {
  const Children in_wanted = children(wanted), in_actual = children(actual);
  const auto of = [](const Children& all, const std::string& parent) {
    const auto found = all.find(parent);
    return found != all.end() ? found->second : std::vector<std::string>();
  };
  Names names;
  std::unordered_set<std::string> absent;
  std::vector<Family> families{{}};
  while (!families.empty()) {
    const Family family = std::move(families.back());
    families.pop_back();
    const bool is_new = family.wanted.empty() && !family.actual.empty();
    const std::vector<std::string> paths = is_new ? std::vector<std::string>() : of(in_wanted, family.wanted);
    const std::vector<std::string> seen = of(in_actual, family.actual);
    const std::vector<Sibling> siblings = expected(wanted, paths);
    std::vector<const Portrait*> portraits;
    portraits.reserve(seen.size());
    for (const std::string& path : seen) portraits.push_back(&actual.lwps.at(path));
    const auto stands_for = recognise(siblings, portraits);
    std::vector<bool> present(paths.size());
    std::uint64_t last = paths.empty() ? 0 : numbered(paths.back())->number;
    for (std::size_t i = 0; i < seen.size(); ++i) {
      const auto place = stands_for[i];
      const std::uint64_t number = place ? numbered(paths[*place])->number : ++last;
      const std::string_view sign = numbered(seen[i])->before.substr(family.actual.size());
      const std::string name = family.name + std::string(sign) + std::to_string(number);
      if (place) present[*place] = true;
      families.push_back({place ? paths[*place] : std::string(), seen[i], name});
      names[seen[i]] = name;
    }
    for (std::size_t i = 0; i < paths.size(); ++i) {
      if (!present[i] && !siblings[i].certain) absent.insert(paths[i]);
    }
  }
  if (std::ranges::any_of(names, [](const auto& row) { return row.first != row.second; })) rename(actual, names);
  if (!absent.empty()) leave_out(wanted, absent);
  wanted.crowds.clear();
}

// A wait for any child, and one with WNOHANG, collects whom chance will have: where one of the two galleries tells of a
// reaping by such a wait, the place that it has in the other says nothing.
void fit_reaps(Portrait& wanted, Portrait& actual) {
  const auto is_reap = [](const std::string& fact) { return fact.starts_with(kReaps); };
  std::vector<std::string> before, now, tolerant;
  std::ranges::copy_if(wanted.does, std::back_inserter(before), is_reap);
  std::ranges::copy_if(actual.does, std::back_inserter(now), is_reap);
  if (before == now) return;
  std::ranges::copy_if(before, std::back_inserter(tolerant), is_tolerant);
  const std::unordered_set<std::string> in_wanted(before.begin(), before.end()), in_actual(now.begin(), now.end());
  std::erase_if(wanted.does, [&](const std::string& fact) {
    return is_reap(fact) && !in_actual.contains(fact) &&
           !(is_tolerant(fact) && std::ranges::any_of(now, [&](const std::string& one) { return matches(fact, one); }));
  });
  std::erase_if(actual.does, [&](const std::string& fact) {
    return is_reap(fact) && !in_wanted.contains(fact) &&
           !std::ranges::any_of(tolerant, [&](const std::string& one) { return matches(one, fact); });
  });
}

// Who joins a thread that is over already makes no system call: only where both tell of a join can they differ.
void fit_joins(Portrait& wanted, Portrait& actual) {
  if (!wanted.joined.empty() && !actual.joined.empty()) return;
  wanted.joined.clear();
  actual.joined.clear();
}

}  // namespace

std::span<const std::string_view> ignorable() { return kIgnorable; }

std::optional<Numbered> numbered(std::string_view path) {
  const std::size_t at = path.find_last_not_of("0123456789");
  const std::size_t digits = at == std::string_view::npos ? 0 : at + 1;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(path.data() + digits, path.data() + path.size(), number);
  constexpr std::uint64_t most = 1'000'000'000'000;  // whoever counts on from it does not come to an end of numbers
  if (error != std::errc{} || digits == path.size() || number > most) return std::nullopt;
  return Numbered{path.substr(0, digits), number};
}

bool follows(std::string_view path, std::string_view former) {
  const auto a = numbered(former), b = numbered(path);
  return a && b && a->before == b->before && b->number == a->number + 1;
}

void rename(Gallery& gallery, const Names& names) {
  std::map<std::string, Portrait, ByPath> lwps;
  for (auto& [path, lwp] : gallery.lwps) {
    for (std::string& fact : lwp.does) {
      if (begins_with(fact, "makes") || begins_with(fact, "sends") || begins_with(fact, "reaps"))
        rename_in(fact, names);
    }
    for (std::string& fact : lwp.takes) rename_in(fact, names);
    std::ranges::sort(lwp.takes);
    for (std::string* fact : {&lwp.ends, &lwp.reaped, &lwp.joined, &lwp.orphaned}) rename_in(*fact, names);
    const auto name = names.find(path);
    lwps[name != names.end() ? name->second : path] = std::move(lwp);
  }
  gallery.lwps = std::move(lwps);
}

void fit(Gallery& wanted, Gallery& actual) {
  for (const std::string& kind : wanted.ignored) {
    for (Gallery* gallery : {&wanted, &actual}) {
      for (auto& [path, lwp] : gallery->lwps) ignore(lwp, kind);
    }
  }
  actual.ignored = wanted.ignored;
  fit_paths(wanted, actual);
  for (auto& [path, lwp] : wanted.lwps) {
    const auto now = actual.lwps.find(path);
    if (now == actual.lwps.end()) continue;
    fit_reaps(lwp, now->second);
    fit_joins(lwp, now->second);
  }
}

}  // namespace lwptrace::golden
