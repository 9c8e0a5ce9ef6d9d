// Why a process cannot be attached to: every circumstance, those that no one machine has together among them.
#include "engine/refusal.h"

#include <gmock/gmock.h>

#include <cerrno>

namespace lwptrace::engine {
namespace {

using testing::HasSubstr;

Circumstances somebody() {
  Circumstances c;
  c.pid = 4711;
  c.error = EPERM;
  c.comm = "nginx";
  c.uid = c.our_uid = 1000;
  return c;
}

struct Case {
  const char* name;
  void (*change)(Circumstances&);
  const char* said;
};

const Case kCases[] = {
    {"gone", [](Circumstances& c) { c.there = false, c.comm = ""; }, "attach 4711: no such process"},
    {"hidden", [](Circumstances& c) { c.there = false, c.hidden = true; }, "hidepid); run as root"},
    {"ourselves", [](Circumstances& c) { c.is_ourselves = true; }, "that is lwptrace itself"},
    {"kernel thread", [](Circumstances& c) { c.kernel_thread = true; }, "a thread of the kernel's own"},
    {"zombie", [](Circumstances& c) { c.zombie = true, c.ppid = 7, c.parents_comm = "sh"; }, "its parent, 7 (sh)"},
    {"our tracer", [](Circumstances& c) { c.traces_us = true; }, "traces lwptrace itself"},
    {"traced", [](Circumstances& c) { c.tracer = 8, c.tracers_comm = "gdb"; }, "traced already, by 8 (gdb)"},
    {"traced, and another's", [](Circumstances& c) { c.tracer = 8, c.uid = 0; }, "traced already"},
    {"another's", [](Circumstances& c) { c.uid = 0; }, "belongs to user 0 and you are user 1000; run lwptrace as root"},
    {"another's, under Yama", [](Circumstances& c) { c.uid = 0, c.yama = 1; }, "belongs to user 0"},
    {"Yama 1", [](Circumstances& c) { c.yama = 1; }, "write 0 to /proc/sys/kernel/yama/ptrace_scope"},
    {"Yama 2", [](Circumstances& c) { c.yama = 2; }, "ptrace_scope=2 lets only root attach; run lwptrace as root"},
    {"Yama 3", [](Circumstances& c) { c.yama = 3, c.may_trace_others = true; }, "until the next boot"},
    {"undumpable", [](Circumstances& c) { c.undumpable = true; }, "protected from its own user"},
    {"unknown", [](Circumstances& c) { c.may_trace_others = true, c.yama = 2; }, "lwptrace doctor tells"},
};

TEST(Refusal, IsOneLineThatSaysWhyAndWhatToDo) {
  for (const Case& one : kCases) {
    Circumstances c = somebody();
    one.change(c);
    const std::string text = refusal(c).text;
    EXPECT_THAT(text, HasSubstr(one.said)) << one.name;
    EXPECT_EQ(text.find('\n'), std::string::npos);
    EXPECT_TRUE(text.starts_with("attach 4711")) << text;
  }
}

TEST(Refusal, OfAPidThatNobodyHasIsThatItIsNotThere) {
  constexpr Tid beyond_pid_max = 0x7fffffff;
  EXPECT_THAT(why_not_attached(beyond_pid_max, ESRCH).text, HasSubstr("no such process"));
}

}  // namespace
}  // namespace lwptrace::engine
