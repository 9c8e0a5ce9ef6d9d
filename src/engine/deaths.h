// In what order tasks die, where the kernel tells it: SIGCHLD comes to the tracer at each death of a traced task, a
// leader's too, whose end a wait reports only after its last thread's. Who ended a thread group turns on that order.
// Announcements, of stops too where they are heard, are numbered from 0. Those that come while one is pending are
// merged into it (signal(7)): of several deaths between two looks the first is known, unless a stop came before it.
#pragma once

#include <lwptrace/event.h>

#include <csignal>
#include <cstdint>
#include <optional>

namespace lwptrace::engine {

// Takes over SIGCHLD, without the stops (SA_NOCLDSTOP).
void watch_deaths();

// Whether SIGCHLD is to come at stops as well.
void hear_of_stops(bool stops);

// How many announcements have been taken, and how many of them were deaths.
[[nodiscard]] std::uint64_t announcements();
[[nodiscard]] std::uint64_t deaths_announced();

struct AnnouncedDeath {
  std::uint64_t number = 0;
  Tid tid = 0;
};
struct Sigchld {
  Tid tid = 0;
  std::optional<AnnouncedDeath> death;
};
constexpr Nanos forever = -1;
// Waits so long for one. Nothing: errno is EAGAIN, or EINTR when another signal came.
[[nodiscard]] std::optional<Sigchld> take_sigchld(Nanos patience);

// What waitid(2) says of a child, as a wait status.
[[nodiscard]] bool is_death(const siginfo_t& info);
[[nodiscard]] int death_status(const siginfo_t& info);

// What a wait status says of a death.
[[nodiscard]] Status decode_wait_status(int wait_status);

}  // namespace lwptrace::engine
