#!/usr/bin/python3
"""Who ended whom, when a thread ends its process while eight others give birth to short threads: in each of many runs
every thread's end must be told with its right cause. Workers and the main thread never end by themselves."""

import unittest

import support

RUNS = 12
MAIN, ENDER = "1", "1/9"


class Endings(support.LiveTest):
    def ends(self, mode, level):
        """path → (how, the path of `by`, leader_zombie) of every LWP."""
        recording = self.path("t.jsonl")
        self.lwptrace("-qq", "--detail", level, "-o", recording, "--", support.fixture("ending_race"), mode)
        events = support.read_trace(recording).events
        paths = {event["lwp"]: event["path"] for event in events if event["type"] == "birth"}
        ends = {paths[e["lwp"]]: (e["how"], paths.get(e.get("by")), e.get("leader_zombie", False))
                for e in events if e["type"] == "exit"}
        self.assertEqual(set(ends), set(paths.values()))
        return ends

    def check(self, mode, main, ender, others):
        for level in ("births", "life") * RUNS:
            with self.subTest(mode=mode, level=level):
                ends = self.ends(mode, level)
                self.assertEqual((ends.pop(MAIN), ends.pop(ENDER)), (main, ender))
                for path, end in ends.items():
                    worker = path.startswith("1/") and path.count("/") == 1
                    self.assertIn(end, [others] if worker else [others, ("exit", None, False)], path)

    def test_exit_group(self):
        self.check("exit_group", ("group", ENDER, False), ("exit_group", None, False), ("group", ENDER, False))

    def test_exit_group_when_the_leader_is_gone(self):
        self.check("leader_gone", ("exit", None, True), ("exit_group", None, False), ("group", ENDER, False))

    def test_exec(self):
        self.check("exec", ("exec", ENDER, False), ("exit_group", None, False), ("exec", ENDER, False))


if __name__ == "__main__":
    unittest.main()
