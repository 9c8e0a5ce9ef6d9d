// The recording lies in a file without a name that was opened before the program ran, and is written line by line, so
// that a tracer that is killed has left all that it saw.
#include "cli/grade_trace.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "cli/trace_options.h"
#include "recording/reader.h"
#include "recording/source.h"
#include "recording/writer.h"
#include "render/text.h"

namespace lwptrace::cli {

namespace {

constexpr std::uint64_t spare_tasks = 16;                         // the tracer's own limit, which has words, is first
constexpr int not_traced = 1, too_much = 3;                       // exit statuses of the first process
constexpr std::uint64_t most_recorded = std::uint64_t{64} << 20;  // bytes of a recording

class WholeLines : public ByteSink {
 public:
  explicit WholeLines(int fd) : fd_(fd) {}
  void write(std::string_view line) override {
    written_ += line.size();
    // Who sends signals for ever fills any file. Our end is that of all that is traced.
    if (written_ > most_recorded || ::write(fd_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
      ::_exit(too_much);
    }
  }

 private:
  int fd_;
  std::uint64_t written_ = 0;
};

// The program runs by now, with memory of its own: who may look into ours is decided anew.
class Recorder : public recording::JsonlWriter {
 public:
  using JsonlWriter::JsonlWriter;
  void header(const TraceHeader& header) override {
    (void)::prctl(PR_SET_DUMPABLE, 0);
    JsonlWriter::header(header);
  }
};

class Collector : public TraceSink {
 public:
  explicit Collector(grade::Evidence& evidence) : evidence_(evidence) { evidence.cut = true; }
  void header(const TraceHeader& header) override {
    evidence_.trace.header = header;
    evidence_.traced = true;
  }
  void event(const Event& event) override {
    evidence_.trace.events.push_back(event);
    evidence_.wall = event.t;
  }
  void end(const TraceEnd& end) override {
    evidence_.trace.end = end;
    evidence_.cut = false;
  }

 private:
  grade::Evidence& evidence_;
};

// As a login shell has it, whatever lwptrace itself was started with.
engine::SignalState plain_signals() {
  engine::SignalState state;
  sigemptyset(&state.mask);
  struct sigaction usual {};
  usual.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) {
    if (signal != SIGKILL && signal != SIGSTOP) state.actions.emplace_back(signal, usual);
  }
  return state;
}

// Nobody within the walls has anything to tell the tracer.
void hear_no_signals() {
  for (const int signal : {SIGINT, SIGQUIT, SIGTERM, SIGHUP}) std::signal(signal, SIG_IGN);
  // The first process is not sent what it has no handler for; a sanitizer would have some.
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS}) std::signal(signal, SIG_DFL);
}

struct Files {  // without names: of the recording, and of why there is none
  int recording = ::memfd_create("recording", MFD_CLOEXEC);
  int said = ::memfd_create("said", MFD_CLOEXEC);
  Files() = default;
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  ~Files() {
    ::close(recording);
    ::close(said);
  }
};

int trace_into(const Files& files, const grade::Rubric& rubric, const contain::Rights& rights,
               const contain::Streams& streams) {
  hear_no_signals();
  WholeLines lines(files.recording);
  Recorder recorder(lines);
  TraceOptions tracing;
  tracing.quiet = 2;
  tracing.timeout = rubric.limits.wall;
  tracing.max_lwps = rubric.limits.lwps + 1;
  tracing.max_births = rubric.limits.births + 2;  // the program's own is the first
  tracing.listener = &recorder;
  const auto prepare = [&] { return contain::take(rights, streams); };
  const auto traced = trace_program(tracing, {rubric.command, {}, {}, {}, plain_signals(), prepare});
  const std::string why = !traced ? traced.error().text : traced->outcome.failure ? traced->outcome.failure->text : "";
  (void)!::write(files.said, why.data(), why.size());
  return why.empty() ? 0 : not_traced;
}

std::string all_of(int file) {
  std::string text(1024, '\0');
  const ssize_t length = ::pread(file, text.data(), text.size(), 0);
  text.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  return text;
}

std::string megabytes(std::uint64_t bytes) {
  return bytes % (1 << 20) == 0 ? fmt::format("{} MiB", bytes >> 20) : render::counted(bytes, "byte");
}

