# Keeps the house rules about files: each C++ file opens with a comment of what it is and stays short, the top level
# holds only what the house allows, CMake picks up every test, links lead somewhere, and no text names a folder of
# somebody's machine. It does not look at #include lines: that is includes_test.py's.
# It first proves on made-up files that it can fail.
# usage: files_test.py SOURCE_FOLDER
import pathlib
import posixpath
import re
import sys

TOP_LEVEL = set("CMakeLists.txt CMakePresets.json README.md src decoders include tests fixtures bench docs scripts .ci".split())
CPP = (".h", ".cc", ".def")
LONGEST = 600
MACHINE_PATH = re.compile(r"(?<![\w.\])}*-])/(?:home|root|work|Users|mnt|workspace)/[\w.]+")


def complaints(files):
    """What is wrong with `files` ({path: text, or None when it is not text}), as path: words."""
    cmake = files.get("tests/CMakeLists.txt") or ""
    for path, text in sorted(files.items()):
        parts = pathlib.PurePosixPath(path).parts
        if parts[0] not in TOP_LEVEL:
            yield f"{path}: the top level holds {' '.join(sorted(TOP_LEVEL))} and other dotfiles"
        if text is None:
            continue
        for match in MACHINE_PATH.finditer(text):
            yield f"{path}:{text.count(chr(10), 0, match.start()) + 1}: names a folder of one machine: {match.group()}"
        if path.endswith(".md"):
            for link in re.findall(r"\]\(([^)#:]+)\)", text):
                target = posixpath.normpath(posixpath.join(posixpath.dirname(path), link))
                if not any(other == target or other.startswith(target + "/") for other in files):
                    yield f"{path}: links to {link}, which is not there"
        if path.endswith(CPP):
            if not text.startswith(("// ", "/* ")):
                yield f"{path}:1: does not open with a comment of what it is"
            if text.count("\n") > LONGEST:
                yield f"{path}: {text.count(chr(10))} lines; {LONGEST} is the most: split it by story"
        if parts[0] == "tests" and not picked_up(parts, text, cmake):
            yield f"{path}: a test that CMake does not pick up: tests/ROOM/*_test.cc, tests/house/*_test.py"


def picked_up(parts, text, cmake):
    """Whether a file under tests/ holds no test, or stands where tests/CMakeLists.txt globs and is named as it globs."""
    name = parts[-1]
    if name.endswith(".cc") and re.search(r"^TEST(_F|_P)?\(", text, re.MULTILINE) and not name.endswith("_test.cc"):
        return False
    return not re.search(r"_test\.(cc|py|sh)$", name) or (len(parts) == 3 and bool(re.search(rf"\b{parts[1]}\b", cmake)))


def files_of(top):
    """Every file of the tree, but for what git ignores and what a tool or a person keeps in dotfiles."""
    entries = [e for e in top.iterdir() if e.name == ".ci" or not re.match(r"\.|build$|build-", e.name)]
    paths = [p for entry in entries for p in ([entry] if entry.is_file() else entry.rglob("*"))]
    return {p.relative_to(top).as_posix(): text_of(p) for p in paths if p.is_file() and "__pycache__" not in p.parts}


def text_of(path):
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def prove_that_it_fails():
    cmake = {"tests/CMakeLists.txt": "foreach(room model)\nhouse/*_test.py"}
    right = {
        "src/model/a.cc": "// What it is.\n",
        "tests/model/a_test.cc": "// What it is.\nTEST(A, B) {}\n",
        "tests/support/fake.h": "// What it is.\n",
        "docs/a.md": "see docs/work/x, /proc/self, [b](../src/model/a.cc), [c](../tests/support/) and [d](#e)",
        "fixtures/a/picture": None,
    }
    assert not list(complaints(cmake | right)), list(complaints(cmake | right))
    wrong = {
        "notes.txt": "",
        "src/model/bare.cc": "#include <vector>\n",
        "src/model/long.h": "// What it is.\n" + "\n" * LONGEST,
        "tests/model/a.cc": "// What it is.\nTEST(A, B) {}\n",
        "tests/attic/a_test.cc": "// What it is.\n",
        "tests/model/deep/a_test.cc": "// What it is.\n",
        "docs/link.md": "see [there](there.md)",
        "docs/machine.md": "run it in " + "/".join(("", "home", "somebody")),
    }
    for path, text in wrong.items():
        assert len(list(complaints(cmake | {path: text}))) == 1, f"{path} passed"


prove_that_it_fails()
found = files_of(pathlib.Path(sys.argv[1]))
words = list(complaints(found))
print("\n".join(words) or f"{len(found)} files are as the house wants them")
sys.exit(bool(words))
