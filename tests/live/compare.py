#!/usr/bin/python3
"""Is what lwptrace tells the truth? Runs a program untraced and then traced under the kernel oracle, and compares.

    compare.py NAME [--detail LEVEL] -- PROG [ARG...]

Status and output must be as untraced; births, execs, exits and signals as the kernel told them in the same run; and
the recording must keep the promises of docs/trace-format.md. One line a case; on failure each difference in words.
fixtures_test.py and real_programs.py use compare() on their tables.
"""

import collections
import os
import signal
import sys

import oracle
import support

CLONE_UNTRACED = 0x00800000
CSIGNAL = 0xFF
COMES_AFTER_EXIT = {"reap", "join", "reparent"}
FORCED = "signal", "group", "exec"  # how one ends that is not asked

Comparison = collections.namedtuple("Comparison", "differences births exits untraced traced")  # (lwptrace, kernel)


def compare(argv, detail="life", untraced=None, run=support.run, same_output=lambda out: out, options=()):
    """`run` starts a command and talks with it (a server's client lives there); same_output takes away what is
    different on every run; `untraced` is a Result to compare with, where it is not to be made here."""
    untraced = untraced or run(argv)
    support.expect_nothing_left()
    with support.temporary_folder() as folder, oracle.Oracle() as kernel:
        recording = os.path.join(folder, "trace.jsonl")
        traced = run([support.lwptrace(), "-qq", "-o", recording, "--detail", detail, *options, "--", *argv])
        support.expect_nothing_left()
        kernel.stop()
        tree = kernel.tree_of(traced.pid, below=True)
        differences = list(output_differences(untraced, traced, same_output))
        try:
            trace = support.read_trace(recording)
        except (ValueError, KeyError, OSError) as error:
            return Comparison(differences + [f"recording: {error}"], (0, 0), (0, 0), untraced, traced)
    differences += broken_promises(trace)
    differences += kernel_differences(trace, tree)
    if detail != "births":  # which sees no call's entry: there a creator that is killed inside clone stays unknown
        differences += unknown_creators(trace, tree)
    births, exits = (sum(e["type"] == kind for e in trace.events) for kind in ("birth", "exit"))
    traceable = 1 + sum(not birth.worker for birth in tree.births)  # the root's birth is lwptrace's own fork
    return Comparison(differences, (births, traceable), (exits, len(tree.exits)), untraced, traced)


def output_differences(untraced, traced, same_output):
    if untraced.status != traced.status:
        yield f"status: untraced {untraced.status}, traced {traced.status}"
    for stream in "out", "err":
        expected, got = (same_output(getattr(result, stream)) for result in (untraced, traced))
        if expected != got:
            yield f"std{stream}: untraced {expected[-300:]!r}, traced {got[-300:]!r}"


def broken_promises(trace):
    """What the recording says that contradicts itself."""
    lwps, alive, most_alive = {}, set(), 0
    for number, event in enumerate(trace.events, 1):
        kind, lwp = event["type"], event["lwp"]
        where = f"seq {event['seq']} ({kind} of lwp {lwp})"
        if event["seq"] != number:
            yield f"{where}: expected seq {number}"
        if kind == "birth":
            yield from birth_faults(where, event, lwps)
            lwps[lwp] = {"path": event.get("path"), "children": 0, "ended": False}
            alive.add(lwp)
            most_alive = max(most_alive, len(alive))
        elif lwp not in lwps:
            yield f"{where}: before its birth"
        elif kind == "exit":
            if lwps[lwp]["ended"]:
                yield f"{where}: a second exit"
            lwps[lwp]["ended"] = True
            alive.discard(lwp)
        elif lwps[lwp]["ended"] and kind not in COMES_AFTER_EXIT:
            yield f"{where}: after its exit"
        for word in "by", "parent", "creator":
            other = event.get(word)
            if kind != "birth" and other and other not in lwps:
                yield f"{where}: {word} {other}, who was not born yet"
    counts = collections.Counter(event["type"] for event in trace.events)
    expected = {
        "births": counts["birth"], "exits": counts["exit"], "execs": counts["exec"], "signals": counts["signal"],
        "failed_births": counts["birth_failed"], "lwps": len(lwps), "max_alive": most_alive, "dropped": 0,
        "seq": len(trace.events) + 1,
    }
    for field, number in expected.items():
        if trace.end.get(field, 0) != number:
            yield f"end: {field} is {trace.end.get(field)}, the lines say {number}"
    if trace.end.get("reason") != "exited":
        yield f"end: reason is {trace.end.get('reason')}"


