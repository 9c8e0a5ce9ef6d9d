#!/usr/bin/python3
"""Births, execs, exits and delivered signals of a process tree as the kernel itself tells them, without ptrace.

Tracepoints (task_newtask, sched_process_exec, sched_process_exit, signal_deliver) in a private tracefs instance say
what happened; the netlink proc connector says with which codes tasks ended. Both listen to the whole machine, and the
tree is picked out afterwards. It needs root and tracefs; Unavailable says what is missing. Used by compare.py.

    oracle.py PROG [ARG...]            the tree of PROG
    oracle.py --below PROG [ARG...]    PROG is a tracer: the tree of the first program that a child of it execs
"""

import collections
import os
import re
import socket
import struct
import subprocess
import sys
import threading

import support

TRACEFS = "/sys/kernel/tracing"
EVENTS = ["task/task_newtask", "sched/sched_process_exec", "sched/sched_process_exit", "signal/signal_deliver"]
INSTANCE = "lwptrace-oracle-"
BUFFER_KB = 16384  # a CPU
CODES_WITHIN = 5  # seconds in which the connector must tell what the tracepoints already have

LINE = re.compile(r"^\s*.{1,16}-(?P<tid>\d+)\s+\[\d+\]\s+\S+\s+\d+\.\d+: (?P<event>\w+): (?P<rest>.*)$")
NEWTASK = re.compile(r"pid=(\d+) comm=.* clone_flags=([0-9a-f]+) oom_score_adj=-?\d+$")
EXEC = re.compile(r"filename=(.*) pid=(\d+) old_pid=(\d+)$")
DELIVER = re.compile(r"sig=(\d+) ")

CLONE_THREAD, CLONE_UNTRACED, CLONE_IO = 0x00010000, 0x00800000, 0x80000000
WORKER = CLONE_THREAD | CLONE_UNTRACED | CLONE_IO  # what create_io_thread() passes (io_uring); no tracer may see those

Birth = collections.namedtuple("Birth", "creator tid flags worker")
Exec = collections.namedtuple("Exec", "tid former_tid file")
Exit = collections.namedtuple("Exit", "tid tgid status")  # status: as from waitpid(2)
Signal = collections.namedtuple("Signal", "tid signo")
Tree = collections.namedtuple("Tree", "root births execs exits signals")


class Unavailable(Exception):
    """What the machine lacks. Events that were lost are an AssertionError instead: nothing was proved."""


class Oracle:
    """Records from `with` on until stop(); then tree_of() answers, as often as wanted."""

    def __enter__(self):
        if os.geteuid() != 0:
            raise Unavailable("the kernel oracle needs root")
        if not os.path.isdir(TRACEFS + "/events"):
            subprocess.run(["mount", "-t", "tracefs", "nodev", TRACEFS], check=False, capture_output=True)
        self._instance = f"{TRACEFS}/instances/{INSTANCE}{os.getpid()}"
        try:
            remove_stale_instances()
            os.mkdir(self._instance)
        except OSError as error:
            raise Unavailable(f"no tracefs instance: {error}") from None
        try:
            self._connector = Connector()
            self._write("trace_clock", "mono")
            self._write("buffer_size_kb", str(BUFFER_KB))
            for event in EVENTS:
                self._write(f"events/{event}/enable", "1")
        except OSError as error:
            os.rmdir(self._instance)
            raise Unavailable(f"the kernel oracle cannot listen: {error}") from None
        return self

    def __exit__(self, *_):
        self._connector.close()
        os.rmdir(self._instance)

    def stop(self):
        self._write("tracing_on", "0")
        lost = 0
        for cpu in os.listdir(self._instance + "/per_cpu"):
            with open(f"{self._instance}/per_cpu/{cpu}/stats") as stats:
                lost += sum(int(line.split()[-1]) for line in stats if line.startswith(("overrun", "dropped")))
        assert lost == 0, f"the kernel oracle lost {lost} events"
        with open(self._instance + "/trace", errors="replace") as trace:
            self._lines = [match for match in map(LINE.match, trace) if match]

    def tree_of(self, command, below):
        """The tree of the process `command`; `below`: of the first program that a descendant of it execs."""
        family, tgids = {command}, {command: command}
        root = None if below else command
        births, execs, ends, signals = [], [], [], []
        for line in self._lines:
            tid, event, rest = int(line["tid"]), line["event"], line["rest"]
            if tid not in family:
                continue
            inside = root is not None and tid in tgids
            if event == "task_newtask":
                child, flags = NEWTASK.match(rest).groups()
                child, flags = int(child), int(flags, 16)
                family.add(child)
                if inside:
                    tgids[child] = tgids[tid] if flags & CLONE_THREAD else child
                    births.append(Birth(tid, child, flags, flags & WORKER == WORKER))
            elif event == "sched_process_exec":
                file, _, former = EXEC.match(rest).groups()
                if root is None and tid != command:
                    root, tgids, inside = tid, {tid: tid}, True
                if inside:
                    tgids[tid] = tid
                    execs.append(Exec(tid, int(former), file))
            elif inside and event == "sched_process_exit":
                ends.append((tid, tgids[tid]))
            elif inside and event == "signal_deliver":
                signals.append(Signal(tid, int(DELIVER.match(rest)[1])))
        workers = {birth.tid for birth in births if birth.worker}
        codes = self._connector.codes_of(ends)
        exits = [Exit(tid, tgid, code) for (tid, tgid), code in zip(ends, codes) if tid not in workers]
        return Tree(root, births, execs, exits, [s for s in signals if s.tid not in workers])

    def _write(self, name, value):
        with open(f"{self._instance}/{name}", "w") as file:
            file.write(value)


