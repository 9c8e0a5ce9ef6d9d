// A call that is made again is interrupted once more when the kernel has gone back to the program, right before the
// instruction that makes it: the kernel knows of no call then, and not whose table it would be of. An interrupt that
// another CPU sends with a signal comes there once in some hundred thousand times; a single step comes there always.
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "engine/undisturbed.h"

namespace lwptrace::engine {
namespace {

constexpr long two_pipes = 1 << 17;  // bytes: twice what a pipe holds

enum class By { syscall, int80 };
constexpr long number_of_write(By by) { return by == By::syscall ? SYS_write : 4; }
constexpr long number_of_epoll_wait(By by) { return by == By::syscall ? SYS_epoll_wait : 256; }

// Makes a call of four arguments by an instruction that a nop stands before.
long call(By by, long nr, long a, const void* at, long c, long d) {
  long result = 0, b = reinterpret_cast<long>(at);
  if (by == By::syscall) {
    register long fourth __asm__("r10") = d;
    __asm__ volatile("nop\n syscall"
                     : "=a"(result)
                     : "0"(nr), "D"(a), "S"(b), "d"(c), "r"(fourth)
                     : "rcx", "r11", "memory");
  } else {
    __asm__ volatile("nop\n int $0x80" : "=a"(result) : "0"(nr), "b"(a), "c"(b), "d"(c), "S"(d) : "memory");
  }
  return result;
}

// A child that ignores SIGHUP, makes a call and leaves its answer in shared memory.
class Caller {
 public:
  template <class Body>
  explicit Caller(Body body) : answer_(shared<long>()) {
    pid_ = ::fork();
    if (pid_ == 0) {
      ::signal(SIGHUP, SIG_IGN);
      *answer_ = body();
      ::_exit(0);
    }
    EXPECT_EQ(::ptrace(PTRACE_SEIZE, pid_, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL), 0);
  }
  ~Caller() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, __WALL);
    ::munmap(answer_, sizeof *answer_);
  }
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  // Memory that 32-bit pointers reach.
  template <class Value>
  static Value* shared() {
    return static_cast<Value*>(
        ::mmap(nullptr, sizeof(Value), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_32BIT, -1, 0));
  }
  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] long answer() const { return *answer_; }

  void fall_asleep_in(long nr) const {
    const std::string path = "/proc/" + std::to_string(pid_) + "/syscall";
    for (long in = -1; in != nr;) {
      FILE* file = std::fopen(path.c_str(), "r");
      if (file == nullptr || std::fscanf(file, "%ld", &in) != 1) in = -1;  // it runs
      if (file != nullptr) std::fclose(file);
    }
  }
  // Until it stops; the status of waitpid(2), without the stop's own byte.
  [[nodiscard]] int stop() const {
    int status = 0;
    EXPECT_EQ(::waitpid(pid_, &status, __WALL), pid_);
    return WIFSTOPPED(status) ? status >> 8 : 0;
  }
  void go_on() const { EXPECT_EQ(::ptrace(PTRACE_SYSCALL, pid_, nullptr, nullptr), 0); }

  // As the kernel leaves it before it goes back to the program, to make its call again; then it does go back.
  void step_to_the_call() const {
    user_regs_struct r{};
    ASSERT_EQ(::ptrace(PTRACE_GETREGS, pid_, nullptr, &r), 0);
    ASSERT_EQ(static_cast<long>(r.rax), -514) << "it is to be made again";
    r.rip -= 3;  // the nop before it
    r.rax = r.orig_rax;
    r.orig_rax = ~0ULL;
    ASSERT_EQ(::ptrace(PTRACE_SETREGS, pid_, nullptr, &r), 0);
    ASSERT_EQ(::ptrace(PTRACE_SINGLESTEP, pid_, nullptr, nullptr), 0);
    ASSERT_EQ(stop(), SIGTRAP);
    ASSERT_EQ(::ptrace(PTRACE_GETREGS, pid_, nullptr, &r), 0);
    ASSERT_EQ(r.orig_rax, ~0ULL) << "it is in no call";
  }

  // Interrupts the call twice; `undisturbed` is what is known of it then.
  void disturb(long nr, std::unique_ptr<Disturbed>& undisturbed) const {
    fall_asleep_in(nr);
    ::kill(pid_, SIGHUP);
    ASSERT_EQ(stop(), SIGHUP);
    let_call_go_on(pid_, undisturbed, 0, true);
    ASSERT_TRUE(undisturbed && undisturbed->made_again);
    step_to_the_call();
    ::kill(pid_, SIGHUP);
    go_on();
    ASSERT_EQ(stop(), SIGHUP);
    put_back(pid_, *undisturbed);
    let_call_go_on(pid_, undisturbed, 0, true);
    EXPECT_TRUE(undisturbed && undisturbed->made_again) << "it keeps what it has answered so far";
    go_on();
  }
  // Until it ends, with its calls looked at.
  void follow_to_the_end(std::unique_ptr<Disturbed>& undisturbed) const {
    while (stop() == (SIGTRAP | 0x80)) {
      if (undisturbed) (void)follow(pid_, undisturbed, 0);
      go_on();
    }
  }

 private:
  long* answer_;
  pid_t pid_ = 0;
};

class Again : public testing::TestWithParam<By> {
 protected:
  void SetUp() override { ASSERT_EQ(::pipe(ends_), 0); }
  void TearDown() override {
    for (const int fd : ends_) ::close(fd);
  }
  int ends_[2] = {-1, -1};
};

TEST_P(Again, AWriteDoesTheRest) {
  struct Bytes {
    char of[two_pipes];
  };
  const long nr = number_of_write(GetParam());
  auto* bytes = Caller::shared<Bytes>();
  for (long i = 0; i < two_pipes; ++i) bytes->of[i] = static_cast<char>(i * 7 + (i >> 8));
  const Caller caller([&] { return call(GetParam(), nr, ends_[1], bytes->of, two_pipes, 0); });
  std::unique_ptr<Disturbed> undisturbed;
  caller.disturb(nr, undisturbed);
  std::string got(two_pipes, '\0');
  std::thread reader([&] {
    for (long done = 0, some = 1; some > 0 && done < two_pipes; done += some)
      some = ::read(ends_[0], &got[done], two_pipes - done);
  });
  caller.follow_to_the_end(undisturbed);
  ::close(std::exchange(ends_[1], -1));
  reader.join();
  EXPECT_EQ(caller.answer(), two_pipes);
  EXPECT_TRUE(std::equal(got.begin(), got.end(), bytes->of));
  ::munmap(bytes, sizeof *bytes);
}

TEST_P(Again, ACallThatAnswersEintrWaitsOn) {
  const long nr = number_of_epoll_wait(GetParam());
  auto* event = Caller::shared<epoll_event>();
  event->events = EPOLLIN;
  const int set = ::epoll_create1(EPOLL_CLOEXEC);
  ASSERT_EQ(::epoll_ctl(set, EPOLL_CTL_ADD, ends_[0], event), 0);
  const Caller caller([&] { return call(GetParam(), nr, set, event, 1, -1); });
  std::unique_ptr<Disturbed> undisturbed;
  caller.disturb(nr, undisturbed);
  EXPECT_EQ(::write(ends_[1], "x", 1), 1);
  caller.follow_to_the_end(undisturbed);
  EXPECT_EQ(caller.answer(), 1);
  ::close(set);
  ::munmap(event, sizeof *event);
}

INSTANTIATE_TEST_SUITE_P(By, Again, testing::Values(By::syscall, By::int80));

}  // namespace
}  // namespace lwptrace::engine
