// Lives: the fold that turns a trace into one short record an LWP (who made it, what it ran, how it ended, who waited
// for it) and the totals of the whole. Every drawing that looks back starts here; none of it is text.
//
// It is made for a million LWPs: a record keeps no Birth and no backtrace, names are kept once, and each event costs
// O(1). It believes nothing: an LWP whose birth or end is missing (attached, cut) still gets its record.
// Next: crowds.h (siblings that are alike), sharing.h (who shares what).
#pragma once

#include <lwptrace/trace.h>

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace lwptrace::analysis {

struct Life {
  std::string path;
  LwpId id = 0;
  LwpId creator = 0;  // who called; 0: a root, or not known
  LwpId parent = 0;   // leader of the real parent's thread group at birth; 0: not in the trace
  LwpId leader = 0;   // of its thread group: itself for a process
  LwpId first_child = 0, last_child = 0, next = 0;  // those it created, in order of birth; its next sibling
  std::uint32_t children = 0;                       // LWPs it created
  std::uint32_t threads = 0;                        // LWPs that ever were in the group that it leads, beside itself
  std::uint32_t comm = 0, command = 0;              // the last of each, for Lives::comm() and Lives::command()
  std::uint32_t execs = 0, signals = 0, stops = 0, failed = 0;
  Tid tid = 0, tgid = 0;
  Nanos born = 0;       // or first seen
  Nanos ended = 0;      // if `exited`
  Nanos collected = 0;  // if `reaped` or `joined`: when
  LwpId by = 0;         // who caused its end, or sent the signal that did; 0: nobody, or not known
  LwpId waiter = 0;     // if `reaped` or `joined`: by whom; 0: somebody outside the trace
  LwpId adopter = 0;    // if `adopted`
  Tid adopter_pid = 0;
  Tid by_pid = 0;  // the sender of that signal, where it is outside the trace
  Status status;   // if `exited`
  Kind kind = Kind::unknown;
  Idiom idiom = Idiom::unknown;
  Via via = Via::unknown;
  How how = How::unknown;
  std::uint8_t fatal = 0;  // the last signal delivered that was to end it
  bool born_seen : 1 = false;
  bool followed : 1 = true;      // false: its birth is all that is told
  bool own_stack : 1 = false;    // was given a stack of its own: it goes on elsewhere than its creator
  bool took_others : 1 = false;  // its exit_group, or the signal that ended it, ended others of its group
  bool exited : 1 = false;
  bool reaped : 1 = false;       // somebody waited for it
  bool reaped_auto : 1 = false;  // or the kernel did not keep it for anybody
  bool joined : 1 = false;
  bool adopted : 1 = false;         // got another parent: `adopter`, or `adopter_pid` outside the trace
  bool leader_zombie : 1 = false;   // a leader that ended before its threads
  bool sleeps_creator : 1 = false;  // CLONE_VFORK: the creator slept until this one's exec or end
};

struct Mark {  // something that happened in a life and that a drawing may put at its place in time
  // exec: not the launch. signal: a delivery that was not ignored, SIGCHLD apart. failure: a birth that was none.
  enum class What : std::uint8_t { exec, signal, stop, go, failure };
  Nanos t = 0;
  LwpId lwp = 0;
  What what = What::exec;
  std::uint8_t signo = 0;  // signal, stop
};

struct Failure {  // births that failed alike
  Via via = Via::unknown;
  int error = 0;
  std::string why;
  std::uint32_t count = 0;
};

struct Totals {
  std::uint64_t processes = 0, threads = 0, births = 0, failed = 0, execs = 0, exits = 0, signals = 0, escaped = 0;
  std::uint64_t alive = 0, max_alive = 0, unfollowed = 0;  // who is not followed is not among the alive
  std::map<int, std::uint64_t> failed_by_error;
  std::map<int, std::uint64_t> by_signal;
  Nanos cpu_ns = 0;
  std::uint64_t cpu_known = 0;      // LWPs whose CPU time was told
  std::optional<Nanos> slowest_ns;  // birth
  LwpId slowest = 0;
};

class Lives : public TraceSink {
 public:
  void header(const TraceHeader& header) override;
  void event(const Event& event) override;
  void end(const TraceEnd& end) override;
  void cut(const std::string& where) override;

  // Every LWP in the order in which the trace first names it: a creator comes before those it made.
  [[nodiscard]] std::span<const Life> all() const { return lives_; }
  [[nodiscard]] const Life* find(LwpId id) const;
  [[nodiscard]] LwpId first_root() const { return first_root_; }  // then Life::next
  // Every LWP, each followed by those it made, and they by those they made.
  [[nodiscard]] std::vector<LwpId> in_tree_order() const;
  [[nodiscard]] std::string path(LwpId id) const;  // "#7" where no LWP 7 is known

  [[nodiscard]] const std::string& comm(const Life& life) const { return names_[life.comm]; }
  // The argv of its last exec (the launch is one); empty when it had none.
  [[nodiscard]] std::vector<std::string> command(const Life& life) const;
  // The names that its execs gave it, in order; those in the middle are left out where they are many.
  [[nodiscard]] std::vector<std::string> exec_names(const Life& life) const;

  [[nodiscard]] std::span<const Mark> marks() const { return marks_; }
  [[nodiscard]] std::span<const Failure> failures(LwpId creator) const;
  [[nodiscard]] const Totals& totals() const { return totals_; }
  [[nodiscard]] const TraceHeader& trace() const { return header_; }
  [[nodiscard]] const std::optional<TraceEnd>& ending() const { return end_; }
  // Where the recording was cut, in words; empty when it was not.
  [[nodiscard]] const std::string& cut_where() const { return cut_; }
  // Nothing is known after this time.
  [[nodiscard]] Nanos last_t() const { return last_t_; }
  // Whether events of that type were looked for, by the header's `observes`. Silence means nothing when they were not.
  [[nodiscard]] bool observes(std::string_view type) const;
  // When some program last did something but end: what ended after it may have been ended by lwptrace.
  [[nodiscard]] Nanos last_act() const { return last_act_; }
  // From birth to end, or to where the trace stops; 0 where it is not followed.
  [[nodiscard]] Nanos span_of(const Life& life) const {
    return !life.followed ? 0 : (life.exited ? life.ended : last_t_) - life.born;
  }

 private:
  Life& of(const Event& event);
  Life* find_mutable(LwpId id);
  std::uint32_t name(std::string_view text);
  void mark(const Event& event, Mark::What what, int signo = 0);

  void on(Life& life, const Birth& birth, const Event& event);
  void on(Life& life, const BirthFailed& failed, const Event& event);
  void on(Life& life, const Exec& exec, const Event& event);
  void on(Life& life, const Comm& comm, const Event& event);
  void on(Life& life, const Signal& signal, const Event& event);
  void on(Life& life, const Stop& stop, const Event& event);
  void on(Life& life, const Continue& go, const Event& event);
  void on(Life& life, const Exit& exit, const Event& event);
  void on(Life& life, const Reap& reap, const Event& event);
  void on(Life& life, const Join& join, const Event& event);
  void on(Life& life, const Reparent& reparent, const Event& event);
  void on(Life& life, const Escaped& escaped, const Event& event);

  TraceHeader header_;
  std::optional<TraceEnd> end_;
  std::string cut_;
  Nanos last_t_ = 0, last_act_ = 0;
  std::vector<Life> lives_;                             // LWP n stands at n - 1 as long as the trace numbers them so
  std::unordered_map<LwpId, std::uint32_t> elsewhere_;  // and where it does not: at this index
  LwpId first_root_ = 0, last_root_ = 0;
  std::unordered_map<Tid, LwpId> leaders_;  // of the thread groups that were not born before our eyes
  std::vector<std::string> names_{""};
  std::unordered_map<std::string, std::uint32_t> name_index_{{"", 0}};
  std::unordered_map<LwpId, std::vector<std::uint32_t>> exec_names_;  // of those that had more than one exec
  std::vector<Mark> marks_;
  std::unordered_map<LwpId, std::vector<Failure>> failures_;
  Totals totals_;
};

}  // namespace lwptrace::analysis
