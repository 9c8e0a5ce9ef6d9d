#!/usr/bin/python3
"""Real programs, traced at the default detail: same status and output as untraced, births and exits as the kernel says.

    real_programs.py [NAME...]      all of them without a name; exit status 1 when one fails, 77 when all are skipped
    real_programs.py --list         the names, for CMake: one test each

To add one, write a function that prepares files in `folder` and returns a Case, and mark it @program("what it is",
"executables that it needs"). A server's Case has a `talk`: a client that drives it, whose results are its output.
"""

import collections
import os
import re
import shutil
import subprocess
import sys
import textwrap
import threading

import compare
import oracle
import support

PROGRAMS = {}

Case = collections.namedtuple("Case", "argv talk same_output note reference limit",
                              defaults=(None, lambda out: out, "", None, support.LIMIT))


def program(what, *needs):
    def register(make):
        PROGRAMS[make.__name__] = (what, needs, make)
        return make

    return register


def write(folder, name, content):
    path = os.path.join(folder, name)
    with open(path, "w") as file:
        file.write(textwrap.dedent(content))
    return path


def sorted_lines(out):
    return b"\n".join(sorted(out.split(b"\n")))


@program("bash -c with pipelines, substitutions and a background job")
def bash(folder):
    return Case(["bash", "-c", "seq 1000 | sort -rn | head -3; for i in 1 2 3; do seq 100 | grep -c $i; done; "
                 "cat <(echo first) <(echo second); echo $(seq 5 | wc -l); false & wait $!; echo $?; exit 4"])


@program("make -j4 of a small C project with gcc", "make", "gcc")
def make_j4(folder):
    for i in range(8):
        write(folder, f"part{i}.c", f"int part{i}(void) {{ return {i}; }}\n")
    declarations = "".join(f"int part{i}(void);" for i in range(8))
    total = "+".join(f"part{i}()" for i in range(8))
    write(folder, "main.c", f"#include <stdio.h>\n{declarations}\nint main(void) {{ printf(\"%d\\n\", {total}); }}\n")
    write(folder, "Makefile", """\
        parts := $(patsubst %.c,%.o,$(wildcard *.c))
        total: $(parts)
        \tgcc -o $@ $^
        \t./total
        %.o: %.c
        \tgcc -g -O2 -c -o $@ $<
        """)
    return Case(["make", "-j4", "-B", "-C", folder], same_output=sorted_lines,
                note="lines sorted: -j orders them freely")


@program("python3 with threading, subprocess and multiprocessing (fork and spawn)")
def python3(folder):
    script = write(folder, "script.py", """\
        import multiprocessing, subprocess, threading

        def square(n):
            return n * n

        if __name__ == "__main__":
            squares = [0] * 4
            def work(i):
                squares[i] = square(i)
            threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
            [t.start() for t in threads]
            [t.join() for t in threads]
            print("threads", squares)
            print("subprocess", subprocess.run(["sh", "-c", "exit 3"]).returncode)
            print("preexec", subprocess.run(["true"], preexec_fn=lambda: None).returncode)
            for method in "fork", "spawn":
                with multiprocessing.get_context(method).Pool(2) as pool:
                    print(method, pool.map(square, range(8)))
        """)
    return Case(["/usr/bin/python3", script], limit=60)


@program("perl with fork, wait and system", "perl")
def perl(folder):
    return Case(["perl", "-e", """
        for my $n (1..10) { if (!fork) { exit $n } }
        my $sum = 0;
        while ((my $pid = wait) > 0) { $sum += $? >> 8 }
        print "sum $sum\n"; print `echo from a child`; exit(system("sh", "-c", "exit 6") >> 8);"""])


@program("java with an ExecutorService", "java", "javac")
def java(folder):
    source = write(folder, "Pool.java", """\
        import java.util.*;
        import java.util.concurrent.*;

        public class Pool {
          public static void main(String[] args) throws Exception {
            ExecutorService pool = Executors.newFixedThreadPool(4);
            List<Future<Integer>> results = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
              int n = i;
              results.add(pool.submit(() -> n * n));
            }
            int sum = 0;
            for (Future<Integer> result : results) sum += result.get();
            pool.shutdown();
            System.out.println("sum " + sum);
            System.exit(5);
          }
        }
        """)
    subprocess.run(["javac", "-d", folder, source], check=True, timeout=support.LIMIT)
    return Case(["java", "-cp", folder, "Pool"], limit=60)


@program("node with worker_threads", "node")
def node(folder):
    script = write(folder, "workers.js", """\
        const { Worker, isMainThread, parentPort, workerData } = require("worker_threads");
        if (isMainThread) {
          let sum = 0, left = 4;
          for (let i = 0; i < 4; i++) {
            const worker = new Worker(__filename, { workerData: i });
            worker.on("message", (n) => { sum += n; });
            worker.on("exit", () => { if (--left == 0) { console.log("sum", sum); process.exitCode = 3; } });
          }
        } else {
          parentPort.postMessage(workerData * 10);
        }
        """)
    return Case(["node", script], limit=60)


@program("an OpenMP loop (fixtures/openmp)", "fixtures/openmp")
def openmp(folder):
    return Case([support.fixture("openmp")])


@program("redis-server with BGSAVE", "redis-server", "redis-cli")
def redis(folder):
    path = os.path.join(folder, "redis.socket")

    def talk(server):
        cli = ["redis-cli", "-s", path]
        server.wait_for("ready to accept connections")
        answers = [server.client([*cli, "SET", "key", "value"]), server.client([*cli, "BGSAVE"])]
        server.wait_for("Background saving terminated with success")
        answers += [server.client([*cli, "GET", "key"]), server.client([*cli, "SHUTDOWN", "NOSAVE"])]
        return answers

    return Case(["redis-server", "--port", "0", "--unixsocket", path, "--dir", folder, "--save", ""], talk,
                note="output: what redis-cli printed")


