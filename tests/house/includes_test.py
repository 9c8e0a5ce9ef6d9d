# Reads the room table of CMakeLists.txt and every #include, and fails on an arrow that the table does not have.
# Also keeps each system interface in the one room that owns it. It first proves on made-up files that it can fail.
# usage: includes_test.py SOURCE_FOLDER
import pathlib
import re
import sys

# Who alone may include what: a pattern for the header, the rooms that may, why.
OWNED = [
    (r"sys/ptrace\.h|linux/ptrace\.h", {"engine"}, "only src/engine speaks ptrace"),
    (r"libunwind.*\.h", {"unwind"}, "only src/unwind knows libunwind"),
    (r"elfutils/.*|libelf\.h|gelf\.h|dwarf\.h", {"unwind"}, "only src/unwind knows libdw"),
    (r"CLI/.*", {"cli"}, "only src/cli knows CLI11"),
    (r"nlohmann/.*", {"recording", "grade"}, "only src/recording and src/grade read JSON"),
    (r"simdjson\.h", {"recording"}, "only src/recording reads traces"),
    (r"yaml-cpp/.*", {"grade"}, "only src/grade reads YAML"),
    (r"re2/.*", {"grade"}, "only src/grade knows RE2"),
    (r"zstd\.h", {"recording"}, "only src/recording knows zstd"),
]
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
ROOM = re.compile(r"^room\(\s*(\w+)\s+(\S+?)\s*(?:ROOMS\s+((?:(?!LIBRARIES)[\w\s])*))?(?:LIBRARIES[^)]*)?\)", re.MULTILINE)


def rooms_of(cmake):
    """{room: (folder, rooms it may use)} of the table, which is not inherited."""
    table = {name: (folder, set((uses or "").split())) for name, folder, uses in ROOM.findall(cmake)}
    for name, (_, uses) in table.items():
        for used in list(uses):
            if used not in table:
                raise SystemExit(f"CMakeLists.txt: room {name} uses {used}, which is no room")
    return table


def room_of(path, table):
    """The room whose folder holds `path`; "include" for the public headers; None for any other place."""
    folder = str(pathlib.PurePosixPath(path).parent)
    if folder == "include/lwptrace":
        return "include"
    return next((name for name, (place, _) in table.items() if place == folder), None)


def complaints(files, table):
    """Each forbidden #include of `files` ({path: text}), as path:line: words."""
    for path, text in sorted(files.items()):
        room = room_of(path, table)
        if room is None:
            yield f"{path}:1: this folder is no room: give it a row in CMakeLists.txt"
            continue
        for match in INCLUDE.finditer(text):
            mark, header = match.groups()
            where = f"{path}:{text.count(chr(10), 0, match.start(2)) + 1}"
            words = judge(room, mark, header, table)
            if words:
                yield f"{where}: {header}: {words}"


def judge(room, mark, header, table):
    """Why `room` may not include `header`, or None."""
    if mark == "<" and header.startswith("lwptrace/"):
        return None
    if room == "include":
        standard = mark == "<" and re.fullmatch(r"\w+", header)
        return None if standard else "a public header includes <lwptrace/…> and the standard library alone"
    if mark == "<":
        for pattern, owners, why in OWNED:
            if re.fullmatch(pattern, header) and room not in owners:
                return why
        return None
    if header.startswith("lwptrace/"):
        return "public headers are included as <lwptrace/…>"
    used = room_of(header if header.startswith("decoders/") else f"src/{header}", table)
    if used is None:
        return 'no room has it: write "ROOM/x.h", from src/ or the top'
    if used != room and used not in table[room][1]:
        return f"room {room} may not use {used} (the table in CMakeLists.txt)"
    return None


def prove_that_it_fails():
    table = rooms_of(
        "room(tables a/tables )\nroom(model src/model ROOMS tables)\n"
        "room(engine  src/engine  ROOMS tables model LIBRARIES PkgConfig::x)\nroom(cli src/cli LIBRARIES CLI11::CLI11)\n"
    )
    assert table["engine"] == ("src/engine", {"tables", "model"}), table
    assert table["cli"] == ("src/cli", set()), table
    right = {"src/engine/a.cc": '#include <sys/ptrace.h>\n#include "model/b.h"\n', "src/cli/a.cc": "#include <CLI/CLI.hpp>\n"}
    assert not list(complaints(right, table)), list(complaints(right, table))
    wrong = {
        "src/model/arrow.cc": '#include "engine/a.h"',
        "src/model/ptrace.cc": "#include <sys/ptrace.h>",
        "src/engine/zstd.cc": "#  include <zstd.h>",
        "src/engine/quotes.cc": '#include "lwptrace/event.h"',
        "src/engine/nowhere.cc": '#include "a.h"',
        "src/attic/lost.cc": "",
        "include/lwptrace/fmt.h": "#include <fmt/core.h>",
        "include/lwptrace/room.h": '#include "model/b.h"',
    }
    for path, text in wrong.items():
        assert len(list(complaints({path: text}, table))) == 1, f"{path}: {text} passed"


prove_that_it_fails()
top = pathlib.Path(sys.argv[1])
sources = [f for folder in ("include", "decoders", "src") for f in (top / folder).rglob("*") if f.suffix in (".h", ".cc")]
found = list(
    complaints(
        {f.relative_to(top).as_posix(): f.read_text(encoding="utf-8") for f in sources},
        rooms_of((top / "CMakeLists.txt").read_text(encoding="utf-8")),
    )
)
print("\n".join(found) or f"{len(sources)} files, every arrow is in the table")
sys.exit(bool(found))
