#!/usr/bin/python3
"""Under a terminal: the program is in the foreground as untraced, and Ctrl-C is the program's, not lwptrace's."""

import fcntl
import os
import pty
import re
import signal
import struct
import termios
import threading
import unittest

import support

ASKS = """trap 'echo caught; exit 7' INT; echo ready; read answer"""
DIES = """echo ready; read answer"""


class Terminal(support.LiveTest):
    def in_terminal(self, argv, ready=None, keys=b""):
        """Runs argv on a terminal of its own, types `keys` when it has said `ready` and reads; its status and what it printed."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        process = support.start(argv, stdin=slave, stdout=slave, stderr=slave,
                                preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(slave)
        hang = threading.Timer(support.LIMIT, support.kill_descendants)
        hang.start()
        printed = b""
        try:
            while ready is None or ready not in printed:
                printed += os.read(master, 65536)
            if keys:
                support.wait_for_reader(process.pid)
                os.write(master, keys)
            while True:
                printed += os.read(master, 65536)
        except OSError:  # EIO: nobody has the terminal open any more
            pass
        status = process.wait()
        hang.cancel()
        os.close(master)
        return status, printed

    def test_the_program_is_in_the_foreground(self):
        program = support.fixture("mask_and_fds")
        _, untraced = self.in_terminal([program])
        _, traced = self.in_terminal([support.lwptrace(), "-qq", "-o", self.path("t.jsonl"), "--", program])
        self.assertEqual(traced, untraced)
        self.assertIn(b"in the foreground of a terminal: 1", untraced)

    def test_the_status_line_stands_below_what_the_program_prints(self):
        script = "for i in 1 2 3; do read -t 0.3 line; echo said $i; done"  # longer than the status waits to be drawn
        _, untraced = self.in_terminal(["bash", "-c", script])
        _, traced = self.in_terminal([support.lwptrace(), "-o", self.path("t.jsonl"), "--", "bash", "-c", script])
        drawn = re.findall(rb"\x1b7\x1b\[24;1H\x1b\[2K(.*?)\x1b8", traced)
        self.assertTrue(drawn)
        self.assertRegex(drawn[-1], rb"^\d.*s  1 LWP alive  1 birth  0 signals$")
        program = re.sub(rb"\x1bD|\x1b\[A|\x1b7.*?\x1b8", b"", traced)
        self.assertEqual(program, untraced)
        self.assertTrue(traced.endswith(b"\x1b7\x1b[r\x1b[24;1H\x1b[2K\x1b8"), "the last row is given back")

    def test_ctrl_c_kills_the_program_and_the_trace_ends_properly(self):
        recording = self.path("t.jsonl")
        argv = [support.lwptrace(), "-qq", "-o", recording, "--", "bash", "-c", DIES]
        status, _ = self.in_terminal(argv, b"ready", b"\x03")
        self.assertEqual(status, -signal.SIGINT)
        trace = support.read_trace(recording)
        self.assertIn(trace.end["reason"], ("exited", "interrupted"))
        self.assertEqual((trace.end["exits"], trace.end["status"].get("signal")), (1, "SIGINT"))
        signals = [event["signal"] for event in trace.events if event["type"] == "signal"]
        self.assertEqual(signals, ["SIGINT"])

    def test_ctrl_c_is_handled_by_a_program_that_catches_it(self):
        recording = self.path("t.jsonl")
        argv = [support.lwptrace(), "-qq", "-o", recording, "--", "bash", "-c", ASKS]
        status, printed = self.in_terminal(argv, b"ready", b"\x03")
        self.assertEqual(status, 7)
        self.assertIn(b"caught", printed)
        self.assertEqual(support.read_trace(recording).end["status"], {"code": 7})

    def test_ctrl_c_with_the_live_log_on_the_terminal_ends_with_the_closing_timeline(self):
        status, printed = self.in_terminal([support.lwptrace(), "--", "bash", "-c", DIES], b"ready", b"\x03")
        self.assertEqual(status, -signal.SIGINT)
        self.assertIn(b"SIGINT", printed)


if __name__ == "__main__":
    unittest.main()
