// timeline: when everybody lived. One lane an LWP, under its creator's, on a common axis of time:
//
//              0         0.5 ms    1.0 ms
//              ┬─────────┬─────────┬───────
//     1    sh  ●━━━━━━━┯━━━━━━━━━━━━━━┯━━━■  exit 3
//      1.1 ls          ┕━━━━E━━━━━■┄┄┄╯      exit 0
//
// A crowd of siblings that are alike (analysis/crowds.h) has one lane, as high as many of them were alive. More than
// kLanes lanes make siblings count as alike more readily. Cells: canvas.h; ticks: axis.h. Nothing streams.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "render/axis.h"
#include "render/canvas.h"
#include "render/drawn_at_end.h"
#include "render/life_words.h"
#include "render/renderers.h"

namespace lwptrace::render {

namespace {

using analysis::Crowds;
using analysis::Life;
using analysis::Likeness;
using analysis::Mark;
using analysis::Row;

constexpr std::size_t kLanes = 60;
constexpr std::array<const char*, 9> kHeights = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

// What wins where several things fall into one column.
enum Rank : std::uint8_t { height = 1, birth, alive, signal, failure, exit, exec, fatal };

struct Lane {
  Row row;
  std::size_t depth = 0;
  std::string path, name, end;
};

class Timeline : public DrawnAtEnd {
 public:
  using DrawnAtEnd::DrawnAtEnd;

 private:
  void draw() override {
    std::string text = paint(title(lives_, facts(), width_), Ink::bold, color_) + "\n";
    std::size_t hidden = 0;
    const std::vector<Lane> lanes = choose_lanes(hidden);
    if (lanes.empty()) {
      text += line("No LWP was seen.", Ink::plain);
    } else {
      text += plot(lanes);
    }
    if (hidden > 0) {
      text += line(fmt::format("{} not drawn; -F log or -F jsonl shows each", counted(hidden, "more LWP")), Ink::warn);
    }
    out_.write(text + cut_line(lives_, width_, color_));
  }

  std::string line(std::string_view words, Ink ink) const { return paint(fit(words, width_), ink, color_) + "\n"; }

  // Of the title: the verdict first.
  std::string facts() const {
    std::string text = fmt::format("{} · {} · {}", outcome_words(lives_), duration(lives_.last_t()), census(lives_));
    if (const std::uint64_t failed = lives_.totals().failed) text += ", " + counted(failed, "failed birth");
    if (const std::uint64_t left = lives_.totals().unfollowed)
      text += fmt::format(", {} not followed", thousands(left));
    return text;
  }

  // The finest folding that needs no more than kLanes lanes; past the coarsest one, lanes are left out.
  std::vector<Lane> choose_lanes(std::size_t& hidden) const {
    std::vector<Lane> lanes;
    for (const auto& [likeness, least] : {std::pair{Likeness::life, 7}, {Likeness::name, 3}, {Likeness::kind, 3}}) {
      lanes = lanes_by(likeness, static_cast<std::size_t>(least));
      if (lanes.size() <= kLanes) return lanes;
    }
    lanes.resize(kLanes);
    std::size_t shown = 0;
    for (const Lane& lane : lanes) shown += lane.row.crowd() ? analysis::family_size(lives_, lane.row.members) : 1;
    hidden = lives_.all().size() - shown;
    return lanes;
  }

  // Depth first; stops when there are too many.
  std::vector<Lane> lanes_by(Likeness likeness, std::size_t least) const {
    const Crowds crowds(lives_, likeness, least);
    std::vector<Lane> lanes;
    std::vector<std::pair<Row, std::size_t>> todo;
    const auto add_children = [&](LwpId creator, std::size_t depth) {
      std::vector<Row> rows = crowds.children(creator);
      for (auto row = rows.rbegin(); row != rows.rend(); ++row) todo.emplace_back(std::move(*row), depth);
    };
    add_children(0, 0);
    while (!todo.empty() && lanes.size() <= kLanes) {
      auto [row, depth] = std::move(todo.back());
      todo.pop_back();
      const Life& life = *lives_.find(row.first());
      Lane lane;
      lane.depth = depth;
      lane.path = path_words(lives_, row);
      lane.name = row.crowd() ? crowd_name(row) : name_words(lives_, life);
      lane.end = end_word(lives_, life);
      const auto other_end = [&](LwpId id) { return end_word(lives_, *lives_.find(id)) != lane.end; };
      if (row.crowd() && std::ranges::any_of(row.members, other_end)) lane.end = "various";
      if (!row.crowd() && life.children > 0) add_children(life.id, depth + 1);
      lane.row = std::move(row);
      lanes.push_back(std::move(lane));
    }
    return lanes;
  }

