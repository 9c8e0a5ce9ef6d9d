#!/usr/bin/python3
"""Signals to lwptrace itself, without a terminal: they are the program's as well, and nothing outlives a tracer."""

import json
import os
import signal
import subprocess
import unittest

import support

WAITS = "echo ready; read answer"


class Interrupt(support.LiveTest):
    def start(self, *words, **options):
        pipe = subprocess.PIPE
        process = support.start([support.lwptrace(), *words], stdin=pipe, stdout=pipe, **options)
        self.addCleanup(process.wait, support.LIMIT)
        for stream in process.stdin, process.stdout:
            self.addCleanup(stream.close)
        return process

    def test_sigterm_is_passed_on_to_the_program(self):
        recording = self.path("t.jsonl")
        for script, status in (WAITS, -signal.SIGTERM), ("trap 'exit 9' TERM; " + WAITS, 9):
            process = self.start("-qq", "-o", recording, "--", "bash", "-c", script)
            self.assertEqual(process.stdout.readline(), b"ready\n")
            support.wait_for_reader(process.pid)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(support.LIMIT), status)
            self.assertEqual(support.read_trace(recording).end["exits"], 1)

    def test_a_signal_for_the_whole_process_group_reaches_the_program_once(self):
        script = "trap 'echo term' TERM; echo ready; read line; read line; :"
        process = self.start("-qq", "--", "bash", "-c", script)
        self.assertEqual(process.stdout.readline(), b"ready\n")
        support.wait_for_reader(process.pid)
        os.killpg(process.pid, signal.SIGTERM)
        self.assertEqual(process.stdout.readline(), b"term\n")
        with self.assertRaises(subprocess.TimeoutExpired):
            process.wait(0.5)  # well past the moment in which it would have been passed on
        process.stdin.write(b"\n\n")
        process.stdin.close()
        self.assertEqual(process.stdout.read(), b"")
        self.assertEqual(process.wait(support.LIMIT), 0)

    def test_what_outlives_the_program_is_ended_only_at_the_second_request(self):
        process = self.start("-qq", "-o", "-", "-F", "jsonl", "--", "sh", "-c", "sleep 1000 >&2 & exit 3",
                             stderr=subprocess.PIPE)
        self.addCleanup(process.stderr.close)
        record = {}
        while (record.get("type"), record.get("lwp")) != ("exit", 1):
            record = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        self.assertIn(b"one LWP is what it left behind", process.stderr.readline())
        process.send_signal(signal.SIGINT)
        end = json.loads(process.stdout.readlines()[-1])
        self.assertEqual((end["type"], end["reason"], end["exits"]), ("end", "interrupted", 2))
        self.assertEqual(process.wait(support.LIMIT), 3)

    def test_sigkill_takes_the_program_along(self):
        process = self.start("-qq", "--", "bash", "-c", WAITS)
        self.assertEqual(process.stdout.readline(), b"ready\n")
        process.kill()
        self.assertEqual(process.stdout.read(), b"")
        support.expect_nothing_left()

    def test_an_inherited_ignored_sigchld_does_not_blind_it(self):
        recording = self.path("t.jsonl")
        ignore = lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        process = self.start("-qq", "-o", recording, "--", "sh", "-c", "true & (exit 3)", preexec_fn=ignore)
        self.assertEqual(process.wait(support.LIMIT), 3)
        self.assertEqual(support.read_trace(recording).end["exits"], 3)


if __name__ == "__main__":
    unittest.main()