def unknown_creators(trace, tree):
    """A newborn's creator may stay unknown where it died by force inside clone, as the kernel tells of it, and another
    in the same call did too; and where the newborn was killed as well before it could be looked at."""
    stories = collections.defaultdict(list)
    for event in trace.events:
        stories[event["lwp"]].append(event)
    forced = {event["tid"] for event in trace.events if event["type"] == "exit" and event["how"] in FORCED}
    creators = collections.defaultdict(set)
    for born in tree.births:
        creators[born.tid].add(born.creator)
    for lwp, (birth, *life) in stories.items():
        stillborn = len(life) == 1 and life[0].get("how") in FORCED
        if lwp != 1 and "creator" not in birth and not stillborn and not creators[birth["tid"]] & forced:
            yield f"seq {birth['seq']}: the birth of lwp {lwp} has no creator"


def birth_faults(where, event, lwps):
    lwp, creator, parent = event["lwp"], event.get("creator"), event.get("parent")
    if lwp in lwps:
        yield f"{where}: a second birth"
    if lwp != len(lwps) + 1:
        yield f"{where}: expected lwp {len(lwps) + 1}"
    if lwp == 1:
        if event.get("via") != "launch" or event.get("path") != "1":
            yield f"{where}: the root has via {event.get('via')}, path {event.get('path')}"
        return
    if creator is None and event.get("path") == f"?{'/' if event.get('kind') == 'thread' else '.'}{lwp}":
        return
    if creator not in lwps:
        yield f"{where}: creator {creator} is unknown"
        return
    if parent is not None and parent not in lwps:
        yield f"{where}: parent {parent} is unknown"
    lwps[creator]["children"] += 1
    sign = "/" if event.get("kind") == "thread" else "."
    path = f"{lwps[creator]['path']}{sign}{lwps[creator]['children']}"
    if event.get("path") != path:
        yield f"{where}: path {event.get('path')}, expected {path}"


def kernel_differences(trace, tree):
    if tree.root is None:
        yield "kernel: the program was never started"
        return
    births, execs, signals, exits = [], [], [], []
    tids, last = {}, {}  # of an lwp: its tid now, and the place of its last event but reap, join, reparent
    for event in trace.events:
        kind, lwp, tid = event["type"], event["lwp"], event["tid"]
        if kind == "birth" and lwp != 1:
            births.append((tids.get(event.get("creator")), tid, kernel_flags(event, trace.header["detail"])))
        elif kind == "exec":
            execs.append((tid, event.get("former_tid", tid)))
        elif kind == "exit":
            exits.append(event)
        elif kind == "signal" and event["signo"] != signal.SIGKILL:
            signals.append(event)
        if kind not in COMES_AFTER_EXIT:
            tids[lwp] = tid
            last.setdefault(lwp, []).append(kind)
    born = [(b.creator, b.tid, hex(b.flags)) for b in tree.births if not b.worker]
    births = [next((b for b in born if all(x in (None, y) for x, y in zip(birth, b))), birth) for birth in births]
    yield from unequal("birth (creator tid, tid, flags)", births, born)
    yield from unequal("exec (tid, tid of the caller)", execs, shown_execs(tree.execs, execs, exits))
    yield from unequal("exit (tid)", [event["tid"] for event in exits], [e.tid for e in tree.exits])
    yield from exit_status_differences(exits, tree.exits)
    # No tracer is shown a SIGKILL, nor the SIGSYS of a seccomp filter that kills. And a task that is killed while it
    # stands in the stop of another signal never gets that signal: it is told by a tracer, as the last thing before the
    # exit, and not by the kernel.
    told = {(e["tid"], e["signo"]) for e in signals}
    filtered = {(e["tid"], signal.SIGSYS) for e in exits if e.get("signal") == "SIGSYS"} - told
    ending = {lwp for lwp, kinds in last.items() if kinds[-2:] == ["signal", "exit"]}
    yield from unequal("signal (tid, number)", [(e["tid"], e["signo"]) for e in signals],
                       [(s.tid, s.signo) for s in tree.signals
                        if s.signo != signal.SIGKILL and (s.tid, s.signo) not in filtered],
                       excused={(e["tid"], e["signo"]) for e in signals if e["lwp"] in ending})


