// Outputs: the files that a trace is written to, each with its renderer. As a TraceSink it passes on what it is told to
// all of them. A file that cannot be written any more is dropped, and said so once; the others go on.
#pragma once

#include <lwptrace/bytes.h>
#include <lwptrace/result.h>
#include <lwptrace/trace.h>

#include <memory>
#include <string>
#include <vector>

#include "render/format.h"

namespace lwptrace::cli {

// A file descriptor as a sink. Bytes are kept until flush() or 64 KiB. One that takes nothing is given up when somebody
// asks lwptrace to end after the program has.
class FileSink : public ByteSink {
 public:
  FileSink(int fd, std::string name, bool owned);
  ~FileSink() override;
  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;
  void write(std::string_view bytes) override;
  void flush() override;
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool is_file() const { return file_; }
  [[nodiscard]] std::uint64_t written() const { return written_; }

 private:
  int fd_;
  std::string name_;
  bool owned_;
  bool file_ = false;  // a regular file: nobody watches it grow
  bool failed_ = false;
  [[nodiscard]] bool ready() const;
  void fail(int error);

  std::uint64_t written_ = 0;
  std::string kept_;
};

struct OutputRequest {
  std::string file;    // "-" is stdout, "" stderr
  std::string format;  // a row of render::formats()
};

class Outputs : public TraceSink {
 public:
  // Opens (and empties) the file at once. Colour and width follow the terminal that the file is, if it is one.
  [[nodiscard]] Result<bool> add(const OutputRequest& request, const std::string& color, int width);

  // One more who is told all; not owned.
  void add(TraceSink& listener) { listener_ = &listener; }

  void header(const TraceHeader& header) override;
  void event(const Event& event) override;
  void end(const TraceEnd& end) override;
  void cut(const std::string& where) override;
  [[nodiscard]] bool wants_more() const override;  // until all have failed

  // Bytes for somebody who watches (a terminal, a pipe) go out; those for files wait for `all`.
  void flush(bool all);
  void finish();
  [[nodiscard]] bool writes() const { return !outputs_.empty(); }  // to files, which may take nothing
  [[nodiscard]] bool empty() const { return outputs_.empty() && listener_ == nullptr; }
  [[nodiscard]] bool are_watched() const;  // one of them is a terminal or a pipe
  [[nodiscard]] bool failed() const;
  [[nodiscard]] std::uint64_t bytes_written() const;  // as they are in the files: packed
  [[nodiscard]] bool writes_to_stderr() const { return stderr_; }

 private:
  struct Output {
    std::unique_ptr<FileSink> file;
    std::unique_ptr<ByteSink> packed;  // zstd, where the name ends in .zst
    std::unique_ptr<TraceSink> renderer;
    [[nodiscard]] ByteSink& bytes() const { return packed ? *packed : static_cast<ByteSink&>(*file); }
  };
  std::vector<Output> outputs_;
  TraceSink* listener_ = nullptr;
  bool stderr_ = false;
};

// Whether to colour what goes to `fd`: `when` is always, never or auto.
[[nodiscard]] bool wants_color(const std::string& when, int fd);

// Columns of the terminal that `fd` is; else those that the environment's COLUMNS tells; else 100.
[[nodiscard]] int terminal_width(int fd);

}  // namespace lwptrace::cli
