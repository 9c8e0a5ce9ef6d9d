#!/usr/bin/python3
"""Signals beyond what the kernel oracle knows: who sent and who took them, queues, group-stops of each thread, the
program's own SIGTRAPs, core dumps, and job control under a terminal as a shell's user sees it."""

import fcntl
import os
import pathlib
import pty
import re
import resource
import signal
import termios
import threading
import unittest

import support

LEVELS = "births", "life", "all"
CORE_PATTERN = pathlib.Path("/proc/sys/kernel/core_pattern")


class Signals(support.LiveTest):
    def trace(self, case, *options, **run):
        recording = self.path("t.jsonl")
        result = self.lwptrace("-qq", "-o", recording, *options, "--", support.fixture(case), **run)
        self.trace_ = support.read_trace(recording)
        self.events = self.trace_.events
        return result

    def rows(self, kind, *fields, lwp=None):
        found = [e for e in self.events if e["type"] == kind and lwp in (None, e["lwp"])]
        return [tuple(event.get(field) for field in fields) for event in found]

    def test_who_takes_a_signal_and_what_it_does(self):
        self.trace("signal_takers")
        taken = {row[1]: row for row in self.rows("signal", "lwp", "signal", "scope", "disposition", "effect")}
        self.assertEqual(taken, {
            "SIGUSR1": (2, "SIGUSR1", "process", "handler", "handled"),
            "SIGUSR2": (1, "SIGUSR2", "thread", "handler", "handled"),
            "SIGRTMIN": (2, "SIGRTMIN", "process", "handler", "handled"),
            "SIGHUP": (1, "SIGHUP", "process", "ignore", "none"),
        })
        self.assertEqual({sender["lwp"] for sender, in self.rows("signal", "sender")}, {1})
        self.assertEqual(self.rows("kill", "call", "signal", "target_lwp", "lwp"), [
            ("kill", "SIGRTMIN", 1, 1), ("kill", "SIGHUP", 1, 1), ("kill", "SIGUSR1", 1, 1), ("tgkill", "SIGUSR2", 1, 1)])

    def test_a_thousand_queued_are_a_thousand_seen_in_order(self):
        for level in LEVELS:
            with self.subTest(level):
                self.trace("rt_queue_1000", "--detail", level)
                signals = self.rows("signal", "signal", "value", "code", lwp=1)
                values = [value for name, value, code in signals if (name, code) == ("SIGRTMIN+2", "SI_QUEUE")]
                self.assertEqual(values, list(range(1000)))
                self.assertEqual(sum(name == "SIGUSR1" for name, _, _ in signals), 1)
                if level != "births":
                    sends = [row[0] for row in self.rows("kill", "signal", lwp=2)]
                    self.assertEqual((sends.count("SIGRTMIN+2"), sends.count("SIGUSR1")), (1000, 1000))

    def test_a_group_stop_is_told_of_every_thread(self):
        for level in LEVELS:
            with self.subTest(level):
                self.trace("group_stop_threads", "--detail", level)
                for lwp in 2, 3, 4:
                    life = [(e["type"], e["signal"]) for e in self.events
                            if e["lwp"] == lwp and e["type"] in ("stop", "continue")]
                    names = ["SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU"]
                    self.assertEqual(life, [pair for name in names for pair in (("stop", name), ("continue", "SIGCONT"))])
                # A SIGCONT that is not taken yet is taken away by the next stop signal (signal(7)).
                effects = [row for row in self.rows("signal", "signal", "effect") if row[0] not in ("SIGCHLD", "SIGCONT")]
                self.assertEqual(effects, [(name, "stop") for name in names])

    def test_a_programs_own_sigtraps_are_its_own(self):
        for level in LEVELS:
            self.trace("own_sigtraps", "--detail", level)
            traps = self.rows("signal", "signal", "disposition", "effect", lwp=1)
            self.assertEqual(traps.count(("SIGTRAP", "handler", "handled")), self.given_sigtraps(), level)
            self.assertEqual(self.rows("signal", "signal", "effect", lwp=2), [("SIGTRAP", "core")])
            self.assertEqual(self.rows("stop", "lwp") + self.rows("continue", "lwp"), [])

    def test_single_steps_over_calls(self):
        for level in LEVELS:
            self.trace("single_step_calls", "--detail", level)
            traps = [row for row in self.rows("signal", "signal", "code", "effect") if row[0] == "SIGTRAP"]
            self.assertEqual(traps, [("SIGTRAP", "TRAP_TRACE", "handled")] * len(traps))
            self.assertEqual((len(self.rows("signal", "signal", lwp=1)), len(traps)), (4 * 5 + 2, 4 * 5 + 4), level)

    def given_sigtraps(self):
        lines = support.run([support.fixture("own_sigtraps")]).out.splitlines()
        return sum(line.startswith(b"SIGTRAP") for line in lines)

    def test_ignored_signals_are_told_and_disturb_nobody(self):
        for level in LEVELS:
            result = self.trace("ignored_signals", "--detail", level)
            self.assertNotIn(b"EINTR", result.out)
            signals = [row for row in self.rows("signal", "signal", "disposition", "effect", lwp=1)]
            self.assertGreaterEqual(signals.count(("SIGHUP", "ignore", "none")), 3)
            self.assertGreaterEqual(signals.count(("SIGURG", "default", "none")), 3)

    def test_fetched_signals_are_not_deliveries(self):
        self.trace("signalfd_sigwait")
        names = [row[0] for row in self.rows("signal", "signal", lwp=1)]
        self.assertEqual(names.count("SIGTERM"), 1)
        self.assertFalse({"SIGUSR1", "SIGRTMIN"} & set(names), names)
        self.assertIn(("rt_sigqueueinfo", "SIGRTMIN", 1), self.rows("kill", "call", "signal", "target_lwp", lwp=2))

    def test_signals_that_no_kill_sent(self):
        for level in LEVELS:
            with self.subTest(level):
                self.trace("signal_senders", "--detail", level)
                own = {"pid": self.rows("birth", "tid")[0][0], "uid": os.geteuid(), "lwp": 1}
                seen = level != "births"  # the sends
                self.assertEqual(self.rows("signal", "signal", "code", "sender", "value", "scope"), [
                    ("SIGALRM", "SI_KERNEL", None, None, "kernel"), ("SIGUSR1", "SI_TIMER", None, None, "kernel"),
                    ("SIGUSR2", "SI_TIMER", None, None, "kernel"), ("SIGIO", "SI_KERNEL", None, None, "kernel"),
                    ("SIGRTMIN+6", "POLL_IN", None, None, "kernel"),
                    ("SIGPIPE", "SI_USER", own, None, "kernel" if seen else None),
                    ("SIGUSR1", "SI_QUEUE", own, 7, "thread" if seen else None),
                    # It gave itself the number of CLD_EXITED, and no child ended.
                    ("SIGUSR2", "POLL_IN", None, None, "process" if seen else "kernel"),
                    ("SIGSEGV", "SEGV_MAPERR", None, None, "kernel")])
                self.assertEqual(self.rows("escaped", "what"), [])
                if seen:
                    self.assertEqual(self.rows("kill", "call", "scope", "target_lwp", "blocked"),
                                     [("rt_tgsigqueueinfo", "thread", 1, True), ("rt_sigqueueinfo", "process", 1, True)])

    def test_stops_that_a_terminal_makes(self):
        for level in LEVELS:
            with self.subTest(level):
                self.trace("tty_stops", "--detail", level)
                stops = ["SIGTTIN", "SIGTTOU", "SIGTSTP"]
                self.assertEqual(self.rows("stop", "lwp", "signal"), list(zip((3, 4, 5), stops)))
                self.assertEqual(self.rows("continue", "lwp"), [(3,), (4,), (5,)])
                taken = self.rows("signal", "signal", "code", "scope", "disposition", "effect")
                self.assertEqual([row for row in taken if row[0] in stops],
                                 [(name, "SI_KERNEL", "kernel", "default", "stop") for name in stops])
                self.assertEqual(self.rows("signal", "signal", "effect", lwp=5)[-1], ("SIGINT", "terminate"))

    def test_calls_that_a_stop_interrupts(self):
        for level in LEVELS:
            self.trace("stop_restart", "--detail", level)
            self.assertEqual(len(self.rows("birth", "lwp")), 16)
            for lwp in range(2, 17):
                life = [row[0] for kind in ("stop", "continue") for row in self.rows(kind, "signal", lwp=lwp)]
                self.assertEqual(life, ["SIGSTOP", "SIGCONT"], level)

    def test_sigkill_amid_execs(self):
        for level in LEVELS:
            self.trace("sigkill_in_exec", "--detail", level)
            children = {tid for tid, creator in self.rows("birth", "tid", "creator") if creator == 1}
            # Of some the main thread had ended by then: the others were killed.
            killed = {tgid for tgid, signo in self.rows("exit", "tgid", "signal") if signo == "SIGKILL"}
            self.assertEqual(len(children & killed), 40, level)
            self.assertGreaterEqual(len(self.rows("exec", "lwp")), 41)

    def test_core_dumps_are_dumped(self):
        """Into a folder of ours where that can be arranged, else where the machine puts them: then only the flag."""
        folder = self.path("cores")
        os.mkdir(folder)
        former = CORE_PATTERN.read_text()
        allow = lambda: resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
        outputs, cores, folder_of = [], [], pathlib.Path(folder).joinpath
        for prefix in [], [support.lwptrace(), "-qq", "-o", self.path("t.jsonl"), "--"]:
            process = support.start([*prefix, support.fixture("core_dump")], cwd=folder, stdout=-1, preexec_fn=allow)
            outputs.append(process.communicate(timeout=support.LIMIT)[0])
            names = os.listdir(folder)
            cores.append(len(names) if not former.startswith(("|", "/")) else None)
            for name in map(folder_of, names):
                self.assertEqual(name.read_bytes()[:4], b"\x7fELF", name)
                name.unlink()
        self.assertEqual(outputs[0], outputs[1])
        self.assertEqual(cores[0], cores[1])
        dumped = [b"core: 1" in line for line in outputs[0].splitlines()]
        self.assertEqual(bool(cores[1]), any(dumped) and cores[1] is not None)
        events = support.read_trace(self.path("t.jsonl")).events
        exits = {e["lwp"]: e.get("core", False) for e in events if e["type"] == "exit"}
        leaders = [e["lwp"] for e in events if e["type"] == "birth" and e["kind"] == "process"][1:]
        self.assertEqual([exits[lwp] for lwp in leaders], dumped)