@program("nginx with two workers", "nginx")
def nginx(folder):
    path = os.path.join(folder, "nginx.socket")
    config = write(folder, "nginx.conf", f"""\
        user root;
        daemon off;
        worker_processes 2;
        pid {folder}/nginx.pid;
        error_log stderr notice;
        events {{ worker_connections 64; }}
        http {{
          access_log off;
          client_body_temp_path {folder}/body;
          proxy_temp_path {folder}/proxy;
          fastcgi_temp_path {folder}/fastcgi;
          uwsgi_temp_path {folder}/uwsgi;
          scgi_temp_path {folder}/scgi;
          server {{ listen unix:{path}; location / {{ return 200 "served"; }} }}
        }}
        """)
    nginx = ["nginx", "-p", folder, "-e", "stderr", "-c", config]
    request = ("import http.client, socket, sys; c = http.client.HTTPConnection('x'); "
               "c.sock = socket.socket(socket.AF_UNIX); c.sock.connect(sys.argv[1]); "
               "c.request('GET', '/'); r = c.getresponse(); print(r.status, r.read())")

    def talk(server):
        server.wait_for("start worker process ")
        server.wait_for("start worker process ")
        answer = server.client(["/usr/bin/python3", "-c", request, path])
        server.client([*nginx, "-s", "quit"])
        return [answer]

    return Case(nginx, talk, note="output: what the HTTP client was answered")


# A task has one tracer, and a child of a traced task is born traced: gdb and strace cannot trace theirs under any
# tracer. They must say so and fail under lwptrace exactly as they do under `strace -f`.
UNDER_STRACE = ["strace", "-f", "-o", "/dev/null"]
ONE_TRACER = "compared with the same under strace -f: a task has one tracer, so the inner one is refused"


@program("gdb running a program", "gdb", "strace")
def gdb(folder):
    argv = ["gdb", "-nx", "--batch", "-ex", "run", support.fixture("fork")]
    return Case(argv, reference=UNDER_STRACE, note=ONE_TRACER)


@program("strace running a program", "strace")
def strace(folder):
    argv = ["strace", "-f", "-o", "/dev/null", support.fixture("fork")]
    return Case(argv, reference=UNDER_STRACE, note=ONE_TRACER)


@program("xargs -P8", "xargs")
def xargs(folder):
    return Case(["bash", "-c", "seq 64 | xargs -P8 -n1 sh -c 'echo $(($0 * 3))'"], same_output=sorted_lines,
                note="lines sorted: eight at once")


@program("5,000 threads alive at once (fixtures/threads_5000)")
def threads_5000(folder):
    return Case([support.fixture("threads_5000")], limit=120)


class Server:
    """A running command whose log lines are waited for, in order."""

    def __init__(self, argv):
        self._process = support.start(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def wait_for(self, words):
        for line in self._process.stdout:
            if words.encode() in line:
                return
        raise AssertionError(f"the server ended without saying {words!r}")

    def client(self, argv):
        return subprocess.run(argv, capture_output=True, timeout=support.LIMIT).stdout

    def finish(self):
        self._process.stdout.read()
        return self._process.wait(), self._process.pid


def run_case(case, argv):
    if case.talk is None:
        return support.run(argv, limit=case.limit)
    killed = []
    hang = threading.Timer(case.limit, lambda: killed.append(support.kill_descendants()))
    hang.start()  # what it kills wakes whoever waits for it
    try:
        server = Server(argv)
        answers = case.talk(server)
        status, pid = server.finish()
    except BaseException:
        support.kill_descendants()
        raise
    finally:
        hang.cancel()
    if killed:
        raise support.Hang(f"{support.text(argv)}: still running after {case.limit} s; killed {killed[0]}")
    return support.Result(status, b"".join(answers), b"", pid)


def run_program(name):
    what, needs, make = PROGRAMS[name]
    missing = [need for need in needs if not shutil.which(re.sub("^fixtures/", support.fixture(""), need))]
    if missing:
        return print_row("SKIP", name, what, f"not installed: {', '.join(missing)}")
    with support.temporary_folder() as folder:
        case = make(folder)
        run = lambda argv: run_case(case, argv)
        try:
            untraced = run([*(case.reference or []), *case.argv])
            result = compare.compare(case.argv, untraced=untraced, run=run, same_output=case.same_output)
        except oracle.Unavailable as reason:
            return print_row("SKIP", name, what, str(reason))
        except AssertionError as error:
            return print_row("FAIL", name, what, str(error))
    births, exits = ("/".join(map(str, pair)) for pair in (result.births, result.exits))
    same = not any(re.match("std(out|err):", difference) for difference in result.differences)
    print_row("FAIL" if result.differences else "PASS", name, what,
              f"births {births}, exits {exits}, status {result.traced.status}/{untraced.status}, "
              f"output {'same' if same else 'different'}" + (f" ({case.note})" if case.note else ""))
    for difference in result.differences:
        print(f"       {difference}", flush=True)
    return "FAIL" if result.differences else "PASS"


def print_row(verdict, name, what, facts):
    print(f"{verdict}  {name:13} {what}: {facts}", flush=True)
    return verdict


def main(names):
    if names == ["--list"]:
        print(";".join(PROGRAMS))
        return 0
    support.adopt_orphans()
    print("births and exits: lwptrace/kernel; status: traced/untraced")
    verdicts = [run_program(name) for name in names or PROGRAMS]
    if "FAIL" in verdicts:
        return 1
    return support.SKIP if set(verdicts) == {"SKIP"} else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
