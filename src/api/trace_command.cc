// Traces by executing lwptrace: the engine wants the signals and waits of its process for itself, and a program that
// tests has its own.
#include <fcntl.h>
#include <fmt/format.h>
#include <lwptrace/names.h>
#include <lwptrace/recorded_trace.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace lwptrace {

namespace {

class TemporaryFile {
 public:
  TemporaryFile() {
    const char* folder = std::getenv("TMPDIR");
    name_ = fmt::format("{}/lwptrace-XXXXXX.jsonl", folder != nullptr && *folder != '\0' ? folder : "/tmp");
    fd_ = ::mkostemps(name_.data(), static_cast<int>(std::strlen(".jsonl")), O_CLOEXEC);
    error_ = fd_ < 0 ? errno : 0;
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (fd_ < 0) return;
    ::close(fd_);
    ::unlink(name_.c_str());
  }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] int error() const { return error_; }

 private:
  std::string name_;
  int fd_ = -1;
  int error_ = 0;
};

std::string in_words(int wait_status) {
  return WIFSIGNALED(wait_status) ? "was killed by " + signal_name(WTERMSIG(wait_status))
                                  : "exited " + std::to_string(WEXITSTATUS(wait_status));
}

}  // namespace

Result<RecordedTrace> trace_command(const std::vector<std::string>& argv, const CommandOptions& options) {
  if (argv.empty()) return Error{"no command to trace; for example: trace_command({\"./a.out\"})", EINVAL};
  const TemporaryFile recording;
  if (recording.error() != 0) {
    return Error{fmt::format("cannot make {}: {}; set TMPDIR to a folder that can be written", recording.name(),
                             std::strerror(recording.error())),
                 recording.error()};
  }
  std::vector<std::string> words{options.lwptrace, "run", "-qq"};
  words.insert(words.end(), options.options.begin(), options.options.end());
  words.insert(words.end(), {"-o", recording.name(), "--"});
  words.insert(words.end(), argv.begin(), argv.end());
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);

  pid_t pid = 0;
  if (const int error = ::posix_spawnp(&pid, pointers[0], nullptr, nullptr, pointers.data(), environ); error != 0) {
    return Error{fmt::format("cannot execute {}: {}; install lwptrace, or name it in LWPTRACE", options.lwptrace,
                             std::strerror(error)),
                 error};
  }
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  auto trace = read_recording(recording.name());
  if (trace) return trace;
  const bool said = !WIFEXITED(status) || WEXITSTATUS(status) >= 125;  // of these lwptrace tells the reason itself
  return Error{fmt::format("{} was not traced to its end: {} {}; {}", argv[0], options.lwptrace, in_words(status),
                           said ? "its own words are on stderr" : trace.error().text),
               0};
}

}  // namespace lwptrace
