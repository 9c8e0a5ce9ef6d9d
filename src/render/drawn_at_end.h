// DrawnAtEnd: a format that is drawn when all is known, at the trace's end or where it was cut: tree, timeline,
// summary, matrix. Each has draw() and nothing else of a sink.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>

#include "analysis/lives.h"
#include "render/format.h"

namespace lwptrace::render {

class DrawnAtEnd : public TraceSink {
 public:
  DrawnAtEnd(ByteSink& out, const Options& options)
      : out_(out), width_(static_cast<std::size_t>(std::max(options.width, 1))), color_(options.color) {}

  void header(const TraceHeader& header) override { lives_.header(header); }
  void event(const Event& event) override { lives_.event(event); }
  void end(const TraceEnd& end) override {
    lives_.end(end);
    draw();
  }
  void cut(const std::string& where) override {
    lives_.cut(where);
    draw();
  }

 protected:
  virtual void draw() = 0;

  ByteSink& out_;
  std::size_t width_;  // columns
  bool color_;
  analysis::Lives lives_;
};

}  // namespace lwptrace::render
