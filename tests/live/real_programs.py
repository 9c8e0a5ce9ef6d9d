#!/usr/bin/python3
"""Real programs, traced at the default detail: same status and output as untraced, births and exits as the kernel says.

    real_programs.py [--detail LEVEL] [NAME...]     all of them without a name; status 1: one failed, 77: all skipped
    real_programs.py --list                         the names, for CMake: one test each

The programs are in real/, a file a kind; how to add one stands in real/__init__.py.
"""

import os
import re
import shutil
import subprocess
import sys
import threading

import compare
import oracle
import support
from real import PROGRAMS
from real import commands, languages, sandboxes, servers, stress  # each adds its programs


class Server:
    """A running command whose log lines are waited for, in order."""

    def __init__(self, argv):
        self._process = support.start(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def wait_for(self, words):
        for line in self._process.stdout:
            if words.encode() in line:
                return
        raise AssertionError(f"the server ended without saying {words!r}")

    def client(self, argv):
        return subprocess.run(argv, capture_output=True, timeout=support.LIMIT).stdout

    def finish(self):
        self._process.stdout.read()
        return self._process.wait(), self._process.pid


def run_case(case, argv):
    if case.talk is None:
        return support.run(argv, limit=case.limit)
    killed = []
    hang = threading.Timer(case.limit, lambda: killed.append(support.kill_descendants()))
    hang.start()  # what it kills wakes whoever waits for it
    try:
        server = Server(argv)
        answers = case.talk(server)
        status, pid = server.finish()
    except BaseException:
        support.kill_descendants()
        raise
    finally:
        hang.cancel()
    if killed:
        raise support.Hang(f"{support.text(argv)}: still running after {case.limit} s; killed {killed[0]}")
    return support.Result(status, b"".join(answers), b"", pid)


def run_program(name, detail):
    what, needs, make = PROGRAMS[name]
    missing = [need for need in needs if not shutil.which(re.sub("^fixtures/", support.fixture(""), need))]
    if missing:
        return print_row("SKIP", name, what, f"not installed: {', '.join(missing)}")
    with support.temporary_folder() as folder:
        try:
            case = make(folder)
            run = lambda argv: run_case(case, argv)
            untraced = run([*(case.reference or []), *case.argv])
            if untraced.status != case.status:
                return print_row("FAIL", name, what, f"status {untraced.status} untraced, not {case.status}: "
                                 f"{untraced.err[-300:]!r}")
            result = compare.compare(case.argv, detail, untraced=untraced, run=run, same_output=case.same_output)
        except oracle.Unavailable as reason:
            return print_row("SKIP", name, what, str(reason))
        except AssertionError as error:
            return print_row("FAIL", name, what, str(error))
    births, exits = ("/".join(map(str, pair)) for pair in (result.births, result.exits))
    same = not any(re.match("std(out|err):", difference) for difference in result.differences)
    print_row("FAIL" if result.differences else "PASS", name, what,
              f"births {births}, exits {exits}, status {result.traced.status}/{untraced.status}, "
              f"output {'same' if same else 'different'}" + (f" ({case.note})" if case.note else ""))
    for difference in result.differences:
        print(f"       {difference}", flush=True)
    return "FAIL" if result.differences else "PASS"


def print_row(verdict, name, what, facts):
    print(f"{verdict}  {name:21} {what}: {facts}", flush=True)
    return verdict


def main(names):
    if names == ["--list"]:
        print(";".join(PROGRAMS))
        return 0
    if os.geteuid() != 0:
        print("SKIP: the kernel oracle needs root, and so do the programs of other users")
        return support.SKIP
    detail = "life"
    if names[:1] == ["--detail"]:
        detail, names = names[1], names[2:]
    support.adopt_orphans()
    print("births and exits: lwptrace/kernel; status: traced/untraced")
    verdicts = [run_program(name, detail) for name in names or PROGRAMS]
    if "FAIL" in verdicts:
        return 1
    return support.SKIP if set(verdicts) == {"SKIP"} else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
