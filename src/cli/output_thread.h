// Formats and writes the trace in a thread of its own, so that no traced task waits for either. Events wait for it in a
// queue of bounded length: when an output takes nothing any more (a pipe that nobody reads, a stopped terminal),
// telling takes a tenth of a second an event, which slows the program down and keeps the engine able to end it.
#pragma once

#include <lwptrace/trace.h>

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "cli/outputs.h"

namespace lwptrace::cli {

class OutputThread {
 public:
  // `outputs` are the thread's from begin() to finish().
  explicit OutputThread(Outputs& outputs) : outputs_(outputs) {}
  ~OutputThread() { finish(); }
  OutputThread(const OutputThread&) = delete;
  OutputThread& operator=(const OutputThread&) = delete;

  void begin(const TraceHeader& header);
  [[nodiscard]] bool began() const { return began_; }
  // Takes the events out of the vector.
  void tell(std::vector<Event>& events);
  // The program is about to end: nobody waits for room from now on.
  void hurry() { hurried_ = true; }
  // Returns when all has been written or given up.
  void finish();

  struct Cost {
    Nanos held_up = 0;  // waiting for room in the queue
    Nanos own = 0;      // CPU time of the thread
  };
  [[nodiscard]] const Cost& cost() const { return cost_; }  // after finish()

 private:
  void write_header();
  void run();
  void wait_for_room(std::unique_lock<std::mutex>& lock);

  Outputs& outputs_;
  TraceHeader header_;
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable news_, room_;
  std::vector<Event> waiting_;
  bool watched_ = false;  // there is a terminal or a pipe among the outputs
  bool began_ = false;
  bool ending_ = false;
  bool hurried_ = false;
  int requests_ = 0;        // to end the program, seen so far
  std::size_t passes_ = 0;  // events that are let through without room, since such a request
  Cost cost_;
};

}  // namespace lwptrace::cli
