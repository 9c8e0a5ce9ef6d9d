// See zstd_source.h; the format: RFC 8878.
#include "recording/zstd_source.h"

#include <zstd.h>

#include <new>
#include <string_view>

namespace lwptrace::recording {
namespace {
constexpr std::string_view magic = "\x28\xB5\x2F\xFD";
}  // namespace

void ZstdSource::Free::operator()(ZSTD_DCtx_s* context) const { ZSTD_freeDCtx(context); }

ZstdSource::ZstdSource(ByteSource& in) : in_(in), packed_(at_once, '\0') {}

// More input behind what is there; 0 at the end.
Result<std::size_t> ZstdSource::refill() {
  if (pos_ == end_) pos_ = end_ = 0;
  auto n = in_.read(std::span(packed_).subspan(end_));
  if (n) end_ += *n;
  return n;
}

Result<std::size_t> ZstdSource::read(std::span<char> out) {
  while (!looked_) {
    auto n = refill();
    if (!n) return n;
    const std::string_view head(packed_.data(), std::min(end_, magic.size()));
    looked_ = *n == 0 || head.size() == magic.size();
    // One to three bytes of the magic number are a packed trace that was cut very early.
    if (looked_ && !head.empty() && magic.starts_with(head)) {
      context_.reset(ZSTD_createDCtx());
      if (!context_) throw std::bad_alloc();
      mid_frame_ = true;
    }
  }
  if (context_) return unpack(out);
  if (pos_ == end_) return in_.read(out);
  const std::size_t n = std::string_view(packed_).substr(pos_, end_ - pos_).copy(out.data(), out.size());
  pos_ += n;
  return n;
}

Result<std::size_t> ZstdSource::unpack(std::span<char> out) {
  for (;;) {
    if (pos_ == end_ && !more_output_) {
      auto n = refill();
      if (!n || *n == 0) return n;
    }
    ZSTD_inBuffer input{packed_.data(), end_, pos_};
    ZSTD_outBuffer output{out.data(), out.size(), 0};
    const std::size_t left = ZSTD_decompressStream(context_.get(), &output, &input);
    pos_ = input.pos;
    if (ZSTD_isError(left) != 0) return Error{std::string("damaged zstd data: ") + ZSTD_getErrorName(left)};
    mid_frame_ = left != 0;
    more_output_ = left != 0 && output.pos == output.size;
    if (output.pos != 0) return output.pos;
  }
}

}  // namespace lwptrace::recording
