#!/usr/bin/python3
"""check and diff: a golden file is written, holds on every run, and names what has changed."""

import os
import unittest

import support


class Check(support.LiveTest):
    def setUp(self):
        super().setUp()
        self.golden = self.path("demo.golden")
        self.demo = support.fixture("demo")

    def check(self, *words):
        return self.lwptrace("check", "--color", "never", *words)

    def write(self, program=None):
        result = self.check("--update", self.golden, "--", program or self.demo)
        self.assertEqual(result.status, 0, result.err)
        with open(self.golden, encoding="utf-8") as file:
            return file.read()

    def change(self, before, after):
        with open(self.golden, encoding="utf-8") as file:
            text = file.read()
        self.assertIn(before, text)
        with open(self.golden, "w", encoding="utf-8") as file:
            file.write(text.replace(before, after, 1))

    def test_what_was_written_holds(self):
        program = support.run([self.demo]).out
        text = self.write()
        for line in "1/1 thread", "  born pthread_create", "  reaped wait4 by 1/2":
            self.assertIn(line, text)
        for words in ([self.golden], [self.golden, "--", self.demo]):
            for _ in range(5):
                result = self.check(*words)
                self.assertEqual((result.status, result.out, result.err), (0, program, b""))

    def test_every_fixture_that_is_no_race_holds(self):
        steady = "threads fork vfork posix_spawn exec_in_thread leader_exits_first wait_exit_code_22 linuxthreads_like".split()
        for case in steady:
            with self.subTest(case):
                self.write(support.fixture(case))
                self.assertEqual(self.check(self.golden).status, 0)

    def test_a_change_is_named_first_and_shown_below(self):
        self.write()
        self.change("ends signal SIGTERM", "ends exit_group 22")
        result = self.check(self.golden)
        self.assertEqual(result.status, 1)
        told = result.out.decode().split("\n---")[0].splitlines()
        self.assertIn("1/1.1 ended by signal SIGTERM, golden says exit_group 22", told)
        self.assertIn(b"\n-  ends exit_group 22\n+  ends signal SIGTERM\n", result.out)

    def test_another_program_differs(self):
        self.write()
        result = self.check(self.golden, "--", support.fixture("fork"))
        self.assertEqual(result.status, 1)
        self.assertIn(b"thread 1/1 (pthread_create) is missing", result.out)

    def test_a_recording_is_checked_without_running_anything(self):
        self.write()
        recording = self.path("demo.jsonl")
        self.lwptrace("-qq", "-o", recording, "--", self.demo)
        result = self.check("--trace", recording, self.golden)
        self.assertEqual((result.status, result.out), (0, b""))
        self.lwptrace("-qq", "-o", recording, "--", support.fixture("fork"))
        self.assertEqual(self.check("--trace", recording, self.golden).status, 1)

    def test_nothing_is_written_without_update(self):
        result = self.check(self.golden, "--", self.demo)
        self.assertEqual(result.status, 2)
        self.expect_one_line(result, self.golden, "--update")
        self.assertFalse(os.path.exists(self.golden))

    def test_bad_goldens_are_refused_with_their_place(self):
        for text, words in (("", "1:1: the file is empty"), ("lwptrace golden 1\n1 process\n  endz 1\n", "3:3: \"endz\""),
                            ("lwptrace golden 9\n", "later version"), ("lwptrace golden 1\n1 process\n", "names no command")):
            with open(self.golden, "w", encoding="utf-8") as file:
                file.write(text)
            result = self.check(self.golden)
            self.assertEqual(result.status, 2, text)
            self.expect_one_line(result, self.golden, words)
        self.write()
        self.change(self.demo, "/no/such/program")
        self.assertEqual(self.check(self.golden).status, 2)
        self.assertEqual(self.check(self._folder.name).status, 2)

    def test_a_limit_ends_it_as_it_ends_a_run(self):
        self.write(support.fixture("fork"))
        result = self.check("--timeout", "100ms", self.golden, "--", "sleep", "100")
        self.assertEqual(result.status, 124)

    def test_two_recordings_differ_in_behaviour_alone(self):
        a, b, c = self.path("a.jsonl"), self.path("b.jsonl"), self.path("c.jsonl")
        for recording, program in (a, self.demo), (b, self.demo), (c, support.fixture("fork")):
            self.lwptrace("-qq", "-o", recording, "--", program)
        result = self.lwptrace("diff", a, b)
        self.assertEqual((result.status, result.out, result.err), (0, b"", b""))
        result = self.lwptrace("diff", a, c)
        self.assertEqual(result.status, 1)
        self.assertIn(b"thread 1/1 (pthread_create) is missing", result.out)
        result = self.lwptrace("diff", a, "/no/such/file")
        self.assertEqual(result.status, 2)
        self.expect_one_line(result, "/no/such/file")
        self.assertEqual(self.lwptrace("diff", a).status, 2)


if __name__ == "__main__":
    unittest.main()
