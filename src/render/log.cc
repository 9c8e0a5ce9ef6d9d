// log: one line an event as it happens, for people: when, who (path and tid), what, and how it came about.
//
//     0.000812  1/1        4712     born      thread by pthread_create of 1  shares vm fs files sighand sysvsem …
//
// The columns have fixed widths, so that a live run and its recording give the same bytes; a value that is too wide
// pushes its own line only. No line is split or cut at the terminal's edge. The sentences: log_words.cc, log_birth.cc.
#include "render/log.h"

#include <fmt/format.h>

#include <vector>

#include "render/renderers.h"

namespace lwptrace::render {

namespace {

std::string seconds(Nanos t) { return fmt::format("{:>4}.{:06}", t / 1'000'000'000, t % 1'000'000'000 / 1'000); }

// A path whose last step is a slash is a thread's.
Ink ink_of(std::string_view path) {
  const auto step = path.find_last_of("/.");
  return step != std::string_view::npos && path[step] == '/' ? Ink::thread : Ink::process;
}

const std::vector<Frame>* backtrace_of(const Event& event) {
  if (const auto* birth = std::get_if<Birth>(&event.body)) return &birth->backtrace;
  if (const auto* signal = std::get_if<Signal>(&event.body)) return &signal->backtrace;
  return nullptr;
}

std::string frame_line(const Frame& frame) {
  std::string line = fmt::format("    at {:#x}", frame.ip.value);
  if (!frame.symbol.empty()) line += " " + frame.symbol;
  if (frame.offset) line += fmt::format("{}{:#x}", frame.symbol.empty() ? " +" : "+", *frame.offset);
  if (!frame.module.empty()) line += " (" + frame.module + ")";
  if (!frame.file.empty()) line += " " + frame.file;
  if (frame.line) line += fmt::format(":{}", *frame.line);
  return line;
}

class Log : public TraceSink {
 public:
  Log(ByteSink& out, const Options& options) : out_(out), color_(options.color) {}

  void header(const TraceHeader& /*header*/) override {}

  void event(const Event& event) override {
    paths_.see(event);
    const std::string path = printable(paths_.of(event.lwp));
    const Sentence said = sentence(event, paths_);
    std::string lines = fmt::format("{}  {} {:<7}  {} {}\n", paint(seconds(event.t), Ink::faint, color_),
                                    paint(fmt::format("{:<10}", path), ink_of(path), color_), event.tid,
                                    paint(fmt::format("{:<9}", said.verb), said.ink, color_), printable(said.text));
    if (const auto* frames = backtrace_of(event)) {
      for (const Frame& frame : *frames) lines += paint(printable(frame_line(frame)), Ink::faint, color_) + "\n";
    }
    out_.write(lines);
  }

  void end(const TraceEnd& end) override { closing(seconds(end.t), "end", end_sentence(end)); }
  void cut(const std::string& where) override { closing("", "cut", "the recording has no end: " + where); }

 private:
  // A line about the trace as a whole: nothing stands in the columns that name an LWP.
  void closing(std::string_view time, std::string_view verb, std::string_view text) {
    out_.write(fmt::format("{}{:22}{} {}\n", paint(fmt::format("{:>11}", time), Ink::faint, color_), "",
                           paint(fmt::format("{:<9}", verb), Ink::bold, color_), printable(text)));
  }

  ByteSink& out_;
  bool color_;
  Paths paths_;
};

}  // namespace

std::unique_ptr<TraceSink> make_log(ByteSink& out, const Options& options) {
  return std::make_unique<Log>(out, options);
}

}  // namespace lwptrace::render
