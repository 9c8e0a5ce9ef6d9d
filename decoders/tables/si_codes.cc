// si_code names, both ways (names.h). Rows: si_codes.def.
#include <lwptrace/names.h>

#include <charconv>
#include <csignal>
#include <string>

// Names that Debian 12's <signal.h> lacks; the values stand in the rows.
#ifndef SEGV_ACCADI
#define SEGV_ACCADI 5
#endif
#ifndef SEGV_ADIDERR
#define SEGV_ADIDERR 6
#endif
#ifndef SEGV_ADIPERR
#define SEGV_ADIPERR 7
#endif
#ifndef SEGV_CPERR
#define SEGV_CPERR 10
#endif
#ifndef TRAP_PERF
#define TRAP_PERF 6
#endif
#ifndef SYS_SECCOMP
#define SYS_SECCOMP 1
#endif
#ifndef SYS_USER_DISPATCH
#define SYS_USER_DISPATCH 2
#endif

namespace lwptrace {
namespace {

struct SiCodeRow {
  std::string_view name;
  int code;
  int signo;  // 0: any
};

constexpr SiCodeRow kSiCodes[] = {
#define ANY(name, value) {#name, value, 0},
#define X(name, value, signo) {#name, value, signo},
#include "decoders/tables/si_codes.def"
#undef ANY
#undef X
};

#define ANY(name, value) static_assert((name) == (value), #name);
#define X(name, value, signo) static_assert((name) == (value), #name);
#include "decoders/tables/si_codes.def"
#undef ANY
#undef X

}  // namespace

// A child's end is told by its exit signal, which need not be SIGCHLD; signals with codes of their own keep those.
static int table_of(int signo) {
  for (const SiCodeRow& row : kSiCodes) {
    if (row.signo != 0 && row.signo == signo) return signo;
  }
  return SIGCHLD;
}

std::string si_code_name(int signo, int code) {
  signo = table_of(signo);
  for (const SiCodeRow& row : kSiCodes) {
    if (row.code == code && (row.signo == 0 || row.signo == signo)) return std::string(row.name);
  }
  return std::to_string(code);
}

std::string si_code_name(const Signal& signal) {
  const bool of_descriptor = signal.signo != SIGCHLD && !signal.status && table_of(signal.signo) == SIGCHLD;
  return si_code_name(of_descriptor ? SIGIO : signal.signo, signal.code);
}

std::optional<int> si_code_number(int signo, std::string_view name) {
  const int other = signo != SIGCHLD && table_of(signo) == SIGCHLD ? SIGIO : signo;
  signo = table_of(signo);
  for (const SiCodeRow& row : kSiCodes) {
    if (row.name == name && (row.signo == 0 || row.signo == signo || row.signo == other)) return row.code;
  }
  int code = 0;
  const auto [end, failure] = std::from_chars(name.data(), name.data() + name.size(), code);
  if (failure != std::errc{} || end != name.data() + name.size()) return std::nullopt;
  return code;
}

}  // namespace lwptrace
