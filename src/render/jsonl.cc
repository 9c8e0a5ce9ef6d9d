// jsonl: the recording itself as a format, so that `show -F jsonl` and `-o x.jsonl` write the same lines.
// How a line looks is recording/writer.h's business.
#include "recording/writer.h"
#include "render/renderers.h"

namespace lwptrace::render {

std::unique_ptr<TraceSink> make_jsonl(ByteSink& out, const Options& /*options*/) {
  return std::make_unique<recording::JsonlWriter>(out);
}

}  // namespace lwptrace::render
