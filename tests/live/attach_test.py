#!/usr/bin/python3
"""lwptrace attach: who is found alive, births from then on, and that whoever was let go goes on as if nothing had been."""

import errno
import json
import os
import random
import signal
import subprocess
import unittest

import support

FOUND = 4  # the LWPs of attach_me at its start
NOBODY = 65534


class Target:
    """fixtures/attach_me: does what the letters on its stdin say."""

    def __init__(self, test, argv=None, **options):
        pipe = subprocess.PIPE
        self.process = support.start(argv or [support.fixture("attach_me")], stdin=pipe, stdout=pipe, **options)
        self.pid = self.process.pid
        test.addCleanup(self.process.stdout.close)
        test.addCleanup(self.kill)
        self.expect("ready")

    def say(self, letters):
        self.process.stdin.write(letters.encode())
        self.process.stdin.flush()

    def expect(self, line):
        got = self.process.stdout.readline()
        if got != line.encode() + b"\n":
            raise AssertionError(f"expected {line!r} from the target, got {got!r}")

    def end(self):
        self.process.stdin.close()
        return self.process.wait(support.LIMIT)

    def kill(self):
        self.process.kill()
        self.end()


class Attached:
    """lwptrace attach, past the births of all that it has found; its trace comes through a pipe."""

    def __init__(self, test, *words, found):
        self.process = support.start([support.lwptrace(), "attach", "-qq", "-o", "-", "-F", "jsonl", *words],
                                     stdout=subprocess.PIPE)
        test.addCleanup(self.stop)
        test.addCleanup(self.process.stdout.close)
        self.records = []
        while sum(r.get("via") == "attach" for r in self.records) < found:
            self.records.append(json.loads(self.process.stdout.readline() or "{}"))
            if not self.records[-1]:
                raise AssertionError(f"lwptrace ended with {self.process.wait()}")

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(support.LIMIT)

    def wait_for(self, kind):
        while self.records[-1]["type"] != kind:
            self.records.append(json.loads(self.process.stdout.readline()))

    def let_go(self, signo=signal.SIGINT):
        self.process.send_signal(signo)
        return self.ended()

    def ended(self):
        lines = self.process.stdout.readlines()
        status = self.process.wait(support.LIMIT)
        if status == -signal.SIGKILL and lines and not lines[-1].endswith(b"\n"):
            lines.pop()  # a pipe is written by PIPE_BUF at a time, and it may be killed between two writes
        self.records += map(json.loads, lines)
        return status

    def all(self, kind):
        return [r for r in self.records if r["type"] == kind]

    def births(self):
        return {r["path"]: r for r in self.all("birth")}


def status_of(pid):
    """State and tracer of each thread that is still there."""
    states = {}
    for tid in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{tid}/status", encoding="utf-8", errors="replace") as file:
                fields = dict(line.split(":\t", 1) for line in file)
        except (FileNotFoundError, ProcessLookupError):  # it ended after the list was made
            continue
        states[int(tid)] = (fields["State"][0], int(fields["TracerPid"]))
    return states