PROMPT = b"<ready>"
SHELL = ["/bin/bash", "--norc", "--noprofile", "--noediting", "-i"]
# Typed line by line, each when the prompt is back: a job is stopped by ^Z, listed, continued, stopped and interrupted.
SESSION = [
    (b"", b"<ready>"),
    (b"cat\n", b"cat\r\n"),
    (b"one\n", b"one\r\none\r\n"),
    (b"\x1a", b"<ready>"),
    (b"jobs\n", b"<ready>"),
    (b"fg\n", b"cat\r\n"),
    (b"two\n", b"two\r\ntwo\r\n"),
    (b"\x1a", b"<ready>"),
    (b"fg\n", b"cat\r\n"),
    (b"three\n", b"three\r\nthree\r\n"),  # bash names a job before it gives it the terminal
    (b"\x03", b"<ready>"),
    (b"sh -c 'echo in$1; exec sleep 1000' - side\n", b"inside\r\n"),
    (b"\x1a", b"<ready>"),
    (b"bg\n", b"<ready>"),
    (b"jobs -r\n", b"<ready>"),
    (b"kill %1; wait %1; echo $?\n", b"<ready>"),
    (b"sh -c 'echo in$1; exec sleep 1000' - side | cat\n", b"inside\r\n"),
    (b"\x03", b"<ready>"),
    (b"(trap 'echo caught' INT; kill -STOP $BASHPID; echo went on; kill -INT $BASHPID)\n", b"<ready>"),
    (b"fg > /dev/null; echo $?\n", b"<ready>"),
    (b"exit 7\n", None),
]


