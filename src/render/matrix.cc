// matrix: who shares what. A row an LWP (LWPs that share alike are one row), a column a resource; the same letter in a
// column is the same kernel object, "own" is one that nobody else has (or has but borrowed until its exec). Below, each
// column once more in words. What sharing means is decided in analysis/sharing.h; here it is only drawn.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "analysis/sharing.h"
#include "render/drawn_at_end.h"
#include "render/life_words.h"
#include "render/renderers.h"
#include "render/runs.h"

namespace lwptrace::render {

namespace {

using analysis::Holding;
using analysis::kResources;
using analysis::Life;
using analysis::ObjectId;
using analysis::Sharing;

constexpr std::size_t kHandful = 7;  // LWPs that share alike and are more become one row
constexpr std::size_t kMany = 20;    // LWPs in all: from here on, two alike do
constexpr std::size_t kRows = 40;

struct Column {
  const char* name;
  const char* short_name;
  const char* object;    // what one letter stands for
  const char* at_birth;  // how an LWP came by its own
  bool exec_replaces;    // even where nobody shares it
};

constexpr std::array<Column, kResources> kColumns = {{
    {"memory", "mem", "one address space", "copied at birth", true},
    {"files", "files", "one table of descriptors", "copied at birth", false},
    {"fs", "fs", "one root, working directory and umask", "copied at birth", false},
    {"handlers", "sig", "one table of signal handlers", "copied at birth", true},
    {"sysvsem", "sem", "one list of semaphore undos", "new at birth", false},
    {"io", "io", "one I/O context", "new at birth", false},
    {"namespaces", "ns", "the same namespaces", "new at birth", false},
}};

// 1 is A, 26 is Z, 27 is AA.
std::string letters(std::size_t number) {
  std::string text;
  for (; number > 0; number = (number - 1) / 26) text.insert(text.begin(), static_cast<char>('A' + (number - 1) % 26));
  return text;
}

class Matrix : public DrawnAtEnd {
 public:
  using DrawnAtEnd::DrawnAtEnd;
  void event(const Event& event) override {
    DrawnAtEnd::event(event);
    sharing_.event(event);
  }

 private:
  struct Row {
    Members members;
    std::array<std::string, kResources> cells;
  };

