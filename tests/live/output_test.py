#!/usr/bin/python3
"""Where the trace goes: opened before anything runs, and a clear word when it cannot be written."""

import os
import signal
import subprocess
import unittest

import support


class Output(support.LiveTest):
    def test_that_cannot_be_opened_stops_everything_before_the_program_runs(self):
        marker = self.path("ran")
        for target in "/no/such/folder/trace.jsonl", self._folder.name:
            result = self.lwptrace("-o", target, "--", "touch", marker)
            self.assertEqual(result.status, 125)
            self.expect_one_line(result, target)
            self.assertFalse(os.path.exists(marker))

    def test_on_a_full_disk_is_one_line_and_125(self):
        for form in "jsonl", "log", "timeline":
            result = self.lwptrace("-qq", "-o", "/dev/full", "-F", form, "--", "true")
            self.assertEqual(result.status, 125, form)
            self.expect_one_line(result, "/dev/full", "No space left on device")

    def test_to_a_closed_pipe_ends_without_noise(self):
        for form in "log", "jsonl":
            status, err = self.into_closed_pipe("-qq", "-o", "-", "-F", form, "--", support.fixture("thread_storm"))
            self.assertIn(status, (125, -signal.SIGPIPE))
            self.assertLessEqual(len(err.splitlines()), 1, err)

    def test_of_show_to_a_closed_pipe_ends_without_noise(self):
        recording = self.path("t.jsonl")
        self.lwptrace("-qq", "-o", recording, "--", support.fixture("thread_storm"))
        status, err = self.into_closed_pipe("show", "-F", "log", recording)
        self.assertIn(status, (125, -signal.SIGPIPE))
        self.assertLessEqual(len(err.splitlines()), 1, err)

    def into_closed_pipe(self, *words):
        reading, writing = os.pipe()
        os.close(reading)
        process = support.start([support.lwptrace(), *words], stdout=writing, stderr=subprocess.PIPE)
        os.close(writing)
        err = process.communicate(timeout=support.LIMIT)[1]
        return process.returncode, err

    def test_to_stdout_is_a_recording_that_can_be_read(self):
        result = self.lwptrace("-qq", "-o", "-", "-F", "jsonl", "--", "sh", "-c", "true >&2")
        with open(self.path("t.jsonl"), "wb") as file:
            file.write(result.out)
        self.assertEqual(support.read_trace(self.path("t.jsonl")).end["status"], {"code": 0})

    def test_without_an_o_is_a_log_and_a_timeline_on_stderr(self):
        full, quiet, silent = (self.lwptrace(*words, support.fixture("fork")) for words in ((), ("-q",), ("-qq",)))
        self.assertEqual([r.out for r in (full, quiet, silent)], [b"the child exited with 7\n"] * 3)
        self.assertEqual(silent.err, b"")
        self.assertGreater(len(full.err), len(quiet.err))
        self.assertGreater(len(quiet.err), 0)


if __name__ == "__main__":
    unittest.main()
