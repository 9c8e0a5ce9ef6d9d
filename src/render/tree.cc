// tree: who made whom. One row an LWP, at its place under its creator in order of birth:
//
//     1       process 4711  launched        demo    12.3 ms  exit 0
//     ├╌ 1/1  thread  4712  pthread_create  worker  9.10 ms  exit 0 · joined by 1
//     └─ 1.2  process 4713  fork            ls -l   1.20 ms  exit 0 · reaped by 1
//
// Siblings that are alike become one row (analysis/crowds.h). More than kLines lines make siblings count as alike more
// readily, and then lines are left out: who needs each has the log. Nothing streams: the columns need the whole.
#include <fmt/format.h>
#include <lwptrace/names.h>

#include <algorithm>
#include <utility>

#include "render/drawn_at_end.h"
#include "render/life_words.h"
#include "render/renderers.h"

namespace lwptrace::render {

namespace {

using analysis::Crowds;
using analysis::Life;
using analysis::Likeness;
using analysis::Lives;
using analysis::Row;

constexpr std::size_t kLines = 1000;
constexpr std::size_t kGap = 2;
constexpr const char* kVarious = "various ends";

struct Line {
  std::string branch;  // "│  ├╌ "
  std::string path;
  Ink path_ink = Ink::plain;
  std::string kind, kind_short;  // "process 4711" and "4711"
  std::string idiom, name, life;
  std::string end, family;
  Ink end_ink = Ink::plain;
  std::string note;  // instead of all of these, after the branch, in end_ink
};

struct Columns {
  std::size_t tree = 0, kind = 0, idiom = 0, name = 0, life = 0, end = 0;
  bool short_kind = false;

  [[nodiscard]] std::size_t before_end() const {
    std::size_t sum = 0;
    for (const std::size_t column : {tree, kind, idiom, name, life}) sum += column > 0 ? column + kGap : 0;
    return sum;
  }
};

std::vector<std::string> failure_words(const Lives& lives, const Life& life) {
  constexpr std::size_t enough = 4;
  std::vector<std::string> words;
  std::uint32_t told = 0;
  for (const analysis::Failure& kind : lives.failures(life.id)) {
    if (words.size() == enough) break;
    std::string line =
        fmt::format("✗ {} failed: {} {}", counted(kind.count, "birth"), to_string(kind.via), errno_name(kind.error));
    const std::string rule = kind.why.substr(0, kind.why.find(": "));  // what follows explains it
    if (!rule.empty()) line += " (" + printable(rule) + ")";
    words.push_back(std::move(line));
    told += kind.count;
  }
  if (told < life.failed)
    words.push_back(fmt::format("✗ {} failed in other ways", counted(life.failed - told, "more birth")));
  return words;
}

class Tree : public DrawnAtEnd {
 public:
  using DrawnAtEnd::DrawnAtEnd;

 private:
  struct Drawing {
    std::vector<Line> lines;
    std::uint64_t told = 0;  // LWPs that have a line, or a crowd's
  };

  void draw() override {
    const Drawing drawing = choose();
    const Columns columns = layout(drawing.lines);
    std::string text = drawing.lines.empty() ? "No LWP was seen.\n" : "";
    for (const Line& line : drawing.lines) text += one(line, columns) + "\n";
    if (const std::uint64_t left_out = lives_.all().size() - drawing.told) {
      const std::string words = counted(left_out, "more LWP") + " not drawn; -F log or -F jsonl shows each";
      text += paint(fit(words, width_), Ink::warn, color_) + "\n";
    }
    out_.write(text + cut_line(lives_, width_, color_));
  }

  // The finest folding that needs no more than kLines lines; past the coarsest one, lines are left out.
  Drawing choose() const {
    Drawing drawing;
    for (const auto& [likeness, least] : {std::pair{Likeness::life, 7}, {Likeness::name, 3}, {Likeness::kind, 3}}) {
      drawing = walk(likeness, static_cast<std::size_t>(least));
      if (drawing.lines.size() < kLines) break;
    }
    return drawing;
  }

