#!/usr/bin/python3
"""Random programs (random_program.c), traced and compared with the kernel and with their untraced runs (compare.py).

    random_test.py                              100 seeds, the levels in turn; every tenth as an ordinary user
    random_test.py --seeds 1000-1999            others
    random_test.py --seeds 7 --detail all       one, at one level; --user: as an ordinary user

A seed that fails is printed with the command that repeats it.
"""

import argparse
import os
import sys

import compare
import oracle
import support

LEVELS = "life", "births", "all"
NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
LIMIT = 60  # seconds: the machine may be loaded


def program():
    beside = os.path.join(os.path.dirname(support.lwptrace()), "tests/live/random_program")
    return os.environ.get("LWPTRACE_RANDOM_PROGRAM", beside)


def run_as_root(argv):
    return support.run(argv, limit=LIMIT)


def run_as_nobody(argv):
    if "-o" in argv:
        os.chmod(os.path.dirname(argv[argv.index("-o") + 1]), 0o777)  # where the recording goes
    return support.run([*NOBODY, *argv], limit=LIMIT)


def fails(seed, detail, user, folder):
    words = [support.for_anybody(folder, program()), str(seed), *(["births"] if detail == "births" else [])]
    name = f"seed {seed} --detail {detail}{' --user' if user else ''}"
    try:
        result = compare.compare(words, detail, run=run_as_nobody if user else run_as_root)
    except oracle.Unavailable:
        raise
    except AssertionError as error:  # a hang, somebody left behind, or the oracle lost events
        print(f"FAIL {name}: {error}", flush=True)
    else:
        if not result.differences:
            return False
        compare.verdict(name, result)
    print(f"       to repeat: {os.path.relpath(__file__)} --seeds {seed} --detail {detail}{' --user' if user else ''}",
          flush=True)
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="1-100", metavar="A-B")
    parser.add_argument("--detail", choices=LEVELS)
    parser.add_argument("--user", action="store_true")
    options = parser.parse_args()
    first, _, last = options.seeds.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    support.adopt_orphans()
    try:
        with support.temporary_folder() as folder:
            failed = [seed for seed in seeds
                      if fails(seed, options.detail or LEVELS[seed % 3],
                               options.user or (len(seeds) > 9 and seed % 10 == 0), folder)]
    except oracle.Unavailable as reason:
        print(f"skipped: {reason}")
        return support.SKIP
    print(f"{len(seeds)} random programs, {len(failed)} failed" + (f": {failed}" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
