#!/usr/bin/python3
"""Tracers inside and around: a task has one tracer, so whoever comes second is refused. Nobody hangs for it, births are
seen all the same, and lwptrace says in one line that it cannot trace. What privilege a traced program keeps stands here
as well."""

import errno
import os
import pathlib
import shutil
import signal
import subprocess
import unittest

import support

NOBODY = 65534
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
needs_strace = unittest.skipUnless(shutil.which("strace"), "strace is not installed")
needs_gdb = unittest.skipUnless(shutil.which("gdb"), "gdb is not installed")
needs_root = unittest.skipIf(os.geteuid() != 0, "only root may become another user")


class Inside(support.LiveTest):
    def test_a_program_that_would_trace_is_refused_and_goes_on(self):
        recording = self.path("t.jsonl")
        result = self.lwptrace("-qq", "--detail", "all", "-o", recording, support.fixture("ptrace_inside"))
        self.assertEqual(result.status, 0)
        trace = support.read_trace(recording)
        asked = [(e["lwp"], e["ret"]) for e in trace.events if e["type"] == "syscall" and e["name"] == "ptrace"]
        self.assertEqual(asked, [(2, -errno.EPERM), (1, -errno.EPERM)])
        codes = {e["lwp"]: e["code"] for e in trace.events if e["type"] == "exit"}
        self.assertEqual(codes, {1: 0, 2: 3, 3: 4})

    def test_lwptrace_under_lwptrace_says_so_in_one_line(self):
        for level in "births", "life":
            with self.subTest(level):
                outer, inner = self.path("outer.jsonl"), self.path("inner.jsonl")
                result = self.lwptrace("-qq", "--detail", level, "-o", outer, "--", support.lwptrace(), "-qq", "-o", inner,
                                       support.fixture("threads"))
                self.assertEqual((result.status, result.out), (125, b""))
                self.expect_one_line(result, "lwptrace: ptrace", "Operation not permitted", "traced already, by",
                                     "(lwptrace)", "run lwptrace without that")
                end = support.read_trace(outer).end
                self.assertEqual((end["births"], end["exits"], end["status"]), (2, 2, {"code": 125}))

    def test_lwptrace_attaches_to_others_under_lwptrace(self):
        sleeper = support.start(["sleep", "1000"])
        self.addCleanup(sleeper.wait)
        self.addCleanup(sleeper.kill)
        outer, inner = self.path("outer.jsonl"), self.path("inner.jsonl")
        result = self.lwptrace("-qq", "-o", outer, "--", support.lwptrace(), "attach", "-qq", "-o", inner, "--timeout",
                               "100ms", sleeper.pid)
        self.assertEqual((result.status, result.err), (124, b""))
        self.assertEqual(sleeper.wait(support.LIMIT), -signal.SIGKILL)
        end = support.read_trace(inner).end
        self.assertEqual((end["births"], end["exits"], end["reason"]), (1, 1, "timeout"))
        births = [e["kind"] for e in support.read_trace(outer).events if e["type"] == "birth"]
        self.assertEqual(births, ["process", "thread", "thread"])  # that of the attached tasks, that of the outputs


