#!/usr/bin/python3
"""Where the trace goes: opened before anything runs, and a clear word when it cannot be written."""

import json
import os
import re
import signal
import subprocess
import time
import unittest

import support


class Output(support.LiveTest):
    def test_that_cannot_be_opened_stops_everything_before_the_program_runs(self):
        marker = self.path("ran")
        for target in "/no/such/folder/trace.jsonl", self._folder.name:
            result = self.lwptrace("-o", target, "--", "touch", marker)
            self.assertEqual(result.status, 125)
            self.expect_one_line(result, target, "nothing was run")
            self.assertFalse(os.path.exists(marker))

    def test_of_a_format_to_come_is_refused_and_leaves_no_file(self):
        marker = self.path("ran")
        for extension in "html", "dot", "mmd", "perfetto-trace":
            target = self.path(f"x.{extension}")
            result = self.lwptrace("-o", target, "--", "touch", marker)
            self.assertEqual(result.status, 125)
            self.expect_one_line(result, target, "yet", "timeline")
            self.assertFalse(os.path.exists(target) or os.path.exists(marker))

    def test_with_an_unknown_extension_or_none_is_a_log(self):
        for name in "trace.txt", "trace.log", "trace.out", "trace":
            self.lwptrace("-qq", "-o", self.path(name), "--", "true")
            with open(self.path(name), encoding="utf-8") as file:
                self.assertIn("born", file.read(), name)

    def test_named_twice_is_refused_before_it_is_opened(self):
        target = self.path("t.jsonl")
        for again in target, os.path.relpath(target), os.path.join(self._folder.name, ".", "t.jsonl"):
            result = self.lwptrace("-o", target, "-o", again, "--", "true")
            self.assertEqual(result.status, 125)
            self.expect_one_line(result, again)
            self.assertFalse(os.path.exists(target))

    def test_of_show_is_never_the_recording_itself(self):
        recording = self.path("t.jsonl")
        self.lwptrace("-qq", "-o", recording, "--", "true")
        os.link(recording, self.path("link.jsonl"))
        os.symlink(recording, self.path("symlink.jsonl"))
        before = os.path.getsize(recording)
        for name in "t.jsonl", "link.jsonl", "symlink.jsonl":
            result = self.lwptrace("show", "-o", self.path(name), recording)
            self.assertEqual(result.status, 2)
            self.expect_one_line(result, self.path(name))
            self.assertEqual(os.path.getsize(recording), before)

    def test_is_as_wide_as_asked_or_as_columns_says_in_run_and_show_alike(self):
        recording, narrow = self.path("t.jsonl"), dict(os.environ, COLUMNS="70")
        for form in "timeline", "tree", "matrix":
            asked, told = self.path(f"{form}.asked"), self.path(f"{form}.told")
            program = support.fixture("demo")
            self.lwptrace("-qq", "--width", "60", "-o", recording, "-o", asked, "-F", form, "--", program)
            self.assertEqual(self.lwptrace("show", "--width", "60", "-F", form, recording).out, self.read(asked), form)
            self.lwptrace("-qq", "-o", recording, "-o", told, "-F", form, "--", program, env=narrow)
            self.assertEqual(self.lwptrace("show", "-F", form, recording, env=narrow).out, self.read(told), form)
            wide = self.lwptrace("show", "--width", "200", "-F", form, recording).out
            for width, drawn in (60, self.read(asked)), (70, self.read(told)), (200, wide):
                self.assertLessEqual(max(map(len, drawn.decode().splitlines())), width, form)
            if form == "timeline":
                self.assertNotEqual(self.read(told), wide)

    def read(self, path):
        with open(path, "rb") as file:
            return file.read()

    def test_on_a_full_disk_is_one_line_and_125(self):
        for form in "jsonl", "log", "timeline":
            result = self.lwptrace("-qq", "-o", "/dev/full", "-F", form, "--", "true")
            self.assertEqual(result.status, 125, form)
            self.expect_one_line(result, "/dev/full", "No space left on device")

    def test_to_a_stdout_that_cannot_be_written_stops_everything_before_the_program_runs(self):
        marker = self.path("ran")
        for redirection in ">&-", "1</dev/null":
            for form in "jsonl", "log":
                command = f"{support.lwptrace()} -qq -o - -F {form} touch {marker} {redirection}"
                result = support.run(["sh", "-c", command])
                self.assertEqual(result.status, 125, command)
                self.expect_one_line(result, "cannot write stdout", "write to a file", "nothing was run")
                self.assertFalse(os.path.exists(marker))
        self.lwptrace("-qq", "-o", self.path("t.jsonl"), "true")
        for words in f"show {self.path('t.jsonl')}", "--version", "decode wait 1":
            result = support.run(["sh", "-c", f"{support.lwptrace()} {words} >&-"])
            self.assertNotEqual(result.status, 0, words)
            self.expect_one_line(result, "stdout", "Bad file descriptor")

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

    def test_of_show_to_a_closed_pipe_reads_no_further(self):
        recording = self.path("t.jsonl")
        self.lwptrace("-qq", "-o", recording, "--", support.fixture("thread_storm"))
        with open(recording, "rb") as file:
            header, birth = file.readline(), file.readline()
        with open(recording, "wb") as file:
            file.write(header)
            for seq in range(1, 2000):  # more than is kept before it is written
                file.write(birth.replace(b'"seq":1,', b'"seq":%d,' % seq))
            file.write(b"garbage\n" + birth)
        self.assertEqual(self.lwptrace("show", "-F", "jsonl", recording).status, 2)
        status, err = self.into_closed_pipe("show", "-F", "jsonl", recording)
        self.assertEqual(status, 125)
        self.assertIn(b"Broken pipe", err)
        self.assertNotIn(b"garbage", err)
        self.assertEqual(len(err.splitlines()), 1, err)

    def into_closed_pipe(self, *words):
        reading, writing = os.pipe()
        os.close(reading)
        process = support.start([support.lwptrace(), *words], stdout=writing, stderr=subprocess.PIPE)
        os.close(writing)
        err = process.communicate(timeout=support.LIMIT)[1]
        return process.returncode, err

    def unread(self, *words):
        """A program that makes threads without end, traced into a pipe that nobody reads."""
        endless = ("import signal, threading\nsignal.signal(signal.SIGINT, signal.SIG_DFL)\n"
                   "while True:\n thread = threading.Thread(target=int)\n thread.start()\n thread.join()")
        return support.start([support.lwptrace(), "-qq", *words, "-o", "-", "-F", "jsonl", "--", "python3", "-c", endless],
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def wait_for_the_end_of_its_program(self, process):
        deadline = time.monotonic() + support.LIMIT
        while support.descendants(process.pid):
            self.assertLess(time.monotonic(), deadline, "what it traced lives on")
            time.sleep(0.01)

    def test_that_nobody_reads_holds_up_the_program_and_not_the_end_of_it(self):
        process = self.unread("--timeout", "4s", "--stats")
        while not support.descendants(process.pid):
            time.sleep(0.01)
        self.wait_for_the_end_of_its_program(process)
        out, err = process.communicate(timeout=support.LIMIT)
        self.assertEqual(process.returncode, 124)
        recording = self.path("t.jsonl")
        with open(recording, "wb") as file:
            file.write(out)
        trace = support.read_trace(recording)
        self.assertEqual(trace.end["reason"], "timeout")
        self.assertEqual(trace.end["births"], trace.end["exits"])
        held_up = re.search(rb"held up by a full one +([0-9.]+) ms", err)
        self.assertGreater(float(held_up[1]), 0)

    def test_that_nobody_reads_is_given_up_when_asked_to_end_once_more(self):
        process = self.unread()
        while not support.descendants(process.pid):
            time.sleep(0.01)
        time.sleep(1)  # for the queue to fill; were it not full, there is less to see
        process.send_signal(signal.SIGINT)  # the program's
        self.wait_for_the_end_of_its_program(process)
        process.send_signal(signal.SIGINT)
        err = process.stderr.read()
        self.assertEqual(process.wait(support.LIMIT), 125)
        self.assertIn(b"writing stdout: it takes nothing any more", err)
        lines = process.stdout.read().split(b"\n")
        for line in lines[:-1]:
            json.loads(line)
        process.stdout.close()
        process.stderr.close()

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