class Attach(support.LiveTest):
    def expect_free(self, pid, states="RSD"):
        for tid, (state, tracer) in status_of(pid).items():
            self.assertEqual(tracer, 0, f"tid {tid} is still traced")
            self.assertIn(state, states, f"tid {tid}")

    def expect_stopped(self, pid):
        """On its way from the one kind of stop to the other a task is running for a moment, in the kernel."""
        while any(state != "T" for state, _ in status_of(pid).values()):
            pass
        self.expect_free(pid, "T")

    def refuse(self, pid, *words, before=()):
        result = support.run([*before, support.lwptrace(), "attach", str(pid)])
        self.assertEqual(result.status, 125)
        self.expect_one_line(result, f"lwptrace: attach {pid}", *words)

    def test_finds_every_thread_and_follows_what_is_born_until_the_end(self):
        for detail in "births", "life", "all":
            with self.subTest(detail):
                target = Target(self)
                trace = Attached(self, "--detail", detail, str(target.pid), found=FOUND)
                tids = sorted(map(int, os.listdir(f"/proc/{target.pid}/task")))
                target.say("b")
                target.expect("child 7")
                self.assertEqual(target.end(), 22, "its parent waits for it as ever")
                self.assertEqual(trace.ended(), 0)
                births = trace.births()
                self.assertEqual(list(births), ["1", "1/1", "1/2", "1/3", "1/4", "1.5"])
                self.assertEqual([b["tid"] for b in births.values()][:FOUND], tids)
                self.assertEqual({b["via"] for b in list(births.values())[:FOUND]}, {"attach"})
                self.assertEqual([births[p].get("idiom") for p in ("1/4", "1.5")], ["pthread_create", "fork"])
                self.assertEqual(births["1.5"]["creator"], 1)
                header, end = trace.records[0], trace.records[-1]
                self.assertEqual((header["mode"], header["argv"], header["detail"]), ("attach", [], detail))
                self.assertEqual((end["reason"], end["births"], end["exits"]), ("exited", 6, 6))
                self.assertEqual(end["status"], {"code": 22})
                self.assertEqual(len(trace.all("reap")), 0 if detail == "births" else 1)

    def test_backtraces_are_named_while_the_program_runs_on(self):
        target = Target(self)
        trace = Attached(self, "-k", str(target.pid), found=FOUND)
        for _ in range(3):
            target.say("b")
            target.expect("child 7")
        self.assertEqual(trace.let_go(), 0)
        births = trace.births()
        for path in "1/4", "1.5", "1/6", "1.7", "1/8", "1.9":
            names = [frame.get("symbol") for frame in births[path]["backtrace"]]
            self.assertIn("main", names, path)

    def test_tells_what_can_be_known_of_those_it_finds(self):
        target = Target(self)
        trace = Attached(self, str(target.pid), found=FOUND)
        leader, thread = (trace.births()[path] for path in ("1", "1/1"))
        self.assertEqual([leader[f] for f in ("kind", "ppid", "pgid", "uid", "comm", "exit_signal", "abi")],
                         ["process", os.getpid(), target.pid, os.geteuid(), "attach_me", "SIGCHLD", "x86_64"])
        self.assertEqual((leader["file"], leader["argv"]), (os.path.realpath(support.fixture("attach_me")),
                                                            [support.fixture("attach_me")]))
        self.assertEqual((thread["kind"], thread["exit_signal"]), ("thread", None))
        self.assertNotEqual(leader["tls"]["fs_base"], thread["tls"]["fs_base"])
        self.assertFalse({"creator", "flags", "matches"} & {*leader, *leader["tls"]}, "nobody saw that")
        self.assertEqual(trace.let_go(), 0)

    def test_life_sees_failures_names_waits_and_joins(self):
        script = "read x; (exit 3); kill -0 $$; echo done; read x"
        target = Target(self, ["bash", "-c", "echo ready; " + script])
        trace = Attached(self, str(target.pid), found=1)
        target.say("\n")
        target.expect("done")
        self.assertEqual(trace.let_go(), 0)
        self.assertEqual([r["status"] for r in trace.all("reap")], [{"code": 3}])
        self.assertEqual([r["signal"] for r in trace.all("kill")], ["SIG0"])
        target.say("\n")

    def test_whoever_is_let_go_goes_on(self):
        for signo in signal.SIGINT, signal.SIGTERM, signal.SIGHUP:
            for detail in "births", "life":
                with self.subTest(signo=signo, detail=detail):
                    target = Target(self)
                    trace = Attached(self, "--detail", detail, str(target.pid), found=FOUND)
                    self.assertEqual(trace.let_go(signo), 0)
                    self.expect_free(target.pid)
                    end = trace.records[-1]
                    self.assertEqual((end["type"], end["reason"], end["exits"]), ("end", "detached", 0))
                    target.say("b")
                    target.expect("child 7")
                    self.assertEqual(target.end(), 22)

    def test_sigkill_of_lwptrace_harms_nobody(self):
        for detail in "births", "life":
            target = Target(self)
            trace = Attached(self, "--detail", detail, str(target.pid), found=FOUND)
            trace.stop()
            self.expect_free(target.pid)
            target.say("b")
            target.expect("child 7")
            self.assertEqual(target.end(), 22)

    def test_no_signal_in_flight_is_lost_or_doubled(self):
        target = Target(self)
        sent, dice = 0, random.Random(4711)
        for round_ in range(40):
            trace = Attached(self, "--detail", ("births", "life")[round_ % 2], str(target.pid), found=FOUND)
            for _ in range(60):
                os.kill(target.pid, signal.SIGRTMIN)
                sent += 1
            trace.process.send_signal(dice.choice([signal.SIGINT, signal.SIGKILL]))
            for _ in range(60):
                os.kill(target.pid, signal.SIGRTMIN)
                sent += 1
            trace.ended()
        self.expect_free(target.pid)
        caught = 0
        while caught < sent:  # a thread that has taken the last one may not have come to its handler yet
            target.say("n")
            caught = int(target.process.stdout.readline().split()[1])
        self.assertEqual(caught, sent)

    def test_a_stopped_process_stays_stopped(self):
        for detail in "births", "life":
            target = Target(self)
            os.kill(target.pid, signal.SIGSTOP)
            os.waitid(os.P_PID, target.pid, os.WSTOPPED | os.WNOWAIT)
            trace = Attached(self, "--detail", detail, str(target.pid), found=FOUND)
            trace.wait_for("stop")
            self.assertEqual(trace.let_go(), 0)
            self.expect_stopped(target.pid)
            trace = Attached(self, "--detail", detail, str(target.pid), found=FOUND)
            trace.stop()
            self.expect_stopped(target.pid)
            trace = Attached(self, "--detail", detail, str(target.pid), found=FOUND)
            os.kill(target.pid, signal.SIGCONT)
            trace.wait_for("continue")
            target.say("b")
            target.expect("child 7")
            os.kill(target.pid, signal.SIGSTOP)
            trace.wait_for("stop")
            self.assertEqual(trace.let_go(), 0)
            self.expect_stopped(target.pid)
            os.kill(target.pid, signal.SIGCONT)
            self.assertEqual(target.end(), 22)

    def test_a_vfork_pair_is_not_deadlocked(self):
        for words in [], ["--tree"], ["--detail", "births"]:
            target = Target(self)
            target.say("v")
            target.expect("asleep")
            trace = Attached(self, *words, str(target.pid), found=FOUND + (words == ["--tree"]))
            self.assertNotIn("tls", trace.births()["1"], "its parent cannot be stopped")
            self.assertEqual(trace.let_go(), 0)
            self.expect_free(target.pid)
            trace = Attached(self, *words, str(target.pid), found=FOUND + (words == ["--tree"]))
            target.say(".")
            target.expect("child 8")
            target.say("v")
            target.expect("asleep")
            trace.wait_for("birth")
            self.assertEqual(trace.let_go(), 0)
            self.expect_free(target.pid)
            target.say(".")
            target.expect("child 8")
            self.assertEqual(target.end(), 22)
            self.assertEqual([b["idiom"] for b in trace.all("birth")[FOUND:] if "idiom" in b], ["vfork"])

    def test_a_call_that_sleeps_sleeps_on(self):
        code = ("import ctypes, select, sys\n"
                "poll, ms = select.epoll(), int(sys.argv[1])\n"
                "poll.register(0)\n"
                "print('ready', flush=True)\n"
                "print(ctypes.CDLL(None).epoll_wait(poll.fileno(), ctypes.create_string_buffer(12), 1, ms), flush=True)")
        for detail, ms in ("births", -1), ("life", -1), ("births", 60000), ("life", 60000):
            target = Target(self, ["python3", "-c", code, str(ms)])
            for _ in range(3):
                trace = Attached(self, "--detail", detail, str(target.pid), found=1)
                self.assertEqual(trace.let_go(), 0)
            target.say(".")
            target.expect("1")

    def test_a_call_that_a_stop_has_ended_is_not_made_again(self):
        code = ("import ctypes, select, sys\n"
                "libc, poll = ctypes.CDLL(None, use_errno=True), select.epoll()\n"
                "print('ready', flush=True)\n"
                "libc.epoll_wait(poll.fileno(), ctypes.create_string_buffer(12), 1, int(sys.argv[1]))\n"
                "print(ctypes.get_errno(), flush=True)")
        for detail, ms in ("births", "-1"), ("life", "60000"):
            target = Target(self, ["python3", "-c", code, ms])
            self.wait_for_words(f"/proc/{target.pid}/syscall", "232 ")  # epoll_wait
            os.kill(target.pid, signal.SIGSTOP)
            os.waitid(os.P_PID, target.pid, os.WSTOPPED | os.WNOWAIT)
            Attached(self, "--detail", detail, str(target.pid), found=1)
            os.kill(target.pid, signal.SIGCONT)
            target.expect(str(errno.EINTR))

    def test_loses_nobody_while_a_tree_of_threads_grows(self):
        for round_ in range(30):
            target = Target(self)
            if round_ % 2:
                target.say("t")
            lwptrace = support.start([support.lwptrace(), "attach", "-qq", "-o", self.path("t.jsonl"), "--detail",
                                      ("births", "life")[round_ % 3 == 0], str(target.pid)])
            if not round_ % 2:
                target.say("t")
            tids = set()
            while len(tids) < FOUND + 199:
                tids = {int(tid) for tid in os.listdir(f"/proc/{target.pid}/task")}
            while not os.path.exists(self.path("t.jsonl")):
                pass
            target.say("b")
            target.expect("child 7")
            while not all(tracer for _, tracer in status_of(target.pid).values()):
                pass
            self.assertEqual(target.end(), 22)
            self.assertEqual(lwptrace.wait(support.LIMIT), 0)
            trace = support.read_trace(self.path("t.jsonl"))
            born = [e["tid"] for e in trace.events if e["type"] == "birth"]
            self.assertEqual(tids - set(born), set(), f"round {round_}")
            self.assertEqual(len(born), len(set(born)))
            self.assertEqual(trace.end["exits"], trace.end["births"])
            os.unlink(self.path("t.jsonl"))

    def test_tells_the_tls_and_the_tid_words_of_those_it_finds(self):
        target = Target(self, [support.fixture("attach_tls")])
        trace = Attached(self, "--tree", str(target.pid), found=5)
        births = trace.births().values()
        told = {b["tid"]: (b["tls"]["fs_base"], b["child_tid"]["addr"]) for b in births}
        self.assertEqual([b["child_tid"]["value"] for b in births], list(told))
        self.assertEqual(trace.let_go(), 0)
        target.say("\n")
        lines = target.process.stdout.read().decode().splitlines()
        self.assertEqual(lines.pop(), "end")
        self.assertEqual(told, {int(tid): (fs_base, word) for tid, fs_base, word in map(str.split, lines)})

    def wait_for_words(self, path, words):
        with open(path, encoding="utf-8") as file:
            while words not in " " + file.read():
                file.seek(0)

    def test_sees_the_join_of_a_thread_that_was_there_before(self):
        code = ("import ctypes\n"
                "libc, thread = ctypes.CDLL(None), ctypes.c_ulong()\n"
                "libc.pthread_create(ctypes.byref(thread), None, libc.getchar, None)\n"
                "print('ready', flush=True)\n"
                "libc.pthread_join(thread, None)")
        target = Target(self, ["python3", "-c", code])
        # A thread that has not begun has no list of robust mutexes yet: it must sleep in read. And a join that finds it
        # over makes no call: that must sleep in futex, before and again after the attach.
        thread = (set(map(int, os.listdir(f"/proc/{target.pid}/task"))) - {target.pid}).pop()
        self.wait_for_words(f"/proc/{thread}/syscall", " 0 ")
        self.wait_for_words(f"/proc/{target.pid}/syscall", " 202 ")
        trace = Attached(self, str(target.pid), found=2)
        self.wait_for_words(f"/proc/{target.pid}/status", "\tS (sleeping)")
        self.assertEqual(target.end(), 0)
        self.assertEqual(trace.ended(), 0)
        self.assertEqual([(e["lwp"], e["by"]) for e in trace.all("join")], [(2, 1)])

    def test_a_worker_of_io_uring_is_none_of_the_programs_threads(self):
        code = ("import ctypes, struct, sys\n"
                "sqpoll = 2\n"
                "parameters = ctypes.create_string_buffer(struct.pack('4I', 0, 0, sqpoll, 0).ljust(120, bytes(1)))\n"
                "print(ctypes.CDLL(None).syscall(425, 4, parameters) >= 0, flush=True)\n"
                "sys.stdin.read()")
        pipe = subprocess.PIPE
        target = support.start(["python3", "-c", code], stdin=pipe, stdout=pipe)
        self.addCleanup(target.stdout.close)
        self.addCleanup(target.wait)
        self.addCleanup(target.stdin.close)
        if target.stdout.readline() != b"True\n":
            self.skipTest("io_uring is not allowed here")
        worker = (set(map(int, os.listdir(f"/proc/{target.pid}/task"))) - {target.pid}).pop()
        trace = Attached(self, str(target.pid), found=1)
        trace.wait_for("escaped")
        self.assertEqual(trace.let_go(), 0)
        self.assertEqual([(e["lwp"], e["what"].split(" (")[0]) for e in trace.all("escaped")], [(1, f"worker {worker}")])
        self.assertIn("io_uring", trace.all("escaped")[0]["why"])
        self.assertEqual(len(trace.births()), 1)

    def test_lets_go_in_the_midst_of_births(self):
        some = 40  # births after those that are found
        for signo in signal.SIGINT, signal.SIGTERM, signal.SIGKILL:
            for detail in "births", "life":
                for words in [], ["--tree"]:
                    with self.subTest(signo=signo, detail=detail, words=words):
                        target = Target(self, [support.fixture("attach_storm")])
                        trace = Attached(self, "--detail", detail, *words, str(target.pid), found=5)
                        while len(trace.all("birth")) < some:
                            trace.records.append(json.loads(trace.process.stdout.readline()))
                        status = trace.let_go(signo) if signo != signal.SIGKILL else trace.stop()
                        self.assertIn(status, (0, None))
                        target.process.stdin.close()
                        self.assertEqual(target.process.stdout.read(), b"went wrong: 0\n")
                        self.assertEqual(target.process.wait(support.LIMIT), 22)
                        if signo != signal.SIGKILL:
                            self.expect_whole(trace)

    def expect_whole(self, trace):
        """Every LWP that was born has a creator, and at most one end."""
        end = trace.records[-1]
        self.assertEqual((end["type"], end["reason"], end["dropped"]), ("end", "detached", 0))
        births, exits = trace.all("birth"), [e["lwp"] for e in trace.all("exit")]
        unknown = [b["lwp"] for b in births if b["via"] != "attach" and "creator" not in b]
        self.assertEqual(unknown, [])
        self.assertEqual((len(births), len(exits)), (end["births"], end["exits"]))
        self.assertEqual(len(exits), len(set(exits)))

    def test_several_processes_are_several_roots(self):
        targets = [Target(self) for _ in range(3)]
        pids = [str(t.pid) for t in targets]
        trace = Attached(self, "-p", f"{pids[2]}, {pids[0]}", pids[1], "-p", pids[0], found=3 * FOUND)
        births = trace.births()
        self.assertEqual([births[p]["tid"] for p in ("1", "2", "3")], [targets[i].pid for i in (2, 0, 1)])
        self.assertEqual(sorted(births), sorted(f"{r}{t}" for r in "123" for t in ("", "/1", "/2", "/3")))
        self.assertEqual([t.end() for t in targets], [22] * 3)
        self.assertEqual(trace.ended(), 0)

    def test_run_p_is_attach(self):
        target = Target(self)
        for words in ["-p", str(target.pid)], ["run", f"--attach={target.pid}"]:
            recording = self.path("t.jsonl")
            process = support.start([support.lwptrace(), *words, "-qq", "-o", recording])
            while not any(tracer for _, tracer in status_of(target.pid).values()):
                pass
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(support.LIMIT), 0)
            self.assertEqual(support.read_trace(recording).end["reason"], "detached")

    def test_tree_takes_the_descendants_as_well(self):
        target = Target(self, ["bash", "-c", "exec 3<&0; (cat <&3; exit 3) & cat <&3 & echo ready; wait"])
        children = len(support.descendants(target.pid))
        while children < 3:
            children = len(support.descendants(target.pid))
        trace = Attached(self, "--tree", str(target.pid), found=4)
        births = trace.births()
        self.assertEqual(sorted(births), ["1", "2", "3", "4"])
        self.assertEqual(sorted(b.get("parent", 0) for b in births.values())[:2], [0, 1])
        self.assertEqual(trace.let_go(), 0)
        target.end()

    def test_the_shell_that_runs_us_can_be_had(self):
        recording = self.path("t.jsonl")
        shell = support.start(["bash", "-c", f"{support.lwptrace()} attach --tree -qq -o {recording} $$; exit $?"])
        while not any(tracer for _, tracer in status_of(shell.pid).values()):
            pass
        for pid in support.descendants(shell.pid):
            os.kill(pid, signal.SIGINT)
        self.assertEqual(shell.wait(support.LIMIT), 0)
        self.assertEqual(support.read_trace(recording).end["births"], 1)

    def test_limits_kill_whom_they_say(self):
        for words, status, reason in (["--timeout", "100ms"], 124, "timeout"), (["--max-lwps", "3"], 123, "guard"):
            target = Target(self)
            result = self.lwptrace("attach", "-qq", "-o", self.path("t.jsonl"), *words, str(target.pid))
            self.assertEqual(result.status, status)
            self.assertEqual(target.process.wait(support.LIMIT), -signal.SIGKILL)
            end = support.read_trace(self.path("t.jsonl")).end
            self.assertEqual((end["reason"], end["exits"], end["births"]), (reason, FOUND, FOUND))

    def test_a_thread_whose_leader_has_ended(self):
        code = ("import ctypes, threading, sys\n"
                "threading.Thread(target=lambda: (print('ready', flush=True), sys.stdin.read())).start()\n"
                "ctypes.CDLL(None).pthread_exit(None)")
        target = Target(self, ["python3", "-c", code])
        while status_of(target.pid)[target.pid][0] != "Z":
            pass
        trace = Attached(self, str(target.pid), found=2)
        self.assertEqual([(e["lwp"], e["how"], e["leader_zombie"]) for e in trace.all("exit")], [(1, "lost", True)])
        target.end()
        self.assertEqual(trace.ended(), 0)
        self.assertEqual((trace.records[-1]["births"], trace.records[-1]["exits"]), (2, 2))

    def test_one_that_cannot_be_had_does_not_keep_it_from_the_others(self):
        target = Target(self)
        gone = subprocess.run(["sh", "-c", "echo $$"], capture_output=True, check=True).stdout.strip().decode()
        process = support.start([support.lwptrace(), "attach", "-qq", gone, str(target.pid)], stderr=subprocess.PIPE)
        self.addCleanup(process.stderr.close)
        self.assertIn(f"attach {gone}: no such process", process.stderr.readline().decode())
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(support.LIMIT), 0)
        self.expect_free(target.pid)

    def test_says_in_one_line_why_somebody_cannot_be_had(self):
        gone = subprocess.run(["sh", "-c", "echo $$"], capture_output=True, check=True).stdout.strip().decode()
        self.refuse(gone, "no such process", "pgrep")
        zombie = support.start(["true"])
        os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
        self.refuse(zombie.pid, "has ended already", f"{os.getpid()} (")
        zombie.wait()
        result = support.run(["sh", "-c", f"exec {support.lwptrace()} attach $$"])
        self.assertEqual(result.status, 125)
        self.expect_one_line(result, "that is lwptrace itself")
        target = Target(self)
        trace = Attached(self, str(target.pid), found=FOUND)
        self.refuse(target.pid, "traced already, by", "(lwptrace)", "one tracer")
        self.assertEqual(trace.let_go(), 0)
        if os.geteuid() == 0:
            kernel = next(pid for pid, name in support.descendants(0).items() if name.startswith("kthreadd"))
            self.refuse(kernel, "thread of the kernel's own")
            self.refuse(target.pid, f"belongs to user 0 and you are user {NOBODY}",
                        before=["setpriv", f"--reuid={NOBODY}", "--clear-groups"])

    def test_says_in_one_line_what_is_wrong_with_the_words(self):
        for words, said in ((["attach"], "no process id given"), (["attach", "x"], "x: not a process id"),
                            (["attach", ""], "no process id in that list"), (["attach", "-p", "1,x"], "x: not a"),
                            (["attach", "0"], "0: not a process id, which is a number from 1; ps -e tells"),
                            (["attach", "99999999999"], "not a process id"),
                            (["-p", "1", "true"], "true: with -p"), (["-p", "1", "-E", "A=B"], "leave them out"),
                            (["--tree", "true"], "--tree goes with -p")):
            result = self.lwptrace(*words)
            self.assertEqual(result.status, 125)
            self.expect_one_line(result, said)


if __name__ == "__main__":
    unittest.main()
