// Text helpers that every drawing shares: how wide a text is on a terminal, cutting it to fit, numbers for people,
// colours. All are pure functions of their arguments and know no terminal. Text is UTF-8; columns are display columns
// (a wide character such as 日 takes two, a combining mark none). Strings of the tracee go through printable() first.
#pragma once

#include <lwptrace/ids.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lwptrace::render {

// Columns that `text` takes on a terminal. ANSI colour sequences made by paint() take none.
[[nodiscard]] std::size_t display_width(std::string_view text);

// `text` in at most `columns` columns; what was cut off is shown by a closing "…". Colours are kept and closed.
[[nodiscard]] std::string fit(std::string_view text, std::size_t columns);

// fit(), then filled with spaces to exactly `columns`, on the right (pad) or on the left (pad_left).
[[nodiscard]] std::string pad(std::string_view text, std::size_t columns);
[[nodiscard]] std::string pad_left(std::string_view text, std::size_t columns);

// As many of `parts` as fit on each line, `glue` between them; a part that is wider than a line alone is cut.
[[nodiscard]] std::vector<std::string> packed(std::span<const std::string> parts, std::string_view glue,
                                              std::size_t columns);

// Three significant digits and a unit: "0 s", "950 ns", "1.23 ms", "12.3 s", "4 min 10 s", "3 h 05 min".
[[nodiscard]] std::string duration(Nanos ns);

[[nodiscard]] std::string thousands(std::uint64_t number);  // "5,000"

// "1 thread", "5,000 threads": a counted noun; `plural` is empty where an s is enough.
[[nodiscard]] std::string counted(std::uint64_t number, std::string_view noun, std::string_view plural = {});

// What a colour means, rather than which it is.
enum class Ink : std::uint8_t { plain, bold, faint, process, thread, good, warn, bad, name };

// `text` in that colour; `text` itself where `color` is false, or `text` is empty.
[[nodiscard]] std::string paint(std::string_view text, Ink ink, bool color);

// `text` with control characters, escape sequences, direction overrides and bytes that are not UTF-8 written as \x1b,
// \n, \u202e …, so that a name chosen by the tracee can neither steer the terminal nor break a line.
[[nodiscard]] std::string printable(std::string_view text);

// An argv as one short printable command: base name of argv[0], words with blanks quoted, "…" when `cut`.
[[nodiscard]] std::string short_command(std::span<const std::string> argv, bool cut = false);

}  // namespace lwptrace::render