class Around(support.LiveTest):
    @needs_strace
    def test_under_strace_with_its_children(self):
        result = support.run(["strace", "-f", "-o", "/dev/null", support.lwptrace(), "-qq", support.fixture("threads")])
        self.assertEqual((result.status, result.out), (125, b""))
        self.expect_one_line(result, "lwptrace: ptrace", "Operation not permitted", "traced already, by", "(strace)")

    @needs_strace
    def test_under_strace_alone(self):
        recording = self.path("t.jsonl")
        result = support.run(["strace", "-o", "/dev/null", support.lwptrace(), "-qq", "-o", recording,
                              support.fixture("exit_group_from_thread")])
        self.assertEqual((result.status, result.err), (4, b""))
        end = support.read_trace(recording).end
        self.assertEqual((end["births"], end["exits"]), (2, 2))

    @needs_gdb
    def test_under_gdb(self):
        recording = self.path("t.jsonl")
        result = support.run(["gdb", "--batch", "-nx", "-ex", "handle SIGALRM nostop noprint pass", "-ex", "run", "--args",
                              support.lwptrace(), "-qq", "-o", recording, support.fixture("exit_group_from_thread")])
        self.assertIn(b"exited with code 04", result.out)
        end = support.read_trace(recording).end
        self.assertEqual((end["births"], end["exits"]), (2, 2))

    @needs_strace
    def test_what_strace_traces_cannot_be_had(self):
        target = support.start(["strace", "-o", "/dev/null", "sh", "-c", "echo $$; read word"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE)
        pid = target.stdout.readline().strip().decode()
        result = self.lwptrace("attach", pid)
        self.assertEqual(result.status, 125)
        self.expect_one_line(result, f"attach {pid} (sh)", "is traced already, by", "(strace)", "end that one first")
        target.communicate(b"\n", timeout=support.LIMIT)


@needs_root
class Privilege(support.LiveTest):
    """A set-user-ID program that says as whom it runs: `id` from another file."""

    def setUp(self):
        super().setUp()
        os.chmod(self._folder.name, 0o777)
        self.program = shutil.copy(shutil.which("id"), self.path("id"))
        os.chmod(self.program, 0o4755)
        if b"euid=0(root)" not in support.run([*AS_NOBODY, self.program]).out:
            self.skipTest("set-user-ID has no effect in this folder's file system")

    def dropped(self, recording):
        return {e["file"] for e in support.read_trace(recording).events if e.get("privilege_dropped")}

    def test_of_a_set_user_id_program_is_dropped_under_an_ordinary_user(self):
        for level in "births", "life":
            for mode in 0o4755, 0o2755:
                os.chmod(self.program, mode)
                command = [support.lwptrace(), "-qq", "--detail", level, "-o", self.path(f"{level}{mode}"), "-F", "jsonl"]
                result = support.run([*AS_NOBODY, *command, "sh", "-c", f"{self.program}; exit 7"])
                self.assertEqual(result.status, 7, result)
                self.assertIn(b"uid=65534", result.out)
                self.assertNotIn(b"euid", result.out)
                self.assertNotIn(b"egid", result.out)
                self.assertEqual(self.dropped(self.path(f"{level}{mode}")), {self.program})
        os.chmod(self.program, 0o4755)

    def test_of_a_set_user_id_program_is_kept_where_root_traces_for_a_user(self):
        for level in "births", "life":
            recording = self.path("t.jsonl")
            result = self.lwptrace("-qq", "--detail", level, "-o", recording, "-u", "nobody", self.program)
            self.assertIn(b"uid=65534", result.out)
            self.assertIn(b"euid=0(root)", result.out)
            self.assertEqual(self.dropped(recording), set())

    def test_of_a_set_user_id_program_is_dropped_after_no_new_privs(self):
        recording = self.path("t.jsonl")
        program = ["setpriv", "--reuid=65534", "--clear-groups", "--no-new-privs", self.program]
        result = self.lwptrace("-qq", "-o", recording, *program)
        self.assertNotIn(b"euid", result.out)
        self.assertEqual(self.dropped(recording), {self.program})

    def test_an_ordinary_user_cannot_become_another(self):
        result = support.run([*AS_NOBODY, support.lwptrace(), "-qq", "-u", "root", "true"])
        self.assertEqual(result.status, 125)
        self.expect_one_line(result, "-u root", "Only root may become another user")

    def test_an_ordinary_user_cannot_attach_to_a_set_user_id_program(self):
        program = shutil.copy(shutil.which("sleep"), self.path("sleep"))
        os.chmod(program, 0o4755)
        sleeper = support.start([*AS_NOBODY, program, "1000"])
        self.addCleanup(sleeper.wait)
        self.addCleanup(sleeper.kill)
        while b"sleep" not in pathlib.Path(f"/proc/{sleeper.pid}/comm").read_bytes():
            pass
        result = support.run([*AS_NOBODY, support.lwptrace(), "attach", str(sleeper.pid)])
        self.assertEqual(result.status, 125)
        self.expect_one_line(result, f"attach {sleeper.pid}", "run lwptrace as root")


if __name__ == "__main__":
    unittest.main()
