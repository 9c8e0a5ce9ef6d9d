// Which calls do the rest of their work when an ignored signal has woken them with a part of it done.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <optional>

#include "engine/undisturbed.h"

namespace lwptrace::engine {
namespace {

constexpr std::uint64_t buffer = 0x10000, whole = 1000;
constexpr std::int64_t part = 300;

class Pair {  // of descriptors
 public:
  explicit Pair(int type) {
    const bool made = type == 0 ? ::pipe(fds_) == 0 : ::socketpair(AF_UNIX, type, 0, fds_) == 0;
    EXPECT_TRUE(made);
  }
  Pair(int one, int other) : fds_{one, other} {}
  ~Pair() {
    for (int fd : fds_) ::close(fd);
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;
  [[nodiscard]] int operator[](int which) const { return fds_[which]; }

 private:
  int fds_[2] = {-1, -1};
};

SyscallFrame frame(long nr, int fd, std::uint64_t flags = 0, Abi abi = Abi::x86_64) {
  return {abi, static_cast<std::uint64_t>(nr), {static_cast<std::uint64_t>(fd), buffer, whole, flags, 7, 8}, 0, 0};
}

std::optional<Rest> rest(long nr, int fd, std::uint64_t flags = 0, Abi abi = Abi::x86_64) {
  return rest_of(::gettid(), frame(nr, fd, flags, abi), part);
}

bool can_look_at_sockets() {
  const Pair pair(SOCK_STREAM);
  return rest(SYS_sendto, pair[0]).has_value();
}
#define NEEDS_SOCKETS() \
  if (!can_look_at_sockets()) GTEST_SKIP() << "no pidfd_getfd here"

TEST(Rest, IsTheSameCallBehindWhatIsDone) {
  const Pair pipe(0);
  const auto of_pipe = rest(SYS_write, pipe[1]);
  ASSERT_TRUE(of_pipe);
  SyscallFrame expected = frame(SYS_write, pipe[1]);
  expected.args[1] = buffer + part;
  expected.args[2] = whole - part;
  EXPECT_EQ(of_pipe->call, expected);
  EXPECT_EQ(of_pipe->wait, Wait{});
  EXPECT_FALSE(of_pipe->spares_sigpipe) << "a pipe raises it untraced as well";
}

TEST(Rest, MayBeOnlyOfACallThatHasDoneSomeAndNotAll) {
  for (const std::int64_t done : {-4L, 0L, 1000L, 1001L}) EXPECT_FALSE(may_have_a_rest(frame(SYS_write, 1), done));
  for (const std::int64_t done : {2L, 999L}) EXPECT_TRUE(may_have_a_rest(frame(SYS_write, 1), done));
  for (const long nr : {SYS_read, SYS_writev, SYS_sendmsg, SYS_pwrite64, -1}) {
    EXPECT_FALSE(may_have_a_rest(frame(nr, 1), part)) << nr;
  }
}

TEST(Rest, IsNoneOfACallThatTheKernelIsAboutToMakeAgain) {
  EXPECT_FALSE(may_have_a_rest(frame(SYS_sendto, 1), SYS_sendto)) << "its number is where the answer would be";
  EXPECT_TRUE(may_have_a_rest(frame(SYS_sendto, 1), SYS_sendto + 1));
}

TEST(Rest, IsNoneBeyondWhatTheKernelDoesInOneCall) {
  constexpr std::uint64_t most = 0x7ffff000;
  SyscallFrame call = frame(SYS_write, 1);
  call.args[2] = 3ULL << 30;
  EXPECT_TRUE(may_have_a_rest(call, most - 1));
  EXPECT_FALSE(may_have_a_rest(call, most));
  const Pair pipe(0);
  call.args[0] = static_cast<std::uint64_t>(pipe[1]);
  EXPECT_EQ(rest_of(::gettid(), call, part)->call.args[2], most - part);
}

TEST(Rest, OfACallOfI386IsKnownByTheNumbersOfItsTable) {
  constexpr long write = 4, socketcall = 102, sendto = 369;
  const Pair pipe(0);
  EXPECT_TRUE(rest(write, pipe[1], 0, Abi::i386));
  EXPECT_FALSE(rest(SYS_write, pipe[1], 0, Abi::i386)) << "exit";
  EXPECT_FALSE(rest(write, pipe[1])) << "stat";
  EXPECT_TRUE(may_have_a_rest(frame(write, 1), part)) << "64-bit code may have used int 0x80";
  EXPECT_FALSE(may_have_a_rest(frame(SYS_write, 1, 0, Abi::i386), part));
  EXPECT_TRUE(may_have_a_rest(frame(sendto, 1, 0, Abi::i386), part));
  EXPECT_FALSE(may_have_a_rest(frame(socketcall, 1, 0, Abi::i386), part));
}

TEST(Rest, OfASendRaisesNoSigpipeThatTheWholeWouldNotHave) {
  NEEDS_SOCKETS();
  const Pair pair(SOCK_STREAM);
  EXPECT_EQ(rest(SYS_sendto, pair[0])->call.args[3], MSG_NOSIGNAL);
  EXPECT_EQ(rest(SYS_sendto, pair[0], MSG_MORE)->call.args[3], MSG_MORE | MSG_NOSIGNAL);
  const auto written = rest(SYS_write, pair[0]);
  ASSERT_TRUE(written);
  EXPECT_TRUE(written->spares_sigpipe);
}

TEST(Rest, OfAReceiveIsThatOfOneThatWaitsForAll) {
  NEEDS_SOCKETS();
  const Pair pair(SOCK_STREAM);
  const auto all = rest(SYS_recvfrom, pair[0], MSG_WAITALL);
  ASSERT_TRUE(all);
  EXPECT_EQ(all->call.args[3], MSG_WAITALL);
  EXPECT_FALSE(rest(SYS_recvfrom, pair[0])) << "it answers with what is there";
  EXPECT_FALSE(rest(SYS_recvfrom, pair[0], MSG_WAITALL | MSG_PEEK)) << "it would see the same again";
}

TEST(Rest, WithOtherFlagsIsNone) {
  NEEDS_SOCKETS();
  const Pair pair(SOCK_STREAM);
  for (const int flag : {MSG_DONTWAIT, MSG_OOB, MSG_ZEROCOPY, MSG_EOR}) {
    EXPECT_FALSE(rest(SYS_sendto, pair[0], static_cast<std::uint64_t>(flag))) << flag;
  }
}

TEST(Rest, IsNoneOfMessagesAndOfOtherFiles) {
  const Pair messages(SOCK_SEQPACKET);
  EXPECT_FALSE(rest(SYS_recvfrom, messages[0], MSG_WAITALL)) << "it ends with the message";
  EXPECT_FALSE(rest(SYS_write, messages[0]));
  const Pair file(::open("/proc/self/exe", O_RDONLY), -1);
  EXPECT_FALSE(rest(SYS_write, file[0]));
  EXPECT_FALSE(rest(SYS_write, -1));
}

TEST(Rest, HasTheTimeoutOfItsSocket) {
  NEEDS_SOCKETS();
  constexpr Nanos second = 1'000'000'000;
  const Pair pair(SOCK_STREAM);
  const timeval sending{3, 0}, receiving{2, 500'000};
  ASSERT_EQ(::setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &sending, sizeof sending), 0);
  ASSERT_EQ(::setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &receiving, sizeof receiving), 0);
  EXPECT_EQ(rest(SYS_write, pair[0])->wait.timeout, 3 * second);
  EXPECT_EQ(rest(SYS_sendto, pair[0])->wait.timeout, 3 * second);
  EXPECT_EQ(rest(SYS_recvfrom, pair[0], MSG_WAITALL)->wait.timeout, 2 * second + second / 2);
}

TEST(Rest, IsNoneAtTheMarkOfUrgentData) {
  NEEDS_SOCKETS();
  const Pair pair(SOCK_STREAM);
  if (::send(pair[1], "x", 1, MSG_OOB) != 1) GTEST_SKIP() << "no urgent data here";
  EXPECT_FALSE(rest(SYS_recvfrom, pair[0], MSG_WAITALL));
}

}  // namespace
}  // namespace lwptrace::engine
