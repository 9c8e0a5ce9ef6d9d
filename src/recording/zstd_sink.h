// Bytes on their way to another sink, packed by zstd into one frame. flush() ends a block, so that the reader of a file
// that was cut afterwards still gets all that was written before; finish() ends the frame. Reading: zstd_source.h.
#pragma once

#include <lwptrace/bytes.h>

#include <memory>
#include <string>
#include <string_view>

struct ZSTD_CCtx_s;

namespace lwptrace::recording {

class ZstdSink : public ByteSink {
 public:
  explicit ZstdSink(ByteSink& out);  // which must outlive it
  void write(std::string_view bytes) override;
  void flush() override;
  void finish() override;

 private:
  void pack(std::string_view bytes, int directive);

  struct Free {
    void operator()(ZSTD_CCtx_s* context) const;
  };

  ByteSink& out_;
  std::unique_ptr<ZSTD_CCtx_s, Free> context_;
  std::string packed_;  // a buffer of fixed size
};

}  // namespace lwptrace::recording
