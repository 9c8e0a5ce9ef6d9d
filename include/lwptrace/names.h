// Names for the kernel's numbers, and the other way round. The tables stand in decoders/tables/*.def.
// Every function is total: an unknown number becomes text that still shows it ("0x4000000000", "SIG200", "E4095").
#pragma once

#include <lwptrace/event.h>
#include <lwptrace/trace.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lwptrace {

// Names of the clone flags in `raw`, in ascending bit order; unknown bits come as one hexadecimal word each, in their
// place. For `clone` (and fork, vfork) the low byte is the exit signal (CSIGNAL) and not named; for `clone3` bit 0x80
// is CLONE_NEWTIME and every bit is a flag. unshare(2) and setns(2) masks are named with Via::clone3.
[[nodiscard]] std::vector<std::string> clone_flag_names(std::uint64_t raw, Via via);

// "SIGCHLD"; 32 and 33 (glibc's own) are "SIG32", "SIG33"; 34..63 "SIGRTMIN", "SIGRTMIN+1" …; 64 "SIGRTMAX".
[[nodiscard]] std::string signal_name(int signo);
// Takes "SIGCHLD", "CHLD", "chld", "17", "SIGRTMIN+3", "SIGRTMAX-2".
[[nodiscard]] std::optional<int> signal_number(std::string_view name);

// "SI_USER", "SI_TKILL", "SEGV_MAPERR", "CLD_EXITED" …; depends on the signal for positive codes.
[[nodiscard]] std::string si_code_name(int signo, int code);
[[nodiscard]] std::optional<int> si_code_number(int signo, std::string_view name);
// A signal without codes of its own may be a child's exit signal (there is a status), or tell of a descriptor
// (F_SETSIG).
[[nodiscard]] std::string si_code_name(const Signal& signal);

[[nodiscard]] std::string errno_name(int error);  // "ENOSYS"
[[nodiscard]] std::optional<int> errno_number(std::string_view name);

// "getppid"; "syscall_500" when unknown.
[[nodiscard]] std::string syscall_name(Abi abi, std::uint64_t nr);

// The default action of a signal (signal(7)): terminate, core, none (ignore), stop, continue_.
[[nodiscard]] Effect default_effect(int signo);

// The recorded spelling of every enumeration; `unknown` is "". The inverse gives `unknown` for a word it does not know.
[[nodiscard]] std::string_view to_string(Via v);
[[nodiscard]] std::string_view to_string(Kind v);
[[nodiscard]] std::string_view to_string(Idiom v);
[[nodiscard]] std::string_view to_string(Scope v);
[[nodiscard]] std::string_view to_string(Disposition v);
[[nodiscard]] std::string_view to_string(Effect v);
[[nodiscard]] std::string_view to_string(How v);
[[nodiscard]] std::string_view to_string(Abi v);
[[nodiscard]] std::string_view to_string(Detail v);
[[nodiscard]] std::string_view to_string(EndReason v);
template <class E>
[[nodiscard]] E from_string(std::string_view word);

}  // namespace lwptrace
