"""Commands that run commands: shells, make, xargs, apt-get, and the tracers, which a task can have one of."""

import support
from real import Case, program, sorted_lines, write


@program("bash -c with pipelines, substitutions and a background job")
def bash(folder):
    return Case(["bash", "-c", "seq 1000 | sort -rn | head -3; for i in 1 2 3; do seq 100 | grep -c $i; done; "
                 "cat <(echo first) <(echo second); echo $(seq 5 | wc -l); false & wait $!; echo $?; exit 4"], status=4)


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


@program("make -j8 of 64 commands, each by posix_spawn", "make")
def make_j8(folder):
    # A command without shell syntax is spawned by make itself; the others by the shell that make spawns.
    write(folder, "Makefile", """\
        parts := $(foreach i,1 2 3 4 5 6 7 8,$(foreach j,1 2 3 4,$(i)$(j)))
        all: $(parts)
        \tfalse
        $(parts):
        \techo part $@
        \techo $@ | wc -c > /dev/null
        """)
    return Case(["make", "-j8", "-k", "-s", "-B", "-C", folder], status=2,
                same_output=sorted_lines, note="lines sorted: -j orders them freely")


@program("bash with jobs that are stopped and continued, on a terminal", "script")
def job_control(folder):
    # Job control typed on a terminal is signals_test.py's; this one stands still at each step by itself.
    # wait warns on stderr when the job was stopped before it began to wait.
    session = write(folder, "session", """\
        set -m
        sh -c 'kill -TSTP $$; echo went on; exit 3'
        jobs
        fg > /dev/null; echo fg $?
        echo woken | sh -c 'kill -STOP 0; cat'
        bg > /dev/null; wait; echo bg $?
        cat & wait %1 2> /dev/null; echo reads in the background: $?
        fg > /dev/null; echo read to the end: $?
        exit 4
        """)
    return Case(["script", "-qec", f"bash {session}", "/dev/null"], status=4)


@program("xargs -P8", "xargs")
def xargs(folder):
    return Case(["bash", "-c", "seq 64 | xargs -P8 -n1 sh -c 'echo $(($0 * 3))'"], same_output=sorted_lines,
                note="lines sorted: eight at once")


# A task has one tracer, and a child of a traced task is born traced: gdb and strace cannot trace theirs under any
# tracer. They must say so and fail under lwptrace exactly as they do under `strace -f`.
UNDER_STRACE = ["strace", "-f", "-o", "/dev/null"]
ONE_TRACER = "compared with the same under strace -f: a task has one tracer, so the inner one is refused"


@program("gdb running a program", "gdb", "strace")
def gdb(folder):
    argv = ["gdb", "-nx", "--batch", "-ex", "run", support.fixture("fork")]
    return Case(argv, status=1, reference=UNDER_STRACE, note=ONE_TRACER)


@program("strace running a program", "strace")
def strace(folder):
    argv = ["strace", "-f", "-o", "/dev/null", support.fixture("fork")]
    return Case(argv, status=1, reference=UNDER_STRACE, note=ONE_TRACER)


@program("apt-get -s install of what is installed", "apt-get")
def apt_get(folder):
    return Case(["apt-get", "-s", "-q", "install", "make"])
