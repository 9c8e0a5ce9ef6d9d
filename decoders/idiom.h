// What a CloneCall makes and what people call it. Pure functions of the flags; nothing here knows whether it worked.
#pragma once

#include <lwptrace/call.h>

namespace lwptrace::decoders {

[[nodiscard]] Kind kind_of(const CloneCall& call);

// The library call or habit that the set of flags is the mark of; Idiom::clone when none is recognised.
[[nodiscard]] Idiom idiom_of(const CloneCall& call);

// What the newborn shares with its creator, and the namespaces made for it ("mnt", "cgroup", "uts" …, as in
// /proc/PID/ns).
[[nodiscard]] Shares shares_of(const CloneCall& call);

}  // namespace lwptrace::decoders