def shown_execs(known, told, exits):
    """Without the last exec of a task that was killed in it: that has no stop any more, and no tracer is shown it."""
    shown = [(e.tid, e.former_tid) for e in known]
    for exec in {tid: (tid, former) for tid, former in shown}.values():
        killed = any(e["tid"] == exec[0] and e.get("signal") == "SIGKILL" for e in exits)
        if killed and shown.count(exec) == told.count(exec) + 1:
            shown.remove(exec)
    return shown


def kernel_flags(birth, detail):
    """The flags as the tracepoint has them: the exit signal that clone(2) mixes in is taken out, and CLONE_UNTRACED,
    which the recording shows as it was asked for and the kernel saw at `births` alone."""
    if "flags_raw" not in birth:
        return None
    flags = int(birth["flags_raw"], 16) & ~(0 if detail == "births" else CLONE_UNTRACED)
    return hex(flags if birth.get("via") == "clone3" else flags & 0xFFFFFFFF & ~CSIGNAL)


def exit_status_differences(told, known):
    """A task's own code or, since exit_group and a fatal signal overrule it, that of the last of its thread group."""
    of_group = {exit.tgid: exit.status for exit in known}
    of_task = collections.defaultdict(list)
    for exit in known:
        of_task[exit.tid].append((exit.status, of_group[exit.tgid]))
    for event in told:
        possible = of_task[event["tid"]].pop(0) if of_task[event["tid"]] else ()
        if event.get("how") in ("exec", "lost"):
            continue
        if "signal" in event:
            status = signal_number(event["signal"]) | (0x80 if event.get("core") else 0)
        else:
            status = event.get("code", -1) << 8
        if possible and status not in possible:
            yield (f"exit of tid {event['tid']} (lwp {event['lwp']}): told {event.get('code')} "
                   f"{event.get('signal', '')}, the kernel's status is {hex(possible[0])}")


def signal_number(name):
    base, _, above = name.partition("+")
    return getattr(signal, base, 0) + int(above or 0)


def unequal(what, told, known, excused=()):
    told, known = collections.Counter(told), collections.Counter(known)
    for record, count in sorted((known - told).items(), key=str)[:5]:
        yield f"{what} {record}: the kernel {known[record]}, lwptrace {known[record] - count}"
    extra = {record: count for record, count in (told - known).items() if record not in excused}
    for record, count in sorted(extra.items(), key=str)[:5]:
        yield f"{what} {record}: the kernel {known[record]}, lwptrace {known[record] + count}"


def main(words):
    name, *words = words
    detail = "life"
    if words[:1] == ["--detail"]:
        detail, words = words[1], words[2:]
    support.adopt_orphans()
    try:
        result = compare(words[words[0] == "--":], detail)
    except oracle.Unavailable as reason:
        print(f"SKIP {name}: {reason}")
        return support.SKIP
    return verdict(f"{name} --detail {detail}", result)


def verdict(name, result):
    births, exits = ("/".join(map(str, pair)) for pair in (result.births, result.exits))
    print(f"{'FAIL' if result.differences else 'ok  '} {name}: births {births}, exits {exits}, "
          f"status {result.traced.status}/{result.untraced.status} (lwptrace/kernel, traced/untraced)", flush=True)
    for difference in result.differences:
        print(f"       {difference}", flush=True)
    return 1 if result.differences else 0


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
