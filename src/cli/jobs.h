// Work in processes of our own, side by side: a program that is traced wants a process to itself (its signals, its
// waits), and one that goes wrong takes nobody along.
#pragma once

#include <lwptrace/ids.h>

#include <cstddef>
#include <functional>
#include <string>

namespace lwptrace::cli {

struct Verdict {
  int status = 0;
  std::string text;
};

struct Finished {
  Verdict verdict;      // 128 + N: signal N killed the process
  std::string printed;  // by the work, and by what it ran, on stdout and stderr; of a lot, the first and the last
  Nanos took = 0;
};

// work(i) for each i below `count`, `parallel` at a time, with nothing to read; done(i, …) in this process, as they
// end. They end with us.
void run_jobs(std::size_t count, std::size_t parallel, const std::function<Verdict(std::size_t)>& work,
              const std::function<void(std::size_t, const Finished&)>& done);

// The same; but SIGINT, SIGTERM and SIGHUP, unless they are ignored, end the jobs, and the one that came is returned.
// Else 0. What those jobs had begun is its caller's to end.
[[nodiscard]] int run_jobs_until_asked(std::size_t count, std::size_t parallel,
                                       const std::function<Verdict(std::size_t)>& work,
                                       const std::function<void(std::size_t, const Finished&)>& done);

}  // namespace lwptrace::cli
