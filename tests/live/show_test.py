#!/usr/bin/python3
"""`show` of a recording gives the bytes that the live run gave, in every format; and bad input is named, not obeyed."""

import os
import unittest

import support

FORMATS = "log", "tree", "timeline", "summary", "matrix", "jsonl", "strace"
CASES = "demo", "exec_in_thread", "fault_in_thread", "thread_names", "clone_fail"


class Show(support.LiveTest):
    def record(self, *words):
        recording = self.path("a.jsonl")
        self.lwptrace("-qq", "-o", recording, *words)
        return recording

    def test_gives_the_same_bytes_as_the_live_run(self):
        for case in CASES:
            for form in FORMATS:
                with self.subTest(case=case, form=form):
                    live = self.path("b.txt")
                    recording = self.record("-o", live, "-F", form, "--", support.fixture(case))
                    shown = self.lwptrace("show", "-F", form, recording)
                    self.assertEqual((shown.status, shown.err), (0, b""))
                    with open(live, "rb") as file:
                        self.assertEqual(shown.out, file.read())
                    self.assertNotEqual(shown.out, b"")

    def test_reads_a_compressed_recording(self):
        compressed = self.path("a.jsonl.zst")
        recording = self.record("-o", compressed, "--", support.fixture("demo"))
        with open(compressed, "rb") as file:
            self.assertEqual(file.read(4), b"\x28\xb5\x2f\xfd")
        plain, packed = (self.lwptrace("show", "-F", "jsonl", path) for path in (recording, compressed))
        self.assertEqual((packed.status, packed.out), (0, plain.out))

    def test_of_a_cut_recording_shows_what_is_there_and_says_that_it_is_cut(self):
        recording = self.record("--", support.fixture("demo"))
        with open(recording, "rb") as file:
            whole = file.read()
        for keep in len(whole) // 2, len(whole) - 5, whole.rindex(b"\n", 0, len(whole) - 1) + 1:
            with open(recording, "wb") as file:
                file.write(whole[:keep])
            shown = self.lwptrace("show", "-F", "log", recording)
            self.assertIn(b"cut", shown.out + shown.err)
            self.assertGreater(shown.out.count(b"\n"), whole[:keep].count(b"\n") // 2)

    def test_of_what_is_not_a_recording_names_the_file_and_the_place(self):
        with open(self.record("--", "true"), "rb") as file:
            valid = file.readlines()
        bad = {
            "empty": b"",
            "garbage": b"this is not a trace\n",
            "binary": bytes(range(256)) * 40,
            "other json": b'{"type":"something"}\n',
            "garbage inside": b"".join(valid[:2]) + b"{garbage}\n" + b"".join(valid[2:]),
            "newer": valid[0].replace(b'"version":1', b'"version":2') + b"".join(valid[1:]),
        }
        for name, content in bad.items():
            with self.subTest(name):
                path = self.path(name)
                with open(path, "wb") as file:
                    file.write(content)
                shown = self.lwptrace("show", path)
                self.assertEqual(shown.status, 2)
                self.expect_one_line(shown, path, *(["3"] if name == "garbage inside" else []))

    def test_of_a_missing_file_or_a_folder_is_one_line(self):
        for path in "/no/such/trace.jsonl", self._folder.name:
            shown = self.lwptrace("show", path)
            self.assertEqual(shown.status, 2)
            self.expect_one_line(shown, path)


class Usage(support.LiveTest):
    def expect_suggestion(self, statuses, suggestion, *words):
        marker = self.path("ran")
        result = self.lwptrace(*words, "touch", marker)
        self.assertIn(result.status, statuses, result)
        self.assertIn(suggestion, result.err.decode())
        self.assertFalse(os.path.exists(marker))

    def test_of_an_unknown_verb_suggests_the_one_that_was_meant(self):
        self.expect_suggestion((127,), "show", "shwo")

    def test_of_an_unknown_format_suggests_one_and_runs_nothing(self):
        self.expect_suggestion((2, 125), "timeline", "-F", "timelin", "--")

    def test_of_an_unknown_option_suggests_one_and_runs_nothing(self):
        self.expect_suggestion((2, 125), "--detail", "--detial", "births", "--")

    def test_of_an_unknown_level_suggests_one_and_runs_nothing(self):
        self.expect_suggestion((2, 125), "births", "--detail", "birth", "--")

    def test_help_and_version_work_everywhere(self):
        for words in ["--help"], ["--version"], ["-h"], ["-V"], ["run", "--help"], ["show", "--help"], ["decode", "-h"]:
            result = self.lwptrace(*words)
            self.assertEqual((result.status, result.err), (0, b""), words)
            self.assertNotEqual(result.out, b"", words)


if __name__ == "__main__":
    unittest.main()
