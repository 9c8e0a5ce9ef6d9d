// Bytes that may be packed by zstd, unpacked: told by the magic number, never by a name. Several frames may follow one
// another. A frame that ends too early gives all that can be unpacked and then cut(); damaged data is an error.
#pragma once

#include <memory>
#include <string>

#include "recording/source.h"

struct ZSTD_DCtx_s;

namespace lwptrace::recording {

class ZstdSource : public ByteSource {
 public:
  explicit ZstdSource(ByteSource& in);  // which must outlive it
  Result<std::size_t> read(std::span<char> out) override;
  [[nodiscard]] bool cut() const override { return mid_frame_; }

 private:
  Result<std::size_t> refill();
  Result<std::size_t> unpack(std::span<char> out);

  struct Free {
    void operator()(ZSTD_DCtx_s* context) const;
  };

  ByteSource& in_;
  std::unique_ptr<ZSTD_DCtx_s, Free> context_;  // when the bytes are packed
  std::string packed_;                          // a buffer of fixed size, and what of it is not used up yet
  std::size_t pos_ = 0, end_ = 0;
  bool looked_ = false;
  bool mid_frame_ = false;
  bool more_output_ = false;  // the last call filled its buffer: ask again before giving more input
};

}  // namespace lwptrace::recording
