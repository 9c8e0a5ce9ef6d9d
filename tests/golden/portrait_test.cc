// What of a trace is behaviour, and what is not.
#include "golden/portrait.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

namespace lwptrace::golden {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Trace {
 public:
  Trace() {
    TraceHeader header;
    header.cwd = "/lab";
    painter_.header(header);
    Birth root;
    root.path = "1";
    root.kind = Kind::process;
    see(1, root);
  }
  Trace& born(LwpId id, LwpId by, const std::string& path, Kind kind, Tid tgid = 0) {
    Birth birth;
    birth.path = path;
    birth.kind = kind;
    birth.creator = by;
    birth.idiom = kind == Kind::thread ? Idiom::pthread_create : Idiom::fork;
    birth.exit_signal.signo = kind == Kind::thread ? 0 : SIGCHLD;
    return see(id, birth, tgid);
  }
  Trace& see(LwpId id, EventBody body, Tid tgid = 0) {
    const Tid tid = static_cast<Tid>(id) * 100;
    painter_.event(Event{0, 0, id, tid, tgid != 0 ? tgid : tid, std::move(body)});
    return *this;
  }
  Gallery paint() { return painter_.take(); }

 private:
  Painter painter_;
};

TEST(Portrait, AFileBelowTheFolderOfTheRunIsToldFromThere) {
  EXPECT_THAT(Trace().see(1, Exec{"/lab/a.out", {"a.out", "x y"}}).paint().lwps["1"].does,
              ElementsAre("executes ./a.out \"x y\""));
}

TEST(Portrait, ASignalThatDoesNothingIsNotBehaviour) {
  Signal signal;
  signal.signo = SIGCHLD;
  signal.effect = Effect::none;
  EXPECT_THAT(Trace().see(1, signal).paint().lwps["1"].takes, IsEmpty());
}

TEST(Portrait, ASignalForTheProcessIsItsLeadersWhoeverTakesIt) {
  Trace trace;
  trace.born(2, 1, "1/1", Kind::thread, 100);
  Signal signal;
  signal.signo = SIGTERM;
  signal.scope = Scope::process;
  signal.effect = Effect::handled;
  trace.see(2, signal, 100);
  signal.scope = Scope::thread;
  signal.sender = Sender{100, 0, LwpId{1}};
  trace.see(2, signal, 100).see(2, signal, 100);
  Gallery gallery = trace.paint();
  EXPECT_THAT(gallery.lwps["1"].takes, ElementsAre("SIGTERM handled for the process"));
  EXPECT_THAT(gallery.lwps["1/1"].takes, ElementsAre("SIGTERM handled from 1"));
}

TEST(Portrait, EndsAndWaitsAreToldByPath) {
  Trace trace;
  trace.born(2, 1, "1.1", Kind::process);
  Exit exit;
  exit.how = How::exit_group;
  exit.status.code = 7;
  trace.see(2, exit).see(2, Reap{1, exit.status, "waitid"});
  Gallery gallery = trace.paint();
  EXPECT_EQ(gallery.lwps["1.1"].ends, "exit_group 7");
  EXPECT_EQ(gallery.lwps["1.1"].reaped, "waitid by 1");
  EXPECT_THAT(gallery.lwps["1"].does, ElementsAre("makes 1.1"));
}

TEST(Portrait, AWaitForANamedChildIsADeedOfTheThreadThatWaits) {
  Trace trace;
  trace.born(2, 1, "1/1", Kind::thread, 100).born(3, 1, "1.2", Kind::process).born(4, 1, "1.3", Kind::process);
  trace.see(4, Reap{.by = 2, .call = "wait4", .asked = 400}).see(3, Reap{.by = 2, .call = "waitid", .asked = 300});
  Gallery gallery = trace.paint();
  EXPECT_THAT(gallery.lwps["1/1"].does, ElementsAre("reaps 1.3", "reaps 1.2"));
  EXPECT_EQ(gallery.lwps["1.3"].reaped, "wait4 by 1/1");
}

TEST(Portrait, WhoJoinsAThreadIsToldByPath) {
  Trace trace;
  trace.born(2, 1, "1/1", Kind::thread, 100).see(2, Join{1});
  EXPECT_EQ(trace.paint().lwps["1/1"].joined, "by 1");
}

TEST(Portrait, AStatusThatTheEndDoesNotTellStandsWithTheReaping) {
  Trace trace;
  trace.born(2, 1, "1.1", Kind::process).born(3, 1, "1.2", Kind::process).born(4, 1, "1.3", Kind::process);
  trace.see(2, Exit{How::exit, {0, {}, false}}).see(2, Reap{1, {10, {}, false}, "wait4"});
  trace.see(3, Exit{How::exit, {10, {}, false}}).see(3, Reap{1, {10, {}, false}, "wait4"});
  trace.see(4, Exit{How::exit, {0, {}, false}}).see(4, Reap{1, {{}, SIGSEGV, true}, "wait4"});
  Gallery gallery = trace.paint();
  EXPECT_EQ(gallery.lwps["1.1"].reaped, "wait4 by 1 with 10");
  EXPECT_EQ(gallery.lwps["1.2"].reaped, "wait4 by 1");
  EXPECT_EQ(gallery.lwps["1.3"].reaped, "wait4 by 1 with SIGSEGV");
}

TEST(Portrait, TheTidWordsOfAForkAreTheCLibrarysBusiness) {
  Birth birth;
  birth.path = "1.1";
  birth.kind = Kind::process;
  birth.creator = 1;
  birth.via = Via::clone;
  birth.flags_raw = Address{0x01200011};  // CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | SIGCHLD
  birth.idiom = Idiom::fork;
  EXPECT_THAT(Trace().see(2, birth).paint().lwps["1.1"].flags, IsEmpty());
  birth.idiom = Idiom::clone;
  EXPECT_THAT(Trace().see(2, birth).paint().lwps["1.1"].flags, testing::SizeIs(2));
}

TEST(ByPath, NumbersCountAsNumbers) {
  const ByPath less;
  EXPECT_TRUE(less("1/2", "1/10"));
  EXPECT_TRUE(less("1", "1.1"));
  EXPECT_TRUE(less("1/1", "1.2"));
  EXPECT_TRUE(less("1/1.5", "1/2"));
  EXPECT_FALSE(less("1/2", "1/2"));
}

}  // namespace
}  // namespace lwptrace::golden
