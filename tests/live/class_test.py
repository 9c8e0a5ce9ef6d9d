#!/usr/bin/python3
"""A class that nobody has read: submissions to all the labs (fixtures/labs), one in twenty of them hostile (hostile/),
graded two at a time. Scores are right, nothing is left behind: no process, mount or file.

usage: class_test.py [N]: a class of N, and what it cost; without N, a few.
"""

import os
import pathlib
import random
import shutil
import sys
import threading
import time
import unittest

import labs_test
import support

HOSTILE = support.REPOSITORY / "tests/live/hostile"
# Submitted to labs about threads, of which none of them makes one.
THREAD_LABS = ("multithreaded", "sum_array_threads", "seg_fault_threads")
WORDS = {  # of their remarks
    "fork_bomb": "had more than 16 LWPs at once",
    "gigabyte": "printed more than 1 MiB on stdout",
    "kill_all": "",
    "ptrace_parent": "",
    "memory_hog": "",
    "snoop": "",
    "infinite_loop": "",
    "forger": "",
    "untraced": "took longer than",
    "daemon": "took longer than",  # forks twice, has a session of its own and ignores every signal
}
FEW = 20


def main():
    size = int(sys.argv.pop(1)) if sys.argv[1:] and sys.argv[1].isdigit() else FEW
    Class.size = size
    unittest.main()


def generate(folder, size, token):
    """{lab: {submission: (points, words)}}; the same each time. The token is in each name."""
    chance = random.Random(size)
    wanted = {}
    hostile = [list(WORDS)[i % len(WORDS)] for i in range(max(1, size // 20))]
    kinds = {lab.parent: labs_test.expected(lab.parent) for lab in labs_test.LABS}
    for i in range(size - len(hostile)):
        lab = list(kinds)[i % len(kinds)]
        name = chance.choice([*labs_test.RIGHT, *kinds[lab]])
        points, words = kinds[lab].get(name, (100, [""]))
        source = lab / name if name in labs_test.RIGHT else lab / "wrong" / name
        own = f"{token}-{i}-{name}"
        shutil.copytree(source, folder / lab.name / own)
        wanted.setdefault(lab.name, {})[own] = points, words
    for i, name in enumerate(hostile):
        lab = THREAD_LABS[i % len(THREAD_LABS)]
        own = f"{token}-{size - i}-{name}"
        (folder / lab / own).mkdir(parents=True)
        shutil.copy(HOSTILE / "hostile.h", folder / lab / own)
        where = f'#define RESULTS "{folder}/results"\n#define SECRET "{support.REPOSITORY}/fixtures/labs/{lab}/rubric.yaml"\n'
        source = (HOSTILE / name / "main.c").read_text(encoding="utf-8")
        (folder / lab / own / "main.c").write_text(where + source, encoding="utf-8")
        wanted.setdefault(lab, {})[own] = 0, [WORDS[name]]
    return wanted


def processes_of(token):
    """Who has the token in its environment, as each submission's program has."""
    found = []
    for folder in filter(str.isdigit, os.listdir("/proc")):
        try:
            if token.encode() in pathlib.Path("/proc", folder, "environ").read_bytes():
                found.append(int(folder))
        except OSError:
            pass
    return [pid for pid in found if pid != os.getpid()]


def files_left():
    names = [name for folder in ("/tmp", "/var/tmp", "/dev/shm") for name in os.listdir(folder)]
    return {name for name in names if name.startswith(("lwptrace-grade", "forged"))}


class Memory:
    """The most that all processes below this one had at any one time (sampled), and that lwptrace's own had."""

    def __enter__(self):
        self.all = self.own = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._done.set()
        self._thread.join()

    def _watch(self):
        while not self._done.wait(0.1):
            everybody = own = 0
            for pid, comm in support.descendants(os.getpid()).items():
                try:
                    rollup = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
                except OSError:
                    continue
                pss = sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
                everybody += pss
                own += pss if comm.startswith("lwptrace") else 0
            self.all, self.own = max(self.all, everybody), max(self.own, own)


class Class(support.LiveTest):
    size = FEW

    def test_a_class_of_unknown_programs_has_the_right_scores_and_leaves_nothing(self):
        folder, token = pathlib.Path(self.path("class")), f"class{os.getpid()}"
        mounts = pathlib.Path("/proc/self/mountinfo").read_text(encoding="utf-8")
        files = files_left()
        wanted = generate(folder, self.size, token)
        scores = {}
        began = time.monotonic()
        with Memory() as memory:
            for lab in wanted:
                rubric = support.REPOSITORY / f"fixtures/labs/{lab}/rubric.yaml"
                scores[lab] = labs_test.grade(rubric, folder / lab, self.path(f"results-{lab}"))
        took = time.monotonic() - began
        for lab, submissions in wanted.items():
            self.assertEqual(sorted(scores[lab]), sorted(submissions))
            for name, (points, words) in submissions.items():
                with self.subTest(name):
                    said = labs_test.told(scores[lab][name])
                    self.assertEqual(scores[lab][name]["earned"], points, said)
                    self.assertTrue(any(some in said for some in words), said)
        self.assertEqual(processes_of(token), [])
        self.assertEqual(pathlib.Path("/proc/self/mountinfo").read_text(encoding="utf-8"), mounts)
        self.assertEqual(files_left() - files, set())
        print(
            f"{self.size} submissions in {took:.1f} s, {60 * self.size / took:.0f} a minute; at most "
            f"{memory.own / 1024:.0f} MiB of lwptrace, {memory.all / 1024:.0f} MiB with all that it ran"
        )


if __name__ == "__main__":
    main()
