// Orders of events that only a tracer shows that is slower than its program, as on a loaded machine. The program is a
// real one.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "model/tracker.h"

namespace lwptrace::cli {
namespace {

// Whoever was let go on runs into its next stop before anything else is done.
class SlowObserver : public engine::Observer {
 public:
  void observe(const Observation& observation, std::vector<Action>& actions) override {
    model::Step step;
    tracker_.apply(observation, step);
    actions = std::move(step.actions);
  }
  void settle() override { std::this_thread::sleep_for(std::chrono::milliseconds(20)); }
  void tick(Nanos /*now*/) override {}
  void asked_to_end(std::size_t /*left*/) override {}
  void killing() override {}
  void not_attached(const Error& /*why*/) override {}

 private:
  model::Tracker tracker_{{.detail = Detail::births}};
};

// The launched program is heard first, and of the others the youngest. So the leader is still in the trap of the first
// stop, unheard, when the second one stops its process; let listen, it stops anew, and says the same of it.
TEST(SlowTracer, HearsOfASecondGroupStopThatLooksLikeTheFirst) {
  engine::EngineOptions options;
  options.detail = Detail::births;
  options.timeout = 10'000'000'000;
  options.launch.argv = {"/usr/bin/python3", "-c", R"(
import os, signal, threading, time
let_go, hold = os.pipe()
child = os.fork()
if child == 0:
    os.close(hold)
    thread = threading.Thread(target=os.read, args=(let_go, 1))
    thread.start()
    thread.join()
    os._exit(0)
while len(os.listdir(f"/proc/{child}/task")) < 2:
    time.sleep(0.01)
for _ in range(3):
    os.kill(child, signal.SIGSTOP)
    os.waitpid(child, os.WUNTRACED)
    os.kill(child, signal.SIGCONT)
    os.waitpid(child, os.WCONTINUED)
)"};
  SlowObserver observer;
  engine::Engine engine(options, observer);
  const engine::Outcome outcome = engine.run();
  EXPECT_FALSE(outcome.failure) << outcome.failure->text;
  EXPECT_EQ(outcome.reason, EndReason::exited);
}

}  // namespace
}  // namespace lwptrace::cli
