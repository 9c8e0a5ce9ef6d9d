// Session: stands between the engine and the outputs. It asks the model what each observation means, gives the engine
// its actions at once, and hands the events to the outputs' thread after the tasks run again.
#pragma once

#include "cli/output_thread.h"
#include "cli/outputs.h"
#include "cli/status_line.h"
#include "engine/engine.h"
#include "model/tracker.h"

namespace lwptrace::cli {

struct SessionOptions {
  model::TrackerOptions tracker;
  bool status_line = false;  // stderr is a terminal that nothing else is written to
};

class Session : public engine::Observer {
 public:
  Session(const SessionOptions& options, TraceHeader header, Outputs& outputs);

  void observe(const Observation& observation, std::vector<Action>& actions) override;
  void settle() override;
  void tick(Nanos now) override;
  void asked_to_end(std::size_t left) override;
  void killing() override { telling_.hurry(); }
  void not_attached(const Error& why) override;

  // Tells the end to all outputs and finishes them.
  [[nodiscard]] TraceEnd end(Nanos t, EndReason reason);
  [[nodiscard]] const OutputThread::Cost& cost_of_telling() const { return telling_.cost(); }  // after the end

 private:
  void tell_events();

  SessionOptions options_;
  TraceHeader header_;
  Outputs& outputs_;
  model::Tracker tracker_;
  model::Step step_;
  OutputThread telling_;
  StatusLine status_line_;
};

}  // namespace lwptrace::cli
