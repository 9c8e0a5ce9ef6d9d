// matrix: who shares what. A row an LWP (LWPs that share alike are one row), a column a resource; the same letter in a
// column is the same kernel object, "own" is one that nobody else has (or has but borrowed until its exec). Below, each
// column once more in words. What sharing means is decided in analysis/sharing.h; here it is only drawn.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "analysis/sharing.h"
#include "render/life_words.h"
#include "render/renderers.h"

namespace lwptrace::render {

namespace {

using analysis::Holding;
using analysis::kResources;
using analysis::Life;
using analysis::Lives;
using analysis::ObjectId;
using analysis::Sharing;

constexpr std::size_t kHandful = 7;  // LWPs that share alike and are more become one row
constexpr std::size_t kRows = 40;

struct Column {
  const char* name;
  const char* object;    // what one letter stands for
  const char* at_birth;  // how an LWP came by its own
  bool exec_replaces;    // even where nobody shares it
};

constexpr std::array<Column, kResources> kColumns = {{
    {"memory", "one address space", "copied at birth", true},
    {"files", "one table of descriptors", "copied at birth", false},
    {"fs", "one root, working directory and umask", "copied at birth", false},
    {"handlers", "one table of signal handlers", "copied at birth", true},
    {"sysvsem", "one list of semaphore undos", "new at birth", false},
    {"io", "one I/O context", "new at birth", false},
    {"namespaces", "the same namespaces", "new at birth", false},
}};

// 1 is A, 26 is Z, 27 is AA.
std::string letters(std::size_t number) {
  std::string text;
  for (; number > 0; number = (number - 1) / 26) text.insert(text.begin(), static_cast<char>('A' + (number - 1) % 26));
  return text;
}

struct Step {  // the last step of a path: "1/2" and "." and 7 for "1/2.7"
  std::string before;
  std::uint32_t number = 0;
};

Step last_step(const std::string& path) {
  const std::size_t mark = path.find_last_of("./");
  if (mark == std::string::npos) return {path, 0};
  Step step{path.substr(0, mark + 1), 0};
  std::from_chars(path.data() + mark + 1, path.data() + path.size(), step.number);
  return step;
}

class Matrix : public TraceSink {
 public:
  Matrix(ByteSink& out, const Options& options)
      : out_(out), width_(static_cast<std::size_t>(std::max(options.width, 1))), color_(options.color) {}

  void header(const TraceHeader& header) override { lives_.header(header); }
  void event(const Event& event) override {
    lives_.event(event);
    sharing_.event(event);
  }
  void end(const TraceEnd& end) override {
    lives_.end(end);
    draw();
  }
  void cut(const std::string& where) override {
    lives_.cut(where);
    draw();
  }

 private:
  using Members = std::vector<LwpId>;
  struct Row {
    Members members;
    std::array<std::string, kResources> cells;
  };

  void draw() {
    std::string text = line(fmt::format("{} · {}", program_words(lives_), census(lives_)), Ink::bold);
    if (lives_.all().empty()) {
      text += line("No LWP was seen.", Ink::plain);
    } else {
      name_objects();
      text += table(rows()) + "\n";
      if (lives_.all().size() == 1) {
        text += line(path_words(lives_, lives_.all().front().id) + " is alone in the trace: it shares nothing.",
                     Ink::plain);
      } else {
        for (std::size_t of = 0; of < kResources; ++of) text += sentence(of);
      }
    }
    out_.write(text + cut_line(lives_, width_, color_));
  }

  std::string line(std::string_view words, Ink ink) const { return paint(fit(words, width_), ink, color_) + "\n"; }

  // Objects that several LWPs kept get letters, in the order of the rows.
  void name_objects() {
    for (const LwpId id : lives_.in_tree_order()) {
      if (const Holding* holding = sharing_.find(id)) order_.push_back(holding);
    }
    std::array<std::unordered_map<ObjectId, std::size_t>, kResources> keepers;
    for (const Holding* holding : order_) {
      for (std::size_t of = 0; of < kResources; ++of) ++keepers[of][holding->last[of]];
    }
    for (const Holding* holding : order_) {
      for (std::size_t of = 0; of < kResources; ++of) {
        const ObjectId object = holding->last[of];
        if (object != 0 && keepers[of][object] > 1) letters_[of].try_emplace(object, letters_[of].size() + 1);
      }
    }
  }

  std::string object_name(std::size_t of, ObjectId object) const {
    if (object == 0) return "?";
    const auto letter = letters_[of].find(object);
    return letter == letters_[of].end() ? "own" : letters(letter->second);
  }

  std::string cell(std::size_t of, const Holding& holding) const {
    std::string last = object_name(of, holding.last[of]);
    if (holding.first[of] == holding.last[of]) return last;
    const std::string first = object_name(of, holding.first[of]);
    return (first == "own" ? "lent" : first) + " → " + last;
  }

