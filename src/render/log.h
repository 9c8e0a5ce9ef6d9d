// The sentences of the log, one function an event type: what follows the columns in a line of `-F log`.
// Pure text of one event; the columns, colours and backtraces are log.cc's. What a tracee chose (names, files) stands
// in them as it is: log.cc makes the whole line printable.
#pragma once

#include <lwptrace/event.h>
#include <lwptrace/trace.h>

#include <string>
#include <string_view>

#include "render/paths.h"
#include "render/text.h"

namespace lwptrace::render {

struct Sentence {
  std::string_view verb;  // at most 9 characters: "born", "exit", "FAILED"
  Ink ink = Ink::plain;   // of the verb
  std::string text;
};

[[nodiscard]] Sentence birth_sentence(const Birth& birth, Tid tid, const Paths& paths);  // log_birth.cc
[[nodiscard]] Sentence birth_sentence(const BirthFailed& failed);                        // log_birth.cc
[[nodiscard]] Sentence sentence(const Event& event, const Paths& paths);                 // log_words.cc
[[nodiscard]] std::string end_sentence(const TraceEnd& end);                             // log_words.cc

// Puts parts of a sentence behind one another, two spaces apart; empty ones leave no mark.
void add(std::string& sentence, std::string_view part);

}  // namespace lwptrace::render
