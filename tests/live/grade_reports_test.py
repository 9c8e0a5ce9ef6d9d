#!/usr/bin/python3
"""The reports of grade, read as machines read them: written whatever the program does and when grading is interrupted,
whole or not at all; and a class that is graded in shards, by GNU parallel too. Slurm: grade_slurm_test.py."""

import csv
import html.parser
import json
import os
import pathlib
import re
import shutil
import signal
import stat
import time
import unittest
import xml.etree.ElementTree

import support

try:
    import jsonschema
except ImportError as missing:
    print(missing)
    raise SystemExit(support.SKIP)

HOSTILE = pathlib.Path(__file__).resolve().parent / "hostile"
SCHEMA = json.loads((support.REPOSITORY / "docs/grade.schema.json").read_text(encoding="utf-8"))
RUBRIC = """\
title: One child
build: cc -I. -DRESULTS='""' -DSECRET='""' -o prog main.c
command: ./prog
limits: { wall time: 2 s, output: 1M, disk: 8M, lwps: 32 }
checks:
  - { name: A child ends with 22, points: 10, hint: "_exit(22)", reaps: { count: 1, of: 1.1, code: 22 } }
  - { name: It ends well, points: 5, exit status: 0, needs: A child ends with 22 }
  - { name: Between us, points: 5, visibility: hidden, births: { count: 1 } }
"""
REPORTS = ("html", "csv", "json", "junit", "gradescope")
# Jenkins's junit-10.xsd, as far as these elements go: attributes (! is needed), and children in order.
JUNIT = {
    "testsuites": ("name time tests failures disabled errors", ["testsuite"]),
    "testsuite": (
        "name! tests! failures errors time disabled skipped timestamp hostname id package",
        ["properties", "testcase", "system-out", "system-err"],
    ),
    "properties": ("", ["property"]),
    "property": ("name! value!", []),
    "testcase": ("name! assertions time classname status", ["skipped", "error", "failure", "system-out", "system-err"]),
    "skipped": ("type message", []),
    "error": ("type message", []),
    "failure": ("type message", []),
    "system-err": ("", []),
}
GRADESCOPE = {"score", "output", "output_format", "visibility", "stdout_visibility", "tests"}
GRADESCOPE_TEST = {"name", "score", "max_score", "status", "output", "output_format", "visibility"}


class Tags(html.parser.HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.tags, self.text = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)


class Graded(support.LiveTest):
    def setUp(self):
        super().setUp()
        self.write("rubric.yaml", RUBRIC)
        os.mkdir(self.path("class"))

    def write(self, name, text):
        pathlib.Path(self.path(name)).write_text(text, encoding="utf-8")
        return self.path(name)

    def read(self, name):
        return pathlib.Path(self.path(name)).read_text(encoding="utf-8")

    def submit(self, name, of="right"):
        shutil.copytree(HOSTILE / of, self.path(f"class/{name}"))
        shutil.copy(HOSTILE / "hostile.h", self.path(f"class/{name}"))
        return self.path(f"class/{name}")

    def grade(self, *words, **options):
        return self.lwptrace("grade", *words, limit=120, **options)

    def wanted(self, *but):
        return [word for name in REPORTS if name not in but for word in (f"--{name}", self.path(f"report.{name}"))]

    def expect_junit(self, element):
        attributes, children = JUNIT[element.tag]
        for word in attributes.split():
            if word.endswith("!"):
                self.assertIn(word[:-1], element.attrib)
        self.assertLessEqual(set(element.attrib), set(attributes.replace("!", "").split()))
        places = [children.index(child.tag) for child in element]
        self.assertEqual(places, sorted(places))
        for child in element:
            self.expect_junit(child)

    def expect_reports(self, but=()):
        """Each can be read, and they agree; the report of JSON."""
        whole = json.loads(self.read("report.json"))
        jsonschema.validate(whole, SCHEMA, jsonschema.Draft202012Validator)
        submissions = whole["submissions"]
        suites = xml.etree.ElementTree.fromstring(self.read("report.junit"))
        self.expect_junit(suites)
        self.assertEqual([len(suite.findall("testcase")) for suite in suites], [3] * len(submissions))
        with open(self.path("report.csv"), newline="", encoding="utf-8") as file:
            self.assertEqual([float(r["points"]) for r in csv.DictReader(file)], [s["earned"] for s in submissions])
        page = Tags(self.read("report.html"))
        self.assertEqual([tag for tag, attributes in page.tags if tag in ("script", "link", "img", "iframe")], [])
        if "gradescope" not in but:
            results = json.loads(self.read("report.gradescope"))
            self.assertEqual(set(results), GRADESCOPE)
            self.assertEqual(results["score"], submissions[0]["earned"])
            for test in results["tests"]:
                self.assertEqual(set(test), GRADESCOPE_TEST)
                self.assertIn(test["status"], ("passed", "failed"))
                self.assertIn(test["visibility"], ("visible", "hidden", "after_due_date"))
        return submissions


