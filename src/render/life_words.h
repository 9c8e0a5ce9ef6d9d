// What the drawings that look back (tree, timeline, summary, matrix) say of one LWP, in the same words everywhere.
// Pure text of a Life; what a tracee chose comes out printable. Where things stand on the page is each drawing's own.
#pragma once

#include <string>
#include <vector>

#include "analysis/crowds.h"
#include "analysis/lives.h"
#include "render/text.h"

namespace lwptrace::render {

// "1/2.1"; a path too long to be read keeps its end: "…1.1.1".
[[nodiscard]] std::string path_words(const analysis::Lives& lives, LwpId id);
// "1/2", or "1/2 … /5001" for a crowd.
[[nodiscard]] std::string path_words(const analysis::Lives& lives, const analysis::Row& row);

// "process" or "thread".
[[nodiscard]] const char* kind_word(const analysis::Life& life);
[[nodiscard]] const char* kind_words(const analysis::Life& life);  // of many
[[nodiscard]] Ink kind_ink(const analysis::Life& life);

// How it came to be: "pthread_create", "launched", "attached", "birth not seen", "clone like fork".
[[nodiscard]] std::string birth_words(const analysis::Life& life);

// "ls -l /tmp" after an exec, else its comm.
[[nodiscard]] std::string name_words(const analysis::Lives& lives, const analysis::Life& life);

// A wait status: "exit 3", "killed by SIGSEGV (core)"; empty when there is none.
[[nodiscard]] std::string cause_words(const Status& status);

// Why it ended: "exit 0", "killed by SIGTERM from 1.2", "ended by 1/2's exit_group", "still alive at the end".
[[nodiscard]] std::string end_words(const analysis::Lives& lives, const analysis::Life& life);
// The same in some 12 to 20 columns: "exit 0", "SIGTERM from 1.2", "with 1/2", "alive".
[[nodiscard]] std::string end_word(const analysis::Lives& lives, const analysis::Life& life);
[[nodiscard]] Ink end_ink(const analysis::Life& life);

// Who waited for it, or got it as a child: "reaped by 1", "joined by 1", "never reaped", "adopted by pid 1"; may be
// empty.
[[nodiscard]] std::vector<std::string> family_words(const analysis::Lives& lives, const analysis::Life& life);

// A process that ended and that nobody waited for, though somebody in the trace should have.
[[nodiscard]] bool never_reaped(const analysis::Lives& lives, const analysis::Life& life);

// "sh → env → python3" of an LWP with more than one exec; else empty.
[[nodiscard]] std::string exec_words(const analysis::Lives& lives, const analysis::Life& life);

// "2 processes, 5 threads".
[[nodiscard]] std::string census(const analysis::Lives& lives);

// The command that the trace is of, as typed; "the trace" when it is not known.
[[nodiscard]] std::string program_words(const analysis::Lives& lives);

// How the whole ended: "exit 0", "killed by lwptrace: timeout", "the trace was cut". Short.
[[nodiscard]] std::string outcome_words(const analysis::Lives& lives);

// "demo · FACTS": where the two are too wide the name of the program gives way.
[[nodiscard]] std::string title(const analysis::Lives& lives, const std::string& facts, std::size_t width);

// The closing line of every drawing of a cut trace, with its newline; empty for a whole one.
[[nodiscard]] std::string cut_line(const analysis::Lives& lives, std::size_t width, bool color);

}  // namespace lwptrace::render
