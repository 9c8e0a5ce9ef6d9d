// How strace 6.1 spells what a trace holds. Pure text of plain data; who it happened to, and the shape of a line, are
// strace.cc's. Every string is printable ASCII as far as strace's own quoting makes it so.
#pragma once

#include <lwptrace/event.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace lwptrace::render::strace {

[[nodiscard]] std::string signal_word(int signo);         // "SIGCHLD", "SIGRT_2", "0"
[[nodiscard]] std::string address(std::uint64_t value);   // "0x7f00", "NULL"
[[nodiscard]] std::string quoted(std::string_view text);  // as in C, with the shortest octal escapes
[[nodiscard]] std::string failure(int error);             // "-1 ENOENT (No such file or directory)"

// Known flags by name, all others as one number, then the signal where there is one; "0" for nothing.
[[nodiscard]] std::string flag_words(std::uint64_t raw, Via via, int signo = 0);

[[nodiscard]] std::string birth_words(const Birth& birth);  // the call, without its result
[[nodiscard]] std::string failed_words(const BirthFailed& failed);
[[nodiscard]] std::string status_words(const Status& status);  // "{WIFEXITED(s) && WEXITSTATUS(s) == 3}"
[[nodiscard]] std::string siginfo_words(const Signal& signal);

}  // namespace lwptrace::render::strace