class Reports(Graded):
    def test_are_written_whatever_the_program_does(self):
        self.write("crash.c", "int main(void) { *(volatile int *)0 = 1; }\n")
        for name in ("right", "wrong", "infinite_loop", "fork_bomb", "gigabyte", "does_not_build", "crash"):
            with self.subTest(name):
                folder = self.submit(name, "right" if name == "crash" else name)
                if name == "crash":
                    shutil.copy(self.path("crash.c"), folder + "/main.c")
                result = self.grade(self.path("rubric.yaml"), *self.wanted(), cwd=folder)
                self.assertEqual(result.status, 0 if name == "right" else 1, result.err)
                (one,) = self.expect_reports()
                self.assertEqual(one["ran"], name != "does_not_build")
                self.assertNotIn("Between us", self.read("report.html"))
                for report in REPORTS:
                    os.unlink(self.path(f"report.{report}"))
                self.assertEqual([f for f in os.listdir(self._folder.name) if "report" in f], [])

    def test_of_a_class_link_to_each_submission(self):
        for name in ("right", "wrong", "<b>&\"'\x1b=1"):
            self.submit(name, "right" if name[0] == "<" else name)
        words = [self.path("rubric.yaml"), "--submissions", self.path("class")]
        self.grade(*words, *self.wanted("gradescope"))
        self.assertEqual([one["earned"] for one in self.expect_reports(but="gradescope")], [20, 20, 5])
        page = Tags(self.read("report.html"))
        ids = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
        links = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
        self.assertEqual(links, ["#s1", "#s2", "#s3"])
        self.assertEqual(ids, {"s1", "s2", "s3"})
        self.assertEqual([tag for tag, _ in page.tags if tag == "b" and "\x1b" in tag], [])
        self.assertIn("<b>&\"'\\x1b=1", page.text)
        refused = self.grade(*words, "--gradescope", self.path("x"))
        self.assertEqual(refused.status, 2)
        self.expect_one_line(refused, "--gradescope is of one submission")

    def test_are_written_when_grading_is_interrupted(self):
        folder = self.submit("infinite_loop", "infinite_loop")
        self.write("rubric.yaml", RUBRIC.replace("2 s", "100 s"))
        for number in (signal.SIGINT, signal.SIGTERM):
            grader = support.start(
                [support.lwptrace(), "grade", self.path("rubric.yaml"), *self.wanted()],
                cwd=folder,
                stdout=support.subprocess.DEVNULL,
                stderr=support.subprocess.DEVNULL,
            )
            deadline = time.monotonic() + support.LIMIT
            while "hostile" not in support.descendants(grader.pid).values():
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.01)
            grader.send_signal(number)
            self.assertEqual(grader.wait(support.LIMIT), -number)
            (one,) = self.expect_reports()
            self.assertEqual(one["remarks"], ["not graded: grading was interrupted"])

    def test_that_cannot_be_written_are_refused_before_anything_is_run(self):
        folder = self.submit("right")
        os.mkdir(self.path("a_folder"))
        kept = self.write("kept.json", "kept")
        results = self.path("results")
        for name, why in ((self.path("missing/x"), "No such file"), (self.path("a_folder"), "Is a directory")):
            for report in REPORTS:
                words = ["--json", kept, f"--{report}", name]
                result = self.grade(self.path("rubric.yaml"), *words, "--results", results, cwd=folder)
                self.assertEqual((result.status, result.out), (2, b""))
                self.expect_one_line(result, f"--{report} {name}", why, "nothing was run")
        self.assertEqual((self.read("kept.json"), os.path.exists(results)), ("kept", False))
        twice = self.grade(self.path("rubric.yaml"), "--json", "-", "--csv", "-", cwd=folder)
        self.assertEqual(twice.status, 2)
        self.expect_one_line(twice, "stdout takes one report")

    def test_take_the_place_of_files_and_leave_devices_and_links(self):
        folder = self.submit("right")
        old = self.write("old.json", "x" * 100000)
        os.chmod(old, 0o600)
        os.symlink("old.json", self.path("link.json"))
        os.mkfifo(self.path("pipe"))
        before = os.stat(old).st_ino
        with open(old, encoding="utf-8") as reader:
            pipe = os.open(self.path("pipe"), os.O_RDWR)
            self.grade(self.path("rubric.yaml"), "--json", self.path("link.json"), "--csv", self.path("pipe"), cwd=folder)
            self.assertEqual(reader.read(), "x" * 100000)  # who has it open sees what was there
        self.assertTrue(os.read(pipe, 100000).startswith(b"submission,"))
        os.close(pipe)
        self.assertTrue(os.path.islink(self.path("link.json")) and stat.S_ISFIFO(os.stat(self.path("pipe")).st_mode))
        self.assertNotEqual(os.stat(old).st_ino, before)
        self.assertEqual(stat.S_IMODE(os.stat(old).st_mode), 0o600)
        self.assertEqual(json.loads(self.read("old.json"))["submissions"][0]["earned"], 20)
        full = self.grade(self.path("rubric.yaml"), "--csv", "/dev/full", cwd=folder)
        self.assertEqual(full.status, 125)
        self.expect_one_line(full, "--csv /dev/full", "No space left")

    def test_a_dash_is_stdout_and_nothing_else_is_there(self):
        folder = self.submit("right")
        result = self.grade(self.path("rubric.yaml"), "--json", "-", cwd=folder)
        self.assertEqual(json.loads(result.out)["submissions"][0]["earned"], 20)


