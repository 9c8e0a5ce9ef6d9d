#!/usr/bin/python3
"""lwptrace doctor: on this machine, as another user, in a sandbox that forbids ptrace, and without /proc."""

import ctypes
import os
import struct
import unittest

import support

NOBODY = 65534
PTRACE, CLONE3 = 101, 435
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP = 38, 22
EPERM, ENOSYS = 1, 38


def refuse(number, error):
    """From now on that system call answers so (seccomp(2), on numbers alone)."""
    load_number, if_equal, answer = 0x20, 0x15, 0x06
    allow, errno = 0x7FFF0000, 0x00050000
    program = b"".join(struct.pack("=HBBI", *line) for line in (
        (load_number, 0, 0, 0), (if_equal, 0, 1, number), (answer, 0, 0, errno | error), (answer, 0, 0, allow)))
    code = ctypes.create_string_buffer(program)
    filters = ctypes.create_string_buffer(struct.pack("HxxxxxxP", 4, ctypes.addressof(code)))
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if libc.prctl(PR_SET_SECCOMP, 2, filters, 0, 0) != 0:
        os._exit(99)


class Doctor(support.LiveTest):
    def doctor(self, before=(), **options):
        process = support.start([*before, support.lwptrace(), "doctor"], stdout=-1, **options)
        lines = process.communicate(timeout=support.LIMIT)[0].decode().splitlines()
        self.findings = {line[9:].split()[0]: line for line in lines[:-1]}
        self.assertEqual("cannot trace" in lines[-1], process.returncode == 1, lines)
        return process.returncode

    def test_can_trace_here(self):
        self.assertEqual(self.doctor(), 0, self.__dict__.get("findings"))
        self.assertIn("followed into a birth", self.findings["tracing"])
        self.assertIn(os.uname().release, self.findings["kernel"])

    @unittest.skipIf(os.geteuid() != 0, "only root may become another user")
    def test_as_another_user(self):
        self.assertEqual(self.doctor(["setpriv", f"--reuid={NOBODY}", "--clear-groups"]), 0)
        self.assertRegex(self.findings["attach"], "^note .*(own processes|ptrace_scope)")
        self.assertRegex(self.findings["privileges"], "^note .*no_new_privs")

    def test_where_ptrace_is_refused(self):
        self.assertEqual(self.doctor(preexec_fn=lambda: refuse(PTRACE, EPERM)), 1)
        self.assertRegex(self.findings["tracing"], "^problem .*EPERM.*seccomp filter.*SYS_PTRACE")
        self.assertIn("no_new_privs is set", self.findings["privileges"])

    def test_where_clone3_is_refused(self):
        self.assertEqual(self.doctor(preexec_fn=lambda: refuse(CLONE3, ENOSYS)), 0)
        self.assertRegex(self.findings["clone3"], "^note .*ENOSYS.*fallback")
        self.assertRegex(self.findings["seccomp"], "^note .*1 filter")

    @unittest.skipIf(os.geteuid() != 0, "only root may unmount")
    def test_without_proc(self):
        self.assertEqual(self.doctor(["unshare", "--mount", "sh", "-c", 'umount -l /proc; exec "$@"', "-"]), 1)
        self.assertRegex(self.findings["/proc"], "^problem .*mount -t proc")

    @unittest.skipIf(os.geteuid() != 0, "only root may make a pid namespace")
    def test_in_a_pid_namespace_of_its_own(self):
        self.assertEqual(self.doctor(["unshare", "--pid", "--fork", "--mount-proc"]), 0)
        self.assertRegex(self.findings["pids"], "^note .*a container")

    @unittest.skipIf(os.geteuid() != 0, "only root may make a pid namespace")
    def test_knows_its_own_rights_without_a_proc_of_its_own(self):
        self.assertEqual(self.doctor(["unshare", "--pid", "--fork"]), 1)
        self.assertRegex(self.findings["/proc"], "^problem .*another pid namespace")
        self.assertRegex(self.findings["attach"], "^ok .*CAP_SYS_PTRACE")

    def test_under_a_tracer(self):
        self.assertEqual(self.doctor([support.lwptrace(), "-qq"]), 1)
        self.assertRegex(self.findings["tracing"], "^problem .*traced by .*(lwptrace).*run it without")

    def test_takes_no_words(self):
        result = self.lwptrace("doctor", "x")
        self.assertEqual(result.status, 2)
        self.expect_one_line(result, "doctor: x: it takes no words")


if __name__ == "__main__":
    unittest.main()
