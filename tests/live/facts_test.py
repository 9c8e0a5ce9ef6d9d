#!/usr/bin/python3
"""What the trace of a fixture must say beyond what the kernel oracle knows: idioms, causes, joins, reaps, senders."""

import base64
import os
import shutil
import sys
import unittest

import support

# Runs its arguments under a seccomp filter that answers ENOSYS to clone3, as a container does: four instructions of
# classic BPF (load the call's number; is it 435? refuse; allow), given to seccomp(2).
CONTAINER = """
import ctypes, os, struct, sys
rows = b"".join(struct.pack("HBBI", *row) for row in [(0x20, 0, 0, 0), (0x15, 0, 1, 435), (6, 0, 0, 0x50026),
                                                       (6, 0, 0, 0x7fff0000)])
rows = ctypes.create_string_buffer(rows, len(rows))
program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", 4, ctypes.addressof(rows)))
libc = ctypes.CDLL(None)
libc.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
if libc.syscall(317, 1, 0, program) != 0: sys.exit("seccomp(SECCOMP_SET_MODE_FILTER) failed")
os.execv(sys.argv[1], sys.argv[1:])
"""


class Facts(support.LiveTest):
    def trace(self, case, *options, under=()):
        recording = self.path("t.jsonl")
        support.run([*under, support.lwptrace(), "-qq", "-o", recording, *options, "--", support.fixture(case)])
        self.events = support.read_trace(recording).events

    def all(self, kind, *fields, lwp=None):
        """The fields of every event of that kind, in order; a single field without a tuple around it."""
        found = [e for e in self.events if e["type"] == kind and lwp in (None, e["lwp"])]
        rows = [tuple(event.get(field) for field in fields) for event in found]
        return [row[0] for row in rows] if len(fields) == 1 else rows

    def expect(self, case, kind, fields, rows, options=(), **only):
        self.trace(case, *options)
        self.assertEqual(self.all(kind, *fields.split(), **only), rows)

    def test_idioms(self):
        for case, idiom in {
            "fork": "fork", "vfork": "vfork", "vfork_exec": "vfork", "posix_spawn": "posix_spawn",
            "pthread_join": "pthread_create", "clone_thread": "clone_thread", "linuxthreads_like": "linuxthreads",
            "clone_vm": "clone",
        }.items():
            with self.subTest(case):
                self.trace(case)
                self.assertEqual(self.all("birth", "idiom")[1], idiom)

    def test_a_pthread(self):
        self.trace("pthread_join")
        birth = next(e for e in self.events if e["type"] == "birth" and e["lwp"] == 2)
        self.assertTrue(birth["tls"]["matches"])
        self.assertEqual(birth["parent_tid"]["value"], birth["tid"])
        self.assertTrue(birth["child_tid"]["clear"])
        self.assertEqual((birth["kind"], birth["path"], birth["exit_signal"]), ("thread", "1/1", None))
        self.assertTrue(all(birth["shares"][what] for what in ("vm", "fs", "files", "sighand", "thread_group")))

    def test_joins(self):
        """A thread that has ended before anybody joins it leaves nothing to see: only some of the joins sleep."""
        self.trace("thread_storm")
        creators = dict(self.all("birth", "lwp", "creator"))
        joins = self.all("join", "lwp", "by")
        self.assertGreater(len(joins), 0)
        self.assertEqual(joins, [(lwp, creators[lwp]) for lwp, _ in joins])

    def test_clone3_sizes_and_its_pidfd(self):
        self.expect("clone3_sizes", "birth", "args_size", [None, 64, 80, 88, 96])
        self.expect("clone3_pidfd", "kill", "call signal scope", [("pidfd_send_signal", "SIGTERM", "process")])
        self.assertEqual(self.all("kill", "target_lwp"), [2])
        self.assertIsInstance(self.all("birth", "pidfd")[1], int)
        self.assertEqual(self.all("signal", "signal", "effect", "sender", lwp=2)[0][:2], ("SIGTERM", "terminate"))
        self.assertEqual(self.all("signal", "sender", lwp=2)[0]["lwp"], 1)

    def test_failed_births(self):
        errors = ["EINVAL"] * 5 + ["E2BIG"] * 2 + ["EFAULT"] + ["EINVAL"] * 3
        self.expect("clone_fail", "birth_failed", "errno", errors)
        reasons = self.all("birth_failed", "why")
        self.assertTrue(all(reasons), reasons)
        self.assertIn("CLONE_SIGHAND", reasons[0])
        self.assertIn("CLONE_VM", reasons[1])

    def test_a_failed_exec_and_one_by_a_thread(self):
        self.expect("exec_failed", "exec_failed", "errno", ["ENOENT", "EACCES"])
        self.trace("exec_in_thread")
        self.assertEqual([(lwp, sorted(gone or [])) for lwp, gone in self.all("exec", "lwp", "replaced")],
                         [(1, []), (3, [1, 2])])
        self.assertEqual(sorted(self.all("exit", "lwp", "how", "by")),
                         [(1, "exec", 3), (2, "exec", 3), (3, "exit_group", None)])

    def test_how_lives_end(self):
        for case, rows in {
            "fault_in_thread": [(1, "group", 3), (2, "group", 3), (3, "signal", None)],
            "exit_group_from_thread": [(1, "group", 2), (2, "exit_group", None)],
            "pthread_join": [(1, "exit_group", None), (2, "exit", None)],
            "fault_in_child": [(1, "exit_group", None), (2, "signal", None)],
        }.items():
            with self.subTest(case):
                self.trace(case)
                self.assertEqual(sorted(self.all("exit", "lwp", "how", "by")), rows)

    def test_a_zombie_leader(self):
        self.expect("leader_exits_first", "exit", "leader_zombie", [True], lwp=1)

    def test_signals(self):
        self.trace("sigqueue_value")
        signals = self.all("signal", "signal", "code", "value", "effect")
        self.assertIn(("SIGRTMIN+1", "SI_QUEUE", 42, "handled"), signals)
        self.expect("fault_in_thread", "signal", "signal code addr scope effect",
                    [("SIGSEGV", "SEGV_MAPERR", "0x10", "kernel", "core")])
        self.trace("kill_siblings")
        self.assertEqual(self.all("kill", "call", "signal", "lwp", "target_lwp"),
                         [("kill", "SIGKILL", 3, 2), ("tgkill", "SIGUSR1", 1, 4)])
        self.assertEqual(self.all("signal", "signal", "scope", "effect", lwp=4), [("SIGUSR1", "thread", "handled")])

    def test_job_control(self):
        self.expect("sigstop_cont", "stop", "lwp signal scope", [(2, "SIGSTOP", "group")])
        self.assertEqual(self.all("continue", "lwp"), [2])

    def test_reaps(self):
        self.expect("wait_exit_code_22", "reap", "lwp by status", [(3, 2, {"code": 11}), (2, 1, {"code": 22})])
        self.expect("waitid_wnowait", "reap", "lwp by call status", [(2, 1, "waitid", {"code": 8})])
        self.expect("clone_no_signal", "reap", "lwp by", [(2, 1), (3, 1)])
        self.trace("sigchld_ignored")
        self.assertEqual(sorted(self.all("reap", "lwp", "auto")), [(2, True), (3, True), (4, True)])

    def test_new_parents(self):
        self.trace("subreaper")
        reparent = self.all("reparent", "lwp", "from", "to")
        self.assertEqual([row[:2] for row in reparent], [(3, 2)])
        self.assertEqual((reparent[0][2]["lwp"], reparent[0][2]["why"]), (1, "subreaper"))
        self.assertEqual(self.all("reap", "lwp", "by"), [(2, 1), (3, 1)])
        for case in "orphan", "double_fork_daemon":
            self.expect(case, "reparent", "lwp from", [(3, 2)])
        self.trace("clone_parent")
        self.assertEqual(self.all("birth", "creator", "parent"), [(None, None), (1, 1), (2, 1)])

    def test_names_keep_their_bytes(self):
        self.trace("thread_names")
        self.assertEqual(self.all("comm", "comm")[:2], ["conductor", "first violin"])
        exact = [base64.b64decode(name) for name in self.all("comm", "comm_base64") if name]
        self.assertEqual(exact, [b'a "quoted" \xff'])

    def test_namespaces(self):
        self.trace("unshare_uts")
        rows = self.all("namespace", "call", "errno")
        self.assertEqual([call for call, _ in rows], ["unshare", "setns", "setns"])
        self.assertIsNotNone(rows[2][1])

    def test_a_refused_clone3_is_told_with_the_clone_that_took_its_place(self):
        fallback = [(None, "launch"), ("clone3", "clone"), ("clone3", "clone"), (None, "clone")]
        for level in "births", "life", "all":
            with self.subTest(level):
                self.expect("clone3_refused", "birth", "fallback via", fallback, options=["--detail", level])
                self.assertEqual(self.all("birth_failed", "errno"), [])
                self.expect("clone_not_clone3", "birth", "fallback", [None, None], options=["--detail", level])

    def test_in_a_container_that_refuses_clone3(self):
        for level in "births", "life":
            for case, fallback in {
                "pthread_join": ["clone3"], "posix_spawn": ["clone3"],  # glibc's, which tries clone3 first
                "fork": [None], "clone_vm": [None, None], "clone_thread": [None],  # who calls clone by itself
            }.items():
                with self.subTest(case, level=level):
                    self.trace(case, "--detail", level, under=[sys.executable, "-c", CONTAINER])
                    self.assertEqual(self.all("birth", "fallback")[1:len(fallback) + 1], fallback)
                    self.assertEqual(self.all("birth", "via")[1], "clone")

    def test_a_pid_namespace_has_numbers_of_its_own(self):
        self.trace("pid_namespace")
        if self.all("namespace", "errno") != [None]:
            self.skipTest("unshare(CLONE_NEWUSER|CLONE_NEWPID) is not allowed here")
        self.assertEqual(self.all("birth", "ns_tids"), [None, [1], [2], [3]])
        self.assertEqual(self.all("reap", "lwp", "by"), [(3, 2), (4, 2), (2, 1)])
        self.assertEqual(self.all("kill", "call", "target", "target_lwp"), [("tgkill", 2, None), ("kill", 3, 4)])
        senders = [(lwp, sender["pid"], sender["lwp"]) for lwp, sender in self.all("signal", "lwp", "sender")]
        self.assertEqual(senders[:3], [(3, 2, 3), (2, 2, 3), (2, 3, 4)])
        self.assertEqual(senders[3], (1, self.all("birth", "tid", lwp=2)[0], 2))

    def test_the_levels_see_what_they_say(self):
        for level, kinds in {"births": {"birth", "exec", "exit", "signal"},
                             "life": {"birth", "exec", "exit", "signal", "reap", "tls", "tid_address"}}.items():
            self.trace("fork", "--detail", level)
            self.assertEqual({event["type"] for event in self.events}, kinds)
        self.trace("fork", "--detail", "all")
        self.assertIn("syscall", {event["type"] for event in self.events})

    def test_an_exec_has_its_file_as_it_was_named_at_each_level(self):
        script = self.path("script")
        with open(script, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\n")
        os.chmod(script, 0o755)
        for level in "births", "life":
            for file in "/bin/true", script:
                recording = self.path("t.jsonl")
                result = self.lwptrace("-qq", "--detail", level, "-o", recording, "sh", "-c", f"{file} a; exit 0")
                self.assertEqual(result.status, 0, result)
                execs = [e for e in support.read_trace(recording).events if e["type"] == "exec"]
                self.assertEqual(execs[0]["file"], os.path.realpath(shutil.which("sh")))
                self.assertEqual((execs[1]["file"], execs[1]["comm"]), (file, os.path.basename(file)))
                self.assertEqual((execs[1]["argv"][-1], execs[1]["uid"]), ("a", os.geteuid()))

    def test_a_backtrace_leads_from_the_birth_to_main(self):
        self.trace("pthread_join", "-k")
        frames = self.all("birth", "backtrace")[1]
        symbols = [frame.get("symbol", "") for frame in frames]
        self.assertIn("main", symbols)
        self.assertTrue(any("pthread_create" in symbol for symbol in symbols), symbols)
        main = frames[symbols.index("main")]
        self.assertTrue(main["file"].endswith("fixtures/pthread_join/main.c"))


if __name__ == "__main__":
    unittest.main()