  std::string crowd_name(const Row& row) const {
    const Life& life = *lives_.find(row.first());
    const bool one_name =
        std::ranges::all_of(row.members, [&](LwpId id) { return lives_.find(id)->comm == life.comm; });
    const bool named = one_name && !lives_.comm(life).empty();
    const std::string name = named ? printable(lives_.comm(life)) : kind_words(life);
    return fmt::format("×{} {}", thousands(row.members.size()), name);
  }

  std::string plot(const std::vector<Lane>& lanes) {
    std::size_t path = 0;
    std::size_t name = 0;
    std::size_t end = 0;
    for (const Lane& lane : lanes) {
      path = std::max(path, indent(lane) + display_width(lane.path));
      name = std::max(name, display_width(lane.name));
      end = std::max(end, display_width(lane.end));
    }
    path = std::min(path, std::max<std::size_t>(width_ / 4, 6));
    name = width_ < 60 ? 0 : std::min(name, width_ / 6);
    end = width_ < 50 ? 0 : std::min<std::size_t>(end, width_ < 90 ? 14 : 20);
    const std::size_t left = path + 1 + (name > 0 ? name + 2 : 1);
    const std::size_t right = end > 0 ? end + 2 : 0;
    const std::size_t columns = width_ > left + right ? width_ - left - right : 1;
    const Axis axis(lives_.last_t(), columns);
    Canvas canvas(lanes.size(), columns);
    paint_lanes(lanes, axis, canvas);

    const std::string margin(left, ' ');
    std::string text = line(margin + axis.labels(), Ink::faint) + line(margin + axis.ruler(), Ink::faint);
    for (std::size_t at = 0; at < lanes.size(); ++at) {
      const Lane& lane = lanes[at];
      const Life& life = *lives_.find(lane.row.first());
      std::string drawn = std::string(indent(lane), ' ') + paint(lane.path, kind_ink(life), color_);
      drawn = pad(drawn, path) + " ";
      drawn += name > 0 ? pad(paint(lane.name, Ink::name, color_), name) + "  " : " ";
      drawn += pad(canvas.row(at, color_), columns);
      if (end > 0)
        drawn += "  " + paint(fit(lane.end, end), lane.end == "various" ? Ink::faint : end_ink(life), color_);
      drawn = fit(drawn, width_);
      drawn.erase(drawn.find_last_not_of(' ') + 1);
      text += drawn + "\n";
    }
    return text + legend(canvas);
  }

  static std::size_t indent(const Lane& lane) { return std::min<std::size_t>(lane.depth, 6); }

  void paint_lanes(const std::vector<Lane>& lanes, const Axis& axis, Canvas& canvas) {
    std::unordered_map<LwpId, std::size_t> lane_of;  // of those who have one to themselves
    for (std::size_t at = 0; at < lanes.size(); ++at) {
      if (!lanes[at].row.crowd()) lane_of[lanes[at].row.first()] = at;
    }
    for (std::size_t at = 0; at < lanes.size(); ++at) {
      lanes[at].row.crowd() ? paint_crowd(lanes[at].row, at, axis, canvas)
                            : paint_life(*lives_.find(lanes[at].row.first()), at, axis, canvas);
    }
    paint_marks(lane_of, axis, canvas);
    paint_failures(lanes, axis, canvas);
    for (std::size_t at = 0; at < lanes.size(); ++at) {
      const Life& life = *lives_.find(lanes[at].row.first());
      const auto creator = lane_of.find(life.creator);
      const std::size_t born = axis.column(life.born);
      if (creator != lane_of.end()) {
        canvas.link(born, creator->second, at);
        births_ = true;
      } else {
        canvas.mark(at, born, "●", Rank::birth, kind_ink(life));
      }
    }
    // Waits come last, and only where they cross no lane: who made whom matters more than who waited for whom.
    for (std::size_t at = 0; at < lanes.size(); ++at) {
      const Life& life = *lives_.find(lanes[at].row.first());
      const auto waiter = lane_of.find(life.waiter);
      if (lanes[at].row.crowd() || !(life.reaped || life.joined) || waiter == lane_of.end()) continue;
      const std::size_t column = axis.column(life.collected);
      if (canvas.crosses(column, at, waiter->second)) continue;
      canvas.link(column, at, waiter->second);
      (life.reaped ? reaps_ : joins_) = true;
    }
  }

