// A real process to look into: a child of the test, traced by it until it stops where the test wants it.
// The room under test may not call ptrace; its tests are the engine here. Used by the tests of this folder alone.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <lwptrace/backtrace.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <vector>

namespace lwptrace::unwind {

class ProcMem : public MemoryReader {
 public:
  explicit ProcMem(Tid tid) : fd_(open(("/proc/" + std::to_string(tid) + "/mem").c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~ProcMem() override { close(fd_); }
  ProcMem(const ProcMem&) = delete;
  ProcMem& operator=(const ProcMem&) = delete;
  std::size_t read(std::uint64_t address, std::span<std::byte> out) const override {
    const ssize_t got = pread(fd_, out.data(), out.size(), static_cast<off_t>(address));
    return got < 0 ? 0 : static_cast<std::size_t>(got);
  }

 private:
  int fd_;
};

class Victim {
 public:
  // Runs `body` in a child.
  template <class Body>
  explicit Victim(Body body) : pid_(fork()) {
    if (pid_ != 0) {
      seize();
      return;
    }
    ptrace(PTRACE_TRACEME, 0, 0, 0);
    raise(SIGSTOP);
    body();
    _exit(0);
  }
  ~Victim() {
    if (newborn_ != 0) end(newborn_);  // before its leader, which as a zombie waits for its threads
    end(pid_);
  }
  Victim(const Victim&) = delete;
  Victim& operator=(const Victim&) = delete;

  // Lets it run until it stops for `signal`, or for the ptrace event that is given in the upper bits.
  void run_to(int what) {
    for (int deliver = 0;;) {
      ASSERT_EQ(ptrace(PTRACE_CONT, pid_, 0, deliver), 0);
      int status = 0;
      ASSERT_EQ(waitpid(pid_, &status, __WALL), pid_);
      ASSERT_TRUE(WIFSTOPPED(status)) << "the victim ended before it came to " << what;
      if (status >> 16 != 0) ptrace(PTRACE_GETEVENTMSG, pid_, 0, &newborn_);
      if (status >> 8 == what) return;
      deliver = status >> 16 == 0 ? WSTOPSIG(status) : 0;
    }
  }
  void run_to_event(int event) { run_to(SIGTRAP | event << 8); }

  [[nodiscard]] UnwindRegisters registers(bool in_syscall) const {
    user_regs_struct r{};
    EXPECT_EQ(ptrace(PTRACE_GETREGS, pid_, 0, &r), 0);
    return {.rip = r.rip,
            .rsp = r.rsp,
            .rbp = r.rbp,
            .rbx = r.rbx,
            .r12 = r.r12,
            .r13 = r.r13,
            .r14 = r.r14,
            .r15 = r.r15,
            .rax = r.rax,
            .rcx = r.rcx,
            .rdx = r.rdx,
            .rsi = r.rsi,
            .rdi = r.rdi,
            .r8 = r.r8,
            .r9 = r.r9,
            .r10 = r.r10,
            .r11 = r.r11,
            .in_syscall = in_syscall};
  }
  [[nodiscard]] Tid pid() const { return pid_; }

 private:
  void seize() const {
    int status = 0;
    EXPECT_EQ(waitpid(pid_, &status, __WALL), pid_);
    EXPECT_EQ(
        ptrace(PTRACE_SETOPTIONS, pid_, 0,
               PTRACE_O_EXITKILL | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC),
        0);
  }
  static void end(long tid) {
    kill(static_cast<pid_t>(tid), SIGKILL);
    int status = 0;
    while (waitpid(static_cast<pid_t>(tid), &status, __WALL) > 0 && WIFSTOPPED(status)) {
    }
  }

  pid_t pid_;
  long newborn_ = 0;  // the last that was announced: it is traced too, and stands at its first stop
};

}  // namespace lwptrace::unwind
