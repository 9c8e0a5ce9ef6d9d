// The files behind outputs.h. An output that fails does not end the run: the program goes on untouched, and lwptrace's
// own status says it (125).
#include "cli/outputs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>

#include "cli/cli.h"
#include "cli/options.h"
#include "engine/interrupts.h"
#include "recording/zstd_sink.h"

namespace lwptrace::cli {

namespace {

constexpr std::size_t enough = std::size_t{64} << 10;

std::string remedy(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "free some space, or write elsewhere";
    case EPIPE:
      return "whoever read it has ended";
    case EAGAIN:
      return "whoever reads it has stopped reading";
    case EACCES:
    case EPERM:
      return "check its permissions, or write elsewhere";
    case ENOENT:
      return "does its directory exist?";
    case EISDIR:
      return "name a file in it";
    case EBADF:
      return "it is closed, or open for reading alone; write to a file";
    default:
      return "write elsewhere";
  }
}

Error cannot_write(const std::string& name, int error) {
  return Error{fmt::format("cannot write {}: {}; {}", name, std::strerror(error), remedy(error)), error};
}

}  // namespace

bool wants_color(const std::string& when, int fd) {
  if (when == "always") return true;
  if (when == "never") return false;
  const char* off = std::getenv("NO_COLOR");
  return ::isatty(fd) != 0 && (off == nullptr || *off == '\0');
}

FileSink::FileSink(int fd, std::string name, bool owned) : fd_(fd), name_(std::move(name)), owned_(owned) {
  struct stat info {};
  file_ = ::fstat(fd_, &info) == 0 && S_ISREG(info.st_mode);
}

FileSink::~FileSink() {
  flush();
  if (owned_) ::close(fd_);
}

void FileSink::write(std::string_view bytes) {
  if (failed_) return;
  kept_.append(bytes);
  if (kept_.size() >= enough) flush();
}

// Whether a write will take some bytes.
bool FileSink::ready() const {
  if (file_) return true;
  constexpr int a_moment = 100;  // ms
  pollfd one{fd_, POLLOUT, 0};
  return ::poll(&one, 1, a_moment) > 0;
}

void FileSink::fail(int error) {
  failed_ = true;
  const char* why = error == EAGAIN ? "it takes nothing any more" : std::strerror(error);
  complain(fmt::format("writing {}: {}; it ends here; {}", name_, why, remedy(error)));
}

void FileSink::flush() {
  // Of a pipe that is ready no more is certain to find room.
  const std::size_t most = file_ ? kept_.size() : PIPE_BUF;
  std::size_t done = 0;
  while (done < kept_.size() && !failed_) {
    if (!ready()) {
      if (engine::late_requests_to_end() != 0) fail(EAGAIN);
      continue;
    }
    const ssize_t wrote = ::write(fd_, kept_.data() + done, std::min(most, kept_.size() - done));
    if (wrote >= 0) {
      done += static_cast<std::size_t>(wrote);
      written_ += static_cast<std::uint64_t>(wrote);
    } else if (errno != EINTR && errno != EAGAIN) {
      fail(errno);
    }
  }
  kept_.clear();
}

Result<bool> Outputs::add(const OutputRequest& request, const std::string& color, int width) {
  const bool to_stderr = request.file.empty();
  const bool to_stdout = request.file == "-";
  int fd = to_stderr ? STDERR_FILENO : STDOUT_FILENO;
  if (!to_stderr && !to_stdout) {
    fd = ::open(request.file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) return cannot_write(request.file, errno);
  }
  const int mode = ::fcntl(fd, F_GETFL);
  if (to_stdout && (mode < 0 || (mode & O_ACCMODE) == O_RDONLY)) return cannot_write("stdout", EBADF);
  Output output;
  const std::string name = to_stderr ? "stderr" : to_stdout ? "stdout" : request.file;
  output.file = std::make_unique<FileSink>(fd, name, !to_stderr && !to_stdout);
  if (request.file.ends_with(".zst")) output.packed = std::make_unique<recording::ZstdSink>(*output.file);
  const render::Options options{width > 0 ? width : terminal_width(fd), wants_color(color, fd)};
  output.renderer = render::find_format(request.format)->make(output.bytes(), options);
  outputs_.push_back(std::move(output));
  stderr_ = stderr_ || to_stderr;
  return true;
}

void Outputs::header(const TraceHeader& header) {
  for (Output& output : outputs_) output.renderer->header(header);
  if (listener_ != nullptr) listener_->header(header);
}

void Outputs::event(const Event& event) {
  const Backtrace* backtrace = backtrace_of(event);
  if (backtrace != nullptr && !backtrace->is_made()) flush(true);  // its names may take long to find
  for (Output& output : outputs_) output.renderer->event(event);
  if (listener_ != nullptr) listener_->event(event);
}

void Outputs::end(const TraceEnd& end) {
  for (Output& output : outputs_) output.renderer->end(end);
  if (listener_ != nullptr) listener_->end(end);
}

void Outputs::cut(const std::string& where) {
  for (Output& output : outputs_) output.renderer->cut(where);
}

bool Outputs::wants_more() const {
  return std::ranges::any_of(outputs_, [](const Output& output) { return !output.file->failed(); });
}

void Outputs::flush(bool all) {
  for (Output& output : outputs_) {
    if (!all && output.file->is_file()) continue;
    if (all) output.bytes().flush();
    output.file->flush();
  }
}

void Outputs::finish() {
  for (Output& output : outputs_) {
    output.bytes().finish();
    output.file->flush();
  }
}

bool Outputs::are_watched() const {
  return std::any_of(outputs_.begin(), outputs_.end(), [](const Output& one) { return !one.file->is_file(); });
}

bool Outputs::failed() const {
  for (const Output& output : outputs_) {
    if (output.file->failed()) return true;
  }
  return false;
}

std::uint64_t Outputs::bytes_written() const {
  std::uint64_t sum = 0;
  for (const Output& output : outputs_) sum += output.file->written();
  return sum;
}

int terminal_width(int fd) {
  constexpr int usual = 100, least = 40, most = 1000;
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col != 0) return std::clamp<int>(size.ws_col, least, most);
  const char* columns = std::getenv("COLUMNS");
  const auto told = columns != nullptr ? whole_number(columns) : std::nullopt;
  return told && *told != 0 ? static_cast<int>(std::clamp<std::uint64_t>(*told, least, most)) : usual;
}

}  // namespace lwptrace::cli