  // Depth first, with a stack of our own: a chain of creators may be as long as the trace. Stops at kLines lines.
  Drawing walk(Likeness likeness, std::size_t least) const {
    struct Level {
      std::vector<Row> rows;
      std::size_t next = 0;
      std::string indent;  // of the rows
      bool root = false;
      bool told = false;  // they are an example of what a crowd made
    };
    const Crowds crowds(lives_, likeness, least);
    const std::size_t deepest = std::max<std::size_t>(width_ / 6, 2) * 3;  // the rest of the line is for the words
    Drawing drawing;
    std::vector<Level> stack;
    stack.push_back({crowds.children(0), 0, "", true});
    while (!stack.empty() && drawing.lines.size() < kLines) {
      Level& level = stack.back();
      if (level.next == level.rows.size()) {
        stack.pop_back();
        continue;
      }
      const Row row = std::move(level.rows[level.next++]);
      const Life& life = *lives_.find(row.first());
      const bool last = level.next == level.rows.size();
      const std::string branch = level.root                  ? ""
                                 : life.kind == Kind::thread ? (last ? "└╌ " : "├╌ ")
                                                             : (last ? "└─ " : "├─ ");
      drawing.lines.push_back(line_of(row, level.indent + branch));
      std::string below = level.indent + (level.root ? "" : last ? "   " : "│  ");
      if (display_width(below) > deepest) below = level.indent;
      const bool told = level.told || row.crowd();
      if (!level.told) drawing.told += row.crowd() ? analysis::family_size(lives_, row.members) : 1;
      const bool motley = row.crowd() && likeness != Likeness::life;
      const Life& example = motley ? most_fertile(row) : life;
      const std::string bar = example.children > 0 ? "│  " : "   ";
      for (std::string& words : motley ? failure_count(row) : failure_words(lives_, life)) {
        drawing.lines.push_back(note(below + bar, std::move(words), Ink::bad));
      }
      if (example.children == 0) continue;
      if (row.crowd()) drawing.lines.push_back(note(below + bar, made_words(row, example), Ink::faint));
      stack.push_back({crowds.children(example.id), 0, std::move(below), false, told});
    }
    return drawing;
  }

  std::vector<std::string> failure_count(const Row& row) const {
    std::uint64_t failed = 0;
    for (const LwpId id : row.members) failed += lives_.find(id)->failed;
    if (failed == 0) return {};
    return {fmt::format("✗ {} failed", counted(failed, "birth"))};
  }

  const Life& most_fertile(const Row& row) const {
    const auto children = [&](LwpId id) { return lives_.find(id)->children; };
    return *lives_.find(*std::ranges::max_element(row.members, {}, children));
  }

  std::string made_words(const Row& row, const Life& example) const {
    const std::string who = path_words(lives_, example.id);
    const auto as_many = [&](LwpId id) { return lives_.find(id)->children == example.children; };
    if (std::ranges::all_of(row.members, as_many)) {
      return fmt::format("each made {}, as {} did:", counted(example.children, "LWP"), who);
    }
    const std::uint64_t others = analysis::family_size(lives_, row.members) - row.members.size();
    return fmt::format("{} came of them; {} made the most:", counted(others, "LWP"), who);
  }

  static Line note(std::string branch, std::string words, Ink ink) {
    Line line;
    line.branch = std::move(branch);
    line.note = std::move(words);
    line.end_ink = ink;
    return line;
  }

  Line line_of(const Row& row, std::string branch) const {
    const Life& life = *lives_.find(row.first());
    Line line;
    line.branch = std::move(branch);
    line.path = path_words(lives_, row);
    line.path_ink = kind_ink(life);
    line.idiom = birth_words(life);
    line.end = end_words(lives_, life);
    line.end_ink = end_ink(life);
    if (!row.crowd()) {
      for (const std::string& words : family_words(lives_, life)) line.family += " · " + words;
      line.kind = fmt::format("{:<7} {}", kind_word(life), life.tid);
      line.kind_short = fmt::format("{}", life.tid);
      line.name = name_words(lives_, life);
      line.life = life.followed ? duration(lives_.span_of(life)) : "";
      if (const std::string names = exec_words(lives_, life); !names.empty()) line.family += " · " + names;
      return line;
    }
    const std::size_t count = row.members.size();
    line.kind = thousands(count) + " " + kind_words(life);
    line.kind_short = "×" + thousands(count);
    const bool same =
        std::ranges::all_of(row.members, [&](LwpId id) { return lives_.find(id)->command == life.command; });
    line.name = same ? name_words(lives_, life) : printable(lives_.comm(life)) + " …";
    if (life.followed) line.life = "~" + duration(median_span(lives_, row.members));
    const auto born_alike = [&](LwpId id) { return birth_words(*lives_.find(id)) == line.idiom; };
    if (!std::ranges::all_of(row.members, born_alike)) line.idiom = "various";
    line.end = crowd_end(row);
    if (line.end == kVarious) line.end_ink = Ink::faint;
    line.family = crowd_family(row);
    return line;
  }

  // How they ended; each may have been ended by another, at the same place beside it.
  std::string crowd_end(const Row& row) const {
    const Life& life = *lives_.find(row.first());
    const auto all = [&](auto alike) {
      return std::ranges::all_of(row.members, [&](LwpId id) { return alike(*lives_.find(id)); });
    };
    const auto same_status = [&](const Life& other) {
      return other.exited == life.exited && other.how == life.how && other.status == life.status &&
             other.took_others == life.took_others && other.followed == life.followed;
    };
    if (!all(same_status)) return kVarious;
    const bool own = life.by == life.id;
    const auto same_ender = [&](const Life& other) {
      return own ? other.by == other.id : other.by == life.by && other.by_pid == life.by_pid;
    };
    return end_words(lives_, life) + (all(same_ender) ? " each" : ", and so on");
  }

