// See zstd_sink.h; the format: RFC 8878.
#include "recording/zstd_sink.h"

#include <zstd.h>

#include <new>

namespace lwptrace::recording {

void ZstdSink::Free::operator()(ZSTD_CCtx_s* context) const { ZSTD_freeCCtx(context); }

ZstdSink::ZstdSink(ByteSink& out) : out_(out), context_(ZSTD_createCCtx()), packed_(ZSTD_CStreamOutSize(), '\0') {
  if (!context_) throw std::bad_alloc();
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
}

void ZstdSink::pack(std::string_view bytes, int directive) {
  ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
  for (bool done = false; !done;) {
    ZSTD_outBuffer output{packed_.data(), packed_.size(), 0};
    const std::size_t left =
        ZSTD_compressStream2(context_.get(), &output, &input, static_cast<ZSTD_EndDirective>(directive));
    if (ZSTD_isError(left) != 0) throw std::bad_alloc();  // nothing else can fail with these arguments
    if (output.pos != 0) out_.write({packed_.data(), output.pos});
    done = directive == ZSTD_e_continue ? input.pos == input.size : left == 0;
  }
}

void ZstdSink::write(std::string_view bytes) { pack(bytes, ZSTD_e_continue); }

void ZstdSink::flush() {
  pack({}, ZSTD_e_flush);
  out_.flush();
}

void ZstdSink::finish() {
  pack({}, ZSTD_e_end);
  out_.finish();
}

}  // namespace lwptrace::recording
