#!/usr/bin/python3
"""What tracing costs in stops, counted exactly: a birth is two at `births` and three at `life`, a death is none;
and the order in which they come: a newborn's own stop before and after the event of its creator.

strace counts the calls with which lwptrace lets its tasks go on. Two runs of one program that differ by a hundred
births differ by a hundred times the price of one, whatever start and end cost.
"""

import collections
import re
import shutil
import tempfile
import unittest

import support

RESUME = re.compile(r"^ptrace\(PTRACE_(CONT|SYSCALL|LISTEN), \d+, NULL, (\w+)\)")
STOP = re.compile(r"^waitid\(P_PID, (\d+), |^ptrace\(PTRACE_GETEVENTMSG, \d+, NULL, \[(\d+)\]\)", re.MULTILINE)
FORK = "import os, sys\nfor i in range(int(sys.argv[1])):\n  if os.fork() == 0: os._exit(0)\n  os.wait()"


def resumes(level, program):
    """How often a task was let go on, by request and by the signal it was given."""
    with tempfile.TemporaryDirectory(prefix="lwptrace-live-") as folder:
        log = f"{folder}/strace"
        result = support.run(["strace", "-e", "trace=ptrace", "-o", log, support.lwptrace(), "-qq", "--detail", level,
                              "-o", f"{folder}/trace.jsonl", "--", *program])
        if result.status != 0:
            raise AssertionError(result)
        with open(log, encoding="ascii", errors="replace") as lines:
            return collections.Counter(match.groups() for match in map(RESUME.match, lines) if match)


def price(level, *program):
    """Of one more turn of the program's loop."""
    few, many = resumes(level, [*program, "10"]), resumes(level, [*program, "110"])
    return {key: (many[key] - few[key]) / 100 for key in many if many[key] != few[key]}


@unittest.skipUnless(shutil.which("strace"), "strace is not installed")
class Stops(unittest.TestCase):
    def test_births_pays_two_for_a_birth_and_none_for_a_death(self):
        self.assertEqual(price("births", "/usr/bin/python3", "-c", FORK), {("CONT", "0"): 2, ("CONT", "SIGCHLD"): 1})
        self.assertEqual(price("births", support.fixture("threads")), {("CONT", "0"): 2})

    def test_life_pays_three_for_a_birth_and_two_for_a_wait(self):
        # The entries of fork and wait4 (SYSCALL); the event, the newborn's stop and the return of wait4 (CONT).
        self.assertEqual(price("life", "/usr/bin/python3", "-c", FORK),
                         {("SYSCALL", "0"): 2, ("CONT", "0"): 3, ("CONT", "SIGCHLD"): 1})

    def test_both_orders_of_newborn_and_event_are_one_story_under_load(self):
        traced = [support.lwptrace(), "-qq", "--detail", "births", "-o"]
        load = [support.start(["sh", "-c", "while :; do :; done"]) for _ in range(4)]
        first, later = 0, 0
        try:
            with tempfile.TemporaryDirectory(prefix="lwptrace-live-") as folder:
                log, recording = f"{folder}/strace", f"{folder}/trace.jsonl"
                while not first or not later:  # a run has some of each, as a rule dozens
                    support.run(["strace", "-e", "trace=waitid,ptrace", "-o", log, *traced, recording, "--",
                                 support.fixture("fork_storm")])
                    with open(log, encoding="ascii", errors="replace") as lines:
                        stops = STOP.findall(lines.read())
                    births = [event for event in support.read_trace(recording).events if event["type"] == "birth"]
                    newborns, seen = {str(birth["tid"]) for birth in births[1:]}, set()
                    for stopped, announced in stops:
                        seen.add(stopped)
                        first += announced in newborns & seen
                        later += announced in newborns - seen
                    paths = {f"1/{n}" for n in range(1, 9)} | {f"1/{n}.{m}" for n in range(1, 9) for m in range(1, 26)}
                    self.assertEqual(sorted(birth["path"] for birth in births), sorted(paths | {"1"}))
        finally:
            for process in load:
                process.kill()
                process.wait()


if __name__ == "__main__":
    unittest.main()
