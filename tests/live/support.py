"""What every live test needs: run a command with a hard limit, read a trace, and leave no process behind.

The test process is a subreaper: whatever a command orphans becomes our child, so that the end of a whole tree can be
waited for and a leftover be named. A hang is a failure (Hang), never a blocked suite; nothing is tried twice.
Where lwptrace and the fixtures are comes from CMake, in LWPTRACE and LWPTRACE_FIXTURES; without them, build/ is used.
Next: compare.py.
"""

import collections
import ctypes
import json
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

SKIP = 77  # ctest's SKIP_RETURN_CODE
LIMIT = 30  # seconds that a command may take unless told otherwise
PR_SET_CHILD_SUBREAPER = 36
REPOSITORY = pathlib.Path(__file__).resolve().parents[2]

# A shell without job control has whatever it runs beside itself ignore these, and so would all that we start.
for ignored in signal.SIGINT, signal.SIGQUIT:
    if signal.getsignal(ignored) == signal.SIG_IGN:
        signal.signal(ignored, signal.SIG_DFL)

Result = collections.namedtuple("Result", "status out err pid")  # status as in subprocess: -N is killed by signal N
Trace = collections.namedtuple("Trace", "header events end")


class Hang(AssertionError):
    pass


def lwptrace():
    return os.environ.get("LWPTRACE", str(REPOSITORY / "build/lwptrace"))


def of_submission(remarks):
    """A score's remarks, but for the one that depends on the machine."""
    return [one for one in remarks if not one.startswith("no cgroup v2 with the memory controller here")]


def place_of_fixture(name):
    return os.path.join(os.environ.get("LWPTRACE_FIXTURES", REPOSITORY / "build/fixtures"), name)


def fixture(name):
    """Skips the test where the fixture could not be built."""
    if not os.path.exists(place_of_fixture(name)):
        raise unittest.SkipTest(f"fixtures/{name} is not built: its compiler is missing, or its flags do not work here")
    return place_of_fixture(name)


def fixtures():
    mains = sorted(REPOSITORY.glob("fixtures/*/main.*"))
    names = [main.parent.name + ("" if main.suffix == ".c" else main.suffix) for main in mains]
    return [name for name in names if os.access(place_of_fixture(name), os.X_OK)]


def adopt_orphans():
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def start(argv, **options):
    """A process group of its own, so that the limit can end all of it; see subprocess.Popen for the options."""
    return subprocess.Popen([str(word) for word in argv], start_new_session=True, **options)


def run(argv, stdin=b"", limit=LIMIT, cwd=None, env=None):
    """Runs a command until it has ended and its output is closed, by daemons that it left as well."""
    pipe = subprocess.PIPE
    process = start(argv, stdin=pipe, stdout=pipe, stderr=pipe, cwd=cwd, env=env)
    try:
        out, err = process.communicate(stdin, timeout=limit)
    except subprocess.TimeoutExpired:
        killed = kill_descendants()
        raise Hang(f"{text(argv)}: still running after {limit} s; killed {killed}") from None
    return Result(process.returncode, out, err, process.pid)


def expect_nothing_left(limit=5):
    """Waits until every orphan that we adopted has ended; AssertionError names those that live on."""
    if not wait_for_children(limit):
        raise AssertionError(f"left behind: {kill_descendants()}")


def wait_for_children(limit):
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.002)
        except ChildProcessError:
            return True
    return False


def kill_descendants():
    killed = descendants(os.getpid())
    for pid in killed:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    wait_for_children(5)
    return ", ".join(f"{pid} ({comm})" for pid, comm in killed.items())


def descendants(root):
    parents, comms = {}, {}
    for folder in filter(str.isdigit, os.listdir("/proc")):  # a glob fails where one of them goes amid it
        try:
            head, _, tail = pathlib.Path("/proc", folder, "stat").read_text(errors="replace").rpartition(")")
        except OSError:
            continue
        pid, _, comm = head.partition(" (")
        parents[int(pid)], comms[int(pid)] = int(tail.split()[1]), comm
    found, generation = {}, {root}
    while generation:
        generation = {pid for pid, parent in parents.items() if parent in generation}
        found.update({pid: comms[pid] for pid in generation})
    return found


def wait_for_reader(pid):
    """Until `pid` or a bash below it sleeps in read(0, …). What it is sent or typed in the moment before may lie there
    unnoticed, untraced as well: bash's handler only notes a signal, and bash looks at its notes before it calls read."""
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        for shell in [pid] + [one for one, comm in descendants(pid).items() if comm == "bash"]:
            try:
                if pathlib.Path(f"/proc/{shell}/syscall").read_text().startswith("0 0x0 "):
                    return
            except OSError:
                pass
    raise Hang(f"nobody reads: {pid} and {descendants(pid)}")


def read_trace(path):
    """Header, events and end of a recording; ValueError where it is not one."""
    lines = pathlib.Path(path).read_bytes().decode().split("\n")
    if lines.pop() != "":
        raise ValueError("the last line is cut")
    records = [json.loads(line) for line in lines]
    if len(records) < 2 or records[0]["type"] != "header" or records[-1]["type"] != "end":
        raise ValueError(f"not header … end, but {[r['type'] for r in records[:1] + records[-1:]]}")
    return Trace(records[0], records[1:-1], records[-1])


def temporary_folder():
    return tempfile.TemporaryDirectory(prefix="lwptrace-live-")


def for_anybody(folder, program):
    """A copy in `folder` that every user may execute; where this build lies may be closed to others."""
    os.chmod(folder, 0o777)
    return shutil.copy(program, folder)


def text(argv):
    return " ".join(str(word) for word in argv)


class LiveTest(unittest.TestCase):
    """A test case whose every test must leave no process behind, and which has a folder of its own."""

    def setUp(self):
        adopt_orphans()
        self._folder = temporary_folder()
        self.addCleanup(self._folder.cleanup)
        self.addCleanup(expect_nothing_left)

    def path(self, name):
        return os.path.join(self._folder.name, name)

    def lwptrace(self, *words, **options):
        return run([lwptrace(), *words], **options)

    def expect_one_line(self, result, *words):
        """One line on stderr, which has all the words in it."""
        lines = result.err.decode(errors="replace").splitlines()
        self.assertEqual(len(lines), 1, lines)
        for word in words:
            self.assertIn(word, lines[0])
