#!/usr/bin/python3
"""The exit status of `lwptrace run`: the program's own, and 123 to 127 for what lwptrace has to say itself."""

import os
import shutil
import signal
import unittest

import support


class ExitStatus(support.LiveTest):
    def test_is_the_programs_own(self):
        for code in 0, 1, 77, 124, 255:
            self.assertEqual(self.lwptrace("-qq", "sh", "-c", f"exit {code}").status, code)

    def test_is_the_roots_though_a_daemon_ends_later_with_another(self):
        recording = self.path("trace.jsonl")
        result = self.lwptrace("-qq", "-o", recording, support.fixture("double_fork_daemon"))
        self.assertEqual(result.status, 2)
        codes = [event["code"] for event in support.read_trace(recording).events if event["type"] == "exit"]
        self.assertEqual(sorted(codes), [0, 2, 4])

    def test_is_death_by_the_same_signal(self):
        for name in "TERM", "KILL", "SEGV", "INT", "RTMIN", "PIPE":
            result = self.lwptrace("-qq", "bash", "-c", f"kill -{name} $$")
            self.assertEqual(result.status, -getattr(signal, f"SIG{name}"), name)

    def test_is_the_signals_though_lwptrace_inherits_it_ignored(self):
        script = f"trap '' TERM INT; {support.lwptrace()} -qq {support.fixture('fault_in_thread')}; echo $?"
        self.assertEqual(support.run(["bash", "-c", script]).out.split()[-1], b"139")

    def test_is_127_when_the_program_is_missing(self):
        for missing in "no-such-program", "./no-such-program", "/no/such/program":
            result = self.lwptrace("--", missing)
            self.assertEqual(result.status, 127)
            self.expect_one_line(result, missing)

    def test_is_126_when_the_program_is_not_executable(self):
        plain = self.path("plain")
        open(plain, "w").close()
        for path in plain, self._folder.name:
            result = self.lwptrace("--", path)
            self.assertEqual(result.status, 126)
            self.expect_one_line(result, path)

    def test_is_125_when_ptrace_is_refused(self):
        if not shutil.which("strace"):
            self.skipTest("strace is not installed")
        result = support.run(["strace", "-f", "-o", "/dev/null", support.lwptrace(), "--", "true"])
        self.assertEqual(result.status, 125)
        self.expect_one_line(result)
        self.assertRegex(result.err, b"EPERM|Operation not permitted")

    def test_is_not_zero_without_a_program(self):
        result = self.lwptrace()
        self.assertIn(result.status, (2, 125))
        self.assertNotEqual(result.err, b"")

    def test_is_124_when_the_time_is_up_and_everything_is_killed(self):
        recording = self.path("trace.jsonl")
        result = self.lwptrace("-qq", "-o", recording, "--timeout", "2s", "sh", "-c", "sleep 60 & sleep 60")
        self.assertEqual(result.status, 124)
        end = support.read_trace(recording).end
        self.assertEqual((end["reason"], end["lwps"], end["exits"]), ("timeout", 3, 3))

    def test_is_124_after_a_duration_in_any_unit_and_seconds_without_one(self):
        for duration in "0.1", "100ms", "0.1s", "0.002m":
            result = self.lwptrace("-qq", "--timeout", duration, "sleep", "60")
            self.assertEqual(result.status, 124, duration)

    def test_is_the_programs_own_when_the_time_limit_is_zero_or_far(self):
        for duration in "0", "0s", "5", "1d":
            result = self.lwptrace("-qq", "--timeout", duration, "sh", "-c", "exit 3")
            self.assertEqual(result.status, 3, duration)

    def test_is_125_when_an_option_is_misused(self):
        for words in ["--max-lwps", "x"], ["-f"], ["--timeout", "soon"], ["-E", "=x"], ["-o", ""], ["--width", "3"]:
            result = self.lwptrace(*words, "touch", self.path("ran"))
            self.assertEqual(result.status, 125, words)
            self.expect_one_line(result, words[0])
            self.assertFalse(os.path.exists(self.path("ran")))

    def test_is_123_at_the_limit_of_births(self):
        for limit in ["--max-births", "10"], ["--max-lwps", "5"]:
            recording = self.path("trace.jsonl")
            result = self.lwptrace("-qq", "-o", recording, *limit, support.fixture("fork_storm"))
            self.assertEqual(result.status, 123)
            self.assertEqual(support.read_trace(recording).end["reason"], "guard")
            os.unlink(recording)


if __name__ == "__main__":
    unittest.main()