  // What is common to all of a crowd; joins, which are seen only where somebody had to wait, are counted.
  std::string crowd_family(const Row& row) const {
    const Life& life = *lives_.find(row.first());
    const auto count = [&](auto like) {
      return std::ranges::count_if(row.members, [&](LwpId id) { return like(*lives_.find(id)); });
    };
    const auto all = static_cast<std::ptrdiff_t>(row.members.size());
    const bool one_family = all == count([&](const Life& other) {
                              return other.waiter == life.waiter && other.joined == life.joined &&
                                     other.adopter == life.adopter && other.adopter_pid == life.adopter_pid &&
                                     other.parent == life.parent && other.reaped == life.reaped &&
                                     other.reaped_auto == life.reaped_auto && other.stops == life.stops &&
                                     other.leader_zombie == life.leader_zombie;
                            });
    std::string words;
    if (one_family) {
      for (const std::string& word : family_words(lives_, life)) words += " · " + word;
      return words;
    }
    const auto joined = count([](const Life& other) { return other.joined; });
    if (joined > 0)
      words +=
          joined == all ? " · joined" : fmt::format(" · {} seen joined", thousands(static_cast<std::uint64_t>(joined)));
    if (all == count([](const Life& other) { return other.reaped; })) words += " · reaped";
    if (all == count([](const Life& other) { return other.adopted; })) words += " · adopted";
    return words;
  }

  // Every column as wide as its widest text; where that is too much, the columns give way in the order in which they
  // can best be missed, until the last one, how it ended, has room for a few words.
  Columns layout(const std::vector<Line>& lines) const {
    Columns columns;
    std::size_t short_kind = 0;
    std::size_t end_alone = 0;
    const auto grow = [](std::size_t& column, std::size_t to) { column = std::max(column, to); };
    for (const Line& line : lines) {
      if (!line.note.empty()) continue;
      grow(columns.tree, display_width(line.branch) + display_width(line.path));
      grow(columns.kind, display_width(line.kind));
      grow(short_kind, display_width(line.kind_short));
      grow(columns.idiom, display_width(line.idiom));
      grow(columns.name, display_width(line.name));
      grow(columns.life, display_width(line.life));
      grow(columns.end, display_width(line.end) + display_width(line.family));
      grow(end_alone, display_width(line.end));
    }
    const std::size_t wanted = std::min<std::size_t>(columns.end, 36);
    // "exit 0 · reaped by 1/2", "killed by its own SIGABRT (core) …"
    const std::size_t enough = std::min(columns.end, std::clamp<std::size_t>(end_alone + 2, 22, 36));
    const std::size_t needed = std::min<std::size_t>(columns.end, 17);  // "killed by SIGSEGV"
    const auto missing = [&](std::size_t room) {
      const std::size_t used = columns.before_end() + room;
      return used > width_ ? used - width_ : 0;
    };
    const auto shrink = [&](std::size_t& column, std::size_t least, std::size_t room) {
      const std::size_t spare = column > least ? column - least : 0;
      column -= std::min(spare, missing(room));
    };
    const auto drop = [&](std::size_t& column) {
      if (missing(needed) > 0) column = 0;
    };
    shrink(columns.name, 12, wanted);
    if (missing(enough) > 0) {
      columns.kind = short_kind;
      columns.short_kind = true;
    }
    shrink(columns.name, 8, enough);
    shrink(columns.tree, 20, needed);
    drop(columns.idiom);
    drop(columns.life);
    shrink(columns.tree, 12, needed);
    drop(columns.name);
    drop(columns.kind);
    columns.end = width_ > columns.before_end() ? width_ - columns.before_end() : 0;
    return columns;
  }

  std::string one(const Line& line, const Columns& columns) const {
    if (!line.note.empty()) {
      return fit(paint(line.branch, Ink::faint, color_) + paint(line.note, line.end_ink, color_), width_);
    }
    std::string text;
    const auto put = [&](std::string_view cell, std::size_t width) {
      if (width > 0) text += pad(cell, width) + std::string(kGap, ' ');
    };
    put(paint(line.branch, Ink::faint, color_) + paint(line.path, line.path_ink, color_), columns.tree);
    put(columns.short_kind ? line.kind_short : line.kind, columns.kind);
    put(line.idiom, columns.idiom);
    put(paint(line.name, Ink::name, color_), columns.name);
    if (columns.life > 0) text += pad_left(line.life, columns.life) + std::string(kGap, ' ');
    text += fit(paint(line.end, line.end_ink, color_) + line.family, columns.end);
    text = fit(text, width_);
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
  }
};

}  // namespace

std::unique_ptr<TraceSink> make_tree(ByteSink& out, const Options& options) {
  return std::make_unique<Tree>(out, options);
}

}  // namespace lwptrace::render
