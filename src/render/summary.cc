// summary: the whole trace in numbers, one line a question, at most some twenty lines. A line whose question was not
// asked (the detail level did not look) says so instead of saying 0. Nothing is listed by LWP: that is the tree's.
#include <fmt/format.h>
#include <lwptrace/names.h>

#include <algorithm>
#include <cmath>

#include "render/drawn_at_end.h"
#include "render/life_words.h"
#include "render/renderers.h"

namespace lwptrace::render {

namespace {

using analysis::Life;

using Counts = std::map<std::string, std::uint64_t>;

// "5 exit 0, 1 killed by SIGTERM": the most frequent first, and no more kinds than one reads.
std::string listed(const Counts& counts) {
  constexpr std::size_t most = 6;
  std::vector<std::pair<std::string, std::uint64_t>> order(counts.begin(), counts.end());
  std::ranges::stable_sort(order, [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string words;
  for (std::size_t at = 0; at < order.size(); ++at) {
    if (at > 0) words += ", ";
    if (at == most) {
      std::uint64_t others = 0;
      for (; at < order.size(); ++at) others += order[at].second;
      return words + counted(others, "other");
    }
    words += fmt::format("{} {}", thousands(order[at].second), order[at].first);
  }
  return words;
}

std::string rate(std::uint64_t count, Nanos time) {
  const double per_second = static_cast<double>(count) * 1e9 / static_cast<double>(time);
  return per_second < 100 ? fmt::format("{:.3g}", per_second)
                          : thousands(static_cast<std::uint64_t>(std::llround(per_second)));
}

class Summary : public DrawnAtEnd {
 public:
  using DrawnAtEnd::DrawnAtEnd;

 private:
  struct Line {
    std::string what, figure, words;
    Ink ink = Ink::plain;
  };

  void add(std::string what, std::string figure, std::string words = {}, Ink ink = Ink::plain) {
    lines_.push_back({std::move(what), std::move(figure), std::move(words), ink});
  }
  void add(std::string what, std::uint64_t figure, std::string words = {}, Ink ink = Ink::plain) {
    add(std::move(what), thousands(figure), std::move(words), figure > 0 ? ink : Ink::plain);
  }

  void draw() override {
    const auto& totals = lives_.totals();
    const std::uint64_t most =
        lives_.ending() ? std::max(lives_.ending()->max_alive, totals.max_alive) : totals.max_alive;
    add("LWPs", lives_.all().size(), fmt::format("{}; at most {} alive at once", census(lives_), thousands(most)));
    add_births();
    add("execs", totals.execs);
    add_exits();
    Counts signals;
    for (const auto& [signo, count] : totals.by_signal) signals[signal_name(signo)] += count;
    add("signals", totals.signals, listed(signals));
    add_waits();
    add_times();
    if (totals.escaped > 0) add("escaped", totals.escaped, "births that the kernel did not let us follow", Ink::bad);
    if (lives_.ending()) {
      add("dropped", lives_.ending()->dropped, lives_.ending()->dropped > 0 ? "events are missing" : "", Ink::bad);
    }

    std::size_t what = 0;
    std::size_t figure = 0;
    for (const Line& line : lines_) {
      what = std::max(what, display_width(line.what));
      figure = std::max(figure, display_width(line.figure));
    }
    const std::string facts = fmt::format("{} · {}", outcome_words(lives_), duration(lives_.last_t()));
    std::string text = paint(title(lives_, facts, width_), Ink::bold, color_) + "\n";
    for (const Line& line : lines_) {
      std::string row = pad(paint(line.what, Ink::faint, color_), what) + "  " +
                        pad_left(paint(line.figure, line.ink, color_), figure) + "  " + line.words;
      row = fit(row, width_);
      row.erase(row.find_last_not_of(' ') + 1);
      text += row + "\n";
    }
    out_.write(text + cut_line(lives_, width_, color_));
  }

  void add_births() {
    const auto& totals = lives_.totals();
    Counts idioms;
    for (const Life& life : lives_.all()) {
      if (life.born_seen) ++idioms[birth_words(life)];
    }
    std::string words = listed(idioms);
    if (lives_.last_t() > 0 && totals.births > 1)
      words += fmt::format("; {} per second", rate(totals.births, lives_.last_t()));
    add("births", totals.births, std::move(words));
    Counts errors;
    for (const auto& [error, count] : totals.failed_by_error) errors[errno_name(error)] += count;
    if (lives_.observes("birth_failed")) {
      add("failed births", totals.failed, listed(errors), Ink::bad);
    } else {
      add("failed births", "–", "not looked for");
    }
    if (totals.slowest_ns) {
      const Life& life = *lives_.find(totals.slowest);
      add("slowest birth", duration(*totals.slowest_ns),
          fmt::format("{} by {}", path_words(lives_, life.id), birth_words(life)));
    }
  }

  void add_exits() {
    Counts causes;
    std::uint64_t alive = 0;
    for (const Life& life : lives_.all()) {
      if (!life.exited) {
        alive += life.followed ? 1 : 0;
        continue;
      }
      const std::string status = cause_words(life.status);
      const char* other = life.how == How::group  ? "taken along by a sibling"
                          : life.how == How::exec ? "ended by a sibling's exec"
                          : life.how == How::lost ? "not seen"
                                                  : "ended";
      const bool own = life.how != How::group && life.how != How::exec && life.how != How::lost;
      ++causes[own && !status.empty() ? status : other];
    }
    add("exits", lives_.totals().exits, listed(causes));
    if (lives_.totals().unfollowed > 0) {
      add("not followed", lives_.totals().unfollowed, "of whom nothing but the birth is told", Ink::warn);
    }
    if (alive > 0) add("still alive", alive, "when the trace ended", Ink::warn);
  }

  void add_waits() {
    std::uint64_t unreaped = 0, unjoined = 0, pthreads = 0;
    for (const Life& life : lives_.all()) {
      unreaped += never_reaped(lives_, life) ? 1 : 0;
      if (life.idiom != Idiom::pthread_create || !life.followed) continue;
      ++pthreads;
      unjoined += life.joined ? 0 : 1;
    }
    if (lives_.observes("reap")) {
      add("never reaped", unreaped, unreaped > 0 ? "zombies that nobody waited for" : "", Ink::warn);
    }
    if (!lives_.observes("join") || pthreads == 0) return;
    add("joins seen", pthreads - unjoined,
        fmt::format("of {} (a join that need not wait makes no call)", counted(pthreads, "pthread")));
  }

  void add_times() {
    const auto& totals = lives_.totals();
    const Nanos wall = lives_.last_t();
    add("wall time", duration(wall));
    if (totals.cpu_known == 0) return;
    std::string words;
    if (wall > 0)
      words = fmt::format("{:.2f} CPUs busy", static_cast<double>(totals.cpu_ns) / static_cast<double>(wall));
    if (totals.cpu_known < lives_.all().size()) {
      words += fmt::format("{}of {} LWPs", words.empty() ? "" : "; ", thousands(totals.cpu_known));
    }
    add("CPU time", duration(totals.cpu_ns), std::move(words));
  }

  std::vector<Line> lines_;
};

}  // namespace

std::unique_ptr<TraceSink> make_summary(ByteSink& out, const Options& options) {
  return std::make_unique<Summary>(out, options);
}

}  // namespace lwptrace::render
