#!/usr/bin/python3
"""grade: submissions that nobody has read, some of them hostile (hostile/), are scored for what they do; each keeps to
its time, none reaches another, the rubric or the grader, and nothing is left of any: no process, mount or file."""

import csv
import json
import os
import pathlib
import pty
import shutil
import signal
import time
import unittest

import support

HOSTILE = pathlib.Path(__file__).resolve().parent / "hostile"
NOBODY = "setpriv --reuid 65534 --regid 65534 --clear-groups".split()
# As where a container forbids namespaces. Programs that kill everybody would find more than themselves there.
# For a user: a user namespace in which there can be no other, and root without powers in it.
NO_NAMESPACES = "unshare --user --map-root-user sh -c".split() + [
    'echo 0 > /proc/sys/user/max_user_namespaces; exec setpriv --bounding-set -all --inh-caps -all --no-new-privs "$@"',
    "sh",
]
# For root: nobody has a user namespace in a chroot, and nobody has mounts without CAP_SYS_ADMIN.
ROOT_WITHOUT = "unshare --mount sh -c".split() + [
    'mount --rbind / "$0" && exec chroot "$0" setpriv --bounding-set -sys_admin --inh-caps -sys_admin "$@"'
]
RUBRIC = """\
title: One child
build: cc -I. -DRESULTS='"{folder}/results"' -DSECRET='"{folder}/rubric.yaml"' -o prog main.c
command: ./prog
limits: {{ wall time: 5 s, output: 1M, disk: 8M, memory: 512M, lwps: 32 }}
checks:
  - name: A child ends with 22
    points: 10
    hint: "_exit(22)"
    reaps: {{ count: 1, of: 1.1, code: 22 }}
  - name: It ends well
    points: 5
    exit status: 0
  - name: It keeps to itself
    points: 5
    stderr: {{ lacks: REACHED }}
"""
TOO_LONG = "took longer than 5.00 s"
EXPECTED = {  # points, and words of its remarks
    "right": (20, ""),
    "wrong": (10, ""),
    "does_not_build": (0, "the build failed: main.c"),
    "fork_bomb": (0, "had more than 32 LWPs at once"),
    "infinite_loop": (0, TOO_LONG),
    "gigabyte": (0, "printed more than 1 MiB on stdout"),
    "kill_all": (10, ""),
    "ptrace_parent": (10, ""),
    "daemon": (5, TOO_LONG),
    "memory_hog": (5, ""),
    "untraced": (5, TOO_LONG),
    "snoop": (10, ""),
    "forger": (10, ""),
    "disk": (5, ""),
    "stop_all": (0, TOO_LONG),
    "signal_flood": (0, "and was ended"),
}


def own_cgroup():
    """The folder of this process's cgroup in the unified hierarchy, or None where it cannot be seen."""
    mounted = [line.split() for line in mounts().splitlines() if " - cgroup2 " in line]
    own = [line[3:] for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines() if line[:3] == "0::"]
    if not mounted or not own or mounted[-1][3] != "/":
        return None
    return pathlib.Path(mounted[-1][4], own[0].lstrip("/"))


def programs_left():
    """Processes that a submission has begun, wherever they are."""
    found = []
    for folder in filter(str.isdigit, os.listdir("/proc")):
        try:
            comm = pathlib.Path("/proc", folder, "comm").read_text(errors="replace").strip()
        except OSError:
            continue
        if comm == "hostile":
            found.append(int(folder))
    return found


def files_left():
    names = [name for folder in ("/tmp", "/var/tmp", "/dev/shm") for name in os.listdir(folder)]
    return {name for name in names if name.startswith(("lwptrace-grade", "forged"))}


def mounts():
    return pathlib.Path("/proc/self/mountinfo").read_text(encoding="utf-8")