  void paint_life(const Life& life, std::size_t at, const Axis& axis, Canvas& canvas) {
    const bool process = life.kind == Kind::process;
    const std::size_t from = axis.column(life.born);
    const std::size_t to = std::max(from, axis.column(life.born + lives_.span_of(life)));
    const bool collected = life.reaped || life.joined;
    const bool unclaimed = never_reaped(lives_, life);
    const std::size_t until = collected ? axis.column(life.collected) : unclaimed ? axis.column(lives_.last_t()) : to;
    canvas.lane(at, from, std::max(to, until), process ? Stroke::heavy : Stroke::light, kind_ink(life));
    if (until > to) canvas.restroke(at, to + 1, until, Stroke::over);
    end_mark(life, at, to, canvas);
  }

  void end_mark(const Life& life, std::size_t at, std::size_t column, Canvas& canvas) {
    if (!life.followed) {
      canvas.mark(at, column, "○", Rank::alive, Ink::faint);
    } else if (!life.exited) {
      canvas.mark(at, column, "▸", Rank::alive, Ink::warn);
    } else if (life.how == How::lost) {
      canvas.mark(at, column, "?", Rank::exit, Ink::warn);
    } else if (life.how == How::signal) {
      canvas.mark(at, column, "✗", Rank::fatal, Ink::bad);
    } else {
      canvas.mark(at, column, "■", Rank::exit, end_ink(life));
    }
  }

  // As high in each column as members and those whom they made were alive in it, at once or one after the other.
  void paint_crowd(const Row& row, std::size_t at, const Axis& axis, Canvas& canvas) {
    std::map<std::size_t, std::int64_t> changes;
    std::vector<LwpId> todo = row.members;
    while (!todo.empty()) {
      const Life& life = *lives_.find(todo.back());
      todo.pop_back();
      const std::size_t from = axis.column(life.born);
      const std::size_t to = std::max(from, axis.column(life.born + lives_.span_of(life)));
      if (!life.followed) {
        canvas.mark(at, from, "○", Rank::alive, Ink::faint);
        continue;
      }
      ++changes[from];
      --changes[to + 1];
      if (life.exited && life.how == How::signal) {
        canvas.mark(at, to, "✗", Rank::fatal, Ink::bad);
      }
      for (const Life* child = lives_.find(life.first_child); child != nullptr; child = lives_.find(child->next)) {
        todo.push_back(child->id);
      }
    }
    std::int64_t most = 0;
    std::int64_t alive = 0;
    for (const auto& [column, change] : changes) most = std::max(most, alive += change);
    const Ink ink = kind_ink(*lives_.find(row.first()));
    for (auto change = changes.begin(); change != changes.end(); ++change) {
      alive += change->second;
      const auto next = std::next(change);
      if (alive == 0 || next == changes.end()) continue;
      const auto eighths = static_cast<std::size_t>((alive * 8 + most - 1) / most);
      for (std::size_t column = change->first; column < next->first; ++column) {
        canvas.mark(at, column, kHeights.at(eighths), Rank::height, ink);
      }
    }
  }

  // Those whose lane is a crowd's have only these marks, and so have all whom they made.
  void paint_failures(const std::vector<Lane>& lanes, const Axis& axis, Canvas& canvas) {
    if (lives_.totals().failed == 0) return;  // the map below may be as large as the trace
    std::unordered_map<LwpId, std::size_t> lane_of;
    for (std::size_t at = 0; at < lanes.size(); ++at) {
      for (const LwpId id : lanes[at].row.members) lane_of[id] = at;
    }
    for (const Mark& mark : lives_.marks()) {
      if (mark.what != Mark::What::failure) continue;
      const Life* shown = lives_.find(mark.lwp);
      while (shown != nullptr && !lane_of.contains(shown->id)) shown = lives_.find(shown->creator);
      if (shown != nullptr) canvas.mark(lane_of[shown->id], axis.column(mark.t), "x", Rank::failure, Ink::bad);
    }
  }

