// The recorded spelling of every enumeration of event.h, and of every kind of event.
#include <lwptrace/names.h>

#include <iterator>

namespace lwptrace {
namespace {

// Each table stands in the order of its enumeration, so that the enumerator is the index.
constexpr std::string_view kVia[] = {"", "launch", "attach", "fork", "vfork", "clone", "clone3"};
constexpr std::string_view kKind[] = {"", "process", "thread"};
constexpr std::string_view kIdiom[] = {
    "", "pthread_create", "fork", "vfork", "posix_spawn", "linuxthreads", "clone_thread", "clone"};
constexpr std::string_view kScope[] = {"", "thread", "process", "kernel", "group"};
constexpr std::string_view kDisposition[] = {"", "handler", "ignore", "default"};
constexpr std::string_view kEffect[] = {"", "none", "handled", "stop", "continue", "terminate", "core"};
constexpr std::string_view kHow[] = {"", "exit", "exit_group", "signal", "group", "exec", "lost"};
constexpr std::string_view kAbi[] = {"", "x86_64", "i386", "x32"};
constexpr std::string_view kDetail[] = {"", "births", "life", "all"};
constexpr std::string_view kEndReason[] = {"", "exited", "detached", "timeout", "guard", "interrupted", "output"};

template <std::size_t N, class E>
constexpr bool covers(const std::string_view (&)[N], E last) {
  return static_cast<std::size_t>(last) + 1 == N;
}
static_assert(covers(kVia, Via::clone3) && covers(kKind, Kind::thread) && covers(kIdiom, Idiom::clone));
static_assert(covers(kScope, Scope::group) && covers(kDisposition, Disposition::default_action));
static_assert(covers(kEffect, Effect::core) && covers(kHow, How::lost) && covers(kAbi, Abi::x32));
static_assert(covers(kDetail, Detail::all) && covers(kEndReason, EndReason::output));

template <std::size_t N, class E>
std::string_view spell(const std::string_view (&words)[N], E value) {
  const auto index = static_cast<std::size_t>(value);
  return index < N ? words[index] : "";
}

template <class E, std::size_t N>
E read(const std::string_view (&words)[N], std::string_view word) {
  for (std::size_t i = 1; i < N; ++i) {
    if (words[i] == word) return static_cast<E>(i);
  }
  return E::unknown;
}

}  // namespace

#define ENUMERATION(E)                                       \
  std::string_view to_string(E v) { return spell(k##E, v); } \
  template <>                                                \
  E from_string<E>(std::string_view word) {                  \
    return read<E>(k##E, word);                              \
  }
ENUMERATION(Via)
ENUMERATION(Kind)
ENUMERATION(Idiom)
ENUMERATION(Scope)
ENUMERATION(Disposition)
ENUMERATION(Effect)
ENUMERATION(How)
ENUMERATION(Abi)
ENUMERATION(Detail)
ENUMERATION(EndReason)
#undef ENUMERATION

const char* type_name(const EventBody& body) {
  static constexpr const char* kTypes[] = {"birth",    "birth_failed", "exec",     "exec_failed", "comm",    "signal",
                                           "kill",     "stop",         "continue", "exit",        "reap",    "join",
                                           "reparent", "tid_address",  "tls",      "namespace",   "escaped", "syscall"};
  static_assert(std::size(kTypes) == std::variant_size_v<EventBody>);
  return kTypes[body.index()];
}

}  // namespace lwptrace