class Grade(support.LiveTest):
    def setUp(self):
        super().setUp()
        os.chmod(self._folder.name, 0o777)
        self.before = mounts(), files_left()
        self.addCleanup(self.expect_no_trace_of_it)
        self.rubric = self.path("rubric.yaml")
        pathlib.Path(self.rubric).write_text(RUBRIC.format(folder=self._folder.name), encoding="utf-8")
        os.mkdir(self.path("class"))

    def expect_no_trace_of_it(self):
        self.assertEqual(programs_left(), [])
        self.assertEqual((mounts(), files_left()), self.before)

    def submit(self, *names):
        for name in names:
            shutil.copytree(HOSTILE / name, self.path(f"class/{name}"))
            shutil.copy(HOSTILE / "hostile.h", self.path(f"class/{name}"))

    def grade(self, *words, by=(), limit=120, **options):
        program = support.for_anybody(self._folder.name, support.lwptrace()) if by else support.lwptrace()
        env = {**os.environ, "HOME": "/nonexistent"}
        return support.run([*by, program, "grade", *words], limit=limit, env=env, **options)

    def grade_class(self, by=(), results="results", jobs="2"):
        if not os.path.isdir(self.path(results)):
            os.mkdir(self.path(results))
            os.chmod(self.path(results), 0o777)
        words = [self.rubric, "--submissions", self.path("class"), "--results", self.path(results), "-j", jobs]
        return self.grade(*words, by=by)

    def kept(self, results="results"):
        found = {}
        for file in pathlib.Path(self.path(results)).glob("*.json"):
            one = json.loads(file.read_text(encoding="utf-8"))
            found[one["submission"]] = one
        return found

    def expect(self, names, results="results"):
        kept = self.kept(results)
        self.assertEqual(sorted(kept), sorted(names))
        for name in names:
            with self.subTest(name):
                points, words = EXPECTED[name]
                remarks = "; ".join(support.of_submission(kept[name]["remarks"]))
                self.assertEqual(kept[name]["earned"], points, kept[name])
                self.assertIn(words, remarks)
                if not words:
                    self.assertEqual(remarks, "")

    def hostile_class_by(self, by):
        self.submit(*EXPECTED)
        result = self.grade_class(by)
        self.assertEqual(result.status, 1, result.err)
        self.expect(EXPECTED)
        with open(self.path("results/summary.csv"), newline="", encoding="utf-8") as file:
            rows = {row["submission"]: row["points"] for row in csv.DictReader(file)}
        self.assertEqual(rows, {name: str(points) for name, (points, _) in EXPECTED.items()})

    def test_a_hostile_class_is_graded_by_whoever_runs_the_tests(self):
        self.hostile_class_by(())

    @unittest.skipUnless(os.geteuid() == 0, "takes root")
    def test_a_hostile_class_is_graded_by_a_user_without_powers(self):
        self.hostile_class_by(NOBODY)

    def without_namespaces(self, by):
        names = "right wrong infinite_loop daemon untraced gigabyte memory_hog".split()
        self.submit(*names)
        result = self.grade_class(by)
        self.assertEqual(result.status, 1, result.err)
        self.assertEqual(sorted(self.kept()), sorted(names))
        for name, one in self.kept().items():
            self.assertEqual(one["earned"], EXPECTED[name][0], one)
            remarks = "; ".join(one["remarks"])
            self.assertIn(EXPECTED[name][1], remarks)
            self.assertIn("not contained, for there can be no namespaces here", remarks)
            self.assertEqual("it ran as the user who graded it" in remarks, by[0] == NOBODY[0])

    @unittest.skipUnless(os.geteuid() == 0, "takes root")
    def test_without_namespaces_limits_hold_and_what_is_missing_is_said(self):
        self.without_namespaces(NOBODY + NO_NAMESPACES)

    @unittest.skipUnless(os.geteuid() == 0, "takes root")
    def test_without_namespaces_roots_programs_are_nobodys(self):
        self.without_namespaces(self.root_without())

    def root_without(self):
        os.mkdir(self.path("root"))
        return [*ROOT_WITHOUT, self.path("root")]

    def test_what_has_not_changed_is_not_run_again(self):
        self.submit("right", "wrong")
        self.grade_class()
        files = {name: pathlib.Path(self.path(f"results/{name}.json")) for name in ("right", "wrong")}
        first = {name: file.stat().st_ino for name, file in files.items()}
        self.assertIn(b"2 of 2 are graded already", self.grade_class().err)
        self.assertEqual({name: file.stat().st_ino for name, file in files.items()}, first)
        source = pathlib.Path(self.path("class/wrong/main.c"))
        source.write_text(source.read_text(encoding="utf-8").replace("21)", "22)"), encoding="utf-8")
        again = self.grade_class()
        self.assertIn(b"1 of 2 are graded already", again.err)
        self.assertEqual(again.status, 0, again.err)
        self.assertEqual(files["right"].stat().st_ino, first["right"])
        self.assertEqual(self.kept()["wrong"]["earned"], 20)
        with open(self.rubric, "a", encoding="utf-8") as file:
            file.write("# as a.golden says\n")
        self.assertNotIn(b"already", self.grade_class().err)
        self.assertIn(b"already", self.grade_class().err)
        pathlib.Path(self.path("a.golden")).write_text("1\n", encoding="utf-8")
        self.assertNotIn(b"already", self.grade_class().err)

    def test_a_result_that_is_damaged_is_made_again(self):
        self.submit("right")
        self.grade_class()
        for damage in ("", "{", '{"lwptrace_grade":1}', "[]", "\0"):
            pathlib.Path(self.path("results/right.json")).write_text(damage, encoding="utf-8")
            self.assertEqual(self.grade_class().status, 0)
            self.assertEqual(self.kept()["right"]["earned"], 20)

    def interrupt(self, by, signals):
        self.submit("right", "infinite_loop")
        os.rename(self.path("class/right"), self.path("class/a_right"))
        text = pathlib.Path(self.rubric).read_text(encoding="utf-8").replace("5 s", "100 s")
        pathlib.Path(self.rubric).write_text(text, encoding="utf-8")
        words = [self.rubric, "--submissions", self.path("class"), "--results", self.path("results")]
        for number in signals:
            with self.subTest(number):
                grader = support.start([*by, support.lwptrace(), "grade", *words])
                deadline = time.monotonic() + support.LIMIT
                while not (programs_left() and os.path.exists(self.path("results/a_right.json"))):
                    self.assertLess(time.monotonic(), deadline)
                    time.sleep(0.01)
                grader.send_signal(number)
                self.assertEqual(grader.wait(support.LIMIT), -number)
                support.expect_nothing_left()
                self.expect_no_trace_of_it()
                self.assertEqual(sorted(os.listdir(self.path("results"))), ["a_right.json", "class.list"])

    def test_an_interrupt_ends_everything_and_keeps_what_is_finished(self):
        self.interrupt((), (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL))

    @unittest.skipUnless(os.geteuid() == 0, "takes root")
    def test_an_interrupt_without_namespaces_ends_everything_too(self):
        self.interrupt(self.root_without(), (signal.SIGINT, signal.SIGTERM))

    def test_one_submission_is_the_folder_or_the_program(self):
        self.submit("right", "wrong")
        for name, status in (("right", 0), ("wrong", 1)):
            result = self.grade(self.rubric, cwd=self.path(f"class/{name}"))
            self.assertEqual(result.status, status, result.err)
            self.assertIn(f"{EXPECTED[name][0]} / 20".encode(), result.out)
        program = self.path("program")
        support.run(["cc", "-o", program, self.path("class/right/main.c")])
        self.assertEqual(self.grade(self.rubric, "--", program).status, 0)
        self.assertEqual(self.grade(self.rubric, "--", "true").status, 1)

    def test_a_file_is_a_submission_and_its_name_is_told(self):
        shutil.copy(HOSTILE / "right/main.c", self.path("class/ann.c"))
        shutil.copy(HOSTILE / "wrong/main.c", self.path("class/bob.c"))
        shutil.copy(HOSTILE / "wrong/main.c", self.path("class/.hidden.c"))
        os.symlink("ann.c", self.path("class/copycat.c"))
        text = pathlib.Path(self.rubric).read_text(encoding="utf-8").replace("main.c", "$SUBMISSION")
        pathlib.Path(self.rubric).write_text(text, encoding="utf-8")
        self.grade_class()
        self.assertEqual({name: one["earned"] for name, one in self.kept().items()}, {"ann.c": 20, "bob.c": 10})

    def test_a_trace_within_walls_is_that_of_outside(self):
        """Its tracer is the init of its namespace, and has orphans for children."""
        cases = "sleepy_creator orphan double_fork_daemon clone_untraced wait_exit_code_22 threads".split()
        os.mkdir(self.path("rubric"))
        rubric = pathlib.Path(self.path("rubric/same.yaml"))
        for case in cases:
            with self.subTest(case):
                golden = pathlib.Path(self.path("rubric/golden"))
                program = support.fixture(case)
                written = self.lwptrace("check", "--update", golden, "--", f"./{case}", cwd=os.path.dirname(program))
                self.assertEqual(written.status, 0, written.err)
                # These tests are a subreaper; what a program leaves there is init's elsewhere.
                golden.write_text(golden.read_text(encoding="utf-8").replace("subreaper", "init"), encoding="utf-8")
                rubric.write_text(
                    "title: Same\ncommand: ./x\nchecks: [{name: Same, points: 1, golden: golden}]\n", encoding="utf-8"
                )
                result = self.grade(str(rubric), "--", program)
                self.assertEqual(result.status, 0, result.out)
                golden.unlink()

    def test_one_that_is_too_large_is_not_run(self):
        self.submit("right")
        os.truncate(shutil.copy(HOSTILE / "right/main.c", self.path("class/hole.c")), 1 << 40)
        result = self.grade_class()
        self.assertIn(b"hole.c  0 / 20\nright  20 / 20\n", result.out)
        self.assertIn("larger than 256 MiB", self.kept()["hole.c"]["remarks"][0])

    def test_on_a_terminal_the_progress_is_told(self):
        self.submit("right", "wrong")
        ours, theirs = pty.openpty()
        words = [self.rubric, "--submissions", self.path("class")]
        grader = support.start([support.lwptrace(), "grade", *words], stdout=support.subprocess.DEVNULL, stderr=theirs)
        os.close(theirs)
        told = b""
        try:
            while some := os.read(ours, 4096):
                told += some
        except OSError:  # nobody has the other end any more
            pass
        os.close(ours)
        self.assertEqual(grader.wait(support.LIMIT), 1)
        for line in b"0 of 2 graded", b"1 of 2 graded, about ", b"2 of 2 graded":
            self.assertIn(line, told)

    def test_each_run_of_several_is_made_afresh(self):
        rubric = pathlib.Path(self.path("runs.yaml"))
        rubric.write_text(
            "title: Runs\ncommand: [sh, -c, 'test ! -e x && touch x /tmp/x /dev/shm/x']\nruns: 5\n"
            "checks: [{name: Alone, points: 1, exit status: 0}]\n",
            encoding="utf-8",
        )
        self.submit("right")
        result = self.grade(str(rubric), cwd=self.path("class/right"))
        self.assertEqual(result.status, 0, result.out)

    def test_a_submission_is_in_a_cgroup_of_its_own_and_none_is_left(self):
        own = own_cgroup()
        there_can_be = own is not None and os.access(own, os.W_OK) and os.access(own / "cgroup.procs", os.W_OK)
        before = set(own.glob("lwptrace*")) if there_can_be else set()
        rubric = pathlib.Path(self.path("cgroup.yaml"))
        see = 'grep "^0::.*/lwptrace-[0-9]*-[0-9]*/run$" /proc/self/cgroup'
        its = f"{own}/$(basename $(dirname $(grep ^0:: /proc/self/cgroup)))/cgroup.max.depth"
        lift = f"test -e {its} && ! echo max > {its}"
        if not there_can_be:
            see, lift = "! " + see, "true"
        rubric.write_text(
            f"title: Cgroup\nbuild: {see}\ncommand: [sh, -c, '{see} && {lift}']\nruns: 2\n"
            "checks: [{name: Its own, points: 1, exit status: 0}]\n",
            encoding="utf-8",
        )
        self.submit("right")
        result = self.grade(str(rubric), cwd=self.path("class/right"))
        self.assertEqual(result.status, 0, result.out)
        if there_can_be:
            self.assertEqual(set(own.glob("lwptrace*")), before)

    def test_words_that_are_wrong_get_one_line(self):
        self.submit("right")
        good = self.rubric
        missing = self.path("missing")
        for words, told in (
            ([], ["no rubric given", "--new"]),
            ([missing], [missing, "No such file"]),
            ([self.path("class")], ["is a folder"]),
            ([good, "-j", "0"], ["-j 0", "whole number"]),
            ([good, "-j", "many"], ["-j many"]),
            ([good, "--submissions", missing], ["--submissions", "No such file"]),
            ([good, "--submissions", self.path("class/right/main.c")], ["--submissions", "Not a directory"]),
            ([good, "--submissions", self.path("class"), "--", "true"], ["true", "leave one"]),
            ([good, "--csv", missing + "/x"], ["--csv", "nothing was run"]),
            ([good, "--results", good], ["--results", "nothing was run"]),
            ([good, "--submission", "x"], ["--submissions"]),
        ):
            with self.subTest(words):
                result = self.lwptrace("grade", *words)
                self.assertEqual((result.status, result.out), (2, b""))
                self.expect_one_line(result, "lwptrace: grade: ", *told)

    def test_a_new_rubric_loads_and_is_explained(self):
        printed = self.lwptrace("grade", "--new")
        self.assertEqual((printed.status, printed.err), (0, b""))
        with open(self.rubric, "wb") as file:
            file.write(printed.out)
        told = self.lwptrace("grade", "--explain", self.rubric)
        self.assertEqual((told.status, told.err), (0, b""))
        self.assertIn(b"22", told.out)
        self.submit("right", "wrong")
        self.assertEqual(self.grade(self.rubric, cwd=self.path("class/right")).status, 0)
        self.assertEqual(self.grade(self.rubric, cwd=self.path("class/wrong")).status, 1)


if __name__ == "__main__":
    unittest.main()