  void paint_marks(const std::unordered_map<LwpId, std::size_t>& lane_of, const Axis& axis, Canvas& canvas) {
    std::unordered_map<LwpId, Nanos> stopped;
    std::unordered_map<LwpId, Nanos> first_exec;
    const auto stop_span = [&](LwpId id, Nanos from, Nanos to) {
      canvas.restroke(lane_of.at(id), axis.column(from), axis.column(to), Stroke::stopped);
    };
    const auto sleep_span = [&](const Life& child) {
      const auto creator = lane_of.find(child.creator);
      if (creator == lane_of.end()) return;
      const auto exec = first_exec.find(child.id);
      const Nanos woken = exec != first_exec.end() ? exec->second : child.born + lives_.span_of(child);
      const std::size_t from = axis.column(child.born);
      const std::size_t to = axis.column(woken);
      if (to <= from) return;
      canvas.restroke(creator->second, from + 1, to, Stroke::asleep);
    };
    for (const Mark& mark : lives_.marks()) {
      if (mark.what == Mark::What::exec) first_exec.try_emplace(mark.lwp, mark.t);
      const auto lane = lane_of.find(mark.lwp);
      if (lane == lane_of.end()) continue;
      const std::size_t column = axis.column(mark.t);
      switch (mark.what) {
        case Mark::What::exec:
          canvas.mark(lane->second, column, "E", Rank::exec, Ink::bold);
          break;
        case Mark::What::signal:
          canvas.mark(lane->second, column, "!", Rank::signal, Ink::warn);
          break;
        case Mark::What::failure:  // paint_failures
          break;
        case Mark::What::stop:
          stopped.try_emplace(mark.lwp, mark.t);
          break;
        case Mark::What::go:
          if (const auto since = stopped.extract(mark.lwp)) stop_span(mark.lwp, since.mapped(), mark.t);
          break;
      }
    }
    for (const auto& [id, since] : stopped) {
      const Life& life = *lives_.find(id);
      stop_span(id, since, life.born + lives_.span_of(life));
    }
    for (const Life& life : lives_.all()) {
      if (life.sleeps_creator) sleep_span(life);
    }
  }

  std::string legend(const Canvas& canvas) const {
    struct Entry {
      std::string_view glyph, meaning;
    };
    constexpr auto entries = std::to_array<Entry>({{"━", "process"},
                                                   {"─", "thread"},
                                                   {"█", "height: how many alive"},
                                                   {"●", "start"},
                                                   {"E", "exec"},
                                                   {"!", "signal"},
                                                   {"x", "failed birth"},
                                                   {"✗", "killed"},
                                                   {"■", "exit"},
                                                   {"▸", "lives on"},
                                                   {"○", "not followed"},
                                                   {"?", "end not seen"},
                                                   {"╌", "asleep in vfork"},
                                                   {"░", "stopped"},
                                                   {"┄", "ended, not yet waited for"}});
    std::vector<std::string> shown;
    for (const auto& [glyph, meaning] : entries) {
      if (canvas.shows(glyph)) shown.push_back(fmt::format("{} {}", glyph, meaning));
    }
    // Where a link begins or ends is often under a mark: then the line from there is what is seen of it.
    using Glyphs = std::initializer_list<const char*>;
    const auto add_link = [&](Glyphs corners, Glyphs lines, std::string_view mark, std::string_view meaning) {
      const auto seen = [&](const char* glyph) { return canvas.shows(glyph); };
      if (const auto* corner = std::ranges::find_if(corners, seen); corner != corners.end()) {
        shown.push_back(fmt::format("{} {}", *corner, meaning));
      } else if (const auto* line = std::ranges::find_if(lines, seen); line != lines.end()) {
        shown.push_back(fmt::format("{} above {}: {}", *line, mark, meaning));
      }
    };
    if (births_) add_link({"╰", "┕", "├", "┝"}, {"┯", "┬", "│"}, "a start", "birth");
    if (joins_ || reaps_) {
      const char* what = joins_ && reaps_ ? "join, reap" : joins_ ? "join" : "reap";
      add_link({"╯", "┙", "┤", "┥"}, {"│", "┯", "┬"}, "an end", what);
    }
    std::string text;
    for (const std::string& words : packed(shown, "  ", width_)) text += line(words, Ink::faint);
    return text;
  }

  bool births_ = false, joins_ = false, reaps_ = false;  // whether links of theirs were drawn
};

}  // namespace

std::unique_ptr<TraceSink> make_timeline(ByteSink& out, const Options& options) {
  return std::make_unique<Timeline>(out, options);
}

}  // namespace lwptrace::render
