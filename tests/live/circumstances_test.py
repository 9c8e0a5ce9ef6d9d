#!/usr/bin/python3
"""lwptrace's own circumstances: few descriptors, closed ones, a pid namespace of its own, another one's /proc or none,
small limits, a full disk. It works, or says in one clear line why not (125); it never crashes, hangs or leaves a task."""

import itertools
import os
import resource
import shlex
import shutil
import signal
import subprocess
import unittest

import support


def namespaces(*options):
    """What puts a command into new namespaces, or None where this is not allowed."""
    argv = ["unshare", *options, "--"]
    return argv if shutil.which("unshare") and support.run([*argv, "true"]).status == 0 else None


class Circumstances(support.LiveTest):
    def start(self, *words, prefix=(), lwptrace=None, **options):
        """Runs lwptrace and gives its result; `prepare` runs just before it begins."""
        process = support.start([*prefix, lwptrace or support.lwptrace(), *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, preexec_fn=options.pop("prepare", None), **options)
        try:
            out, err = process.communicate(timeout=support.LIMIT)
        except subprocess.TimeoutExpired:
            raise support.Hang(f"{support.text(words)}: killed {support.kill_descendants()}") from None
        return support.Result(process.returncode, out, err, process.pid)

    def works_or_says_why(self, result, status):
        self.assertIn(result.status, (status, 125), result)
        if result.status == 125:
            self.expect_one_line(result, "lwptrace: ")
        else:
            self.assertEqual(result.err, b"")
        return result.status == status

    def test_few_descriptors(self):
        worked = []
        for limit in range(4, 24):
            limited = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
            recording = self.path("t.jsonl")
            words = "-qq", "-k", "-o", recording, "--", support.fixture("exit_group_from_thread")
            result = self.start(*words, prepare=limited)
            if b"shared libraries" in result.err:
                continue  # the program loader's own words
            if self.works_or_says_why(result, 4):
                worked.append(limit)
                trace = support.read_trace(recording)
                self.assertEqual((trace.end["births"], trace.end["exits"]), (2, 2))
                ends = {(e["lwp"], e["how"]) for e in trace.events if e["type"] == "exit"}
                self.assertEqual(ends, {(1, "group"), (2, "exit_group")}, f"{limit} descriptors")
            else:
                self.assertIn(b"ulimit -n", result.err)
        self.assertEqual(worked, list(range(min(worked), 24)))
        self.assertLessEqual(min(worked), 12)

    def test_the_program_has_the_limit_that_it_would_have(self):
        limited = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (12, 14))
        result = self.start("-qq", "--", "sh", "-c", "ulimit -Sn; ulimit -Hn", prepare=limited)
        self.assertEqual(result.out, b"12\n14\n")

    def test_any_of_the_first_three_descriptors_closed(self):
        for count in range(4):
            for closed in itertools.combinations((0, 1, 2), count):
                with self.subTest(closed=closed):
                    recording = self.path("t.jsonl")
                    close = " ".join(f"{fd}>&-" for fd in closed)
                    counts = []
                    for tracer in "", f"{shlex.quote(support.lwptrace())} -qq -o {recording} -- ":
                        seen = self.path("seen")
                        probe = f"for fd in 0 1 2 3 4 5 6 7 8; do test -e /proc/$$/fd/$fd && echo $fd; done >{seen} 2>&1"
                        command = f"{tracer}sh -c {shlex.quote(probe + '; exit 3')} {close}"
                        result = support.run(["sh", "-c", command])
                        self.assertEqual(result.status, 3)
                        with open(seen) as file:
                            counts.append(file.read())
                    self.assertEqual(counts[0], counts[1])
                    self.assertEqual(support.read_trace(recording).end["status"], {"code": 3})

    def test_sigchld_blocked_or_ignored_and_the_children_of_a_shell(self):
        for trap in ":", "trap '' CHLD":
            recording = self.path("t.jsonl")
            command = f"{trap}; sleep 1000 & true & exec {shlex.quote(support.lwptrace())} -qq -o {recording} -- " \
                      f"sh -c 'true & wait; kill {'$OTHER'}; exit 3'"
            result = support.run(["bash", "-c", "OTHER=0; " + command.replace("& true &", "& export OTHER=$!; true &")])
            self.assertEqual(result.status, 3)
            end = support.read_trace(recording).end
            self.assertEqual((end["births"], end["exits"], end["reason"]), (2, 2, "exited"))
        blocked = lambda: signal.pthread_sigmask(signal.SIG_BLOCK, set(range(1, 65)))
        recording = self.path("t.jsonl")
        result = self.start("-qq", "-o", recording, support.fixture("exit_group_from_thread"), prepare=blocked)
        self.assertEqual((result.status, support.read_trace(recording).end["exits"]), (4, 2))

    def test_the_program_has_the_timers_that_it_would_have(self):
        for which, signo in ((signal.ITIMER_REAL, signal.SIGALRM), (signal.ITIMER_VIRTUAL, signal.SIGVTALRM),
                             (signal.ITIMER_PROF, signal.SIGPROF)):
            with self.subTest(signo):
                recording = self.path("t.jsonl")
                process = support.start([support.lwptrace(), "-qq", "-o", recording, "sh", "-c", "while :; do :; done"],
                                        preexec_fn=lambda: signal.setitimer(which, 0.2))
                self.assertEqual(process.wait(support.LIMIT), -signo)
                trace = support.read_trace(recording)
                self.assertEqual([(e["signal"], e["code"]) for e in trace.events if e["type"] == "signal"],
                                 [(signo.name, "SI_KERNEL")])

    def test_as_process_1_of_a_pid_namespace(self):
        for options in ["--pid", "--fork", "--mount-proc"], ["--pid", "--fork"]:
            inside = namespaces(*options)
            if inside is None:
                self.skipTest("unshare is not allowed here")
            with self.subTest(options=options):
                recording = self.path("t.jsonl")
                words = ["-qq", "-o", recording, "--"]
                result = self.start(*words, support.fixture("exit_group_from_thread"), prefix=inside)
                self.assertEqual((result.status, result.err), (4, b""))
                trace = support.read_trace(recording)
                self.assertEqual([(e["lwp"], e["how"]) for e in trace.events if e["type"] == "exit"],
                                 [(1, "group"), (2, "exit_group")])
                self.assertEqual(trace.events[0]["tid"], 2)
                self.assertTrue(trace.events[0]["comm"])
                result = self.start(*words, support.fixture("double_fork_daemon"), prefix=inside)
                self.assertEqual(result.status, 2)
                trace = support.read_trace(recording)
                self.assertEqual(trace.end["exits"], 3)
                self.assertEqual([e["to"]["pid"] for e in trace.events if e["type"] == "reparent"], [1])
                result = self.start("-qq", "--", "sh", "-c", "kill -TERM $$", prefix=inside)
                self.assertEqual(result.status, 128 + signal.SIGTERM)  # an init cannot die of it

    def test_without_proc(self):
        inside = namespaces("--mount")
        if inside is None:
            self.skipTest("unshare is not allowed here")
        recording = self.path("t.jsonl")
        command = [*inside, "sh", "-c", 'umount -l /proc; exec "$@"', "sh"]
        result = self.start("-qq", "-o", recording, support.fixture("exit_group_from_thread"), prefix=command)
        self.assertEqual(result.status, 4)
        trace = support.read_trace(recording)
        self.assertEqual((trace.end["births"], trace.end["exits"]), (2, 2))
        self.assertEqual((trace.events[0]["comm"], result.err), ("exit_group_from"[:15], b""))

    def test_without_proc_and_without_the_right_to_mount_one(self):
        inside = namespaces("--mount")
        if inside is None or shutil.which("setpriv") is None:
            self.skipTest("unshare is not allowed here, or setpriv not installed")
        recording = self.path("t.jsonl")
        drop = "umount -l /proc; exec setpriv --bounding-set -sys_admin --inh-caps -sys_admin \"$@\""
        command = [*inside, "sh", "-c", drop, "sh"]
        result = self.start("-qq", "-o", recording, support.fixture("exit_group_from_thread"), prefix=command)
        self.assertEqual(result.status, 4)
        self.expect_one_line(result, "/proc", "mount -t proc")
        self.assertEqual(support.read_trace(recording).end["exits"], 2)

    def test_small_limits(self):
        for kib in 1000, 8000, 16000, 32000, 64000, 128000:
            limited = lambda: resource.setrlimit(resource.RLIMIT_AS, (kib << 10, kib << 10))
            result = self.start("-qq", "--", support.fixture("fork"), prepare=limited)
            if b"shared libraries" not in result.err and result.status != -signal.SIGSEGV:  # the kernel's, at the exec
                self.works_or_says_why(result, 0)

    def test_no_more_processes(self):
        def prepare():
            os.setresuid(65534, 65534, 65534)
            resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))

        if os.geteuid() != 0:
            self.skipTest("needs root, to become somebody without processes")
        lwptrace = support.for_anybody(self.path("."), support.lwptrace())
        result = self.start("-qq", "--", "true", lwptrace=lwptrace, prepare=prepare)
        self.assertEqual(result.status, 125)
        self.expect_one_line(result, "fork", "ulimit -u")

    def test_a_full_disk(self):
        inside = namespaces("--mount")
        if inside is None:
            self.skipTest("unshare is not allowed here")
        folder = self.path("tiny")
        os.mkdir(folder)
        command = [*inside, "sh", "-c", f'mount -t tmpfs -o size=8k none {folder} && exec "$@"', "sh"]
        for name in "t.jsonl", "t.jsonl.zst", "t.log":
            words = ["-o", f"{folder}/{name}", "--detail", "all", "--", "sh", "-c", "for i in 1 2 3 4 5 6 7 8 9; do "
                     "/bin/true; /bin/true; /bin/true; /bin/true; done; echo to the end"]
            result = self.start(*words, prefix=command)
            self.assertEqual(result.out, b"to the end\n")
            if result.status == 125:
                self.expect_one_line(result, f"{folder}/{name}", "No space left")
            else:
                self.assertEqual((name, result.status), ("t.jsonl.zst", 0))  # so small that it fits

    def test_a_directory_that_cannot_be_written(self):
        inside = namespaces("--mount")
        if inside is None:
            self.skipTest("unshare is not allowed here")
        folder = self.path("fixed")
        os.mkdir(folder)
        command = [*inside, "sh", "-c", f'mount -t tmpfs -o ro none {folder} && cd {folder} && exec "$@"', "sh"]
        result = self.start("-qq", "--", "sh", "-c", "pwd; exit 3", prefix=command)
        self.assertEqual((result.status, result.out), (3, folder.encode() + b"\n"))
        result = self.start("-o", "t.jsonl", "--", "touch", self.path("ran"), prefix=command)
        self.assertEqual((result.status, os.path.exists(self.path("ran"))), (125, False))
        self.expect_one_line(result, "t.jsonl", "Read-only")

    def test_signals_that_end_lwptrace_leave_nothing(self):
        for name in "INT", "TERM", "HUP", "QUIT", "KILL":
            for program in ["sh", "-c", "echo ready; read word"], ["sh", "-c", "sleep 1000 >&2 & echo ready; read word"]:
                with self.subTest(name, program=program):
                    if name != "KILL" and "sleep" in program[-1]:
                        continue  # what a program leaves behind goes on: interrupt_test.py
                    process = support.start([support.lwptrace(), "-qq", "-o", self.path("t.jsonl"), "--", *program],
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
                    self.assertEqual(process.stdout.readline(), b"ready\n")
                    number = getattr(signal, f"SIG{name}")
                    process.send_signal(number)
                    self.assertEqual(process.wait(support.LIMIT), -number)
                    process.stdin.close()
                    process.stdout.close()
                    support.expect_nothing_left()


if __name__ == "__main__":
    unittest.main()