  // LWPs whose cells are equal become one row at the place of the first, where they are many.
  std::vector<Row> rows() const {
    struct Group {
      std::size_t size = 0, row = 0;
    };
    std::unordered_map<std::string, Group> groups;
    std::vector<Row> found;
    const auto row_of = [&](const Holding& holding) {
      Row row;
      for (std::size_t of = 0; of < kResources; ++of) row.cells[of] = cell(of, holding);
      row.members = {holding.lwp};
      return row;
    };
    const auto key_of = [&](const Row& row) {
      return fmt::format("{} {}", kind_word(*lives_.find(row.members.front())), fmt::join(row.cells, "|"));
    };
    for (const Holding* holding : order_) ++groups[key_of(row_of(*holding))].size;
    const std::size_t least = order_.size() > kRows ? 2 : kHandful;
    for (const Holding* holding : order_) {
      Row row = row_of(*holding);
      Group& group = groups[key_of(row)];
      if (group.size >= least && group.row != 0) {
        found[group.row - 1].members.push_back(holding->lwp);
        continue;
      }
      found.push_back(std::move(row));
      group.row = found.size();
    }
    return found;
  }

  // "1, 1/1–1/8, 1.9 and 12 more": runs of siblings, the first `most` of them.
  std::string members_words(const Members& members, std::size_t most) const {
    std::string words;
    std::size_t runs = 0;
    for (std::size_t at = 0; at < members.size();) {
      if (runs++ == most) return words + fmt::format(" and {} more", thousands(members.size() - at));
      const std::string path = lives_.path(members[at]);
      Step step = last_step(path);
      std::size_t end = at + 1;
      for (; end < members.size() && step.number > 0; ++end, ++step.number) {
        const Step next = last_step(lives_.path(members[end]));
        if (next.before != step.before || next.number != step.number + 1) break;
      }
      if (end == at + 2) --end;  // two are no run
      words += (at == 0 ? "" : ", ") + path_words(lives_, members[at]);
      if (end - at > 1) words += "–" + path_words(lives_, members[end - 1]);
      at = end;
    }
    return words;
  }

  std::string name_of(const Row& row) const {
    const Life& life = *lives_.find(row.members.front());
    if (row.members.size() == 1) return name_words(lives_, life);
    return fmt::format("{} {}", thousands(row.members.size()), kind_words(life));
  }

  std::string table(const std::vector<Row>& all) const {
    std::size_t who = 0;
    std::size_t name = 0;
    std::array<std::size_t, kResources> columns{};
    for (std::size_t of = 0; of < kResources; ++of) columns[of] = display_width(kColumns[of].name);
    const std::size_t shown = std::min(all.size(), kRows);
    for (std::size_t at = 0; at < shown; ++at) {
      who = std::max(who, display_width(members_words(all[at].members, 1)));
      name = std::max(name, display_width(name_of(all[at])));
      for (std::size_t of = 0; of < kResources; ++of)
        columns[of] = std::max(columns[of], display_width(all[at].cells[of]));
    }
    std::size_t needed = 0;
    for (const std::size_t column : columns) needed += column + 2;
    const auto room = [&](std::size_t other) { return width_ > needed + other ? width_ - needed - other : 0; };
    who = std::min(who, std::max<std::size_t>(room(0), 12));
    name = std::min<std::size_t>(name, room(who + 2));
    if (name < 6) name = 0;

    std::string head = std::string(who + (name > 0 ? name + 2 : 0), ' ');
    for (std::size_t of = 0; of < kResources; ++of) head += "  " + pad(kColumns[of].name, columns[of]);
    head = fit(head, width_);
    head.erase(head.find_last_not_of(' ') + 1);
    std::string text = paint(head, Ink::faint, color_) + "\n";
    bool unknown = false;
    bool moved = false;
    bool lent = false;
    for (std::size_t at = 0; at < shown; ++at) {
      const Row& row = all[at];
      const Life& life = *lives_.find(row.members.front());
      std::string drawn = pad(paint(members_words(row.members, 1), kind_ink(life), color_), who);
      if (name > 0) drawn += "  " + pad(paint(name_of(row), Ink::name, color_), name);
      for (std::size_t of = 0; of < kResources; ++of) {
        const std::string& cell = row.cells[of];
        drawn += "  " + pad(paint(cell, cell == "own" || cell == "?" ? Ink::faint : Ink::bold, color_), columns[of]);
        unknown = unknown || cell.find('?') != std::string::npos;
        lent = lent || cell.starts_with("lent");
        moved = moved || cell.find("→") != std::string::npos;
      }
      drawn = fit(drawn, width_);
      drawn.erase(drawn.find_last_not_of(' ') + 1);
      text += drawn + "\n";
    }
    if (shown < all.size())
      text += line(fmt::format("… and {}; -F jsonl has them", counted(all.size() - shown, "more row")), Ink::warn);
    std::vector<std::string> legend = {"same letter: the same object", "own: nobody else has it"};
    if (lent) legend.emplace_back("lent: the creator's, for a time");
    if (moved) legend.emplace_back("→: changed at exec or unshare");
    if (unknown) legend.emplace_back("?: not known");
    for (const std::string& words : packed(legend, " · ", width_)) text += line(words, Ink::faint);
    return text;
  }

