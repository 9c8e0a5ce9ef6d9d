// matrix: who shares what, as drawn. The traces are in stories.h.
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <sstream>

#include "render/text.h"
#include "tests/render/stories.h"

namespace lwptrace::render {
namespace {

TEST(Matrix, AForkedChildSharesNothingButNamespaces) {
  EXPECT_EQ(picture(make_matrix, fork_exec_wait(), 2000, {.width = 80}, {3, {}, false}),
            R"(sh -c 'ls -l; exit 3' · 2 processes
                          memory  files  fs   handlers  sysvsem  io   namespaces
1    sh -c 'ls -l; exit…  own     own    own  own       own      own  A
1.1  ls -l                own     own    own  own       own      own  A
same letter: the same object · own: nobody else has it

memory      each has its own (copied at birth, replaced by exec)
files       each has its own (copied at birth)
fs          each has its own (copied at birth)
handlers    each has its own (copied at birth, replaced by exec)
sysvsem     each has its own (new at birth)
io          each has its own (new at birth)
namespaces  A = all (the same namespaces, 2 LWPs)
)");
}

TEST(Matrix, ThreadsShareEverythingButTheirIoContext) {
  EXPECT_EQ(picture(make_matrix, five_joined(), 1'300'000, {.width = 100}),
            R"(five_threads · 1 process, 5 threads
                   memory  files  fs  handlers  sysvsem  io   namespaces
1    five_threads  A       A      A   A         A        own  A
1/1  worker        A       A      A   A         A        own  A
1/2  worker        A       A      A   A         A        own  A
1/3  worker        A       A      A   A         A        own  A
1/4  worker        A       A      A   A         A        own  A
1/5  worker        A       A      A   A         A        own  A
same letter: the same object · own: nobody else has it

memory      A = all (one address space, 6 LWPs)
files       A = all (one table of descriptors, 6 LWPs)
fs          A = all (one root, working directory and umask, 6 LWPs)
handlers    A = all (one table of signal handlers, 6 LWPs)
sysvsem     A = all (one list of semaphore undos, 6 LWPs)
io          each has its own (new at birth)
namespaces  A = all (the same namespaces, 6 LWPs)
)");
}

TEST(Matrix, FiveThousandThreadsAlikeAreOneRow) {
  EXPECT_EQ(picture(make_matrix, crowd(5000), 221'000, {.width = 100}),
            R"(threads 5000 · 2 processes, 5,000 threads
                           memory  files  fs   handlers  sysvsem  io   namespaces
1           threads 5000   A       A      A    A         A        own  A
1/1–1/5000  5,000 threads  A       A      A    A         A        own  A
1.5001      threads        own     own    own  own       own      own  A
same letter: the same object · own: nobody else has it

memory      A = 1, 1/1–1/5000 (one address space, 5,001 LWPs) · own: 1.5001 (copied at birth)
files       A = 1, 1/1–1/5000 (one table of descriptors, 5,001 LWPs) · own: 1.5001 (copied at birth)
fs          A = 1, 1/1–1/5000 (one root, working directory and umask, 5,001 LWPs) · own: 1.5001
            (copied at birth)
handlers    A = 1, 1/1–1/5000 (one table of signal handlers, 5,001 LWPs) · own: 1.5001 (copied at
            birth)
sysvsem     A = 1, 1/1–1/5000 (one list of semaphore undos, 5,001 LWPs) · own: 1.5001 (new at birth)
io          each has its own (new at birth)
namespaces  A = all (the same namespaces, 5,002 LWPs)
)");
}

TEST(Matrix, AVforkChildBorrowsTheMemoryUntilItsExec) {
  EXPECT_EQ(picture(make_matrix, vfork_child(), 1000, {.width = 100}),
            R"(spawner · 2 processes
              memory      files  fs   handlers  sysvsem  io   namespaces
1    spawner  own         own    own  own       own      own  A
1.1  true     lent → own  own    own  own       own      own  A
same letter: the same object · own: nobody else has it · lent: the creator's, for a time
→: changed at exec or unshare

memory      each has its own (its creator's until exec)
files       each has its own (copied at birth)
fs          each has its own (copied at birth)
handlers    each has its own (copied at birth, replaced by exec)
sysvsem     each has its own (new at birth)
io          each has its own (new at birth)
namespaces  A = all (the same namespaces, 2 LWPs)
)");
}

TEST(Matrix, SentencesAreWrapped) {
  EXPECT_EQ(picture(make_matrix, double_fork_daemon(), 3100, {.width = 60}),
            R"(daemon · 3 processes, 1 thread
                 mem  files  fs   sig  sem  io   ns
1        daemon  own  own    own  own  own  own  A
1.1      daemon  own  own    own  own  own  own  A
1.1.1    daemon  A    A      A    A    A    own  A
1.1.1/1  worker  A    A      A    A    A    own  A
same letter: the same object · own: nobody else has it

mem    A = 1.1.1, 1.1.1/1 (one address space, 2 LWPs) · own:
       1; 1.1 (copied at birth)
files  A = 1.1.1, 1.1.1/1 (one table of descriptors, 2 LWPs)
       · own: 1; 1.1 (copied at birth)
fs     A = 1.1.1, 1.1.1/1 (one root, working directory and
       umask, 2 LWPs) · own: 1; 1.1 (copied at birth)
sig    A = 1.1.1, 1.1.1/1 (one table of signal handlers, 2
       LWPs) · own: 1; 1.1 (copied at birth)
sem    A = 1.1.1, 1.1.1/1 (one list of semaphore undos, 2
       LWPs) · own: 1; 1.1 (new at birth)
io     each has its own (new at birth)
ns     A = all (the same namespaces, 4 LWPs)
)");
}

TEST(Matrix, AVeryNarrowOneHasShortNamesAndCountsInPlaceOfLists) {
  Story s;
  const LwpId root = s.launch(0, {"server"});
  for (int i = 0; i < 20; ++i) {
    const LwpId child = s.vfork(i, root);
    if (i % 2 == 0) s.exec(i, child, {"cgi"});
  }
  EXPECT_EQ(picture(make_matrix, s, 100, {.width = 50}), R"(server · 21 processes
               mem   files fs  sig sem io  ns
1 and 10 more  A     own   own own own own A
1.1 and 9 more A→own own   own own own own A
same letter: the same object
own: nobody else has it
→: changed at exec or unshare

mem    A = 1, 1.2, 1.4 and 8 more, until exec 10
       LWPs (one address space, 21 LWPs) · own: 10
       LWPs (since exec)
files  each has its own (copied at birth)
fs     each has its own (copied at birth)
sig    each has its own: 1; 10 LWPs (copied at
       birth); 10 LWPs (copied at birth, replaced
       by exec)
sem    each has its own (new at birth)
io     each has its own (new at birth)
ns     A = all (the same namespaces, 21 LWPs)
)");
}

TEST(Matrix, WhoIsNotFollowedIsAsAtItsBirth) {
  const std::string text = picture(make_matrix, follow_threads(), 1000, {.width = 100});
  EXPECT_NE(text.find("own: nobody else has it · who is not followed: as at its birth\n"), std::string::npos) << text;
}

TEST(Matrix, OneLwpSharesNothing) {
  EXPECT_EQ(picture(make_matrix, one_moment(), 0, {.width = 80}),
            R"(true · 1 process
   memory  files  fs   handlers  sysvsem  io   namespaces
1  own     own    own  own       own      own  own
same letter: the same object · own: nobody else has it

1 is alone in the trace: it shares nothing.
)");
}

TEST(Matrix, ACutTraceSaysSo) {
  EXPECT_EQ(cut_picture(make_matrix, fork_exec_wait(), {.width = 80}),
            R"(sh -c 'ls -l; exit 3' · 2 processes
                          memory  files  fs   handlers  sysvsem  io   namespaces
1    sh -c 'ls -l; exit…  own     own    own  own       own      own  A
1.1  ls -l                own     own    own  own       own      own  A
same letter: the same object · own: nobody else has it

memory      each has its own (copied at birth, replaced by exec)
files       each has its own (copied at birth)
fs          each has its own (copied at birth)
handlers    each has its own (copied at birth, replaced by exec)
sysvsem     each has its own (new at birth)
io          each has its own (new at birth)
namespaces  A = all (the same namespaces, 2 LWPs)
The trace was cut: line 118: cut in the middle of a line
)");
}

TEST(Matrix, AThousandProcessesWithThreadsStayReadable) {
  Story s;
  const LwpId root = s.launch(0, {"server"});
  for (int i = 0; i < 1000; ++i) {
    const LwpId child = s.fork(i, root);
    for (int k = 0; k < 3; ++k) s.thread(i, child);
  }
  const std::string text = picture(make_matrix, s, 2000);
  EXPECT_LE(std::ranges::count(text, '\n'), 80);
  EXPECT_NE(text.find("more rows; -F jsonl has them"), std::string::npos);
  EXPECT_NE(text.find("996 more letters"), std::string::npos);
}

TEST(Matrix, NoLineIsWiderThanTheDrawingMayBe) {
  for (const int width : {1, 20, 40, 80, 200}) {
    for (const Story& story : {double_fork_daemon(), crowd(500), vfork_child(), hostile_names(), all_different(90)}) {
      for (const bool color : {false, true}) {
        std::istringstream lines(cut_picture(make_matrix, story, {.width = width, .color = color}));
        for (std::string line; std::getline(lines, line);) {
          EXPECT_LE(display_width(line), static_cast<std::size_t>(width)) << line;
        }
      }
    }
  }
}

TEST(Matrix, ColoursAddNothingButColours) {
  const std::string plain = picture(make_matrix, double_fork_daemon(), 3100);
  const std::string coloured = picture(make_matrix, double_fork_daemon(), 3100, {.color = true});
  EXPECT_NE(coloured, plain);
  EXPECT_EQ(std::regex_replace(coloured, std::regex("\x1b\\[[0-9;]*m"), ""), plain);
}

TEST(Matrix, HostileNamesDoNotReachTheTerminal) {
  const std::string text = picture(make_matrix, hostile_names(), 500);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\a'), std::string::npos);
  EXPECT_NE(text.find("\\x1b"), std::string::npos);
}

}  // namespace
}  // namespace lwptrace::render
