// The command line: one file a verb, each declares its options (CLI11), checks them into a struct, and runs on that.
// Verbs return the process's exit status and never exit themselves; only main.cc does.
#pragma once

#include <string>
#include <vector>

#include "engine/launch.h"

namespace lwptrace::cli {

using Words = std::vector<std::string>;

// What became of the command: an exit status, or a signal that lwptrace is to die of because the program did.
struct Ending {
  int status = 0;
  int signal = 0;
};

// Exit statuses of CONTRACT: timed out, guard hit, lwptrace itself failed, program not executable, not found.
constexpr int exit_timeout = 124, exit_guard = 123, exit_failed = 125, exit_not_executable = 126, exit_not_found = 127;
constexpr int exit_usage = 2;  // of the verbs that trace nothing

[[nodiscard]] Ending dispatch(const Words& words, const engine::SignalState& signals);

[[nodiscard]] Ending verb_run(const Words& words, const engine::SignalState& signals);
[[nodiscard]] Ending verb_attach(const Words& words);
[[nodiscard]] Ending verb_doctor(const Words& words);
[[nodiscard]] Ending verb_show(const Words& words);
[[nodiscard]] Ending verb_check(const Words& words, const engine::SignalState& signals);
[[nodiscard]] Ending verb_diff(const Words& words);
[[nodiscard]] Ending verb_grade(const Words& words);
[[nodiscard]] Ending verb_decode(const Words& words);

// The one line of every complaint: "lwptrace: …" on stderr.
void complain(const std::string& text);

// Whole lines on stderr.
void say(const std::string& lines);

// A verb's words on stdout; exit_failed when they cannot be written.
[[nodiscard]] Ending print(const std::string& text);

}  // namespace lwptrace::cli
