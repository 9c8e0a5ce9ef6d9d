// Story: a small trace told in a few lines, for tests of folds and drawings. It knows what the model would have
// written into each event (paths, tids, shares, names that a child inherits) and nothing else. Times are µs; LWP n has
// tid 4710 + n.
#pragma once

#include <lwptrace/trace.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lwptrace::testing {

class Story {
 public:
  LwpId launch(Nanos us, std::vector<std::string> argv) {
    header.argv = argv;
    Birth birth;
    birth.via = Via::launch;
    birth.kind = Kind::process;
    birth.comm = base_name(argv.front());
    const LwpId root = born(us, 0, std::move(birth));
    exec(us, root, std::move(argv));
    return root;
  }
  LwpId thread(Nanos us, LwpId creator, const std::string& comm = {}) {
    return born(us, creator, Idiom::pthread_create, Kind::thread, 0x3d0f00, comm);
  }
  LwpId fork(Nanos us, LwpId creator) { return born(us, creator, Idiom::fork, Kind::process, 0x1200011); }
  LwpId unfollowed(Nanos us, LwpId creator) {
    Birth birth;
    birth.shares = Shares{};
    birth.via = Via::fork;
    birth.kind = Kind::process;
    birth.idiom = Idiom::fork;
    birth.comm = people_[creator].comm;
    birth.followed = false;
    return born(us, creator, std::move(birth));
  }
  LwpId vfork(Nanos us, LwpId creator) { return born(us, creator, Idiom::vfork, Kind::process, 0x4111); }
  LwpId spawn(Nanos us, LwpId creator) { return born(us, creator, Idiom::posix_spawn, Kind::process, 0x4111); }
  LwpId born(Nanos us, LwpId creator, Idiom idiom, Kind kind, std::uint64_t flags, const std::string& comm = {}) {
    Birth birth;
    birth.idiom = idiom;
    birth.kind = kind;
    birth.via = idiom == Idiom::vfork ? Via::vfork : idiom == Idiom::fork ? Via::fork : Via::clone3;
    birth.flags_raw = Address{flags};
    birth.comm = comm.empty() ? people_[creator].comm : comm;
    const auto has = [&](std::uint64_t flag) { return (flags & flag) != 0; };
    Shares& shares = birth.shares.emplace();
    shares.vm = has(0x100);
    shares.fs = has(0x200);
    shares.files = has(0x400);
    shares.sighand = has(0x800);
    shares.sysvsem = has(0x40000);
    shares.thread_group = has(0x10000);
    shares.io = has(0x80000000);
    return born(us, creator, std::move(birth));
  }
  // Fills in what is left empty of path, creator and parent.
  LwpId born(Nanos us, LwpId creator, Birth birth) {
    const auto lwp = static_cast<LwpId>(++lwps_);
    Person& made = people_[lwp];
    const bool thread = birth.kind == Kind::thread;
    Person* by = creator != 0 ? &people_[creator] : nullptr;
    if (birth.path.empty() && by == nullptr) birth.path = std::to_string(++roots_);
    if (birth.path.empty()) birth.path = by->path + (thread ? "/" : ".") + std::to_string(++by->births);
    if (by != nullptr) birth.creator = creator;
    if (by != nullptr && !birth.parent) birth.parent = thread ? people_[by->leader].parent : by->leader;
    made.path = birth.path;
    made.comm = birth.comm;
    made.leader = thread && by != nullptr ? by->leader : lwp;
    made.parent = birth.parent.value_or(0);
    add(us, lwp, std::move(birth));
    return lwp;
  }

  void exec(Nanos us, LwpId lwp, std::vector<std::string> argv) {
    Exec exec;
    exec.file = argv.front();
    exec.comm = people_[lwp].comm = base_name(argv.front());
    exec.argv = std::move(argv);
    people_[lwp].leader = lwp;
    add(us, lwp, std::move(exec));
  }
  void exit(Nanos us, LwpId lwp, int code = 0, How how = How::exit) {
    add(us, lwp, Exit{how, Status{code, {}, false}, {}, false, {}, {}, {}, {}});
  }
  void die(Nanos us, LwpId lwp, int signo, bool core = false) {
    add(us, lwp, Exit{How::signal, Status{{}, signo, core}, {}, false, {}, {}, {}, {}});
  }
  void taken(Nanos us, LwpId lwp, LwpId by, Status status) {
    add(us, lwp, Exit{How::group, status, by, false, {}, {}, {}, {}});
  }
  void signal(Nanos us, LwpId lwp, int signo, Effect effect, std::optional<Sender> sender = {}) {
    Signal signal;
    signal.signo = signo;
    signal.effect = effect;
    signal.sender = sender;
    add(us, lwp, std::move(signal));
  }
  void reap(Nanos us, LwpId lwp, LwpId by, Status status = {0, {}, false}) {
    add(us, lwp, Reap{by, status, "wait4", {}, false});
  }
  void join(Nanos us, LwpId lwp, LwpId by) { add(us, lwp, Join{by, Address{0x1000}, {}}); }
  void add(Nanos us, LwpId lwp, EventBody body) {
    const Person& who = people_[lwp];
    const LwpId leader = who.leader != 0 ? who.leader : lwp;
    events.push_back(Event{events.size() + 1, us * 1000, lwp, tid(lwp), tid(leader), std::move(body)});
  }

  // Tells the whole trace; `us` is when it ends.
  void tell(TraceSink& sink, Nanos us, Status status = {0, {}, false}) const {
    tell_events(sink);
    TraceEnd end;
    end.t = us * 1000;
    end.seq = events.size() + 1;
    end.reason = reason;
    end.status = status;
    sink.end(end);
  }
  void tell_cut(TraceSink& sink, const std::string& where) const {
    tell_events(sink);
    sink.cut(where);
  }

  TraceHeader header;
  std::vector<Event> events;
  EndReason reason = EndReason::exited;

 private:
  struct Person {
    std::string path, comm;
    LwpId leader = 0, parent = 0;
    int births = 0;
  };
  static Tid tid(LwpId lwp) { return static_cast<Tid>(4710 + lwp); }
  static std::string base_name(const std::string& file) { return file.substr(file.rfind('/') + 1); }
  void tell_events(TraceSink& sink) const {
    sink.header(header);
    for (const Event& event : events) sink.event(event);
  }

  std::size_t lwps_ = 0;
  int roots_ = 0;
  std::map<LwpId, Person> people_;
};

}  // namespace lwptrace::testing
