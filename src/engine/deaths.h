// In what order tasks die, where the kernel tells it: SIGCHLD comes to the tracer at each death of a traced task, a
// leader's too, whose end a wait reports only after its last thread's. Who ended a thread group turns on that order.
// Announcements are numbered from 0. Those that come while one is pending are merged into it (signal(7)): of several
// deaths between two looks the first is known.
#pragma once

#include <lwptrace/event.h>

#include <csignal>
#include <cstdint>
#include <optional>

namespace lwptrace::engine {

// Takes over SIGCHLD, without the stops (SA_NOCLDSTOP).
void watch_deaths();

// How many announcements have been taken.
[[nodiscard]] std::uint64_t deaths_announced();

struct AnnouncedDeath {
  std::uint64_t number = 0;
  Tid tid = 0;
};
// Nothing: no death has been announced since the last one taken.
[[nodiscard]] std::optional<AnnouncedDeath> take_announced_death();

// What waitid(2) says of a child, as a wait status.
[[nodiscard]] bool is_death(const siginfo_t& info);
[[nodiscard]] int death_status(const siginfo_t& info);

// What a wait status says of a death.
[[nodiscard]] Status decode_wait_status(int wait_status);

}  // namespace lwptrace::engine
