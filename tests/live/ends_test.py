#!/usr/bin/python3
"""Ends beyond what the kernel oracle knows: who inherits orphans, who is reaped by which call, by nobody, or by itself,
and what becomes of a pid namespace whose process 1 ends."""

import collections
import unittest

import support

LEVELS = "life", "all"


class Ends(support.LiveTest):
    def trace(self, case, *options):
        recording = self.path("t.jsonl")
        result = self.lwptrace("-qq", "-o", recording, *options, "--", support.fixture(case))
        self.events = support.read_trace(recording).events
        return result

    def rows(self, kind, *fields):
        return [tuple(e.get(field) for field in fields) for e in self.events if e["type"] == kind]

    def by_path(self, kind, *fields):
        paths = dict(self.rows("birth", "lwp", "path"))
        return {paths[row[0]]: row[1:] if len(row) > 2 else row[1] for row in self.rows(kind, "lwp", *fields)}

    def test_a_child_is_reaped_by_the_call_that_took_its_status(self):
        for level in LEVELS:
            with self.subTest(level):
                self.trace("wait_options", "--detail", level)
                self.assertEqual(self.by_path("reap", "call", "status"), {
                    "1.1": ("wait4", {"code": 1}), "1.2": ("wait4", {"code": 2}), "1.3": ("wait4", {"code": 3}),
                    "1.4": ("waitid", {"code": 4}), "1.6": ("waitid", {"code": 5}),
                })

    def test_children_that_reap_themselves(self):
        for level in LEVELS:
            with self.subTest(level):
                self.trace("auto_reap", "--detail", level)
                reaps = self.by_path("reap", "auto", "call", "by")
                by_itself, by_the_parent = (True, None, None), (None, "wait4", 1)
                self.assertEqual([reaps[f"1.{n}"] for n in range(1, 11)], [by_itself] * 4 + [by_the_parent] * 6)

    def test_whose_children_reap_themselves_is_inherited(self):
        for level in LEVELS:
            with self.subTest(level):
                self.trace("sigchld_inherited", "--detail", level)
                reaps = self.by_path("reap", "auto", "by")
                paths = dict(self.rows("birth", "lwp", "path"))
                waited = {path: paths[by] for path, (auto, by) in reaps.items() if not auto}
                self.assertEqual(waited, {"1.4.1": "1.4", "1.6.1": "1.6", "1.7": "1"})
                self.assertEqual(set(reaps), set(paths.values()) - {"1"})

    def test_children_that_nobody_waits_for(self):
        self.trace("never_reaped")
        self.assertEqual(self.rows("reap", "lwp"), [])
        self.assertEqual(sorted(self.by_path("exit", "how", "code", "signal").items()), [
            ("1", ("exit_group", 0, None)), ("1.1", ("exit_group", 0, None)), ("1.2", ("signal", None, "SIGTERM")),
            ("1.3", ("exit_group", 2, None)), ("1.3.1", ("exit_group", 4, None)),
        ])

    def test_a_process_whose_leader_ended_first_is_reaped_at_its_true_end(self):
        for level in LEVELS:
            with self.subTest(level):
                self.trace("wait_zombie_leader", "--detail", level)
                ends = self.by_path("exit", "how", "leader_zombie")
                self.assertEqual((ends["1.1"], ends["1.1/1"]), (("exit", True), ("exit_group", None)))
                self.assertEqual(self.by_path("reap", "by", "status"), {"1.1": (1, {"code": 6})})
                self.assertEqual(self.by_path("exit", "code")["1.1/1"], 6)

    def test_main_ended_its_process_and_not_the_thread_that_died_just_before(self):
        for level in "births", "life":
            self.trace("main_ends_many", "--detail", level)
            exits = self.rows("exit", "tid", "tgid", "how", "by")
            self.assertEqual({end[2:] for end in exits if end[0] == end[1]}, {("exit_group", None)})
            others = [how for tid, tgid, how, _ in exits if tid != tgid]
            self.assertEqual((others.count("exit"), others.count("group")), (200, 1200))

    def test_an_orphan_goes_to_the_init_of_its_pid_namespace(self):
        result = self.trace("pidns_orphan")
        if b"no namespaces" in result.out:
            self.skipTest("unshare(CLONE_NEWUSER|CLONE_NEWPID) is not allowed here")
        (lwp, former, to), = self.rows("reparent", "lwp", "from", "to")
        paths = dict(self.rows("birth", "lwp", "path"))
        self.assertEqual([paths[one] for one in (lwp, former, to["lwp"])], ["1.1.1.1", "1.1.1", "1.1"])
        self.assertEqual(to["why"], "init")
        self.assertEqual(self.by_path("reap", "by"), {"1.1.1": 2, "1.1.1.1": 2, "1.1": 1})

    def test_the_end_of_a_pid_namespace_takes_everybody_along(self):
        for level in "births", "life", "all":
            with self.subTest(level):
                result = self.trace("pidns_init_dies", "--detail", level)
                if b"no namespaces" in result.out:
                    self.skipTest("unshare(CLONE_NEWUSER|CLONE_NEWPID) is not allowed here")
                ends = self.by_path("exit", "how", "code", "signal")
                self.assertEqual(ends.pop("1"), ("exit_group", 0, None))
                self.assertEqual(ends.pop("1.1"), ("exit_group", 7, None))
                self.assertEqual(ends.pop("1.1.5"), ("exit_group", 1, None))
                self.assertEqual(ends.pop("1.1.3")[0], "exit")
                self.assertEqual(set(ends), {"1.1.1", "1.1.2", "1.1.2/1", "1.1.3/1", "1.1.4", "1.1.4.1", "1.1.6", "1.1.6/1"})
                self.assertEqual({end[2] for end in ends.values()}, {"SIGKILL"}, ends)

    def test_a_parent_sees_the_stops_and_the_trace_tells_them(self):
        self.trace("wait_for_stops")
        for child in 2, 3:
            stops = [e["signal"] for e in self.events if e["type"] == "stop" and e["lwp"] == child]
            self.assertIn(stops, (["SIGSTOP", "SIGTSTP"] * 2, ["SIGSTOP", "SIGTSTP", "SIGSTOP"]))  # killed in the last
            self.assertEqual(sum(e["type"] == "continue" and e["lwp"] == child for e in self.events), 3)

    def test_sigkill_wherever_it_finds_one(self):
        for level in "births", "life", "all":
            self.trace("sigkill_everywhere", "--detail", level)
            creators = dict(self.rows("birth", "lwp", "creator"))
            ends = {lwp: row for lwp, *row in self.rows("exit", "lwp", "how", "signal")}
            hows = collections.Counter(tuple(ends[lwp]) for lwp, creator in creators.items()
                                       if creator == 1 and lwp in ends)
            self.assertEqual(hows[("signal", "SIGKILL")], 80, hows)


if __name__ == "__main__":
    unittest.main()
