// What people call a set of clone flags, and what it shares.
#include "decoders/idiom.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decoders/clone.h"
#include "tests/decoders/clone_calls.h"

namespace lwptrace::decoders {
namespace {

using testing::ElementsAre;

TEST(Idiom, PthreadCreateOfGlibcAndMusl) {
  EXPECT_EQ(idiom_of(clone(0x3d0f00, 0x7000)), Idiom::pthread_create);
  EXPECT_EQ(idiom_of(clone(0x7d0f00, 0x7000)), Idiom::pthread_create);
  EXPECT_EQ(idiom_of(clone3({.flags = 0x3d0f00, .stack = 0x7000, .stack_size = 0x1000})), Idiom::pthread_create);
}

TEST(Idiom, AThreadWithoutTheLibrarysTlsAndTidWordIsACloneThread) {
  EXPECT_EQ(idiom_of(clone(0x10900, 0x7000)), Idiom::clone_thread);
  EXPECT_EQ(idiom_of(clone(0x50f00, 0x7000)), Idiom::clone_thread) << "Go";
  EXPECT_EQ(idiom_of(clone(0x90900, 0x7000)), Idiom::clone_thread) << "TLS alone";
}

TEST(Idiom, ForkIsTheCallOrACloneThatSharesNothing) {
  EXPECT_EQ(idiom_of(decode_clone_call({.nr = 57}, FakeMemory{})), Idiom::fork);
  EXPECT_EQ(idiom_of(clone(0x11)), Idiom::fork);
  EXPECT_EQ(idiom_of(clone(0x1200011)), Idiom::fork) << "glibc";
  EXPECT_EQ(idiom_of(clone(0x1000011)), Idiom::fork);
}

TEST(Idiom, WithoutSigchldOrWithANamespaceItIsNoFork) {
  EXPECT_EQ(idiom_of(clone(0)), Idiom::clone);
  EXPECT_EQ(idiom_of(clone(0x10000011)), Idiom::clone);
  EXPECT_EQ(idiom_of(clone(0x411)), Idiom::clone);
}

TEST(Idiom, AStackTellsPosixSpawnFromVfork) {
  EXPECT_EQ(idiom_of(decode_clone_call({.nr = 58}, FakeMemory{})), Idiom::vfork);
  EXPECT_EQ(idiom_of(clone(0x4111)), Idiom::vfork);
  EXPECT_EQ(idiom_of(clone(0x4111, 0x7000)), Idiom::posix_spawn);
  EXPECT_EQ(idiom_of(clone3({.flags = 0x100004100, .exit_signal = 17, .stack = 0x7000, .stack_size = 0x9000})),
            Idiom::posix_spawn);
}

TEST(Idiom, LinuxThreadsShareAllButTheThreadGroup) {
  EXPECT_EQ(idiom_of(clone(0xf21, 0x7000)), Idiom::linuxthreads);
  EXPECT_EQ(idiom_of(clone(0xf00, 0x7000)), Idiom::clone);
  EXPECT_EQ(idiom_of(clone(0x511, 0x7000)), Idiom::clone);
}

TEST(Kind, ThreadIsWhatJoinsTheThreadGroup) {
  EXPECT_EQ(kind_of(clone(0x10900)), Kind::thread);
  EXPECT_EQ(kind_of(clone(0xf00)), Kind::process);
}

TEST(Shares, EachFlagSharesItsOwnThing) {
  EXPECT_EQ(shares_of(clone(0x11)), Shares{});
  EXPECT_EQ(shares_of(clone(0x100)), Shares{.vm = true});
  EXPECT_EQ(shares_of(clone(0x200)), Shares{.fs = true});
  EXPECT_EQ(shares_of(clone(0x400)), Shares{.files = true});
  EXPECT_EQ(shares_of(clone(0x800)), Shares{.sighand = true});
  EXPECT_EQ(shares_of(clone(0x40000)), Shares{.sysvsem = true});
  EXPECT_EQ(shares_of(clone(0x80000000)), Shares{.io = true});
  EXPECT_EQ(shares_of(clone(0x10000)), Shares{.thread_group = true});
  EXPECT_EQ(shares_of(clone(0x8000)), Shares{.parent = true});
}

TEST(Shares, NamespacesAreNamedAsInProc) {
  EXPECT_THAT(shares_of(clone(0x7e020011)).new_ns, ElementsAre("mnt", "cgroup", "uts", "ipc", "user", "pid", "net"));
  EXPECT_THAT(shares_of(clone3({.flags = 0x80})).new_ns, ElementsAre("time"));
  EXPECT_THAT(shares_of(clone(0x80)).new_ns, ElementsAre());
  EXPECT_THAT(shares_of(clone3({.flags = 1ULL << 37})).new_ns, ElementsAre("mnt"));
}

}  // namespace
}  // namespace lwptrace::decoders