  void draw() override {
    std::string text = line(title(lives_, census(lives_), width_), Ink::bold);
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
    const std::size_t least = order_.size() > kMany ? 2 : kHandful;
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

  std::string name_of(const Row& row) const {
    const Life& life = *lives_.find(row.members.front());
    if (row.members.size() == 1) return name_words(lives_, life);
    return fmt::format("{} {}", thousands(row.members.size()), kind_words(life));
  }

  // What a drawing of this width has room for.
  struct Layout {
    bool short_names = false;
    bool narrow = false;  // "A→own", and one blank between columns
    std::size_t who = 0, name = 0;
    std::array<std::size_t, kResources> columns{};

    [[nodiscard]] const char* column_name(std::size_t of) const {
      return short_names ? kColumns[of].short_name : kColumns[of].name;
    }
    [[nodiscard]] std::string gap() const { return narrow ? " " : "  "; }
    [[nodiscard]] std::string cell(std::string text) const {
      constexpr std::string_view arrow = " → ";
      const std::size_t at = narrow ? text.find(arrow) : std::string::npos;
      return at == std::string::npos ? text : text.replace(at, arrow.size(), "→");
    }
  };

  Layout layout(std::span<const Row> rows) const {
    constexpr std::size_t unlimited = 1000;
    std::size_t who = 0;
    std::size_t name = 0;
    for (const Row& row : rows) {
      who = std::max(who, display_width(who_words(lives_, row.members, unlimited)));
      name = std::max(name, display_width(name_of(row)));
    }
    Layout found;
    std::size_t needed = 0;
    for (const auto& [short_names, narrow] : {std::pair{false, false}, {true, false}, {true, true}}) {
      found.short_names = short_names;
      found.narrow = narrow;
      needed = 0;
      for (std::size_t of = 0; of < kResources; ++of) {
        found.columns[of] = display_width(found.column_name(of));
        for (const Row& row : rows) {
          found.columns[of] = std::max(found.columns[of], display_width(found.cell(row.cells[of])));
        }
        needed += found.columns[of] + found.gap().size();
      }
      // Names of LWPs are worth more than long names of columns.
      const std::size_t names = short_names || name == 0 ? 0 : std::min<std::size_t>(name, 10) + 2;
      if (needed + std::min<std::size_t>(who, 12) + names <= width_) break;
    }
    const auto room = [&](std::size_t other) { return width_ > needed + other ? width_ - needed - other : 0; };
    found.who = std::min(who, std::max<std::size_t>(room(0), 12));
    found.name = std::min(name, room(found.who + 2));
    if (found.name < 6) found.name = 0;
    return found;
  }

  std::string table(const std::vector<Row>& all) {
    const std::size_t shown = std::min(all.size(), kRows);
    layout_ = layout(std::span(all).first(shown));
    const Layout& now = layout_;
    std::string head(now.who + (now.name > 0 ? now.name + 2 : 0), ' ');
    for (std::size_t of = 0; of < kResources; ++of) head += now.gap() + pad(now.column_name(of), now.columns[of]);
    head = fit(head, width_);
    head.erase(head.find_last_not_of(' ') + 1);
    std::string text = paint(head, Ink::faint, color_) + "\n";
    bool unknown = false;
    bool moved = false;
    bool lent = false;
    for (std::size_t at = 0; at < shown; ++at) {
      const Row& row = all[at];
      const Life& life = *lives_.find(row.members.front());
      std::string drawn = pad(paint(who_words(lives_, row.members, now.who), kind_ink(life), color_), now.who);
      if (now.name > 0) drawn += "  " + pad(paint(name_of(row), Ink::name, color_), now.name);
      for (std::size_t of = 0; of < kResources; ++of) {
        const std::string cell = now.cell(row.cells[of]);
        const bool plain = cell == "own" || cell == "?";
        drawn += now.gap() + pad(paint(cell, plain ? Ink::faint : Ink::bold, color_), now.columns[of]);
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
    if (lives_.totals().unfollowed > 0) legend.emplace_back("who is not followed: as at its birth");
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
      std::string who = members_words(lives_, keepers[at]);
      if (users == order_.size()) who = "all";
      for (const auto& [when, gone] : leavers[at]) {
        who += fmt::format(", until {} {}", when, few_or_count(lives_, gone));
        users += gone.size();
      }
      parts.push_back(
          fmt::format("{} = {} ({}, {})", letters(at + 1), who, kColumns[of].object, counted(users, "LWP")));
    }
    if (shared > most) parts.push_back(fmt::format("{} more letters", thousands(shared - most)));
    std::string owners;
    for (const auto& [how, who] : own) {
      owners += fmt::format("{}{}{}", owners.empty() ? "" : "; ", few_or_count(lives_, who), how);
    }
    if (shared > 0 || !unknown.empty()) {
      if (!owners.empty()) parts.push_back("own: " + owners);
    } else {
      const bool alike = own.size() == 1 || (own.size() == 2 && own.begin()->first.empty());  // the roots apart
      parts.push_back("each has its own" + (alike ? own.rbegin()->first : ": " + owners));
    }
    if (!unknown.empty()) parts.push_back("not known: " + few_or_count(lives_, unknown));
    return wrapped(layout_.column_name(of), parts, layout_.short_names ? 7 : 12);
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

  Sharing sharing_;
  Layout layout_;
  std::vector<const Holding*> order_;  // of the rows
  std::array<std::unordered_map<ObjectId, std::size_t>, kResources> letters_;
};

}  // namespace

std::unique_ptr<TraceSink> make_matrix(ByteSink& out, const Options& options) {
  return std::make_unique<Matrix>(out, options);
}

}  // namespace lwptrace::render
