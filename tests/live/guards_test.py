#!/usr/bin/python3
"""Guards: whatever the traced do not to end, a time limit and a limit on births end all of them, and the trace says why.
Nothing is left, neither then nor when lwptrace itself is killed."""

import os
import signal
import subprocess
import time
import unittest

import support

WAYS = ["for_ever", "deaf", "stopped", "daemon", "vfork", "leaderless", "namespace"]
BOMBS = ["fork_bomb", "thread_bomb"]
LEVELS = "births", "life", "all"
SOON = 10  # seconds, where one is promised: the machine may be busy


class Guards(support.LiveTest):
    def ended(self, reason, status, *words, level="life"):
        """The trace of a run that a guard ended: each LWP that was born has its end in it."""
        recording = self.path("t.jsonl")
        result = self.lwptrace("-qq", "-o", recording, "--detail", level, *words)
        support.expect_nothing_left(SOON)
        trace = support.read_trace(recording)
        self.assertEqual((result.status, trace.end["reason"]), (status, reason), words)
        self.assertEqual((trace.end["exits"], trace.end["dropped"]), (trace.end["births"], 0), words)
        lives = [{event["lwp"] for event in trace.events if event["type"] == kind} for kind in ("birth", "exit")]
        self.assertEqual(*lives)
        return trace

    def test_a_time_limit_ends_everybody(self):
        for level in LEVELS:
            for way in WAYS:
                with self.subTest(way, level=level):
                    trace = self.ended("timeout", 124, "--timeout", "200ms", support.fixture("unruly"), way, level=level)
                    last = [e for e in trace.events if e["type"] == "exit" and not e.get("leader_zombie")][-1]
                    self.assertEqual((last["how"], last["signal"]), ("signal", "SIGKILL"))

    def test_a_time_limit_ends_bombs(self):
        for way in BOMBS:
            with self.subTest(way):
                self.ended("timeout", 124, "--timeout", "200ms", support.fixture("unruly"), way, level="births")

    def test_limits_on_births_and_on_lwps_end_bombs(self):
        for level in LEVELS:
            for way in BOMBS:
                for guard in "--max-births", "--max-lwps":
                    with self.subTest(way, guard=guard, level=level):
                        trace = self.ended("guard", 123, guard, "60", support.fixture("unruly"), way, level=level)
                        self.assertGreaterEqual(trace.end["births"], 60)
                        self.assertLess(trace.end["births"], 200, "the bomb went on")

    def test_everybody_is_ended_at_once(self):
        """From the moment that the limit is reached, by the trace's own clock: its last line is the end."""
        for way in WAYS + BOMBS[1:]:
            trace = self.ended("timeout", 124, "--timeout", "200ms", support.fixture("unruly"), way)
            self.assertLess(trace.end["t"] / 1e9, 0.2 + SOON)

    def test_a_guard_that_is_not_reached_changes_nothing(self):
        fixture = support.fixture("wait_exit_code_22")
        untraced = support.run([fixture])
        result = self.lwptrace("-qq", "--timeout", "1h", "--max-lwps", "1000", "--max-births", "1000", fixture)
        self.assertEqual((result.status, result.out), (untraced.status, untraced.out))

    def test_the_program_may_end_before_its_daemon_is_killed(self):
        trace = self.ended("timeout", 124, "--timeout", "2s", support.fixture("unruly"), "daemon")
        ends = [(event["how"], event.get("code"), event.get("signal")) for event in trace.events if event["type"] == "exit"]
        self.assertEqual(ends, [("exit_group", 0, None)] * 2 + [("signal", None, "SIGKILL")])

    def test_none_outlives_an_lwptrace_that_is_killed(self):
        for way in WAYS + BOMBS[1:]:
            with self.subTest(way):
                recording = self.path(way)
                process = support.start([support.lwptrace(), "-qq", "-o", recording, "--", support.fixture("unruly"), way])
                before = {"daemon": 3, "namespace": 3, "stopped": 2, "vfork": 2}.get(way, 1)
                deadline = time.monotonic() + support.LIMIT
                while self.born_below(process.pid) < before and time.monotonic() < deadline:
                    time.sleep(0.01)
                process.send_signal(signal.SIGKILL)
                self.assertEqual(process.wait(support.LIMIT), -signal.SIGKILL)
                support.expect_nothing_left(SOON)

    def born_below(self, pid):
        """How many processes of the program have been seen so far; a daemon's parents may be gone again."""
        self.seen = getattr(self, "seen", {})
        found = self.seen.setdefault(pid, set())
        found.update(tid for tid, comm in support.descendants(os.getpid()).items() if comm == "unruly")
        return len(found)


if __name__ == "__main__":
    unittest.main()
