#!/usr/bin/python3
"""Goldens of fixtures against one change of each: what changes the behaviour is named in the first line, what does not is
not told. The changes stand in mutations.txt."""

import os
import pathlib
import subprocess
import sys
import unittest

import support

FIXTURES = support.REPOSITORY / "fixtures"
HEADERS = "fcntl.h pthread.h sched.h signal.h stdlib.h string.h sys/prctl.h sys/syscall.h sys/wait.h unistd.h".split()

# Executes its arguments behind a filter that answers clone3 with ENOSYS, as old containers do.
WITHOUT_CLONE3 = """
import ctypes, os, struct, sys
code = [(0x20, 0, 0, 0), (0x15, 0, 1, 435), (6, 0, 0, 0x50000 | 38), (6, 0, 0, 0x7fff0000)]  # load nr, is it clone3?
program = b"".join(struct.pack("HBBI", *one) for one in code)
memory = ctypes.create_string_buffer(program)
libc = ctypes.CDLL(None, use_errno=True)
if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, struct.pack("HxxxxxxP", len(code), ctypes.addressof(memory)), 0, 0):
    sys.exit("no filter: errno %d" % ctypes.get_errno())
os.execv(sys.argv[1], sys.argv[1:])
"""


def blocks(kind):
    """Those of a kind: a head, and the values of the lines below it by their signs."""
    text = (pathlib.Path(__file__).parent / "mutations.txt").read_text(encoding="utf-8")
    for block in text.split("\n\n"):
        lines = [line for line in block.splitlines() if not line.startswith("#")]
        if lines and lines[0].split()[0] == kind:
            yield lines[0].split()[1:], {line[0]: line[2:] for line in lines[1:]}


class Mutations(support.LiveTest):
    def build(self, fixture, old="", new="", flags=(), compiler="gcc"):
        """The fixture with `old` once replaced, as a program of its name in our folder."""
        source = next(path for path in (FIXTURES / fixture).iterdir() if path.stem == "main")
        text = source.read_text(encoding="utf-8")
        self.assertIn(old, text, f"{fixture} has changed")
        if source.suffix != ".c":
            target = pathlib.Path(self.path(fixture + source.suffix))
            target.write_text(text.replace(old, new, 1), encoding="utf-8")
            return target.chmod(0o755)
        own = [line.split()[2:] for line in text.splitlines() if line.startswith("// flags: ")]
        changed = pathlib.Path(self.path("main.c"))
        headers = "".join(f"#include <{header}>\n" for header in HEADERS)
        changed.write_text("#define _GNU_SOURCE\n" + headers + text.replace("#define _GNU_SOURCE\n", "").replace(old, new, 1),
                           encoding="utf-8")
        words = [compiler, "-std=gnu11", "-O1", "-w", "-pthread", *(own[0] if own else []), *flags]
        subprocess.run([*words, str(changed), "-o", self.path(fixture)], check=True)

    def told(self, fixture, golden, before=(), **environment):
        """The check's status, and the first line of what it says."""
        result = support.run([*before, support.lwptrace(), "check", "--tap", "--timeout", "20s", "--cd", self.path(""),
                              str(FIXTURES / fixture / golden)], env={**os.environ, **environment})
        return result.status, next((line[2:] for line in result.out.decode().splitlines() if line[0] == "#"), "")

    def test_what_changes_the_behaviour_is_named_first(self):
        count = 0
        for (fixture, golden), change in blocks("mutant"):
            with self.subTest(fixture, golden=golden, old=change["-"], new=change["+"]):
                self.build(fixture, change["-"], change["+"])
                self.assertEqual(self.told(fixture, golden), (1, change["="]))
            count += 1
        self.assertGreaterEqual(count, 60)

    def test_what_does_not_change_it_is_not_told(self):
        count = 0
        for (fixture, golden), change in blocks("same"):
            with self.subTest(fixture, golden=golden, **change):
                self.build(fixture, change.get("-", ""), change.get("+", ""), change.get("f", "").split(),
                           change.get("c", "gcc"))
                before = change.get("b", "").split()
                if before == ["without", "clone3"]:
                    before = [sys.executable, "-c", WITHOUT_CLONE3]
                environment = dict([change["e"].split("=", 1)] if "e" in change else [])
                for _ in range(3):
                    self.assertEqual(self.told(fixture, golden, before, **environment), (0, ""))
            count += 1
        self.assertGreaterEqual(count, 40)


if __name__ == "__main__":
    unittest.main()
