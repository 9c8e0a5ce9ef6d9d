// What a birth's clone call says by itself: used by birth.cc and, for newborns that nobody announces, by orphans.cc.
#pragma once

#include <lwptrace/call.h>
#include <lwptrace/event.h>

namespace lwptrace::model {

Birth birth_of(const CloneCall& call);

}  // namespace lwptrace::model
