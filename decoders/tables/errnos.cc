// errno names, both ways (names.h). Rows: errnos.def.
#include <lwptrace/names.h>

#include <cerrno>
#include <charconv>
#include <string>

namespace lwptrace {
namespace {

struct ErrnoRow {
  std::string_view name;
  int value;
};

constexpr ErrnoRow kErrnos[] = {
#define X(name, value) {#name, value},
#define INTERNAL(name, value) {#name, value},
#include "decoders/tables/errnos.def"
#undef X
#undef INTERNAL
};

#define X(name, value) static_assert((name) == (value), #name);
#define INTERNAL(name, value)
#include "decoders/tables/errnos.def"
#undef X
#undef INTERNAL

}  // namespace

std::string errno_name(int error) {
  for (const ErrnoRow& row : kErrnos) {
    if (row.value == error) return std::string(row.name);
  }
  return "E" + std::to_string(error);
}

std::optional<int> errno_number(std::string_view name) {
  for (const ErrnoRow& row : kErrnos) {
    if (row.name == name) return row.value;
  }
  if (name == "EWOULDBLOCK") return EWOULDBLOCK;
  if (name == "EDEADLOCK") return EDEADLOCK;
  if (name == "ENOTSUP") return ENOTSUP;
  if (name.size() < 2 || name[0] != 'E') return std::nullopt;
  int error = 0;
  const auto [end, failure] = std::from_chars(name.data() + 1, name.data() + name.size(), error);
  if (failure != std::errc{} || end != name.data() + name.size()) return std::nullopt;
  return error;
}

}  // namespace lwptrace