std::string why_not(const grade::Rubric& rubric, const contain::Ran& ran, const grade::Evidence& evidence) {
  const grade::Limits& limits = rubric.limits;
  const TraceEnd& end = evidence.trace.end;
  if (ran.out_of_memory) return too_much_memory(limits.memory);
  for (const auto& [cut, name] : {std::pair(ran.out_cut, "stdout"), std::pair(ran.err_cut, "stderr")}) {
    if (cut) return fmt::format("printed more than {} on {}, and was ended", megabytes(limits.output), name);
  }
  if (ran.too_long || (!evidence.cut && end.reason == EndReason::timeout)) {
    return fmt::format("took longer than {}, and was ended", render::duration(limits.wall));
  }
  if (!evidence.cut && end.reason == EndReason::guard) {
    return end.max_alive > limits.lwps
               ? fmt::format("had more than {} at once, and was ended", render::counted(limits.lwps, "LWP"))
               : fmt::format("made more than {}, and was ended", render::counted(limits.births, "LWP"));
  }
  if (ran.status == too_much)
    return fmt::format("did more than {} of trace can hold, and was ended", megabytes(most_recorded));
  return evidence.cut ? "its tracer was killed; did the machine run out of memory?" : "";
}

}  // namespace

grade::Limits bounded(grade::Limits limits) {
  constexpr std::uint64_t gigabyte = 1 << 30;
  constexpr Nanos hour = Nanos{3600} * 1'000'000'000;
  const auto bound = [](auto& limit, auto usual) { limit = limit != 0 ? limit : usual; };
  bound(limits.wall, hour);
  bound(limits.build_wall, hour);
  bound(limits.memory, 4 * gigabyte);
  bound(limits.lwps, std::uint64_t{256});
  bound(limits.births, std::uint64_t{4096});
  bound(limits.output, gigabyte);
  bound(limits.disk, gigabyte);
  return limits;
}

contain::Together together(const grade::Rubric& rubric, std::uint64_t memory) {
  return {memory, rubric.limits.lwps + spare_tasks};
}

std::string too_much_memory(std::uint64_t memory) {
  return fmt::format("used more memory than {}, all its processes together, and was killed", megabytes(memory));
}

contain::Rights rights_of(const grade::Rubric& rubric, const contain::Walls& walls, const std::string& folder) {
  const grade::Limits& limits = rubric.limits;
  const std::uint64_t tasks = walls.counts_tasks() ? limits.lwps + spare_tasks : 0;
  contain::Rights rights{walls.user(), limits.cpu, limits.memory, limits.disk, tasks, {}};
  rights.environment = {{"PATH", "/usr/local/bin:/usr/bin:/bin"}, {"HOME", folder}, {"LANG", "C.UTF-8"}};
  rights.environment.insert(rights.environment.end(), rubric.environment.begin(), rubric.environment.end());
  return rights;
}

grade::Evidence trace_once(const grade::Rubric& rubric, const contain::Walls& walls) {
  constexpr Nanos patience = 3'000'000'000;  // the tracer's own limit comes first, and leaves a whole trace
  grade::Evidence evidence;
  const Files files;
  contain::Run run;
  run.wall = rubric.limits.wall + patience;
  run.output = rubric.limits.output;
  run.fresh = true;
  run.most = together(rubric, rubric.limits.memory);
  run.inside = [&](const contain::Streams& streams, const std::string& folder) {
    return trace_into(files, rubric, rights_of(rubric, walls, folder), streams);
  };
  auto ran = walls.run(run, rubric.input);
  if (!ran) {
    evidence.why_not = "it could not be run: " + ran.error().text;
    return evidence;
  }
  Collector collector(evidence);
  (void)::lseek(files.recording, 0, SEEK_SET);
  recording::FileSource source(::dup(files.recording));
  if (ran->status != not_traced) (void)recording::read_trace(source, "the recording", collector);
  evidence.why_not = ran->status == not_traced ? all_of(files.said) : why_not(rubric, *ran, evidence);
  evidence.out = std::move(ran->out);
  evidence.err = std::move(ran->err);
  evidence.out_cut = ran->out_cut;
  evidence.err_cut = ran->err_cut;
  return evidence;
}

}  // namespace lwptrace::cli
