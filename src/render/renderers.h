// One row a renderer: what the table of format.cc points at. Each stands in the file of its name (make_tree in
// tree.cc). The sink must outlive the renderer. Nothing here is kept about how they draw; see format.h for what they
// promise.
#pragma once

#include "render/format.h"

namespace lwptrace::render {

[[nodiscard]] std::unique_ptr<TraceSink> make_log(ByteSink& out, const Options& options);
[[nodiscard]] std::unique_ptr<TraceSink> make_tree(ByteSink& out, const Options& options);
[[nodiscard]] std::unique_ptr<TraceSink> make_timeline(ByteSink& out, const Options& options);
[[nodiscard]] std::unique_ptr<TraceSink> make_summary(ByteSink& out, const Options& options);
[[nodiscard]] std::unique_ptr<TraceSink> make_matrix(ByteSink& out, const Options& options);
[[nodiscard]] std::unique_ptr<TraceSink> make_strace(ByteSink& out, const Options& options);
[[nodiscard]] std::unique_ptr<TraceSink> make_jsonl(ByteSink& out, const Options& options);

}  // namespace lwptrace::render
