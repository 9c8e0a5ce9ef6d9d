// LWPs are the same by their paths. Of the crowds the first come first: those who follow are numbered after them.
#include "golden/keep.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "golden/align.h"
#include "golden/differences.h"
#include "golden/fit.h"
#include "golden/grammar.h"

namespace lwptrace::golden {

namespace {

// Whether `old` is tolerant, and allows all that `fresh` does.
bool covers(const std::string& old, const std::string& fresh) {
  if (!is_tolerant(old)) return false;
  for (std::size_t at = 0; at <= fresh.size();) {
    const std::size_t end = std::min(fresh.find(kOr, at), fresh.size());
    const std::string one = fresh.substr(at, end - at);
    if (!matches(old, one == "none" ? "" : one)) return false;
    at = end + kOr.size();
  }
  return true;
}

// What need not be there, and is not in `fresh`, is in no step of the alignment.
Lines lines_with(const Lines& old, const Lines& fresh) {
  Lines kept;
  std::size_t next = 0;  // of the old ones
  const auto same = [](std::string_view a, std::string_view b) {
    return a == b || covers(std::string(a), std::string(b));
  };
  const auto skipped_until = [&](std::size_t end) {
    for (; next < end; ++next) {
      if (covers(old[next], "")) kept.push_back(old[next]);
    }
  };
  for (const Step& step : align(old, fresh, same)) {
    skipped_until(step.wanted);
    if (step.sign != '-') kept.push_back(step.sign == ' ' ? old[step.wanted] : fresh[step.actual]);
    if (step.sign != '+') next = step.wanted + 1;
  }
  skipped_until(old.size());
  return kept;
}

Portrait portrait_with(const Portrait& old, Portrait fresh) {
  for (const SingleFact& fact : single_facts) {
    if (covers(old.*fact.value, fresh.*fact.value)) fresh.*fact.value = old.*fact.value;
  }
  if (old.flags == Lines{"any"}) fresh.flags = old.flags;
  fresh.does = lines_with(old.does, fresh.does);
  fresh.takes = lines_with(old.takes, fresh.takes);
  return fresh;
}

// Makes place for `more` siblings behind `last`, who are like it.
void widen(Gallery& gallery, const std::string& last, std::uint64_t more) {
  const Numbered own = *numbered(last);
  const std::string parent(own.before.substr(0, own.before.size() - 1));
  const auto moved = [&](const std::string& path) {
    const bool below = path.size() > parent.size() + 1 && path.starts_with(parent) &&
                       (path[parent.size()] == '/' || path[parent.size()] == '.');
    const std::size_t begin = parent.size() + 1, end = std::min(path.find_first_of("/.", begin), path.size());
    const auto sibling = below ? numbered(std::string_view(path).substr(0, end)) : std::nullopt;
    if (!sibling || sibling->number <= own.number) return path;
    return path.substr(0, begin) + std::to_string(sibling->number + more) + path.substr(end);
  };
  Names names;
  for (const auto& [path, lwp] : gallery.lwps) names[path] = moved(path);
  std::map<std::string, Crowd, ByPath> crowds;
  for (const auto& [path, crowd] : gallery.crowds) crowds[moved(path)] = crowd;
  gallery.crowds = std::move(crowds);
  rename(gallery, names);
  Lines& deeds = gallery.lwps.at(parent).does;
  const Portrait like = gallery.lwps.at(last);
  auto place = std::ranges::find(deeds, std::string(kMakes) + last);
  for (std::uint64_t number = own.number + 1; number <= own.number + more; ++number) {
    const std::string path = std::string(own.before) + std::to_string(number);
    gallery.lwps[path] = like;
    if (place != deeds.end()) place = deeds.insert(std::next(place), std::string(kMakes) + path);
  }
}

void keep_crowd(Gallery& gallery, const std::string& first, const Crowd& crowd, const Portrait& like) {
  const std::string_view before = numbered(first)->before;
  if (before.empty() || !gallery.lwps.contains(std::string(before.substr(0, before.size() - 1)))) return;
  std::string last;
  std::uint64_t some = 0;
  for (auto at = gallery.lwps.find(first); at != gallery.lwps.end(); ++at, ++some) {
    if (some > 0 && !follows(at->first, last)) break;
    if (portrait_with(like, at->second) != like) break;
    last = at->first;
  }
  const auto open = gallery.crowds.find(first);
  const std::uint64_t least = open != gallery.crowds.end() ? open->second.least : some;
  if (some == 0 || least < crowd.least || some > crowd.most) return;
  for (auto at = gallery.lwps.find(first);; ++at) {
    at->second = like;
    if (at->first == last) break;
  }
  if (some < crowd.most) widen(gallery, last, crowd.most - some);
  gallery.crowds[first] = crowd;
}

using Key = std::pair<std::string, std::string>;  // the LWP's path, and the line if it is not that of the path itself

bool is_comment(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(' ');
  return begin != std::string_view::npos && line[begin] == '#';
}

// Each line that counts, and what stands between it and the one before; at the end an empty one.
template <class Take>
void each_line(std::string_view text, Take take) {
  std::string block;
  Lines above;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line(text.substr(at, end - at));
    at = end + 1;
    if (is_comment(line) || line.find_first_not_of(" \r\t") == std::string::npos) {
      above.push_back(line);
      continue;
    }
    const bool head = line[0] >= '0' && line[0] <= '9';
    if (head) block = line.substr(0, std::min(line.find(' '), line.find("..")));
    const bool command = line.starts_with("command ");
    take(Key{block, head ? "" : command ? "command" : line}, line, std::exchange(above, {}));
  }
  take(Key{}, std::string(), above);
}

}  // namespace

