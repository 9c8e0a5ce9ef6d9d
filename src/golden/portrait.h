// Portraits: what a trace says of each LWP, without what the scheduler, the loader or the C library decide: no tids,
// times or addresses, no order between LWPs but that of the facts themselves (who made, sent, reaped). Two runs of a
// program that behaves the same give the same portraits. text.h writes and reads them, differences.h tells them apart.
#pragma once

#include <lwptrace/trace.h>

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace lwptrace::golden {

struct Portrait {
  Kind kind = Kind::unknown;
  std::string born;                // the idiom: "pthread_create"; empty: a root
  std::vector<std::string> flags;  // of the birth, ascending, without those that C libraries differ in
  std::string exit_signal;         // of a process, if it is another than SIGCHLD
  std::vector<std::string> does;   // in its own order: makes, execs, names, sends, reaps …
  std::vector<std::string> takes;  // signals that had an effect, each once, sorted; of the process, with its leader
  std::string ends;                // "exit_group 0"; empty: not seen
  std::string reaped;              // "wait4 by 1", "wait4 by 1 with 3"; empty: by nobody
  std::string joined;              // "by 1", of a thread; empty: nobody was seen to wait for it
  std::string orphaned;            // "to init"
  bool operator==(const Portrait&) const = default;
};

// What an LWP has at most one line of, by the word that begins the line.
struct SingleFact {
  const char* key;
  std::string Portrait::*value;
};
constexpr SingleFact single_facts[] = {{"born", &Portrait::born},     {"exit-signal", &Portrait::exit_signal},
                                       {"ends", &Portrait::ends},     {"reaped", &Portrait::reaped},
                                       {"joined", &Portrait::joined}, {"orphaned", &Portrait::orphaned}};

// By the numbers in them: 1, 1/1, 1/2, 1/10, 1.3.
struct ByPath {
  bool operator()(const std::string& a, const std::string& b) const;
};

// Of siblings that are alike and follow one another only so many are certain.
struct Crowd {
  std::uint64_t least = 0, most = 0;
  bool operator==(const Crowd&) const = default;
};

struct Gallery {
  std::vector<std::string> command;
  std::size_t command_line = 0;                 // where it stands in the golden file; 0: in none
  std::set<std::string> ignored;                // kinds of facts that do not count: see ignorable()
  std::map<std::string, Crowd, ByPath> crowds;  // by the path of the first; `lwps` has `most` of them
  std::map<std::string, Portrait, ByPath> lwps;
};

// What a golden may leave out of account: "signals", "names" …
[[nodiscard]] std::span<const std::string_view> ignorable();

// Paints while it is told a trace.
class Painter : public TraceSink {
 public:
  void header(const TraceHeader& header) override;
  void event(const Event& event) override;
  void end(const TraceEnd&) override {}

  [[nodiscard]] Gallery take();

 private:
  struct Known {
    std::string path;
    LwpId leader = 0;
  };
  void born(LwpId id, const Birth& birth);
  [[nodiscard]] std::string name(LwpId id) const;
  [[nodiscard]] Portrait& of(LwpId id);
  [[nodiscard]] std::string file(const std::string& path) const;
  void took(LwpId id, const Signal& signal);
  void reaped(LwpId id, const Reap& reap);
  [[nodiscard]] std::string end_of(const Exit& exit) const;

  Gallery gallery_;
  std::string cwd_;
  std::unordered_map<LwpId, Known> known_;
  std::unordered_map<Tid, LwpId> leaders_;  // of the process that has this tgid now
};

}  // namespace lwptrace::golden