  // One resource in words, wrapped under a hanging indent.
  std::string sentence(std::size_t of) const {
    constexpr std::size_t most = 4;  // letters that are explained
    const std::size_t shared = letters_[of].size();
    std::vector<Members> keepers(shared);
    std::vector<std::map<std::string, Members>> leavers(shared);  // by when they left
    std::map<std::string, Members> own;                           // by how they came by it
    Members unknown;
    for (const Holding* holding : order_) {
      const auto first = letters_[of].find(holding->first[of]);
      const auto last = letters_[of].find(holding->last[of]);
      const bool left = holding->first[of] != holding->last[of];
      if (left && first != letters_[of].end())
        leavers[first->second - 1][left_at(of, *holding)].push_back(holding->lwp);
      if (last != letters_[of].end()) {
        keepers[last->second - 1].push_back(holding->lwp);
      } else if (holding->last[of] == 0) {
        unknown.push_back(holding->lwp);
      } else {
        own[own_words(of, *holding)].push_back(holding->lwp);
      }
    }

    std::vector<std::string> parts;
    for (std::size_t at = 0; at < std::min(shared, most); ++at) {
      std::size_t users = keepers[at].size();
      std::string who = members_words(keepers[at], 3);
      if (users == order_.size()) who = "all";
      for (const auto& [when, gone] : leavers[at]) {
        who += fmt::format(", until {} {}", when, members_words(gone, 3));
        users += gone.size();
      }
      parts.push_back(
          fmt::format("{} = {} ({}, {})", letters(at + 1), who, kColumns[of].object, counted(users, "LWP")));
    }
    if (shared > most) parts.push_back(fmt::format("{} more letters", thousands(shared - most)));
    std::string owners;
    for (const auto& [how, who] : own) {
      owners += fmt::format("{}{}{}", owners.empty() ? "" : "; ", members_words(who, 3), how);
    }
    if (shared > 0 || !unknown.empty()) {
      if (!owners.empty()) parts.push_back("own: " + owners);
    } else {
      const bool alike = own.size() == 1 || (own.size() == 2 && own.begin()->first.empty());  // the roots apart
      parts.push_back("each has its own" + (alike ? own.rbegin()->first : ": " + owners));
    }
    if (!unknown.empty()) parts.push_back("not known: " + members_words(unknown, 3));
    return wrapped(kColumns[of].name, parts, 12);
  }

  // What made an LWP change the object that it was born with.
  static const char* left_at(std::size_t of, const Holding& holding) {
    return (holding.by_unshare >> of & 1U) != 0 ? "unshare" : "exec";
  }

  std::string own_words(std::size_t of, const Holding& holding) const {
    if (holding.first[of] != holding.last[of]) {
      const bool lent = !letters_[of].contains(holding.first[of]);
      return fmt::format(" ({} {})", lent ? "its creator's until" : "since", left_at(of, holding));
    }
    if ((holding.copied >> of & 1U) == 0) return {};
    const bool exec = kColumns[of].exec_replaces && lives_.find(holding.lwp)->execs > 0;
    return fmt::format(" ({}{})", kColumns[of].at_birth, exec ? ", replaced by exec" : "");
  }

  std::string wrapped(const char* name, const std::vector<std::string>& parts, std::size_t indent) const {
    std::vector<std::string> words;
    for (std::size_t at = 0; at < parts.size(); ++at) {
      const std::string part = parts[at] + (at + 1 < parts.size() ? " ·" : "");
      for (std::size_t from = 0; from < part.size();) {
        const std::size_t blank = std::min(part.find(' ', from), part.size());
        words.push_back(part.substr(from, blank - from));
        from = blank + 1;
      }
    }
    if (width_ < indent + 12) indent = 2;
    std::string text;
    for (const std::string& line : packed(words, " ", width_ - std::min(indent, width_ - 1))) {
      const std::string margin = text.empty() ? pad(name, indent) : std::string(indent, ' ');
      text += fit(paint(margin, Ink::faint, color_) + line, width_) + "\n";
    }
    return text;
  }

  ByteSink& out_;
  std::size_t width_;
  bool color_;
  Lives lives_;
  Sharing sharing_;
  std::vector<const Holding*> order_;  // of the rows
  std::array<std::unordered_map<ObjectId, std::size_t>, kResources> letters_;
};

}  // namespace

std::unique_ptr<TraceSink> make_matrix(ByteSink& out, const Options& options) {
  return std::make_unique<Matrix>(out, options);
}

}  // namespace lwptrace::render