def remove_stale_instances():
    """Those of oracles that were killed: they would record on."""
    for name in os.listdir(TRACEFS + "/instances"):
        if name.startswith(INSTANCE) and not os.path.exists("/proc/" + name.removeprefix(INSTANCE)):
            try:
                os.rmdir(f"{TRACEFS}/instances/{name}")
            except FileNotFoundError:  # another oracle was faster
                pass


class Connector:
    """Collects the exit events of the netlink proc connector (linux/cn_proc.h) in a thread."""

    CN_IDX_PROC, PROC_CN_MCAST_LISTEN, PROC_EVENT_EXIT = 1, 1, 0x80000000
    SO_RCVBUFFORCE, NETLINK_CONNECTOR, NLMSG_DONE = 33, 11, 3

    def __init__(self):
        self._codes = collections.defaultdict(list)  # tgid → (tid, code) in order
        self._news = threading.Condition()
        self._open = True
        self._overrun = None
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, self.NETLINK_CONNECTOR)
        self._socket.setsockopt(socket.SOL_SOCKET, self.SO_RCVBUFFORCE, 32 << 20)
        self._socket.bind((0, self.CN_IDX_PROC))
        self._socket.settimeout(0.05)  # how soon the listener sees that it was closed
        # struct nlmsghdr, struct cn_msg, the operation
        self._socket.send(struct.pack("=IHHII" "IIIIHH" "I", 40, self.NLMSG_DONE, 0, 0, 0,
                                      self.CN_IDX_PROC, 1, 0, 0, 4, 0, self.PROC_CN_MCAST_LISTEN))
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self):
        while self._open:
            try:
                message = self._socket.recv(65536)
            except TimeoutError:
                continue
            except OSError as overrun:  # codes_of() will find codes missing
                self._overrun = overrun
                return
            if len(message) >= 64 and struct.unpack_from("=I", message, 36)[0] == self.PROC_EVENT_EXIT:
                tid, tgid, code = struct.unpack_from("=iiI", message, 52)
                with self._news:
                    self._codes[tgid].append((tid, code))
                    self._news.notify()

    def codes_of(self, ends):
        """The codes with which these (tid, tgid) ended, in the same order; the kernel tells them a little after the end.
        Of a leader that another thread's exec destroys it may tell when the two have exchanged their tids already."""
        wanted = collections.Counter(tgid for _, tgid in ends)
        with self._news:
            self._news.wait_for(lambda: all(len(self._codes[g]) >= n for g, n in wanted.items()), CODES_WITHIN)
            left = {tgid: collections.defaultdict(list) for tgid in wanted}
            for tgid, told in left.items():
                for tid, code in self._codes[tgid]:
                    told[tid].append(code)
        codes = [None] * len(ends)
        for at, (tid, tgid) in reversed(list(enumerate(ends))):  # told by its tid is whose it was last
            if left[tgid][tid]:
                codes[at] = left[tgid][tid].pop()
        for at, (_, tgid) in enumerate(ends):
            others = next((told for told in left[tgid].values() if told), None)
            if codes[at] is None and others:
                codes[at] = others.pop(0)
        missing = codes.count(None)
        assert missing == 0, (f"the proc connector did not tell {missing} of {len(codes)} exit codes "
                              f"({self._overrun or f'within {CODES_WITHIN} s'})")
        return codes

    def close(self):
        self._open = False
        self._thread.join()
        self._socket.close()


def main(words):
    below = words[:1] == ["--below"]
    argv = words[below:]
    if not argv:
        sys.exit(__doc__)
    support.adopt_orphans()
    try:
        with Oracle() as kernel:
            process = support.start(argv)
            status = process.wait()
            support.wait_for_children(support.LIMIT)
            kernel.stop()
            tree = kernel.tree_of(process.pid, below)
    except Unavailable as reason:
        print(f"oracle: skipped: {reason}", file=sys.stderr)
        return support.SKIP
    for kind in tree.births, tree.execs, tree.exits, tree.signals:
        for record in kind:
            print(record, file=sys.stderr)
    print(f"oracle: root {tree.root}, {len(tree.births)} births ({sum(b.worker for b in tree.births)} kernel workers), "
          f"{len(tree.execs)} execs, {len(tree.exits)} exits, {len(tree.signals)} signals", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