class Shards(Graded):
    def setUp(self):
        super().setUp()
        for i, of in enumerate(("right", "wrong", "does_not_build", "right", "wrong")):
            self.submit(f"s{i}", of)
        self.words = [self.path("rubric.yaml"), "--submissions", self.path("class")]

    def shard(self, number, of=3):
        return self.grade(*self.words, "--shard", f"{number}/{of}", "--results", self.path(f"out/{number}"))

    def merge(self, *words):
        folders = sorted(str(folder) for folder in pathlib.Path(self.path("out")).iterdir())
        return self.grade("--merge", *folders, *words)

    def test_merged_are_as_if_graded_in_one_run(self):
        names = [self.shard(number).out.split()[::4] for number in (1, 2, 3)]
        self.assertEqual(names, [[b"s0", b"s3"], [b"s1", b"s4"], [b"s2"]])
        merged = self.merge(*self.wanted("gradescope"))
        self.expect_reports(but="gradescope")
        whole = self.grade(*self.words, "--csv", self.path("whole.csv"))
        self.assertEqual((merged.status, merged.out), (whole.status, whole.out))
        self.assertEqual(self.read("report.csv"), self.read("whole.csv"))

    def test_missing_submissions_are_named(self):
        for number in (1, 3):
            self.shard(number)
        os.unlink(self.path("out/1/s3.json"))
        result = self.merge()
        self.assertEqual(result.status, 125)
        self.assertEqual(result.out.split()[::4], [b"s0", b"s2"])
        self.expect_one_line(result, "not graded, and left out: s1, s3, s4")

    def test_of_two_results_the_first_one_counts(self):
        self.shard(1)
        shutil.copytree(self.path("out/1"), self.path("out/2"))
        other = json.loads(self.read("out/2/s0.json"))
        other["earned"] = 1
        self.write("out/2/s0.json", json.dumps(other))
        self.assertIn(b"s0  20 / 20\n", self.merge().out)
        os.rename(self.path("out/1"), self.path("out/3"))
        self.assertIn(b"s0  1 / 20\n", self.merge().out)

    def test_results_of_another_rubric_are_refused(self):
        self.shard(1)
        self.write("rubric.yaml", RUBRIC + "# changed\n")
        self.shard(2)
        result = self.merge()
        self.assertEqual((result.status, result.out), (2, b""))
        self.expect_one_line(result, "out/2", "another rubric", "out/1")
        self.shard(1)  # whose results of before count no more
        self.assertNotIn(b"s2", self.merge().out)

    def test_words_that_are_wrong_get_one_line(self):
        self.shard(4, 9)
        shutil.copytree(self.path("out/4"), self.path("damaged"))
        self.write("damaged/class.list", "x")
        for words, told in (
            ([*self.words, "--shard", "0/3"], "--shard 0/3: say which of how many"),
            ([*self.words, "--shard", "4/3"], "--shard 4/3"),
            ([*self.words, "--shard", "3"], "--shard 3"),
            ([self.words[0], "--shard", "1/2"], "--submissions"),
            (["--merge"], "no folder of results"),
            (["--merge", self.path("class")], "class.list is not in there"),
            (["--merge", self.path("damaged")], "damaged"),
            (["--merge", self.path("out/4"), "--shard", "1/2"], "leave --shard out"),
            (["--merge", self.path("out/4"), "--csv", self.path("missing/x")], "nothing was run"),
            ([self.words[0], "another"], "one rubric at a time"),
        ):
            with self.subTest(words):
                result = self.grade(*words)
                self.assertEqual((result.status, result.out), (2, b""))
                self.expect_one_line(result, told)

    def test_a_shard_may_have_nobody(self):
        result = self.shard(7, 9)
        self.assertEqual((result.status, result.out), (0, b""))

    @unittest.skipUnless(shutil.which("parallel"), "GNU parallel is not installed")
    def test_the_example_with_gnu_parallel_grades_a_class(self):
        page = (support.REPOSITORY / "docs/grading.md").read_text(encoding="utf-8")
        (example,) = re.findall(r"^    (parallel .*\n(?:    .*\n)*)", page, re.MULTILINE)
        env = {**os.environ, "PATH": f"{os.path.dirname(support.lwptrace())}:{os.environ['PATH']}", "HOME": self.path("")}
        support.run(["sh", "-c", example], cwd=self._folder.name, limit=120, env=env)
        self.grade(*self.words, "--csv", self.path("whole.csv"))
        self.assertEqual(self.read("class.csv"), self.read("whole.csv"))
        self.assertIn("<b>5</b>submissions", self.read("class.html"))


if __name__ == "__main__":
    unittest.main()
