// What doctor says of machines, most of which forbid something.
#include "cli/diagnosis.h"

#include <gmock/gmock.h>

#include <cerrno>

namespace lwptrace::cli {
namespace {

using testing::HasSubstr;
using Level = Finding::Level;

Machine roots_machine() {
  Machine m;
  m.probe = {0, 0, 0, 0, 0};
  m.clone3 = EINVAL;
  m.kernel = "6.1.0-18-amd64";
  m.proc = true;
  m.capabilities = ~std::uint64_t{0};
  return m;
}

const Finding* of(const std::vector<Finding>& all, const std::string& what) {
  for (const Finding& one : all) {
    if (one.what == what) return &one;
  }
  return nullptr;
}

TEST(Diagnosis, OfAMachineThatForbidsNothingIsAllOk) {
  for (const Finding& one : diagnose(roots_machine())) EXPECT_EQ(one.level, Level::ok) << one.what << ": " << one.text;
}

TEST(Diagnosis, NamesWhatForbidsAndTheRemedy) {
  const struct {
    void (*change)(Machine&);
    const char* what;
    Level level;
    const char* said;
  } cases[] = {
      {[](Machine& m) { m.probe = {EAGAIN}; }, "tracing", Level::problem, "ulimit -u"},
      {[](Machine& m) {
         m.probe = {0, EPERM}, m.yama = 3;
       },
       "tracing", Level::problem, "until the next boot"},
      {[](Machine& m) {
         m.probe = {0, EPERM}, m.yama = 2;
       },
       "tracing", Level::problem, "run lwptrace as root"},
      {[](Machine& m) {
         m.probe = {0, EPERM}, m.seccomp_mode = 2;
       },
       "tracing", Level::problem, "--cap-add SYS_PTRACE"},
      {[](Machine& m) {
         m.probe = {0, EPERM}, m.selinux_denies = true;
       },
       "tracing", Level::problem, "deny_ptrace off"},
      {[](Machine& m) {
         m.probe = {0, EPERM}, m.label = "docker";
       },
       "tracing", Level::problem, "label docker"},
      {[](Machine& m) {
         m.probe = {0, 0, EINVAL};
       },
       "tracing", Level::problem, "--detail births needs none"},
      {[](Machine& m) {
         m.probe = {0, 0, 0, EIO, 0};
       },
       "tracing", Level::problem, "5.3 or newer"},
      {[](Machine& m) {
         m.probe = {0, 0, 0, 0, ENODATA};
       },
       "tracing", Level::problem, "without an event"},
      {[](Machine& m) { m.kernel = "4.19.0"; }, "kernel", Level::problem, "use 5.3 or newer"},
      {[](Machine& m) { m.kernel = "5.2.21"; }, "kernel", Level::problem, "use 5.3 or newer"},
      {[](Machine& m) { m.proc = false; }, "/proc", Level::problem, "mount -t proc proc /proc"},
      {[](Machine& m) { m.proc_options = "rw,hidepid=invisible", m.capabilities = 0; }, "/proc", Level::note,
       "hidepid"},
      {[](Machine& m) { m.capabilities = 0, m.uid = 1000; }, "attach", Level::note, "user 1000's own"},
      {[](Machine& m) { m.capabilities = 0, m.yama = 1; }, "attach", Level::note, "ptrace_scope=1"},
      {[](Machine& m) { m.yama = 3; }, "attach", Level::problem, "until the next boot"},
      {[](Machine& m) { m.capabilities = 0; }, "privileges", Level::note, "no_new_privs"},
      {[](Machine& m) { m.clone3 = ENOSYS; }, "clone3", Level::note, "answers ENOSYS"},
      {[](Machine& m) { m.clone3.reset(); }, "clone3", Level::note, "kills its caller"},
      {[](Machine& m) { m.seccomp_mode = 2, m.seccomp_filters = 3; }, "seccomp", Level::note, "3 filter(s)"},
      {[](Machine& m) { m.tracer = "7 (strace)"; }, "tracer", Level::note, "by 7 (strace)"},
      {[](Machine& m) { m.nested_pids = true; }, "pids", Level::note, "a container"},
  };
  for (const auto& one : cases) {
    Machine m = roots_machine();
    one.change(m);
    const auto all = diagnose(m);
    const Finding* finding = of(all, one.what);
    ASSERT_NE(finding, nullptr) << one.said;
    EXPECT_EQ(finding->level, one.level) << finding->text;
    EXPECT_THAT(finding->text, HasSubstr(one.said));
  }
}

}  // namespace
}  // namespace lwptrace::cli
