# Prints the tests that ctest skipped, each with its own words about why: ctest itself prints only that it did.
# usage: skipped.py CTEST-JUNIT-FILE. With LWPTRACE_NO_SKIP=1 a skipped test makes the exit status 1.
import os
import re
import sys
import xml.etree.ElementTree as xml

NOISE = re.compile(r"\[[-= A-Z]+\]|Note: Google Test|Running main\(\)|.*: Skipped$|\s*$")

skipped = [case for case in xml.parse(sys.argv[1]).iter("testcase") if case.find("skipped") is not None]
for case in skipped:
    words = [line.strip() for line in (case.findtext("system-out") or "").splitlines() if not NOISE.match(line)]
    print(f"skipped: {case.get('name')}: {' '.join(words) or case.find('skipped').get('message')}")
if skipped and os.environ.get("LWPTRACE_NO_SKIP") == "1":
    sys.exit(f"{len(skipped)} tests skipped, and LWPTRACE_NO_SKIP=1 asks for all")
