#!/usr/bin/python3
"""check and diff: a golden file is written, holds on every run, and names what has changed."""

import os
import subprocess
import unittest
import xml.etree.ElementTree

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
        result = self.check(self.golden)
        self.assertEqual(result.status, 2)
        self.expect_one_line(result, self.golden + ":2:9: ", "/no/such/program")

    def test_a_limit_ends_it_as_it_ends_a_run(self):
        self.write(support.fixture("fork"))
        result = self.check("--timeout", "100ms", self.golden, "--", "sleep", "100")
        self.assertEqual(result.status, 124)
        self.expect_one_line(result, "--timeout")
        result = self.check("--max-births", "2", self.golden, "--", self.demo)
        self.assertEqual(result.status, 123)
        self.expect_one_line(result, "--max-births")

    def test_a_golden_that_cannot_be_written_anew_stays_as_it_was(self):
        before = self.write()
        words = ["prlimit", "--fsize=8192", "sh", "-c", 'trap "" XFSZ; exec "$@"', "sh", support.lwptrace(), "check"]
        result = subprocess.run([*words, "--update", self.golden, "--", support.fixture("fork"), "x" * 9000],
                                capture_output=True)
        self.assertEqual(result.returncode, 2)
        self.assertIn(b"File too large", result.stderr)
        with open(self.golden, encoding="utf-8") as file:
            self.assertEqual(file.read(), before)
        self.assertEqual(os.listdir(os.path.dirname(self.golden)), ["demo.golden"])

    def test_a_disk_that_is_full_and_a_golden_without_an_end(self):
        result = self.check("--update", "/dev/full", "--", self.demo)
        self.assertEqual(result.status, 2)
        self.expect_one_line(result, "cannot write /dev/full: No space left on device")
        result = self.check("/dev/zero", "--", self.demo)
        self.assertEqual(result.status, 2)
        self.expect_one_line(result, "/dev/zero: has more than 268435456 bytes")

    def test_what_varies_is_found_by_repeating(self):
        program = "import os, random, sys\nif os.fork() == 0: os._exit(random.choice([1, 2]))\nos.wait()"
        result = self.check("--update", "--repeat", "40", self.golden, "--", "/usr/bin/python3", "-c", program)
        self.assertEqual((result.status, result.out), (0, b""))
        self.assertRegex(result.err.decode(), r"not always the same: 1\.1 ends: exit_group . in \d+, exit_group . in \d+ of 40")
        with open(self.golden, encoding="utf-8") as file:
            self.assertRegex(file.read(), r"\n  ends exit_group . or exit_group .\n")
        result = self.check("--repeat", "10", self.golden)
        self.assertEqual(result.status, 0, result.out)
        self.assertRegex(result.out, rb": 10 runs, the same each time: \d+ facts held in all 10 runs\n")

    def test_how_often_a_fact_held_is_told(self):
        self.write(support.fixture("fork"))
        self.change("ends exit_group 7", "ends exit_group 22")
        result = self.check("--repeat", "3", self.golden)
        self.assertEqual(result.status, 1)
        told = result.out.decode().splitlines()
        self.assertEqual(told[:2], ["3 of 3 runs differ", "in 3 of 3: 1.1 exited 7, golden says 22"])
        self.assertRegex(told[2], r"^\d+ facts held in all 3 runs$")
        self.assertEqual(told[3:7], ["held in some or none:", "  0/3 1.1 ends exit_group 22", "extra, not in the golden:",
                                     "  3/3 1.1 ends exit_group 7"])

    def test_what_some_runs_do_is_told_with_how_many(self):
        program = f"f = open({self.path('runs')!r}, 'a'); f.write('x'); f.close(); import os\n" \
                  f"odd = os.path.getsize({self.path('runs')!r}) % 2\nif os.fork() == 0: os._exit(3 + odd)\nos.wait()\n" \
                  "if odd and os.fork() == 0: os._exit(0)\n"
        result = self.check("--update", self.golden, "--", "/usr/bin/python3", "-c", program)
        self.assertEqual(result.status, 0, result.err)
        result = self.check("--repeat", "5", self.golden)
        told = result.out.decode()
        self.assertEqual(result.status, 1)
        self.assertIn("3 of 5 runs differ\n", told)
        for line in ("  2/5 1.1 ends exit_group 4", "  2/5 1.2 process", "  3/5 1.1 ends exit_group 3"):
            self.assertIn(line + "\n", told)

    def test_a_golden_that_holds_is_not_written_again(self):
        self.write()
        with open(self.golden, "a", encoding="utf-8") as file:
            file.write("# mine\n")
        before = self.write()
        self.assertTrue(before.endswith("# mine\n"))
        self.change("ends signal SIGTERM", "ends exit_group 22")
        self.change("\n\n1 process", "\nnames: ignore\n\n1 process")
        self.assertIn("\nnames: ignore\n", self.write())

    def test_what_the_author_wrote_stays_when_it_is_written_anew(self):
        text = self.write(support.fixture("fork"))
        self.assertEqual(text.count("  ends exit_group 7\n"), 1)
        self.change("\n1 process\n", "\n# Who waits.\n1 process\n")
        self.change("\n1.1 process\n", "\n# Who ends.\n1.1 process\n")
        self.change("ends exit_group 0", "ends exit_group 0 or signal SIGTERM")
        self.change("ends exit_group 7", "ends exit_group 8 or exit_group 9")
        with open(self.golden, encoding="utf-8") as file:
            before = file.read()
        result = self.check("--update", self.golden)
        self.assertEqual(result.status, 0)
        self.assertIn("\n  no longer there: 1.1 ends exit_group 8 or exit_group 9\n", result.err.decode())
        with open(self.golden, encoding="utf-8") as file:
            self.assertEqual(file.read(), before.replace("exit_group 8 or exit_group 9", "exit_group 7"))

    def test_signals_and_names_are_ignored_where_the_golden_says_so(self):
        program = "import os\nif os.fork() == 0: os.kill(os.getpid(), {})\nos.wait()".format
        self.assertEqual(self.check("--update", self.golden, "--", "/usr/bin/python3", "-c", program(10)).status, 0)
        self.change("\n\n1 process", "\nexecutes: ignore\nsignals: ignore\n\n1 process")
        self.change("ends signal SIGUSR1", "ends any")
        self.assertEqual(self.check(self.golden, "--", "/usr/bin/python3", "-c", program(12)).status, 0)
        self.change("signals: ignore\n", "")
        self.assertEqual(self.check(self.golden, "--", "/usr/bin/python3", "-c", program(12)).status, 1)

    def goldens(self, *cases):
        for case in cases:
            os.mkdir(self.path(case))
            self.golden = self.path(case)
            self.assertEqual(self.check("--update", self.path(case), "--", support.fixture(case)).status, 0)
            self.golden = self.path(f"{case}/golden")
        return [self.path(case) for case in cases]

    def test_many_are_checked_and_the_worst_is_the_status(self):
        folders = self.goldens("fork", "threads", "vfork")
        result = self.check("-j", "2", *folders)
        self.assertEqual((result.status, result.out, result.err), (0, b"3 goldens: 3 as they say, 0 different\n", b""))
        os.mkdir(self.path("empty"))
        self.change("born vfork", "born fork")
        result = self.check(*folders, self.path("empty"))
        self.assertEqual(result.status, 1)
        told = result.out.decode()
        self.assertIn("vfork/golden: different\nprocess 1.1 was born by vfork, golden says fork\n", told)
        self.assertTrue(told.endswith("3 goldens: 2 as they say, 1 different; 1 folder without a golden\n"), told)
        with open(self.golden, "w", encoding="utf-8") as file:
            file.write("nonsense\n")
        result = self.check(*folders)
        self.assertEqual(result.status, 2)
        self.assertIn("1 that could not be told", result.out.decode())
        self.assertEqual(self.check(self.path("empty")).status, 2)

    def test_goldens_that_nobody_named_are_told(self):
        a, b = self.path("a.golden"), self.path("b.golden")
        for self.golden in a, b:
            self.write(support.fixture("fork"))
        self.assertNotIn(b"unreferenced", self.check(a, b).out)
        self.assertIn(f"unreferenced: {b}\n", self.check("--color", "never", a, a).out.decode())

    def test_programs_run_where_their_golden_lies_or_where_one_says(self):
        folder = os.path.dirname(self.demo)
        result = self.check("--cd", folder, "--update", self.golden, "--", "./demo")
        self.assertEqual(result.status, 0, result.err)
        with open(self.golden, encoding="utf-8") as file:
            self.assertIn("\n  executes ./demo\n", file.read())
        self.assertEqual(self.check("--cd", folder, self.golden).status, 0)
        self.assertEqual(self.check(self.golden).status, 2)
        os.symlink(self.demo, self.path("demo"))
        self.assertEqual(self.check(self._folder.name).status, 1, "the file that is executed is another")

    def test_reports_for_machines(self):
        folders = self.goldens("fork", "threads")
        self.change("ends exit 0", "ends exit <3>")
        junit = self.path("junit.xml")
        result = self.check("--tap", "--junit", junit, *folders)
        self.assertEqual(result.status, 1)
        lines = result.out.decode().splitlines()
        self.assertEqual(lines[:3], ["TAP version 13", "1..2", f"ok 1 - {folders[0]}/golden"])
        self.assertEqual(lines[3:5], [f"not ok 2 - {folders[1]}/golden", "# 1/1 exited 0, golden says <3>"])
        suite = xml.etree.ElementTree.parse(junit).getroot()[0]
        self.assertEqual([suite.get(key) for key in ("tests", "failures", "errors")], ["2", "1", "0"])
        self.assertEqual(suite[1][0].get("message"), "1/1 exited 0, golden says <3>")
        result = self.check("--junit", "/no/such/folder/x", *folders)
        self.assertEqual((result.status, result.out), (2, b""))
        self.expect_one_line(result, "/no/such/folder/x", "nothing was run")

    def test_of_what_programs_print_the_first_and_the_last_is_kept(self):
        program = "yes first | head -c 30000000; echo the last; exit 3"
        self.assertEqual(self.check("--update", self.golden, "--", "/bin/sh", "-c", program).status, 0)
        self.change("ends exit_group 3", "ends exit_group 4")
        junit = self.path("junit.xml")
        self.assertEqual(self.check("--junit", junit, self.golden).status, 1)
        printed = xml.etree.ElementTree.parse(junit).getroot()[0][0].find("system-out").text
        self.assertLess(len(printed), 2_000_000)
        self.assertTrue(printed.startswith("first\nfirst\n"))
        self.assertRegex(printed, r"\n… \d+ bytes of what it printed are left out here …\nfirst\n")
        self.assertTrue(printed.endswith("first\nthe last\n"), printed[-50:])

    def test_what_contradicts_itself_is_refused(self):
        folders = self.goldens("fork", "threads")
        for words in ([*folders, "--", "true"], ["--trace", "x", *folders], ["--trace", "x", "--repeat", "2", self.golden],
                      ["--repeat", "0", self.golden], ["-j", "many", self.golden]):
            result = self.check(*words)
            self.assertEqual((result.status, result.out), (2, b""), words)
            self.expect_one_line(result, "check: ")

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
