// A reader who reads late, one who does not read at all, and a pipe that was full before.
#include "cli/output_thread.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

namespace lwptrace::cli {
namespace {

constexpr std::size_t plenty = 20'000;  // events: more than the queue and a pipe hold

// What `Outputs` writes to stdout goes into a pipe while this lives.
class StdoutIntoPipe {
 public:
  StdoutIntoPipe() : stdout_(::dup(STDOUT_FILENO)) {
    if (::pipe(ends_) == 0) ::dup2(ends_[1], STDOUT_FILENO);
  }
  ~StdoutIntoPipe() {
    let_go();
    ::close(ends_[0]);
  }
  StdoutIntoPipe(const StdoutIntoPipe&) = delete;
  StdoutIntoPipe& operator=(const StdoutIntoPipe&) = delete;
  void let_go() {
    if (stdout_ < 0) return;
    ::dup2(stdout_, STDOUT_FILENO);
    ::close(stdout_);
    ::close(ends_[1]);
    stdout_ = -1;
  }
  void fill() {
    ::fcntl(ends_[1], F_SETFL, O_NONBLOCK);
    while (::write(ends_[1], "\n", 1) == 1) {
    }
    ::fcntl(ends_[1], F_SETFL, 0);
  }
  std::string read_all() {
    std::string all;
    char some[65536];
    for (ssize_t got = 0; (got = ::read(ends_[0], some, sizeof some)) > 0;) all.append(some, static_cast<size_t>(got));
    return all;
  }

 private:
  int ends_[2] = {-1, -1};
  int stdout_;
};

std::vector<Event> events(std::size_t count) {
  std::vector<Event> made(count);
  for (std::size_t i = 0; i < count; ++i) {
    made[i].seq = i + 1;
    made[i].body = Comm{};
  }
  return made;
}

void expect_in_order(const std::string& lines) {
  std::size_t at = 0;
  for (std::size_t seq = 1; seq <= plenty; ++seq) {
    at = lines.find("\"seq\":" + std::to_string(seq) + ",", at);
    ASSERT_NE(at, std::string::npos) << seq;
  }
}

TEST(OutputThread, ATellerWaitsForAReaderWhoIsLateAndNothingIsLost) {
  StdoutIntoPipe pipe;
  Outputs outputs;
  ASSERT_TRUE(outputs.add({"-", "jsonl"}, "never", 80));
  OutputThread telling(outputs);
  std::string read;
  std::thread reader([&] { read = pipe.read_all(); });
  telling.begin({});
  std::vector<Event> told = events(plenty);
  telling.tell(told);
  EXPECT_TRUE(told.empty());
  telling.finish();
  pipe.let_go();
  reader.join();
  expect_in_order(read);
}

TEST(OutputThread, WhoIsInAHurryWaitsForNobody) {
  StdoutIntoPipe pipe;
  Outputs outputs;
  ASSERT_TRUE(outputs.add({"-", "jsonl"}, "never", 80));
  OutputThread telling(outputs);
  telling.begin({});
  telling.hurry();
  std::vector<Event> told = events(plenty);
  telling.tell(told);  // nobody reads: it would take minutes
  EXPECT_EQ(telling.cost().held_up, 0);
  std::string read;
  std::thread reader([&] { read = pipe.read_all(); });
  telling.finish();
  pipe.let_go();
  reader.join();
  expect_in_order(read);
}

TEST(OutputThread, TheFirstLineOfAFullPipeKeepsNobodyWaiting) {
  StdoutIntoPipe pipe;
  pipe.fill();
  Outputs outputs;
  ASSERT_TRUE(outputs.add({"-", "jsonl"}, "never", 80));
  OutputThread telling(outputs);
  telling.begin({});  // nobody reads: it would never return
  std::string read;
  std::thread reader([&] { read = pipe.read_all(); });
  telling.finish();
  pipe.let_go();
  reader.join();
  EXPECT_EQ(read.find_first_not_of('\n'), read.find("{\"type\":\"header\""));
}

TEST(OutputThread, WhatWasToldBeforeABacktraceIsOutBeforeItsNamesAreLookedUp) {
  char name[] = "/tmp/output-thread-XXXXXX";
  const int fd = ::mkstemp(name);
  ASSERT_GE(fd, 0);
  Outputs outputs;
  ASSERT_TRUE(outputs.add({name, "jsonl"}, "never", 80));
  std::string out_by_then;
  std::vector<Event> told = events(2);
  Birth birth;
  birth.backtrace = Backtrace([&] {
    std::ifstream file(name);
    out_by_then.assign(std::istreambuf_iterator<char>(file), {});
    return std::vector<Frame>{Frame{.symbol = "main"}};
  });
  told[1].body = birth;
  OutputThread telling(outputs);
  telling.begin({});
  telling.tell(told);
  telling.finish();
  EXPECT_NE(out_by_then.find("\"seq\":1,"), std::string::npos) << out_by_then;
  EXPECT_EQ(out_by_then.find("\"seq\":2,"), std::string::npos);
  std::ifstream file(name);
  const std::string all(std::istreambuf_iterator<char>(file), {});
  EXPECT_NE(all.find("\"symbol\":\"main\""), std::string::npos) << all;
  ::close(fd);
  ::unlink(name);
}

}  // namespace
}  // namespace lwptrace::cli
