// Whether the kernel takes a clone call: by the arguments alone (refusal), and why a real one failed (explain_failure).
// The flags' own demands are rows in clone_rules.def; tests/decoders/clone_rules_kernel_test.cc asks the real kernel.
#pragma once

#include <lwptrace/call.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace lwptrace::decoders {

struct FlagRule {
  std::uint64_t flag;
  std::uint64_t other;
  bool needs;  // else: forbids
  std::string_view why;
};

[[nodiscard]] std::span<const FlagRule> flag_rules();

struct Verdict {
  int error = 0;  // errno
  std::string why;
};

// The first rule that the arguments break in the order in which the kernel looks, for every kernel up to Linux 7.1. No
// value: nothing in the arguments speaks against the call, yet limits, privileges and older kernels still may.
[[nodiscard]] std::optional<Verdict> refusal(const CloneCall& call);

// In words, why this call failed with `error` (an errno, or 512 and up as a tracer sees them). Never empty.
[[nodiscard]] std::string explain_failure(const CloneCall& call, int error);

}  // namespace lwptrace::decoders
