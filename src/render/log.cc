// log: one line an event as it happens, for people: when, who (path and tid), what, and how it came about.
//
//     0.000812  1/1        4712     born      thread by pthread_create of 1  shares all but io  stack 8 MiB  31.4 µs
//
// What the C library of every program does at its start is left out: the first TLS and tid address after an exec.
// The columns have fixed widths, so that a live run and its recording give the same bytes; a value that is too wide
// pushes its own line only. No line is split or cut at the terminal's edge. The sentences: log_words.cc, log_birth.cc.
#include "render/log.h"

#include <fmt/format.h>

#include <cstdint>
#include <unordered_map>
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
    if (starts_up(event)) return;
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
  // Whether it is one of the two calls by which a C library begins.
  bool starts_up(const Event& event) {
    constexpr std::uint8_t tls_due = 1, tid_address_due = 2;
    if (std::holds_alternative<Exec>(event.body)) due_[event.lwp] = tls_due | tid_address_due;
    const auto due = due_.find(event.lwp);
    if (due == due_.end()) return false;
    const auto* tls = std::get_if<TlsCall>(&event.body);
    const auto* tid_address = std::get_if<TidAddress>(&event.body);
    std::uint8_t called = 0;
    if (tls != nullptr && tls->error == 0) called = tls_due;
    if (tid_address != nullptr && tid_address->error == 0) called = tid_address_due;
    const bool first = (due->second & called) != 0;
    due->second &= static_cast<std::uint8_t>(~called);
    if (due->second == 0 || std::holds_alternative<Exit>(event.body)) due_.erase(due);
    return first;
  }

  // A line about the trace as a whole: nothing stands in the columns that name an LWP.
  void closing(std::string_view time, std::string_view verb, std::string_view text) {
    out_.write(fmt::format("{}{:22}{} {}\n", paint(fmt::format("{:>11}", time), Ink::faint, color_), "",
                           paint(fmt::format("{:<9}", verb), Ink::bold, color_), printable(text)));
  }

  ByteSink& out_;
  bool color_;
  Paths paths_;
  std::unordered_map<LwpId, std::uint8_t> due_;  // which of the two are still to come, by whom
};

}  // namespace

std::unique_ptr<TraceSink> make_log(ByteSink& out, const Options& options) {
  return std::make_unique<Log>(out, options);
}

}  // namespace lwptrace::render
