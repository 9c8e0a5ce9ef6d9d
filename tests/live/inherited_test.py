#!/usr/bin/python3
"""What the traced program inherits is what it would have inherited untraced: descriptors, signals, directory, stdin."""

import os
import signal
import subprocess
import unittest

import support

LEVELS = "births", "life", "all"


class Inherited(support.LiveTest):
    def both(self, prepare=lambda: None, fds=(), detail="life"):
        """mask_and_fds untraced and traced, started in the same unusual circumstances."""
        seen = []
        traced = [support.lwptrace(), "-qq", "-o", self.path("trace.jsonl"), "--detail", detail, "--"]
        for prefix in [], traced:
            process = support.start([*prefix, support.fixture("mask_and_fds")], stdin=subprocess.DEVNULL,
                                    stdout=subprocess.PIPE, preexec_fn=prepare, pass_fds=fds)
            seen.append(process.communicate(timeout=support.LIMIT)[0].decode())
        return seen

    def test_blocked_and_ignored_signals(self):
        def prepare():
            signal.signal(signal.SIGUSR1, signal.SIG_IGN)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD, signal.SIGUSR2, signal.SIGHUP, 40])

        for detail in LEVELS:
            untraced, traced = self.both(prepare, detail=detail)
            self.assertEqual(traced, untraced, detail)
            for line in "ignored: 10", "ignored: 2", "ignored: 15", "blocked: 17", "blocked: 12", "blocked: 40":
                self.assertIn(line, untraced.splitlines())

    def test_descriptors_directory_and_umask(self):
        reading, writing = os.pipe()
        high = os.dup2(reading, 200)

        def prepare():
            os.chdir("/usr")
            os.umask(0o27)

        for detail in LEVELS:
            untraced, traced = self.both(prepare, (writing, high), detail)
            self.assertEqual(traced, untraced, detail)
            self.assertIn("fd 200: flags 0", untraced)
            self.assertIn("cwd /usr", untraced)
        for fd in reading, writing, high:
            os.close(fd)

    def test_a_closed_stdin_and_stderr(self):
        for fd in 0, 2:
            untraced, traced = self.both(lambda: os.close(fd))
            self.assertEqual(traced, untraced)
            self.assertNotIn(f"fd {fd}:", untraced)

    def test_stdin(self):
        given = b"line\n" * 20000 + b"\x00\xff"
        result = self.lwptrace("-qq", "cat", stdin=given)
        self.assertEqual((result.status, result.out, result.err), (0, given, b""))

    def test_stdout_and_stderr_are_the_programs_own_when_the_trace_goes_to_a_file(self):
        result = self.lwptrace("-o", self.path("t.jsonl"), "-qq", "sh", "-c", "echo out; echo err >&2")
        self.assertEqual((result.out, result.err), (b"out\n", b"err\n"))

    def test_arguments_and_environment(self):
        env = {"PATH": os.environ["PATH"], "ODD": "a b\nc", "EMPTY": ""}
        argv = ["-qq", "--", "env", "--", "sh", "-c", 'printf "%s|" "$0" "$@"; env', "run", "--timeout", "", "a b"]
        untraced, traced = support.run(argv[2:], env=env), self.lwptrace(*argv, env=env)
        self.assertEqual(traced.out, untraced.out)
        self.assertIn(b"run|--timeout||a b|", traced.out)


if __name__ == "__main__":
    unittest.main()
