// Lines as they stand in a file: what scripts were promised.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.h"

namespace lwptrace::recording {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Writes : ByteSink {
  std::vector<std::string> writes;
  void write(std::string_view bytes) override { writes.emplace_back(bytes); }
};

TEST(Writer, BirthOfAPthread) {
  Birth b;
  b.path = "1/1";
  b.via = Via::clone3;
  b.kind = Kind::thread;
  b.idiom = Idiom::pthread_create;
  b.creator = 1;
  b.parent = 1;
  b.ppid = 4600;
  b.pgid = 4700;
  b.sid = 4600;
  b.flags_raw = Address{0x3d0f00};
  b.exit_signal = {0};
  b.stack = Address{0x7f3a00000000};
  b.stack_size = 8388608;
  b.tls = Tls{{0x7f3a007ff6c0}, Address{0x7f3a007ff6c0}, true};
  b.parent_tid = ParentTid{{0x7f3a007ff990}, 4701};
  b.child_tid = ChildTid{{0x7f3a007ff990}, false, true, 4701};
  b.args_size = 88;
  b.shares = {true, true, true, true, true, false, true, false, {}};
  b.abi = Abi::x86_64;
  b.comm = "a.out";
  b.uid = 1000;
  EXPECT_EQ(written({2, 812345, 2, 4701, 4700, b}),
            R"({"type":"birth","seq":2,"t":812345,"lwp":2,"tid":4701,"tgid":4700,"path":"1/1","via":"clone3",)"
            R"("kind":"thread","idiom":"pthread_create","creator":1,"parent":1,"ppid":4600,"pgid":4700,"sid":4600,)"
            R"("flags":["CLONE_VM","CLONE_FS","CLONE_FILES","CLONE_SIGHAND","CLONE_THREAD","CLONE_SYSVSEM",)"
            R"("CLONE_SETTLS","CLONE_PARENT_SETTID","CLONE_CHILD_CLEARTID"],"flags_raw":"0x3d0f00",)"
            R"("exit_signal":null,"stack":"0x7f3a00000000","stack_size":8388608,)"
            R"("tls":{"value":"0x7f3a007ff6c0","fs_base":"0x7f3a007ff6c0","matches":true},)"
            R"("parent_tid":{"addr":"0x7f3a007ff990","value":4701},)"
            R"("child_tid":{"addr":"0x7f3a007ff990","clear":true,"value":4701},"args_size":88,)"
            R"("shares":{"vm":true,"fs":true,"files":true,"sighand":true,"sysvsem":true,"io":false,)"
            R"("thread_group":true},"abi":"x86_64","comm":"a.out","uid":1000})"
            "\n");
}

TEST(Writer, OnlyABirthThatIsNotFollowedSaysSo) {
  Birth b;
  b.path = "1.1";
  EXPECT_THAT(written({2, 5, 2, 4701, 4701, b}), Not(HasSubstr("followed")));
  b.followed = false;
  EXPECT_THAT(written({2, 5, 2, 4701, 4701, b}), HasSubstr(R"("followed":false})"));
}

TEST(Writer, BirthByFork) {
  Birth b;
  b.path = "1.1";
  b.via = Via::fork;
  b.kind = Kind::process;
  b.idiom = Idiom::fork;
  b.creator = 1;
  b.parent = 1;
  b.flags_raw = Address{0x11};
  b.exit_signal = {17};
  b.shares = Shares{};
  EXPECT_EQ(written({2, 9, 2, 4701, 4701, b}),
            R"({"type":"birth","seq":2,"t":9,"lwp":2,"tid":4701,"tgid":4701,"path":"1.1","via":"fork",)"
            R"("kind":"process","idiom":"fork","creator":1,"parent":1,"flags":[],"flags_raw":"0x11",)"
            R"("exit_signal":"SIGCHLD","shares":{"vm":false,"fs":false,"files":false,"sighand":false,)"
            R"("sysvsem":false,"io":false,"thread_group":false}})"
            "\n");
}

TEST(Writer, ExitByCodeAndBySignal) {
  EXPECT_EQ(written(at_four(Exit{How::exit_group, {7, {}, false}, {}, false, 300, 200, 100, {}})),
            R"({"type":"exit","seq":1,"t":1000,"lwp":4,"tid":4711,"tgid":4700,"how":"exit_group","code":7,)"
            R"("cpu_ns":300,"utime_ns":200,"stime_ns":100})"
            "\n");
  EXPECT_EQ(written(at_four(Exit{How::signal, {{}, 11, false}, 2, true, {}, {}, {}, false})),
            R"({"type":"exit","seq":1,"t":1000,"lwp":4,"tid":4711,"tgid":4700,"how":"signal","signal":"SIGSEGV",)"
            R"("core":false,"by":2,"leader_zombie":true,"child_tid_cleared":false})"
            "\n");
}

TEST(Writer, ReapHasItsStatusInAnObject) {
  EXPECT_EQ(written(at_four(Reap{1, {0, {}, false}, "wait4", 0, false})),
            R"({"type":"reap","seq":1,"t":1000,"lwp":4,"tid":4711,"tgid":4700,"by":1,"status":{"code":0},)"
            R"("call":"wait4","zombie_ns":0})"
            "\n");
  EXPECT_EQ(written(at_four(Reap{.by = 1, .status = {0, {}, false}, .call = "waitid", .asked = 4700})),
            R"({"type":"reap","seq":1,"t":1000,"lwp":4,"tid":4711,"tgid":4700,"by":1,"status":{"code":0},)"
            R"("call":"waitid","asked":4700})"
            "\n");
  EXPECT_EQ(written(at_four(Reap{0, {{}, 9, true}, "", {}, true})),
            R"({"type":"reap","seq":1,"t":1000,"lwp":4,"tid":4711,"tgid":4700,)"
            R"("status":{"signal":"SIGKILL","core":true},"auto":true})"
            "\n");
}

TEST(Writer, SignalHasNameAndNumber) {
  EXPECT_EQ(written(at_four(Signal{11, 1, {}, Scope::kernel, Disposition::default_action, Effect::core, Address{0}})),
            R"({"type":"signal","seq":1,"t":1000,"lwp":4,"tid":4711,"tgid":4700,"signal":"SIGSEGV","signo":11,)"
            R"("code":"SEGV_MAPERR","scope":"kernel","disposition":"default","effect":"core","addr":"0x0"})"
            "\n");
  EXPECT_THAT(written(at_four(Signal{10, -6, Sender{4701, 0, {}}, Scope::thread})),
              HasSubstr(R"("code":"SI_TKILL","sender":{"pid":4701,"uid":0},"scope":"thread"})"));
}

TEST(Writer, HeaderAndEnd) {
  StringSink out;
  JsonlWriter writer(out);
  writer.header({1,
                 "lwptrace 0.1.0",
                 "launch",
                 Detail::life,
                 {"./a.out"},
                 "/srv",
                 "6.18.44",
                 "x86_64",
                 "2026-11-22T05:10:27.123456789Z",
                 {"birth", "exit"}});
  writer.end({99, 3, EndReason::exited, Status{22, {}, false}, 2, 2, 0, 2, 1, 0, 2, 0});
  EXPECT_EQ(out.text(), R"({"type":"header","schema":"lwptrace","version":1,"tool":"lwptrace 0.1.0","mode":"launch",)"
                        R"("detail":"life","argv":["./a.out"],"cwd":"/srv","kernel":"6.18.44","arch":"x86_64",)"
                        R"("start":"2026-11-22T05:10:27.123456789Z","observes":["birth","exit"]})"
                        "\n"
                        R"({"type":"end","seq":3,"t":99,"reason":"exited","status":{"code":22},"lwps":2,"births":2,)"
                        R"("failed_births":0,"exits":2,"execs":1,"signals":0,"max_alive":2,"dropped":0})"
                        "\n");
}

TEST(Writer, AKillThatWasSentHasNoErrno) {
  EXPECT_EQ(written(at_four(Kill{"tgkill", 0, 4711, 4, Scope::thread, 0})),
            R"({"type":"kill","seq":1,"t":1000,"lwp":4,"tid":4711,"tgid":4700,"call":"tgkill","signal":"SIG0",)"
            R"("target":4711,"target_lwp":4,"scope":"thread"})"
            "\n");
  EXPECT_THAT(written(at_four(Kill{"kill", 9, -1, {}, Scope::group, 1})), HasSubstr(R"("errno":"EPERM"})"));
}

TEST(Writer, FlagsOfClone3NameBit7AndUnknownBitsStay) {
  Birth b;
  b.flags_raw = Address{0x8000'0000'0000'0080};
  b.via = Via::clone3;
  EXPECT_THAT(written(at_four(b)), HasSubstr(R"("flags":["CLONE_NEWTIME","0x8000000000000000"])"));
  b.via = Via::clone;  // there the low byte is the exit signal
  EXPECT_THAT(written(at_four(b)), HasSubstr(R"("flags":["0x8000000000000000"])"));
}

TEST(Writer, NamespaceFlagsHaveNames) {
  EXPECT_THAT(written(at_four(Namespace{"unshare", Address{0x20000080}, {}, 0})),
              HasSubstr(R"("call":"unshare","flags":["CLONE_NEWTIME","CLONE_NEWPID"],"flags_raw":"0x20000080"})"));
}

TEST(Writer, EachLineIsOneWriteAndTheSameEventGivesTheSameBytes) {
  Writes out;
  JsonlWriter writer(out);
  for (int i = 0; i < 2; ++i) {
    writer.header(full_header());
    for (const EventBody& body : full_bodies()) writer.event(at_four(body));
    writer.end(full_end(2));
  }
  const std::size_t lines = 2 + std::variant_size_v<EventBody>;
  ASSERT_EQ(out.writes.size(), 2 * lines);
  for (std::size_t i = 0; i < lines; ++i) {
    EXPECT_EQ(out.writes[i], out.writes[i + lines]);
    EXPECT_EQ(out.writes[i].find('\n'), out.writes[i].size() - 1);
  }
}

TEST(Writer, BacktraceReadsAlikeHoweverOftenItIsWritten) {
  std::vector<Event> events;
  for (std::uint64_t i = 0; i < 50; ++i) {  // more than are kept
    Birth birth;
    birth.backtrace = {Frame{Address{i}, "f" + std::to_string(i), i, "/bin/a.out", "a.c", 1}};
    events.push_back(at_four(birth));
  }
  StringSink out;
  JsonlWriter writer(out);
  std::string expected;
  for (const std::size_t i : {0, 0, 1, 0, 1}) {
    writer.event(events[i]);
    expected += written(events[i]);
  }
  for (int round = 0; round < 2; ++round) {
    for (const Event& event : events) {
      writer.event(event);
      expected += written(event);
    }
  }
  EXPECT_EQ(out.text(), expected);
}

TEST(Writer, ControlCharactersAreEscaped) {
  EXPECT_THAT(written(at_four(Comm{"a\n\t\r\"\\\x1b[31m\x7f\xc2\x9b", ""})),
              HasSubstr(R"("comm":"a\n\t\r\"\\\u001b[31m\u007f\u009b"})"));
}

TEST(Writer, BytesThatAreNotUtf8ComeAgainAsBase64) {
  EXPECT_THAT(written(at_four(Comm{"a\xff", "gr\xc3\xbcn"})),
              HasSubstr("\"comm\":\"a\uFFFD\",\"comm_base64\":\"Yf8=\",\"former\":\"gr\u00fcn\"}"));
  EXPECT_THAT(written(at_four(Exec{"f", {"ok", "\x80"}, false, "c"})),
              HasSubstr("\"argv\":[\"ok\",\"\uFFFD\"],\"argv_base64\":[\"b2s=\",\"gA==\"],\"comm\":\"c\"}"));
}

TEST(Writer, AReplacementCharacterOfTheProgramNeedsNoBase64) {
  EXPECT_THAT(written(at_four(Comm{"\uFFFD", ""})), Not(HasSubstr("base64")));
}

}  // namespace
}  // namespace lwptrace::recording
