#!/usr/bin/python3
"""Every fixture, traced at one level of detail, compared with the kernel and with its untraced run (compare.py).

fixtures_test.py LEVEL [CASE...]
"""

import sys

import compare
import oracle
import support

# What a level cannot see, with the reason.
UNTRACED = "no syscall is stopped, so CLONE_UNTRACED cannot be seen and taken out"
UNSTOPPED = "no syscall is stopped, so a wait may come before lwptrace has seen the death"
BLIND = {("clone_untraced", "births"): UNTRACED, ("clone3_untraced", "births"): UNTRACED,
         ("wait_after_pidfd", "births"): UNSTOPPED}


def main(level, cases):
    support.adopt_orphans()
    failures = 0
    for case in cases or support.fixtures():
        if (case, level) in BLIND:
            print(f"skip {case}: {BLIND[case, level]}", flush=True)
            continue
        try:
            result = compare.compare([support.fixture(case)], level)
            failures += compare.verdict(case, result)
        except oracle.Unavailable as reason:
            print(f"skipped: {reason}")
            return support.SKIP
        except AssertionError as error:
            print(f"FAIL {case}: {error}", flush=True)
            failures += 1
    print(f"{failures} failed" if failures else "all as the kernel says")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
