// In what order tasks die, where the kernel tells it: SIGCHLD comes to the tracer at each death of a traced task, a
// leader's too, whose end a wait reports only after its last thread's. Who ended a thread group turns on that order.
// Announcements are numbered from 0. Those that come while one is pending are merged into it (signal(7)).
#pragma once

#include <lwptrace/event.h>

#include <csignal>
#include <cstdint>
#include <functional>

namespace lwptrace::engine {

// Takes over SIGCHLD, without the stops (SA_NOCLDSTOP) and without interrupting system calls (SA_RESTART).
void watch_deaths();

// How many announcements have come.
[[nodiscard]] std::uint64_t deaths_announced();

// Calls `one(number, tid)` for each that has come since the last time. A thousand behind, the oldest are lost.
void take_announced_deaths(const std::function<void(std::uint64_t, Tid)>& one);

// What waitid(2) says of a child, as a wait status.
[[nodiscard]] bool is_death(const siginfo_t& info);
[[nodiscard]] int death_status(const siginfo_t& info);

// What a wait status says of a death.
[[nodiscard]] Status decode_wait_status(int wait_status);

}  // namespace lwptrace::engine
