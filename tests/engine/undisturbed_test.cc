// Which calls are made again when an ignored signal has ended them with EINTR, and for how long they may wait.
#include "engine/undisturbed.h"

#include <gtest/gtest.h>
#include <linux/io_uring.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <span>
#include <vector>

namespace lwptrace::engine {
namespace {

constexpr Nanos ms = 1'000'000, second = 1'000 * ms;
constexpr std::uint64_t here = 0x1000;

class Memory : public MemoryReader {  // some words at `here`
 public:
  template <class Word>
  explicit Memory(const std::vector<Word>& words) {
    const auto bytes = std::as_bytes(std::span(words));
    bytes_.assign(bytes.begin(), bytes.end());
  }
  [[nodiscard]] std::size_t read(std::uint64_t address, std::span<std::byte> out) const override {
    if (address != here || out.size() > bytes_.size()) return 0;
    std::memcpy(out.data(), bytes_.data(), out.size());
    return out.size();
  }

 private:
  std::vector<std::byte> bytes_;
};

using Words = std::vector<std::int64_t>;
using HalfWords = std::vector<std::int32_t>;
using Arguments = std::array<std::uint64_t, 6>;

std::optional<Wait> wait(long nr, const Arguments& args, const Memory& memory = Memory(Words{}),
                         Abi abi = Abi::x86_64) {
  return wait_of(::gettid(), SyscallFrame{abi, static_cast<std::uint64_t>(nr), args, 0, 0}, memory);
}

constexpr Wait endless;

TEST(Undisturbed, EpollHasItsMillisecondsInARegister) {
  EXPECT_EQ(wait(SYS_epoll_wait, {3, 0, 1, 250}), (Wait{250 * ms, 0}));
  EXPECT_EQ(wait(SYS_epoll_wait, {3, 0, 1, 0xffffffff}), endless);
  EXPECT_EQ(wait(SYS_epoll_wait, {3, 0, 1, 0x7fffffff}), (Wait{0x7fffffff * ms, 0}));
}

TEST(Undisturbed, ACallThatChangesTheMaskKeepsItsEintr) {
  EXPECT_EQ(wait(SYS_epoll_pwait, {3, 0, 1, 250, here}), std::nullopt);
  EXPECT_EQ(wait(SYS_epoll_pwait, {3, 0, 1, 250, 0}), (Wait{250 * ms, 0}));
  EXPECT_EQ(wait(SYS_io_uring_enter, {3, 0, 1, IORING_ENTER_GETEVENTS, here}), std::nullopt);
}

TEST(Undisturbed, OthersPointToATimespec) {
  const Memory memory(Words{2, 5});
  EXPECT_EQ(wait(SYS_rt_sigtimedwait, {0, 0, here}, memory), (Wait{2 * second + 5, -EAGAIN}));
  EXPECT_EQ(wait(SYS_rt_sigtimedwait, {0, 0, 0}, memory), endless);
  EXPECT_EQ(wait(SYS_semtimedop, {0, 0, 0, here}, memory), (Wait{2 * second + 5, -EAGAIN}));
  EXPECT_EQ(wait(SYS_io_getevents, {0, 0, 0, 0, here}, memory), (Wait{2 * second + 5, 0}));
  EXPECT_EQ(wait(SYS_semop, {}), endless);
  EXPECT_EQ(wait(SYS_semtimedop, {0, 0, 0, here + 1}, memory), std::nullopt) << "unreadable";
}

TEST(Undisturbed, ThatOfI386HasHalfWordsButInItsNewCalls) {
  constexpr long rt_sigtimedwait = 177, rt_sigtimedwait_time64 = 421;
  const Wait expected{2 * second + 5, -EAGAIN};
  EXPECT_EQ(wait(rt_sigtimedwait, {0, 0, here}, Memory(HalfWords{2, 5}), Abi::i386), expected);
  EXPECT_EQ(wait(rt_sigtimedwait_time64, {0, 0, here}, Memory(Words{2, 5}), Abi::i386), expected);
}

TEST(Undisturbed, I386HasCallsThatStandForMany) {
  constexpr long ipc = 117, socketcall = 102;
  constexpr std::uint64_t semop = 1, semtimedop = 4, msgrcv = 12;
  const Memory memory(HalfWords{2, 5});
  EXPECT_EQ(wait(ipc, {semop, 0, 1, 0, 0, 0}, memory, Abi::i386), endless);
  EXPECT_EQ(wait(ipc, {semtimedop, 0, 1, 0, 0, here}, memory, Abi::i386), (Wait{2 * second + 5, -EAGAIN}));
  EXPECT_EQ(wait(ipc, {msgrcv, 0, 1, 0, 0, here}, memory, Abi::i386), std::nullopt);
  EXPECT_EQ(wait(socketcall, {99, here}, memory, Abi::i386), std::nullopt);
}

TEST(Undisturbed, ARingMayHaveATimeout) {
  constexpr std::uint64_t waits = IORING_ENTER_GETEVENTS, more = waits | IORING_ENTER_EXT_ARG;
  constexpr std::uint64_t absolute = 1 << 5, registered = 1 << 6;
  // The struct and the timespec that it points to in one: no mask, and `ts` as the seconds are read from `here` too.
  const Memory no_mask(Words{0, 7, static_cast<std::int64_t>(here)});
  EXPECT_EQ(wait(SYS_io_uring_enter, {3, 0, 1, waits, 0}), endless);
  EXPECT_EQ(wait(SYS_io_uring_enter, {3, 0, 1, more, here}, no_mask), (Wait{7, -ETIME}));
  EXPECT_EQ(wait(SYS_io_uring_enter, {3, 0, 1, more, here}, Memory(Words{0, 0, 0})), endless);
  EXPECT_EQ(wait(SYS_io_uring_enter, {3, 0, 1, more, here}, Memory(Words{1, 8, 0})), std::nullopt) << "a mask";
  EXPECT_EQ(wait(SYS_io_uring_enter, {3, 0, 1, more | absolute, here}, no_mask), endless) << "the same end again";
  EXPECT_EQ(wait(SYS_io_uring_enter, {3, 0, 1, more | registered, 0}), std::nullopt);
}

TEST(Undisturbed, ADeadlineDoesNotOverflow) {
  const auto longest = wait(SYS_semtimedop, {0, 0, 0, here}, Memory(Words{INT64_MAX, 999'999'999}));
  ASSERT_TRUE(longest);
  EXPECT_GT(longest->timeout, 1'000'000 * second);
  EXPECT_LT(longest->timeout, INT64_MAX / 2);
}

TEST(Undisturbed, OnlyASocketThatHasATimeoutAnswersEintrByItself) {
  int pair[2], pipes[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  ASSERT_EQ(::pipe(pipes), 0);
  const auto fd = static_cast<std::uint64_t>(pair[0]);
  EXPECT_EQ(wait(SYS_read, {fd}), std::nullopt);
  const timeval t{3, 0};
  ASSERT_EQ(::setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t), 0);
  const auto seen = wait(SYS_recvmsg, {fd});
  if (!seen) GTEST_SKIP() << "no pidfd_getfd here";
  EXPECT_EQ(seen, (Wait{3 * second, -EAGAIN}));
  EXPECT_EQ(wait(SYS_accept4, {fd}), seen);
  EXPECT_EQ(wait(SYS_sendto, {fd}), std::nullopt) << "of sending there is none";
  EXPECT_EQ(wait(SYS_read, {static_cast<std::uint64_t>(pipes[0])}), std::nullopt);
  const int of_internet = ::socket(AF_INET, SOCK_STREAM, 0);
  ASSERT_EQ(::setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &t, sizeof t), 0);
  ASSERT_EQ(::setsockopt(of_internet, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof t), 0);
  EXPECT_EQ(wait(SYS_connect, {fd}), (Wait{3 * second, -EAGAIN}));
  EXPECT_EQ(wait(SYS_connect, {static_cast<std::uint64_t>(of_internet)}), (Wait{3 * second, -EINPROGRESS}));
  for (int one : {pair[0], pair[1], pipes[0], pipes[1], of_internet}) ::close(one);
}

TEST(Undisturbed, OthersAreLeftAsTheyAre) {
  for (long nr : {SYS_close, SYS_nanosleep, SYS_poll, SYS_futex, SYS_pause}) EXPECT_EQ(wait(nr, {}), std::nullopt);
}

}  // namespace
}  // namespace lwptrace::engine
