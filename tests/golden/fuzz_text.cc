// Bytes as a golden file: what can be read is written, and read again as the same; it differs from itself in nothing,
// and its comparison with what another half of the bytes says ends.
#include <cstdlib>

#include "golden/differences.h"
#include "golden/text.h"

using namespace lwptrace;

namespace {

Result<golden::Gallery> some(std::string_view bytes) {
  auto read = golden::read(bytes, "x");
  if (read && read->lwps.size() > 2000) return Error{"long", 0};  // a range is a few bytes, and a million LWPs
  return read;
}

void check(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto one = some(bytes);
  if (!one) return 0;
  const std::string text = golden::write(*one);
  const auto again = golden::read(text, "y");
  check(again && golden::write(*again) == text);
  if (one->crowds.empty()) check(golden::differences(*one, *again, "z").empty());
  const auto other = some("lwptrace golden 1\n" + std::string(bytes.substr(size / 2)));
  if (!other) return 0;
  static_cast<void>(golden::differences(*one, *other, "z"));
  static_cast<void>(golden::unified(*one, *other, "a", "b", false));
  return 0;
}
