// The words of `lwptrace decode clone` and `decode clone3` as a CloneCall: flags by name or number, fields by name.
// What is told about it: decode_clone.cc.
#pragma once

#include <lwptrace/call.h>

#include <span>
#include <string_view>
#include <vector>

#include "cli/decode_words.h"
#include "decoders/tables/clone_flags.h"

namespace lwptrace::cli {

struct AskedClone {
  CloneCall call;
  std::vector<const tables::CloneFlag*> named;  // flags that were asked for by name
};

// Throws Misunderstood.
[[nodiscard]] AskedClone read_clone(const Words& words, bool clone3);

// The fields of struct clone_args besides flags and exit_signal, and the size passed with it.
struct Field {
  std::string_view name;
  std::uint64_t CloneCall::*member;
};
[[nodiscard]] std::span<const Field> clone_fields();

}  // namespace lwptrace::cli
