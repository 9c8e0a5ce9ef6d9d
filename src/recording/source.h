// Where a reader of traces gets its bytes: memory, a file, or either of them packed by zstd.
#pragma once

#include <lwptrace/result.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace lwptrace::recording {

constexpr std::size_t at_once = std::size_t{64} << 10;  // bytes asked of a source

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Up to out.size() bytes; 0 at the end. The error says why, not where.
  virtual Result<std::size_t> read(std::span<char> out) = 0;
  // At the end: it came too early, more bytes must have followed.
  [[nodiscard]] virtual bool cut() const { return false; }
};

class MemorySource : public ByteSource {
 public:
  explicit MemorySource(std::string_view bytes) : rest_(bytes) {}  // `bytes` must outlive it
  Result<std::size_t> read(std::span<char> out) override;

 private:
  std::string_view rest_;
};

class FileSource : public ByteSource {
 public:
  static Result<std::unique_ptr<FileSource>> open(const std::string& path);  // "-" is stdin
  explicit FileSource(int fd) : fd_(fd) {}                                   // closes it
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;
  ~FileSource() override;
  Result<std::size_t> read(std::span<char> out) override;

 private:
  int fd_;
};

}  // namespace lwptrace::recording