class JobControl(support.LiveTest):
    def session(self, argv, steps=SESSION):
        """What is seen on the terminal, and the status, of a shell session typed by somebody who waits for answers."""
        master, slave = pty.openpty()
        attributes = termios.tcgetattr(slave)
        attributes[3] |= termios.NOFLSH  # ^Z and ^C throw away what is typed, for a moment after their signal as well
        termios.tcsetattr(slave, termios.TCSANOW, attributes)
        process = support.start(argv, stdin=slave, stdout=slave, stderr=slave, env={**os.environ, "TERM": "dumb", "PS1": "<ready>"},
                                preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(slave)
        hang = threading.Timer(support.LIMIT, support.kill_descendants)
        hang.start()
        seen = b""
        try:
            for keys, answer in steps:
                start = len(seen)
                os.write(master, keys)
                while answer is None or answer not in seen[start:]:
                    seen += os.read(master, 65536)
                if answer.endswith(PROMPT):
                    support.wait_for_reader(process.pid)
        except OSError:  # EIO: nobody has the terminal open any more
            pass
        status = process.wait()
        hang.cancel()
        os.close(master)
        return status, re.sub(rb"\b\d{2,}\b", b"N", seen)

    def test_a_shell_session_is_as_untraced(self):
        untraced = self.session(SHELL)
        self.assertEqual(untraced[0], 7, untraced)
        self.assertIn(b"Stopped", untraced[1])
        for level in LEVELS:
            recording = self.path("t.jsonl")
            traced = self.session([support.lwptrace(), "-qq", "-o", recording, "--detail", level, "--", *SHELL])
            self.assertEqual(traced, untraced, level)
            trace = support.read_trace(recording)
            self.assertEqual(trace.end["exits"], trace.end["births"])
            self.assertIn("SIGTSTP", [e["signal"] for e in trace.events if e["type"] == "stop"])

    def test_lwptrace_itself_may_be_stopped_and_continued(self):
        """As a job of a shell that does not know what it runs: ^Z stops the program, and fg lets it go on."""
        traced = f"{support.lwptrace()} -qq -o {self.path('t.jsonl')} -- cat\n".encode()
        steps = [(b"", b"<ready>"), (traced, b"cat\r\n"), (b"one\n", b"one\r\none\r\n"), (b"\x1a", b"<ready>"),
                 (b"fg\n", b"cat\r\n"), (b"two\n", b"two\r\ntwo\r\n"), (b"\x04", b"<ready>"), (b"echo $?; exit 4\n", None)]
        status, seen = self.session(SHELL, steps)
        self.assertEqual(status, 4, seen)
        self.assertIn(b"Stopped", seen)
        trace = support.read_trace(self.path("t.jsonl"))
        self.assertEqual((trace.end["reason"], trace.end["status"]), ("exited", {"code": 0}))


if __name__ == "__main__":
    unittest.main()
