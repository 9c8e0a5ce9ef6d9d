// CHECK(condition, format, facts…): a bug of ours, never of the tracee's: says what was true and aborts, in release
// too. Data that a tracee controls is never checked this way; it is handled.
#pragma once

#include <fmt/core.h>

#include <cstdio>
#include <cstdlib>

#define CHECK(condition, ...)                                                                      \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      fmt::print(stderr, "lwptrace: bug at {}:{}: {} is false: ", __FILE__, __LINE__, #condition); \
      fmt::print(stderr, __VA_ARGS__);                                                             \
      fmt::print(stderr, "\n");                                                                    \
      std::abort();                                                                                \
    }                                                                                              \
  } while (false)