Gallery with_tolerances(const Gallery& old, const Gallery& fresh, const std::vector<Gallery>& runs) {
  Gallery kept = fresh;
  kept.ignored = old.ignored;
  const Gallery plain = kept;
  for (const auto& [first, crowd] : old.crowds) keep_crowd(kept, first, crowd, old.lwps.at(first));
  for (auto& [path, lwp] : kept.lwps) {
    const auto before = old.lwps.find(path);
    if (before != old.lwps.end() && before->second.kind == lwp.kind) lwp = portrait_with(before->second, lwp);
  }
  const bool holds = std::ranges::all_of(runs, [&](const Gallery& run) { return differences(kept, run, "").empty(); });
  return holds ? kept : plain;
}

Remarked with_comments(std::string_view old, std::string_view fresh) {
  Remarked found;
  std::set<Key> lines, tolerances;
  each_line(fresh, [&](const Key& key, const std::string& line, const Lines&) {
    lines.insert(key);
    tolerances.insert({key.first, line});
  });
  std::multimap<Key, Lines> comments;
  each_line(old, [&](const Key& key, const std::string& line, const Lines& above) {
    const auto comment = std::ranges::find_if(above, is_comment);
    if (comment != above.end() && lines.contains(key)) comments.emplace(key, above);
    if (comment != above.end() && !lines.contains(key)) found.dropped.push_back(*comment);
    const bool crowd = line.find("..", line.find(kTimes)) != std::string::npos;
    const bool open = is_tolerant(line) || line.ends_with(" any") || crowd;
    if (!open || key.second == "command" || tolerances.contains({key.first, line})) return;
    found.dropped.push_back(key.second.empty() ? line : key.first + key.second.substr(1));
  });
  each_line(fresh, [&](const Key& key, const std::string& line, const Lines& above) {
    const auto kept = comments.find(key);
    for (const std::string& one : kept != comments.end() ? kept->second : above) found.text += one + "\n";
    if (kept != comments.end()) comments.erase(kept);
    if (!line.empty()) found.text += line + "\n";
  });
  return found;
}

}  // namespace lwptrace::golden
