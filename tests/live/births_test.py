#!/usr/bin/python3
"""What the trace of a birth on a hard path must say, beyond what the kernel oracle knows of it: a fixture each."""

import os
import unittest

import support

NOBODY = 65534


class Births(support.LiveTest):
    def trace(self, case, *words, detail="life", user=None):
        """The events of the fixture, by type; its output is in self.out. `user`: lwptrace itself runs as that uid."""
        recording = self.path("t.jsonl")
        under = ["setpriv", f"--reuid={user}", "--clear-groups"] if user else []
        program = support.for_anybody(self.path("."), support.fixture(case)) if user else support.fixture(case)
        argv = [support.lwptrace(), "-qq", "--detail", detail, "-o", recording, "--", program, *words]
        result = support.run([*under, *argv])
        self.assertEqual((result.status, result.err), (0, b""))
        self.out = result.out.decode()
        self.events = support.read_trace(recording).events
        self.paths = {e["lwp"]: e["path"] for e in self.events if e["type"] == "birth"}

    def all(self, kind, *fields):
        found = [e for e in self.events if e["type"] == kind]
        rows = [tuple(event.get(field) for field in fields) for event in found]
        return [row[0] for row in rows] if len(fields) == 1 else rows

    def births(self, *fields):
        """path → the fields of its birth, the root's left out."""
        rows = self.all("birth", "path", *fields)
        return {path: rest[0] if len(rest) == 1 else tuple(rest) for path, *rest in rows if path != "1"}

    def how(self):
        return {self.paths[lwp]: (how, signal) for lwp, how, signal in self.all("exit", "lwp", "how", "signal")}

    def test_the_same_tid_again_is_another_lwp(self):
        self.trace("tid_again")
        if "not permitted" in self.out:
            self.skipTest("set_tid needs CAP_CHECKPOINT_RESTORE")
        tids = list(self.births("tid").values())
        self.assertEqual((len(tids), len(set(tids))), (3, 1))
        self.assertEqual(list(self.births("set_tid").values()), [None, tids[:1], tids[:1]])
        self.assertEqual([self.paths[lwp] for lwp in self.all("reap", "lwp")], ["1.1", "1.2", "1.3"])

    def test_killed_at_birth(self):
        for detail in "births", "life":
            self.trace("killed_unborn", detail=detail)
            ends = [end for path, end in self.how().items() if "." in path]
            self.assertEqual(ends, [("signal", "SIGKILL")] * 120)

    def test_an_exec_by_the_leader_destroys_the_others(self):
        self.trace("exec_with_threads")
        self.assertEqual([(self.paths[lwp], former) for lwp, former in self.all("exec", "lwp", "former_tid")],
                         [("1", None), ("1", None)])
        self.assertEqual(sorted(self.paths[lwp] for lwp in self.all("exec", "replaced")[1]), ["1/1", "1/2"])
        self.assertEqual([self.how()[path] for path in ("1/1", "1/2")], [("exec", None)] * 2)

    def test_an_exec_by_a_thread_takes_over_the_leaders_tid(self):
        for case in "exec_in_thread", "exec_leader_gone":
            for detail in "births", "life", "all":
                with self.subTest(case, detail=detail):
                    self.trace(case, detail=detail)
                    tids = dict(self.all("birth", "lwp", "tid"))
                    _, (lwp, tid, former, replaced) = self.all("exec", "lwp", "tid", "former_tid", "replaced")
                    self.assertEqual((self.paths[lwp], tid, former), ("1/2", tids[1], tids[lwp]))
                    destroyed = sorted(self.paths[one] for one, how in self.all("exit", "lwp", "how") if how == "exec")
                    self.assertEqual(sorted(self.paths[one] for one in replaced), destroyed)
                    self.assertIn(destroyed, (["1", "1/1"], ["1/1"]))

    def test_a_leader_that_had_ended_is_not_destroyed_by_an_exec(self):
        for detail in "life", "all":  # at `births` the thread's exec is the first thing that is seen of it
            with self.subTest(detail):
                self.trace("exec_leader_gone", detail=detail)
                leader, = [end for lwp, *end in self.all("exit", "lwp", "how", "by", "leader_zombie") if lwp == 1]
                self.assertEqual(leader, ["exit", None, True])

    def test_a_child_that_is_waited_for_before_its_creator_knows_of_it(self):
        for detail in "births", "life", "all":
            with self.subTest(detail):
                self.trace("reaped_unannounced", detail=detail)
                children = [lwp for lwp, path in self.paths.items() if "." in path]
                self.assertEqual(len(children), 40)
                self.assertEqual({creator for path, creator in self.births("creator").items() if "." in path}, {1})
                ends = [(how, signal) for lwp, how, signal in self.all("exit", "lwp", "how", "signal") if lwp > 2]
                self.assertEqual(ends, [("signal", "SIGKILL")] * 40)
                if detail != "births":
                    killer = self.all("birth", "lwp", "kind")[1][0]
                    reaps = [(one, killer, "wait4") for one in children]
                    self.assertEqual(self.all("reap", "lwp", "by", "call"), reaps)
                    self.assertEqual(self.all("kill", "lwp", "target_lwp"), [(killer, one) for one in children])
                    self.assertEqual({by for lwp, by in self.all("exit", "lwp", "by") if lwp in children}, {killer})

    def test_chosen_tids_in_pid_namespaces_three_deep(self):
        for detail in "births", "life":
            self.trace("set_tid_namespaces", detail=detail)
            if "no namespaces" in self.out:
                self.skipTest(self.out)
            tids = [[1], [500, 1], [600, 50, 1], [700, 60, 9]]
            self.assertEqual(list(self.births("ns_tids").values()), tids)
            self.assertEqual(list(self.births("set_tid").values()), [row[::-1] for row in tids])  # innermost first

    def test_namespaces_of_every_kind(self):
        self.trace("clone_namespaces")
        if "no namespaces" in self.out:
            self.skipTest(self.out)
        made = [row["new_ns"] for row in self.births("shares").values() if "new_ns" in row]
        others = ["mnt", "cgroup", "uts", "ipc", None, "pid", "net", "time"]
        kinds = [{"user", one} - {None} for one in others] + [{"user", "uts", "ipc"}]
        self.assertEqual([set(row) for row in made], kinds)
        calls = self.all("namespace", "call", "flags", "errno")
        self.assertEqual([row[0] for row in calls], ["unshare"] * 8 + ["setns"])
        flags = [set(row[1]) - {"CLONE_NEWUSER"} for row in calls]
        names = ["CLONE_NEWNS", "CLONE_NEWCGROUP", "CLONE_NEWUTS", "CLONE_NEWIPC", None, "CLONE_NEWPID", "CLONE_NEWNET",
                 "CLONE_NEWTIME"]
        self.assertEqual(flags, [{one} - {None} for one in names] + [{"CLONE_NEWUTS", "CLONE_NEWIPC"}])
        self.assertEqual({row[2] for row in calls}, {None})

    def test_a_filter_on_clone_itself(self):
        for detail in "births", "life", "all":
            with self.subTest(detail):
                self.trace("seccomp_on_births", detail=detail)
                self.assertEqual(len(self.paths), 1 + 7 + 5)  # whoever was not killed has a child by vfork
                self.assertEqual({via for path, via in self.births("via").items() if path.count(".") == 2}, {"vfork"})
                self.assertEqual([self.how()[path] for path in ("1.6", "1.7")], [("signal", "SIGSYS")] * 2)
                self.assertEqual([row for row in self.all("signal", "signal", "code", "scope", "sender", "status")
                                  if row[0] == "SIGSYS"], [("SIGSYS", "SYS_SECCOMP", "kernel", None, None)])
                self.assertIn(("SIGSYS", "clone"), self.all("signal", "signal", "syscall"))
                if detail != "births":
                    self.assertEqual([(self.paths[lwp], errno, "SECCOMP_RET_TRACE" in why) for lwp, errno, why
                                      in self.all("birth_failed", "lwp", "errno", "why")],
                                     [("1.4", "ENOSYS", True), ("1.5", "ENOSYS", True)])
                self.assertEqual(self.all("escaped", "what"), [])

    def test_a_pidfd_of_a_thread(self):
        self.trace("thread_pidfd")
        if "no descriptor" in self.out:
            self.skipTest(self.out)
        self.assertEqual((self.births("kind")["1/1"], self.births("exit_signal")["1/1"]), ("thread", None))
        self.assertGreaterEqual(self.births("pidfd")["1/1"], 3)
        self.assertEqual(self.all("kill", "call", "signal", "scope", "target_lwp"), [
            ("pidfd_send_signal", "SIGUSR2", "process", 1), ("pidfd_send_signal", "SIGUSR1", "thread", 2)])
        self.assertEqual([row for row in self.all("signal", "signal", "scope", "lwp") if row[0] == "SIGUSR1"],
                         [("SIGUSR1", "thread", 2)])

    def test_a_signal_ends_all_in_the_midst_of_births(self):
        for detail in "births", "life":
            self.trace("signal_race", detail=detail)
            for round, signal in enumerate(["SIGTERM", "SIGKILL"] * 3, 1):
                family = {path: end for path, end in self.how().items() if path.startswith(f"1.{round}/")}
                workers = [end for path, end in family.items() if path.count("/") == 1]
                self.assertTrue(workers)
                self.assertEqual({sig for _, sig in workers}, {signal})
                self.assertLessEqual({how for how, _ in workers}, {"signal", "group"})

    def test_siblings_of_the_root(self):
        for detail in "births", "life":
            self.trace("clone_parent_top", detail=detail)
            births = self.births("creator", "parent", "exit_signal")
            self.assertEqual(births, {f"1.{n}": (1, None, "SIGCHLD") for n in range(1, 6)})
            self.assertEqual({signal for _, signal in self.how().values()}, {None})

    def test_untraced_is_taken_out_and_told(self):
        for case, words, paths in [("clone_untraced", [], ["1.1"]), ("clone3_untraced", [], ["1.1", "1.2", "1.3"]),
                                   ("int80", ["untraced"], ["1.2"]), ("i386", ["untraced"], ["1.3"])]:
            for detail in "life", "all":
                with self.subTest(case, detail=detail):
                    untraced = support.run([support.fixture(case), *words]).out.decode()
                    self.trace(case, *words, detail=detail)
                    self.assertEqual(self.out, untraced)
                    self.assertEqual([path for path, flags in self.births("flags").items()
                                      if "CLONE_UNTRACED" in flags], paths)
                    self.assertEqual(self.all("escaped", "what"), [])

    def test_untraced_is_said_to_have_escaped_where_no_call_is_stopped(self):
        for case, children in {"clone_untraced": 1, "clone3_untraced": 3}.items():
            self.trace(case, detail="births")
            self.assertEqual(self.births("tid"), {})
            self.assertEqual(len(self.all("escaped", "what")), children)
            self.assertIn("CLONE_UNTRACED", self.all("escaped", "why")[0])

    def test_ptrace_attaches_without_an_event(self):
        for detail in "births", "life":
            self.trace("clone_ptrace", detail=detail)
            births = self.births("creator", "flags")
            self.assertEqual({path: creator for path, (creator, _) in births.items()},
                             {"1.1": 1, "1.1.1": 2, "1.2": 1, "1.2.1": 4})
            self.assertEqual(births["1.2"][1], ["CLONE_PTRACE", "CLONE_UNTRACED"])

    def test_vfork_with_and_without_the_memory(self):
        self.trace("vfork_flags")
        self.assertEqual([b["vm"] for b in self.births("shares").values()], [False, True])
        self.assertEqual(list(self.births("flags").values()), [["CLONE_VFORK"], ["CLONE_VM", "CLONE_VFORK"]])

    def test_exit_signals(self):
        self.trace("exit_signals")
        self.assertEqual(list(self.births("exit_signal").values()), [None, "SIGUSR1", "SIGCHLD", "SIGRTMIN+6"])
        self.assertEqual(self.all("signal", "signal"), ["SIGUSR1", "SIGCHLD", "SIGRTMIN+6"])

    def test_a_pidfd_in_the_place_of_the_tid(self):
        self.trace("clone_pidfd")
        self.assertGreaterEqual(self.births("pidfd")["1.1"], 3)
        self.assertEqual(self.births("parent_tid")["1.1"], None)
        self.assertIn("clone has one argument for both", self.all("birth_failed", "why")[0])

    def test_into_a_cgroup(self):
        self.trace("into_cgroup")
        if "no cgroup" in self.out:
            self.skipTest(self.out)
        self.assertEqual(self.births("flags")["1.1"], ["CLONE_INTO_CGROUP"])
        self.assertGreaterEqual(self.births("cgroup")["1.1"], 3)

    def test_cleared_handlers(self):
        self.trace("clear_sighand")
        self.assertEqual(self.births("flags")["1.2"], ["CLONE_CLEAR_SIGHAND"])
        own = [(self.paths[lwp], signal, disposition) for lwp, signal, disposition
               in self.all("signal", "lwp", "signal", "disposition") if signal != "SIGCHLD"]
        self.assertEqual(own, [("1.1", "SIGUSR2", "ignore"), ("1.1", "SIGUSR1", "handler"),
                               ("1.2", "SIGUSR2", "ignore"), ("1.2", "SIGUSR1", "default")])

    def test_bits_that_this_kernel_is_too_old_for(self):
        self.trace("clone3_new_bits")
        refused = dict(self.all("birth_failed", "flags_raw", "why"))
        self.assertEqual(len(refused), self.out.count("EINVAL"))
        for flags, why in refused.items():
            self.assertRegex(why, "older|needs|unknown", flags)

    def test_tids_in_every_pid_namespace(self):
        for detail in "births", "life":
            self.trace("pid_namespaces", detail=detail)
            if "no namespaces" in self.out:
                self.skipTest(self.out)
            tids = self.births("ns_tids")
            self.assertEqual((tids["1.1"], tids["1.1.1"][1:], tids["1.1.1/1"][1:]), ([1], [1], [2]))
            self.assertTrue(all(len(tids[path]) == 2 for path in ("1.1.1", "1.1.1/1")))
            self.assertEqual(len(tids["1.2"]), 1)  # the guest
            self.assertGreater(tids["1.2"][0], 1)

    def test_an_init_outlives_what_it_does_not_handle(self):
        for detail in "births", "life":
            self.trace("namespace_init", detail=detail)
            if "no namespaces" in self.out:
                self.skipTest(self.out)
            ends = self.how()
            self.assertEqual(ends.pop("1.1")[1], None)
            self.assertEqual((ends["1.2"], ends["1.3"]), (("signal", "SIGKILL"), ("signal", "SIGSEGV")))
            effects = {(signal, effect) for signal, effect, lwp in self.all("signal", "signal", "effect", "lwp")
                       if self.paths[lwp] != "1"}
            self.assertLessEqual(effects, {("SIGTERM", "none"), ("SIGUSR1", "none"), ("SIGSEGV", "core")})
            self.assertIn(("SIGTERM", "none"), effects)

    def test_a_filter_of_the_programs_own(self):
        self.trace("seccomp_verdicts")
        self.assertEqual([end for path, end in self.how().items() if path in ("1.5", "1.6")],
                         [("signal", "SIGSYS")] * 2)
        self.trace("seccomp_notify")
        self.assertEqual(len(self.births("tid")), 1)  # the supervisor; the clone that it answered for is no birth

    def test_a_filter_that_kills_one_thread(self):
        for detail in "births", "life":
            self.trace("seccomp_kills_thread", detail=detail)
            self.assertEqual(self.how()["1/1"], ("signal", "SIGSYS"))
            self.assertEqual(self.how()["1"][1], None)

    def test_the_32_bit_table_from_64_bit_code(self):
        self.trace("int80")
        births = self.births("via", "abi", "parent_tid", "child_tid", "tid")
        self.assertEqual([b[:2] for b in births.values()], [("fork", "i386"), ("clone", "i386")])
        _, _, parent_word, child_word, tid = births["1.2"]
        self.assertEqual((parent_word["value"], child_word["value"]), (tid, tid))
        self.assertEqual(int(child_word["addr"], 16) - int(parent_word["addr"], 16), 4)

    def test_births_of_the_x32_abi(self):
        self.trace("x32_calls")
        if "made" in self.out:
            self.assertEqual(set(self.births("abi").values()), {"x32"})
        else:
            self.assertEqual(self.all("birth_failed", "via", "errno"), [("fork", "ENOSYS"), ("clone", "ENOSYS")])
            for why in self.all("birth_failed", "why"):
                self.assertIn("x32", why)

    def test_a_32_bit_clone(self):
        self.trace("i386_clone_tls")
        (kind, abi, tls, parent_word, child_word, tid), = self.births(
            "kind", "abi", "tls", "parent_tid", "child_tid", "tid").values()
        self.assertEqual((kind, abi, parent_word["value"], child_word["value"]), ("thread", "i386", tid, tid))
        self.assertEqual(int(tls["value"], 16) % 4096, 2048)  # the base in user_desc, not its address
        self.trace("i386")
        self.assertEqual(self.births("idiom")["1/2"], "pthread_create")
        self.assertEqual(self.all("exec", "abi"), ["i386", "x86_64"])

    def test_other_c_libraries_and_none(self):
        for case in "musl_threads", "musl_static":
            self.trace(case)
            self.assertEqual(self.births("via", "idiom"), {
                "1/1": ("clone", "pthread_create"), "1.2": ("fork", "fork"), "1.3": ("clone", "posix_spawn")})
        self.trace("own_threads")
        self.assertEqual(set(self.births("kind").values()), {"thread"})
        self.assertEqual([self.births("tls")[f"1/{n}"] for n in range(1, 5)], [None] * 4)

    def test_of_a_program_that_an_ordinary_user_may_not_read(self):
        if os.geteuid() != 0:
            self.skipTest("becomes another user")
        for detail in "births", "life":
            with self.subTest(detail):
                self.trace("not_dumpable", detail=detail, user=NOBODY)
                self.assertEqual(self.births("kind"), {"1/1": "thread", "1.2": "process", "1.3": "process"})
                self.assertEqual((self.how()["1.2"][1], self.how()["1.3"]), (None, ("signal", "SIGUSR1")))
                self.assertEqual(dict(self.all("exit", "lwp", "code"))[3], 3)
                if detail == "life":
                    self.assertEqual(self.all("birth_failed", "errno"), ["EINVAL"])
                    self.assertEqual(self.all("comm", "comm"), ["secretive"])


if __name__ == "__main__":
    unittest.main()
