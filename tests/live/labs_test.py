#!/usr/bin/python3
"""The labs that are ready to use (fixtures/labs): each reference, and each solution that is right in another way, has
full marks; each wrong one loses what expected.txt says, in words that name the cause.

usage: labs_test.py [--thorough [RUNS [LAB...]]]: the right ones so many times (200), idle and on a machine that is full
of work.
"""

import json
import os
import pathlib
import shutil
import sys
import tempfile
import time
import unittest

import support

LABS = sorted((support.REPOSITORY / "fixtures/labs").glob("*/rubric.yaml"))
RIGHT = ("reference", "also")


def expected(lab):
    """What is wrong with a lab's submissions: {name: (points, words that are told, one of them)}."""
    found = {}
    for line in (lab / "expected.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            head, words = line.split(": ", 1)
            points, name = head.split()
            found[name] = float(points), words.split(" | ")
    return found


def grade(rubric, submissions, results):
    """What was kept of each: {submission: score}."""
    words = [rubric, "--submissions", submissions, "--results", results, "-j", "2"]
    done = support.run([support.lwptrace(), "grade", *words], limit=3600)
    if done.status not in (0, 1):
        raise AssertionError(f"grade {rubric}: {done.status}: {done.err.decode()}")
    kept = (json.loads(file.read_text(encoding="utf-8")) for file in pathlib.Path(results).glob("*.json"))
    return {one["submission"]: one for one in kept}


def told(score):
    """What a student is told of what did not pass."""
    failed = (check for check in score["checks"] if not check["passed"])
    return "\n".join([*score["remarks"], *(line for check in failed for line in (check["failed"], *check["events"]))])


class Labs(support.LiveTest):
    def submit(self, lab):
        os.makedirs(self.path("class"))
        for name in RIGHT:
            shutil.copytree(lab / name, self.path(f"class/{name}"))
        for folder in (lab / "wrong").iterdir():
            shutil.copytree(folder, self.path(f"class/{folder.name}"))


def lab_test(rubric):
    def test(self):
        self.submit(rubric.parent)
        wrong = expected(rubric.parent)
        self.assertGreaterEqual(len(wrong), 6)
        scores = grade(rubric, self.path("class"), self.path("results"))
        self.assertEqual(sorted(scores), sorted([*RIGHT, *wrong]))
        for name in RIGHT:
            with self.subTest(name):
                self.assertEqual((scores[name]["earned"], scores[name]["points"]), (100, 100), told(scores[name]))
                self.assertEqual(support.of_submission(scores[name]["remarks"]), [])
        for name, (points, words) in wrong.items():
            with self.subTest(name):
                self.assertEqual(scores[name]["earned"], points, told(scores[name]))
                self.assertTrue(any(some in told(scores[name]) for some in words), told(scores[name]))

    return test


for one in LABS:
    setattr(Labs, f"test_{one.parent.name}", lab_test(one))


class Explained(support.LiveTest):
    def test_each_lab_is_explained(self):
        self.assertGreaterEqual(len(LABS), 8)
        for rubric in LABS:
            with self.subTest(rubric.parent.name):
                result = self.lwptrace("grade", "--explain", rubric)
                self.assertEqual((result.status, result.err), (0, b""))
                for line in rubric.read_text(encoding="utf-8").splitlines():
                    if line.startswith("  - name: "):
                        self.assertIn(line.removeprefix("  - name: "), result.out.decode())


class Tried(support.LiveTest):
    def test_what_a_reference_proposes_is_a_rubric_that_it_passes(self):
        for rubric in LABS:
            if rubric.parent.name not in ("clone_flags", "create_process", "seg_fault_threads"):
                continue  # the others may have less at once, on a machine that is busy
            with self.subTest(rubric.parent.name):
                tried = self.lwptrace("grade", "--try", rubric, rubric.parent / "reference")
                self.assertEqual((tried.status, tried.err), (0, b""))
                folder = pathlib.Path(self.path(rubric.parent.name))
                shutil.copytree(rubric.parent, folder)
                head = rubric.read_text(encoding="utf-8").partition("checks:")[0]
                (folder / "rubric.yaml").write_text(head + tried.out.decode(), encoding="utf-8")
                graded = self.lwptrace("grade", folder / "rubric.yaml", cwd=folder / "reference")
                self.assertEqual(graded.status, 0, graded.out.decode() + graded.err.decode())
                self.assertGreaterEqual(graded.out.count(b"passed"), 5)

    def test_a_reference_that_is_none_is_said_to_be(self):
        lab = LABS[0].parent
        broken = pathlib.Path(self.path("main.c"))
        broken.write_text("not C", encoding="utf-8")
        for words, told in (
            (["--try", LABS[0], broken], ["main.c", "the build failed"]),
            (["--try", LABS[0], self.path("missing")], ["--try", "No such file"]),
            (["--try", LABS[0], broken, "--submissions", lab], ["--try", "one solution"]),
            ([LABS[0], broken], ["main.c", "one rubric at a time"]),
        ):
            with self.subTest(words):
                result = self.lwptrace("grade", *words)
                self.assertEqual((result.status, result.out), (2, b""))
                for word in told:
                    self.assertIn(word, result.err.decode().splitlines()[0])


def many(rubric, runs):
    """Each right solution of a lab, built once and run so many times; how many runs were not right."""
    missed = 0
    with tempfile.TemporaryDirectory(prefix="lwptrace-labs-") as folder:
        shutil.copytree(rubric.parent, f"{folder}/lab", ignore=shutil.ignore_patterns("wrong"))
        with open(f"{folder}/lab/rubric.yaml", "a", encoding="utf-8") as file:
            file.write(f"runs: {{ count: {runs}, hold: {runs} }}\n")
        os.mkdir(f"{folder}/class")
        for name in RIGHT:
            os.rename(f"{folder}/lab/{name}", f"{folder}/class/{name}")
        began = time.monotonic()
        for name, score in grade(f"{folder}/lab/rubric.yaml", f"{folder}/class", f"{folder}/results").items():
            full = min(check["held"] for check in score["checks"] if check["looked_at"])
            missed += runs - full
            print(f"  {rubric.parent.name} {name}: {full} of {runs}", flush=True)
            if full != runs:
                print("    " + told(score).replace("\n", "\n    "), flush=True)
        print(f"    {time.monotonic() - began:.1f} s for both", flush=True)
    return missed


def thorough(runs, names):
    labs = [rubric for rubric in LABS if not names or rubric.parent.name in names]
    print("idle:", flush=True)
    missed = sum(many(rubric, runs) for rubric in labs)
    load = "stress-ng --quiet --cpu 2 --vm 1 --vm-bytes 128M --fork 1 --switch 1".split()
    if shutil.which(load[0]) is None:
        print("under load: skipped, for there is no stress-ng")
        return missed
    print(f"under {support.text(load)}:", flush=True)
    stress = support.start(load)
    try:
        return missed + sum(many(rubric, runs) for rubric in labs)
    finally:
        stress.terminate()
        stress.wait()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--thorough"]:
        sys.exit(thorough(int((sys.argv[2:] or ["200"])[0]), sys.argv[3:]) != 0)
    unittest.main()
