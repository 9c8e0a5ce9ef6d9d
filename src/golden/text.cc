// The writer. Siblings that are alike fold; text_reader.cc unfolds them.
#include "golden/text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <lwptrace/names.h>

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "golden/fit.h"
#include "golden/grammar.h"
#include "render/text.h"

namespace lwptrace::golden {

namespace {

std::string from_to(std::string_view first, std::string_view last) {
  std::string text(first);
  if (first != last) text.append("..").append(std::to_string(numbered(last)->number));
  return text;
}

void write_deeds(std::string& out, const std::vector<std::string>& deeds) {
  for (std::size_t i = 0; i < deeds.size(); ++i) {
    std::size_t last = i;
    const std::string_view verb = child_reaped(deeds[i]).empty() ? kMakes : kReaps;
    const auto child = [&](std::size_t at) {  // of a fact without any tolerance
      return deeds[at].find(' ', verb.size()) == std::string::npos ? whom(deeds[at], verb) : std::string_view();
    };
    while (last + 1 < deeds.size() && follows(child(last + 1), child(last))) ++last;
    out.append("  ").append(last == i ? deeds[i] : std::string(verb) + from_to(child(i), child(last))).append("\n");
    i = last;
  }
}

void write_line(std::string& out, std::string_view key, const std::string& value) {
  if (!value.empty()) out.append("  ").append(key).append(" ").append(value).append("\n");
}

// Of siblings that are alike some may be over before they are joined: then nothing is said of any.
bool alike(const Portrait& one, const Portrait& other) {
  const bool one_is_not_joined = one.joined.empty() || other.joined.empty();
  const auto same = [&](const SingleFact& fact) {
    return one.*fact.value == other.*fact.value || (one_is_not_joined && fact.value == &Portrait::joined);
  };
  return one.kind == other.kind && std::all_of(std::begin(single_facts), std::end(single_facts), same) &&
         one.flags == other.flags && one.does == other.does && one.takes == other.takes;
}

}  // namespace

std::string word(std::string_view text) {
  std::string marked;
  for (const char c : text) {
    if (c == '"' || c == '\\') marked += '\\';
    marked += c;
  }
  const std::string shown = render::printable(marked);
  const bool plain = !shown.empty() && shown.find_first_of(" \"\\*#") == std::string::npos;
  return plain ? shown : fmt::format("\"{}\"", shown);
}

std::string write(const Gallery& gallery) {
  std::string out(kFirst);
  out += "\n";
  if (!gallery.command.empty()) {
    out += "command";
    for (const std::string& part : gallery.command) out += " " + word(part);
    out += "\n";
  }
  for (const std::string& kind : gallery.ignored) out += kind + ": ignore\n";
  for (auto at = gallery.lwps.begin(); at != gallery.lwps.end();) {
    auto last = at;
    std::uint64_t some = 1;
    std::string joined = at->second.joined;
    const auto crowd = gallery.crowds.find(at->first);
    const bool open = crowd != gallery.crowds.end();
    for (auto next = std::next(last); next != gallery.lwps.end() && alike(at->second, next->second); ++next) {
      if (!follows(next->first, last->first)) break;
      if (open ? some == crowd->second.most : gallery.crowds.contains(next->first)) break;
      last = next;
      ++some;
      if (next->second.joined != joined) joined.clear();
    }
    const Portrait& lwp = at->second;
    out += fmt::format("\n{} {}", from_to(at->first, last->first), to_string(lwp.kind));
    if (open) {
      out += fmt::format(" {}{}..{}\n", kTimes, crowd->second.least, some);
    } else {
      out += some > 1 ? fmt::format(" {}{}\n", kTimes, some) : "\n";
    }
    write_line(out, "born", lwp.born);
    write_line(out, "flags", fmt::format("{}", fmt::join(lwp.flags, " ")));
    write_line(out, "exit-signal", lwp.exit_signal);
    write_deeds(out, lwp.does);
    for (const std::string& signal : lwp.takes) write_line(out, "takes", signal);
    write_line(out, "ends", lwp.ends);
    write_line(out, "reaped", lwp.reaped);
    write_line(out, "joined", joined);
    write_line(out, "orphaned", lwp.orphaned);
    at = std::next(last);
  }
  return out;
}

}  // namespace lwptrace::golden
