#!/usr/bin/python3
"""--cpu N: what is traced runs on that CPU alone, lwptrace says so, and those that are let go run where they did."""

import json
import os
import unittest

import support
from attach_test import Attached, FOUND, NOBODY, Target

CPUS = sorted(os.sched_getaffinity(0))
SHOW = ("import os, threading; print(*os.sched_getaffinity(0), flush=True)\n"
        "t = threading.Thread(target=lambda: print(*os.sched_getaffinity(0), flush=True)); t.start(); t.join()\n"
        "if os.fork() == 0: print(*os.sched_getaffinity(0), flush=True); os._exit(0)\n"
        "os.wait()")


def threads(pid):
    return sorted(map(int, os.listdir(f"/proc/{pid}/task")))


class Launched(support.LiveTest):
    def test_the_program_its_threads_and_its_children_run_there(self):
        for cpu in CPUS:
            for quiet in [], ["-q"]:
                result = self.lwptrace("--cpu", cpu, *quiet, "/usr/bin/python3", "-c", SHOW)
                self.assertEqual(result.out.split(), [str(cpu).encode()] * 3)
                said = f"lwptrace: --cpu {cpu}: lwptrace and all that it traces run on CPU {cpu} alone"
                self.assertEqual(result.err.decode().count(said), 1, "offered and explained, never silent")
                self.assertEqual(result.status, 0)

    def test_qq_says_nothing_at_all(self):
        result = self.lwptrace("-qq", f"--cpu={CPUS[-1]}", "/usr/bin/python3", "-c", SHOW)
        self.assertEqual((result.err, result.out.split()), (b"", [str(CPUS[-1]).encode()] * 3))

    def test_a_cpu_that_cannot_be_had_is_refused_before_anything_runs(self):
        absent = next(cpu for cpu in range(1023, 0, -1) if not os.path.exists(f"/sys/devices/system/cpu/cpu{cpu}"))
        kept = self.path("kept")
        with open(kept, "w", encoding="ascii") as file:
            file.write("kept")
        for verb, last in ("run", "touch"), ("attach", os.getpid()):
            for word in absent, 1024, 99999, "x", "-1", "0-1":
                result = self.lwptrace(verb, "-o", kept, "--cpu", word, last, *([self.path("ran")] * (verb == "run")))
                self.assertEqual(result.status, 125)
                self.expect_one_line(result, f"--cpu {word}: ", "; allowed here: ")
                self.assertFalse(os.path.exists(self.path("ran")))
        with open(kept, encoding="ascii") as file:
            self.assertEqual(file.read(), "kept", "no output was opened")

    def test_a_cpu_outside_of_taskset_s_mask_may_be_asked_for(self):
        result = support.run(["taskset", "-c", CPUS[0], support.lwptrace(), "-qq", "--cpu", CPUS[-1],
                              "/usr/bin/python3", "-c", SHOW])
        self.assertEqual(result.out.split(), [str(CPUS[-1]).encode()] * 3)


@unittest.skipUnless(len(CPUS) > 1, "one CPU is all that there is")
class Found(support.LiveTest):
    def test_found_ones_and_newborns_run_there_and_go_back_when_let_go(self):
        for detail in "births", "life":
            with self.subTest(detail):
                target = Target(self)
                leader, *others = threads(target.pid)
                os.sched_setaffinity(leader, {CPUS[1]})  # whom 't' has make a thread that makes all others
                trace = Attached(self, "--detail", detail, "--cpu", str(CPUS[0]), str(target.pid), found=FOUND)
                target.say("t")
                while len(trace.births()) < FOUND + 199:
                    trace.records.append(json.loads(trace.process.stdout.readline()))
                self.assertEqual({tid: os.sched_getaffinity(tid) for tid in threads(target.pid)},
                                 dict.fromkeys(threads(target.pid), {CPUS[0]}))
                self.assertEqual(len(threads(target.pid)), FOUND + 199)
                os.sched_setaffinity(others[0], {CPUS[0], CPUS[1]})  # somebody's own wish stays
                self.assertEqual(trace.let_go(), 0)
                expected = {tid: {CPUS[1]} for tid in threads(target.pid)}
                expected |= {tid: set(CPUS) for tid in others} | {others[0]: {CPUS[0], CPUS[1]}}
                self.assertEqual({tid: os.sched_getaffinity(tid) for tid in threads(target.pid)}, expected)

    @unittest.skipUnless(os.geteuid() == 0, "only root can give up CAP_SYS_NICE alone")
    def test_who_may_not_be_moved_runs_where_it_did_and_that_is_said(self):
        folder = support.temporary_folder()
        self.addCleanup(folder.cleanup)
        target = Target(self, [support.for_anybody(folder.name, support.fixture("attach_me"))], user=NOBODY)
        result = support.run(["setpriv", "--bounding-set=-sys_nice", support.lwptrace(), "attach", "-q", "--cpu", CPUS[0],
                              "--timeout", "100ms", target.pid])
        self.assertEqual(result.status, 124)
        self.assertIn(f"lwptrace: --cpu {CPUS[0]}: {FOUND} of {FOUND} LWPs run where they did: sched_setaffinity on "
                      f"{target.pid}: Operation not permitted; that takes root, or CAP_SYS_NICE\n", result.err.decode())


if __name__ == "__main__":
    unittest.main()
