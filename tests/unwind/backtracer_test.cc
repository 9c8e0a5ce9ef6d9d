// Backtraces of real processes, stopped where births and deaths happen. The expected names are those that a C library
// without debug symbols has too. See victim.h.
#include <dlfcn.h>
#include <gmock/gmock.h>
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>

#include "tests/unwind/victim.h"
#include "unwind/unwind.h"

namespace lwptrace {

void PrintTo(const Frame& frame, std::ostream* out) {
  *out << "\n" << frame.symbol << " in " << frame.module << " at " << frame.file << ":" << frame.line.value_or(0);
}

namespace unwind {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

// The functions that victims stop in: not to be inlined, nor left by a jump, so that each has a frame.
#define FRAME __attribute__((noinline))
volatile int after = 0;

FRAME void third_crashes() {
  int* volatile nowhere = reinterpret_cast<int*>(16);  // optimizers and sanitizers have their own ways with null
  *nowhere = 1;
}
FRAME void second() {
  third_crashes();
  after = 2;
}
FRAME void first() {
  second();
  after = 1;
}

FRAME void make_thread() {
  pthread_t thread;
  pthread_create(
      &thread, nullptr, [](void*) -> void* { return nullptr; }, nullptr);
  after = 3;
}
constexpr int kThreadLine = __LINE__ - 4;
FRAME void spawn_child() {
  std::array<char*, 2> argv{const_cast<char*>("true"), nullptr};
  pid_t pid = 0;
  posix_spawn(&pid, "/bin/true", nullptr, nullptr, argv.data(), nullptr);
  after = 4;
}
FRAME void vfork_child() {
  // AddressSanitizer's own vfork hides the return address where no rule says.
  static const auto vfork_of_libc = reinterpret_cast<pid_t (*)()>(dlsym(dlopen("libc.so.6", RTLD_LAZY), "vfork"));
  if (vfork_of_libc() == 0) _exit(0);
  after = 5;
}
FRAME void fork_child() {
  if (fork() == 0) _exit(0);
  after = 6;
}
FRAME void raw_clone() {
  if (syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) == 0) _exit(0);
  after = 7;
}
FRAME void libc_clone() {
  alignas(16) static std::array<char, 65536> stack;
  clone([](void*) { return 0; }, stack.data() + stack.size(), CLONE_VM | CLONE_VFORK | SIGCHLD, nullptr);
  after = 8;
}
FRAME __attribute__((no_sanitize("undefined"))) void call_null() {
  void (*volatile nothing)() = nullptr;
  nothing();
  after = 9;
}
FRAME void recurse(int depth) {
  if (depth == 0) raise(SIGTRAP);
  if (depth > 0) recurse(depth - 1);
  after = depth;
}
FRAME void on_signal(int) {
  raise(SIGTRAP);
  after = 10;
}
FRAME void be_interrupted() {
  raise(SIGUSR1);
  after = 11;
}

// Is it the function `name`, as C ("__name" too) or as C++ ("scope::name(arguments)") spells it?
bool is_called(const Frame& frame, std::string_view name) {
  const std::string& symbol = frame.symbol;
  const std::string member = "::" + std::string(name) + "(";
  if (symbol.find(member) != std::string::npos) return true;
  const auto first_letter = symbol.find_first_not_of('_');
  return symbol == name || (first_letter != std::string::npos && symbol.substr(first_letter) == name);
}

// Do the names appear in this order, innermost first, perhaps with others between?
MATCHER_P(HasInOrder, names, "") {
  auto frame = arg.begin();
  for (const std::string& name : names) {
    frame = std::find_if(frame, arg.end(), [&](const Frame& f) { return is_called(f, name); });
    if (frame == arg.end()) {
      *result_listener << "no " << name << " where it should be";
      return false;
    }
  }
  return true;
}
using Names = std::vector<std::string>;

Backtrace backtrace(const Victim& victim, const UnwindRegisters& regs) {
  return make_backtracer()->capture(victim.pid(), victim.pid(), regs, ProcMem(victim.pid()));
}

const Frame& frame_of(const Backtrace& frames, std::string_view name) {
  static const Frame kNone;
  for (const Frame& frame : frames) {
    if (is_called(frame, name)) return frame;
  }
  return kNone;
}

TEST(Backtracer, ThreadBirthIsFollowedOutOfTheCloneStubDownToStart) {
  Victim victim(make_thread);
  victim.run_to_event(PTRACE_EVENT_CLONE);
  const auto frames = backtrace(victim, victim.registers(true));
  EXPECT_THAT(frames,
              HasInOrder(Names{"pthread_create", "make_thread", "TestBody", "main", "libc_start_main", "_start"}));
  const Frame& caller = frame_of(frames, "make_thread");
  EXPECT_THAT(caller.file, EndsWith("tests/unwind/backtracer_test.cc"));
  EXPECT_EQ(caller.line, kThreadLine);
  EXPECT_EQ(caller.module, std::filesystem::read_symlink("/proc/self/exe"));
  EXPECT_GT(caller.offset, 0U);
}

TEST(Backtracer, PosixSpawnAtItsVforkEvent) {
  Victim victim(spawn_child);
  victim.run_to_event(PTRACE_EVENT_VFORK);
  EXPECT_THAT(backtrace(victim, victim.registers(true)),
              HasInOrder(Names{"posix_spawn", "spawn_child", "TestBody", "main", "_start"}));
}

TEST(Backtracer, VforkWhoseStubKeepsTheReturnAddressInARegister) {
  Victim victim(vfork_child);
  victim.run_to_event(PTRACE_EVENT_VFORK);
  EXPECT_THAT(backtrace(victim, victim.registers(true)),
              HasInOrder(Names{"vfork", "vfork_child", "TestBody", "main", "_start"}));
}

TEST(Backtracer, ForkIsAnOrdinaryFunction) {
  Victim victim(fork_child);
  victim.run_to_event(PTRACE_EVENT_FORK);
  EXPECT_THAT(backtrace(victim, victim.registers(true)),
              HasInOrder(Names{"fork", "fork_child", "TestBody", "main", "_start"}));
}

TEST(Backtracer, RawCloneThroughSyscall) {
  Victim victim(raw_clone);
  victim.run_to_event(PTRACE_EVENT_FORK);
  EXPECT_THAT(backtrace(victim, victim.registers(true)),
              HasInOrder(Names{"syscall", "raw_clone", "TestBody", "main", "_start"}));
}

TEST(Backtracer, CloneOfTheCLibrary) {
  Victim victim(libc_clone);
  victim.run_to_event(PTRACE_EVENT_VFORK);
  EXPECT_THAT(backtrace(victim, victim.registers(true)),
              HasInOrder(Names{"clone", "libc_clone", "TestBody", "main", "_start"}));
}

TEST(Backtracer, CrashThreeCallsDeepNamesTheFaultingLine) {
  Victim victim(first);
  victim.run_to(SIGSEGV);
  const auto frames = backtrace(victim, victim.registers(false));
  ASSERT_THAT(frames, HasInOrder(Names{"third_crashes", "second", "first", "TestBody", "main", "_start"}));
  EXPECT_TRUE(is_called(frames[0], "third_crashes"));
  EXPECT_TRUE(is_called(frames[1], "second"));
  EXPECT_TRUE(is_called(frames[2], "first"));
  EXPECT_THAT(frames[0].file, EndsWith("backtracer_test.cc"));
}

TEST(Backtracer, CallThroughANullPointerNamesTheCaller) {
  Victim victim(call_null);
  victim.run_to(SIGSEGV);
  const auto frames = backtrace(victim, victim.registers(false));
  ASSERT_THAT(frames, HasInOrder(Names{"call_null", "TestBody", "main", "_start"}));
  EXPECT_EQ(frames[0], Frame{});
}

TEST(Backtracer, SignalHandlerLeadsToTheInterruptedFunction) {
  Victim victim([] {
    signal(SIGUSR1, on_signal);
    be_interrupted();
  });
  victim.run_to(SIGTRAP);
  EXPECT_THAT(backtrace(victim, victim.registers(false)),
              HasInOrder(Names{"raise", "on_signal", "raise", "be_interrupted", "TestBody", "main", "_start"}));
}

TEST(Backtracer, DeepRecursionIsCutAtSixtyFourFrames) {
  Victim victim([] { recurse(500); });
  victim.run_to(SIGTRAP);
  EXPECT_THAT(backtrace(victim, victim.registers(false)), SizeIs(64));
}

TEST(Backtracer, StackPointerIntoNothingGivesTheInnermostFrameAlone) {
  Victim victim(first);
  victim.run_to(SIGSEGV);
  UnwindRegisters regs = victim.registers(false);
  regs.rsp = regs.rbp = 0x10;
  const auto frames = backtrace(victim, regs);
  ASSERT_THAT(frames, SizeIs(1));
  EXPECT_TRUE(is_called(frames[0], "third_crashes"));
}

TEST(Backtracer, StackOfNonsenseEndsTheWalk) {
  Victim victim(first);
  victim.run_to(SIGSEGV);
  UnwindRegisters regs = victim.registers(false);
  regs.rsp = regs.rbp = reinterpret_cast<std::uint64_t>(&after) & ~std::uint64_t{7};
  const auto frames = backtrace(victim, regs);
  ASSERT_THAT(frames, Not(IsEmpty()));
  EXPECT_TRUE(is_called(frames[0], "third_crashes"));
  EXPECT_LE(frames.size(), 2U);
}

TEST(Backtracer, CodeWithoutAFileIsLeftAlongItsFramePointer) {
  Victim victim([] {
    const std::array<unsigned char, 6> code{0x55, 0x48, 0x89, 0xe5, 0x0f, 0x0b};  // push %rbp; mov %rsp,%rbp; ud2
    void* memory = mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memcpy(memory, code.data(), code.size());
    reinterpret_cast<void (*)()>(memory)();
  });
  victim.run_to(SIGILL);
  const auto frames = backtrace(victim, victim.registers(false));
  ASSERT_THAT(frames, HasInOrder(Names{"TestBody", "main", "_start"}));
  EXPECT_EQ(frames[0].symbol, "");
  EXPECT_EQ(frames[0].module, "");
}

// Maps a file of its own at `place`, and calls what is in it.
FRAME void call_file(void* place, const char* name, const std::vector<unsigned char>& code) {
  const int file = memfd_create(name, MFD_CLOEXEC);
  (void)!write(file, code.data(), code.size());
  (void)mmap(place, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, file, 0);
  reinterpret_cast<void (*)()>(place)();
  after = 12;
}

TEST(Backtracer, FileThatTookThePlaceOfAnotherIsTold) {
  Victim victim([] {
    void* place = mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    // push %rbp; mov %rsp,%rbp; int3; pop %rbp; ret
    call_file(place, "first", {0x55, 0x48, 0x89, 0xe5, 0xcc, 0x5d, 0xc3});
    call_file(place, "second", {0x90, 0x55, 0x48, 0x89, 0xe5, 0xcc, 0x5d, 0xc3});  // nop before it
  });
  const auto backtracer = make_backtracer();
  for (const char* name : {"first", "second"}) {
    victim.run_to(SIGTRAP);
    const auto frames = backtracer->capture(victim.pid(), victim.pid(), victim.registers(false), ProcMem(victim.pid()));
    ASSERT_THAT(frames, HasInOrder(Names{"call_file", "TestBody", "main", "_start"}));
    EXPECT_EQ(frames[0].module, std::string("/memfd:") + name + " (deleted)");
  }
}

TEST(Backtracer, FramesOfOneWayAreMadeOnce) {
  Victim victim([] {
    recurse(1);
    recurse(2);
  });
  const auto backtracer = make_backtracer();
  const auto capture = [&] {
    return backtracer->capture(victim.pid(), victim.pid(), victim.registers(false), ProcMem(victim.pid()));
  };
  victim.run_to(SIGTRAP);
  const Backtrace shallow = capture();
  EXPECT_TRUE(capture().shares_with(shallow));
  victim.run_to(SIGTRAP);
  const Backtrace deep = capture();
  EXPECT_FALSE(deep.shares_with(shallow));
  EXPECT_EQ(deep.size(), shallow.size() + 1);
}

TEST(Backtracer, ForgetDropsTheImageThatAnExecReplaced) {
  Victim victim([] {
    raise(SIGTRAP);
    execl("/bin/true", "true", nullptr);
  });
  const auto backtracer = make_backtracer();
  const auto capture = [&](bool in_syscall) {
    return backtracer->capture(victim.pid(), victim.pid(), victim.registers(in_syscall), ProcMem(victim.pid()));
  };
  victim.run_to(SIGTRAP);
  EXPECT_THAT(capture(false), HasInOrder(Names{"raise", "TestBody", "main", "_start"}));
  victim.run_to_event(PTRACE_EVENT_EXEC);
  backtracer->forget(victim.pid());
  const auto frames = capture(true);
  ASSERT_THAT(frames, Not(IsEmpty()));
  EXPECT_THAT(frames[0].module, HasSubstr("ld-linux"));
}

TEST(Backtracer, ForkedProcessIsWalkedInItsOwnMemory) {
  Victim one([] { recurse(1); });
  Victim two([] { recurse(3); });
  const auto backtracer = make_backtracer();  // the two have the same mappings, and share what is known of them
  std::vector<std::size_t> depths;
  for (Victim* victim : {&one, &two, &one}) {
    if (depths.size() < 2) victim->run_to(SIGTRAP);
    const auto frames =
        backtracer->capture(victim->pid(), victim->pid(), victim->registers(false), ProcMem(victim->pid()));
    EXPECT_THAT(frames, HasInOrder(Names{"raise", "recurse", "TestBody", "main", "_start"}));
    depths.push_back(frames.size());
  }
  EXPECT_EQ(depths[1], depths[0] + 2);
  EXPECT_EQ(depths[2], depths[0]);
}

TEST(Backtracer, ProcessThatIsGoneGivesItsPcAlone) {
  Tid pid = 0;
  UnwindRegisters regs;
  {
    Victim victim(first);
    victim.run_to(SIGSEGV);
    pid = victim.pid();
    regs = victim.registers(false);
  }
  const auto frames = make_backtracer()->capture(pid, pid, regs, ProcMem(pid));
  ASSERT_THAT(frames, SizeIs(1));
  EXPECT_EQ(frames[0], Frame{.ip = Address{regs.rip}});
}

// Programs that are built here, as they cannot be made out of this one.
class BuiltVictim : public testing::Test {
 protected:
  void SetUp() override {
    std::array<char, 32> name{"/tmp/unwind-test-XXXXXX"};
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name.data();
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  // Compiles victim.c in its folder with `flags`; false if this machine cannot.
  bool build(const std::string& source, const std::string& flags) {
    std::ofstream(folder_ / "victim.c") << source;
    return std::system(("cd " + folder_.string() + " && cc -o victim victim.c " + flags + " 2>cc.log").c_str()) == 0;
  }
  // A library whose only function is a trap; no path if this machine cannot build it.
  std::string build_trap() {
    return build("void trap(void) { __builtin_trap(); }", "-shared -fPIC") ? (folder_ / "victim").string() : "";
  }
  static void call_trap(const std::string& library) {
    void* handle = dlopen(library.c_str(), RTLD_NOW);
    reinterpret_cast<void (*)()>(dlsym(handle, "trap"))();
  }
  // With garbage of the same length.
  static void overwrite(const std::string& file) {
    std::fstream(file, std::ios::in | std::ios::out | std::ios::binary)
        << std::string(std::filesystem::file_size(file), 'x');
  }
  std::filesystem::path folder_;
};

constexpr const char* kThreadProgram = R"c(#include <pthread.h>
volatile int after;
static void *run(void *p) { return p; }
__attribute__((noinline)) static void inner(void) { pthread_t t; pthread_create(&t, 0, run, 0);
  after = 1; }
__attribute__((noinline)) static void outer(void) { inner(); after = 2; }
int main(void) { outer(); return 0; }
)c";

TEST_F(BuiltVictim, StaticProgramHasNoSearchTableButItsFramesAreFound) {
  if (!build(kThreadProgram, "-g -O2 -static")) GTEST_SKIP() << "no C compiler or no static C library";
  Victim victim([this] { execl((folder_ / "victim").c_str(), "victim", nullptr); });
  victim.run_to_event(PTRACE_EVENT_CLONE);
  const auto frames = backtrace(victim, victim.registers(true));
  ASSERT_THAT(frames, HasInOrder(Names{"pthread_create", "inner", "outer", "main", "_start"}));
  EXPECT_THAT(frame_of(frames, "inner").file, EndsWith("victim.c"));
  EXPECT_EQ(frame_of(frames, "inner").line, 4);
}

TEST_F(BuiltVictim, ProgramThatWasDeletedKeepsItsFrames) {
  if (!build(kThreadProgram, "-O2")) GTEST_SKIP() << "no C compiler";
  Victim victim([this] { execl((folder_ / "victim").c_str(), "victim", nullptr); });
  victim.run_to_event(PTRACE_EVENT_CLONE);
  std::filesystem::remove(folder_ / "victim");
  const auto frames = backtrace(victim, victim.registers(true));
  EXPECT_THAT(frames, HasInOrder(Names{"pthread_create"}));
  const auto deleted = std::count_if(frames.begin(), frames.end(), [this](const Frame& frame) {
    return frame.module == (folder_ / "victim").string() + " (deleted)";
  });
  EXPECT_EQ(deleted, 4);  // inner, outer, main, _start; names only for those who may open /proc/PID/map_files
}

TEST_F(BuiltVictim, NamesAreLookedUpWhenAFrameIsFirstRead) {
  const std::string library = build_trap();
  if (library.empty()) GTEST_SKIP() << "no C compiler";
  Victim victim([&] { call_trap(library); });
  victim.run_to(SIGILL);
  const UnwindRegisters regs = victim.registers(false);
  const auto early = backtrace(victim, regs), late = backtrace(victim, regs);
  EXPECT_FALSE(late.empty());  // which looks nothing up
  ASSERT_THAT(early, Not(IsEmpty()));
  EXPECT_EQ(early[0].symbol, "trap");
  overwrite(library);
  EXPECT_EQ(early[0].symbol, "trap");
  ASSERT_THAT(late, SizeIs(early.size()));
  EXPECT_EQ(late[0], (Frame{.ip = Address{regs.rip}, .module = library}));
}

TEST_F(BuiltVictim, LibraryOverwrittenWithGarbageGivesItsPathAlone) {
  const std::string library = build_trap();
  if (library.empty()) GTEST_SKIP() << "no C compiler";
  Victim victim([&] { call_trap(library); });
  victim.run_to(SIGILL);
  overwrite(library);
  const UnwindRegisters regs = victim.registers(false);
  const auto frames = backtrace(victim, regs);
  ASSERT_THAT(frames, Not(IsEmpty()));
  EXPECT_EQ(frames[0], (Frame{.ip = Address{regs.rip}, .module = library}));
}

// Every eighth byte or so of what is read is changed: nothing of the tracee's can be believed.
class LyingMemory : public MemoryReader {
 public:
  LyingMemory(const MemoryReader& truth, std::uint32_t seed) : truth_(truth), state_(seed) {}
  std::size_t read(std::uint64_t address, std::span<std::byte> out) const override {
    const std::size_t got = truth_.read(address, out);
    for (std::byte& byte : out.first(got)) {
      state_ = state_ * 1664525 + 1013904223;
      if (state_ >> 24 < 32) byte = static_cast<std::byte>(state_ >> 16);
    }
    return got;
  }

 private:
  const MemoryReader& truth_;
  mutable std::uint32_t state_;
};

TEST(Backtracer, MemoryFullOfLiesEndsTheWalkInGoodTime) {
  Victim victim(make_thread);
  victim.run_to_event(PTRACE_EVENT_CLONE);
  const ProcMem truth(victim.pid());
  const UnwindRegisters regs = victim.registers(true);
  const auto honest = make_backtracer()->capture(victim.pid(), victim.pid(), regs, truth);
  for (std::uint32_t seed = 0; seed < 10; ++seed) {
    const auto backtracer = make_backtracer();
    (void)backtracer->capture(victim.pid(), victim.pid(), regs, LyingMemory(truth, seed));
    const auto frames = backtracer->capture(victim.pid(), victim.pid(), regs, LyingMemory(truth, seed));
    ASSERT_THAT(frames, Not(IsEmpty()));
    ASSERT_LE(frames.size(), 64U);
    ASSERT_EQ(frames[0].ip, honest[0].ip);
  }
}

}  // namespace
}  // namespace unwind
}  // namespace lwptrace
