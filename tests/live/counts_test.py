#!/usr/bin/python3
"""What a birth and a death cost, gated by the numbers that --stats prints: two stops a birth at `births`, three at
`life`, none a death; at most four and six ptrace calls a birth, and none a death.

The counts are exact, and the program (fixtures/births_alone) has no other stops than its births. What no count can
promise is the order in which a newborn's stop and its creator's event are reported: a newborn out of turn is read by
itself, for two calls more. stops_test.py holds the same against strace's count of our calls.
"""

import re
import unittest

import support

EACH = 100  # threads, processes, forks
BIRTHS = 3 * EACH
ENDS = BIRTHS + 1  # and the program itself
LINE = re.compile(r"^(?:  )?(\S.*?) {2,}(\S.*)$")
NAMES = ["stops", "deaths", "births", "ptrace calls", "waits", "/proc reads", "events told", "bytes written", "time"]


def table(lines):
    """{name: its numbers, as words} of what --stats printed; a name that comes twice is a mistake."""
    rows = {}
    for line in lines:
        name, words = LINE.match(line).groups()
        if name in rows:
            raise AssertionError(f"{name} stands twice in the table")
        rows[name] = words.split()
    return rows


class Counts(support.LiveTest):
    def stats(self, *words):
        result = self.lwptrace("-qq", "--stats", *words)
        self.assertEqual(result.status, 0, result)
        lines = result.err.decode().splitlines()
        self.assertEqual(lines[0].split(), ["--stats", "times", "ptrace", "calls"])
        return table(lines[1:])

    def births_at(self, level):
        """(stops by kind, ptrace calls by kind, calls by request, the table), of births alone."""
        rows = self.stats("--detail", level, support.fixture("births_alone"), EACH, EACH, EACH)
        names = list(rows)
        stops = names[1:names.index("deaths")]
        requests = [name for name in names if name.startswith("PTRACE_")]
        self.assertEqual([name for name in NAMES if name in names], NAMES)
        self.assertEqual(int(rows["stops"][0]), sum(int(rows[name][0]) for name in stops))
        self.assertEqual(int(rows["ptrace calls"][0]), sum(int(rows[name][0]) for name in requests))
        self.assertEqual(int(rows["ptrace calls"][0]), sum(int(rows[name][1]) for name in [*stops, "deaths"]))
        return ({name: int(rows[name][0]) for name in stops}, {name: int(rows[name][1]) for name in stops},
                {name: int(rows[name][0]) for name in requests}, rows)

    def expect_prices(self, stops, calls, rows, most_calls):
        out_of_turn = stops.pop("newborn, out of turn", 0)
        self.assertEqual(stops["creator's event"], BIRTHS)
        self.assertEqual(stops["newborn"] + out_of_turn, BIRTHS)
        self.assertEqual(rows["births"], [str(BIRTHS)])
        self.assertEqual(rows["deaths"], [str(ENDS), "0"], "no ptrace call")
        kinds = "entry of a birth call", "creator's event", "newborn", "newborn, out of turn"
        self.assertLessEqual(sum(calls.get(kind, 0) for kind in kinds), most_calls * BIRTHS + 2 * out_of_turn)

    def test_births_has_two_stops_and_four_calls_a_birth_and_none_a_death(self):
        stops, calls, requests, rows = self.births_at("births")
        self.expect_prices(stops, calls, rows, most_calls=4)
        self.assertEqual(set(stops), {"launch or attach", "creator's event", "newborn"}, "nothing else stops")
        self.assertEqual(rows["each, on average"][0], "2.000")
        self.assertEqual(requests["PTRACE_CONT"], int(rows["stops"][0]), "every stop is let go on once")
        self.assertNotIn("PTRACE_SYSCALL", requests)
        self.assertEqual(requests["PTRACE_GETEVENTMSG"], BIRTHS, "of every birth")

    def test_life_has_three_stops_and_six_calls_a_birth_and_none_a_death(self):
        stops, calls, requests, rows = self.births_at("life")
        self.expect_prices(stops, calls, rows, most_calls=6)
        entries = stops["entry of a birth call"]
        self.assertEqual(entries, BIRTHS)
        self.assertEqual(rows["each, on average"][0], "3.000")
        self.assertEqual(requests["PTRACE_CONT"] + requests["PTRACE_SYSCALL"], int(rows["stops"][0]))
        others = stops.get("entry of another call", 0)
        returns = stops.get("return of a call", 0)
        self.assertEqual(requests["PTRACE_SYSCALL"], entries + returns, "each leads to an event or to a return")
        self.assertLessEqual(returns, others)
        without = self.stats("--detail", "life", support.fixture("births_alone"), 0, 0, 1)
        self.assertEqual([others, returns], [int(without.get(name, ["0"])[0]) for name in ("entry of another call", "return of a call")],
                         "what start and end cost, however many births there are between")

    def test_a_join_is_at_most_one_stop_and_no_return(self):
        none, rows = (self.stats(support.fixture("threads"), count) for count in (0, EACH))
        self.assertEqual(rows["each, on average"][0], "3.000")
        self.assertEqual(rows["deaths"], [str(EACH + 1), "0"], "no ptrace call")
        self.assertEqual(rows.get("return of a call"), none.get("return of a call"))
        entry = "entry of another call"
        joins = int(rows[entry][0]) - int(none.get(entry, [0])[0])
        self.assertTrue(0 <= joins <= EACH, "a thread that is over already is joined without a call")

    def test_events_and_bytes_are_those_of_the_outputs(self):
        recording = self.path("trace.jsonl")
        rows = self.stats("-o", recording, support.fixture("births_alone"))
        with open(recording, "rb") as file:
            self.assertEqual(int(rows["bytes written"][0]), len(file.read()))
        self.assertEqual(int(rows["events told"][0]), len(support.read_trace(recording).events))

    def test_the_parts_of_the_time_are_all_of_it(self):
        rows = self.stats(support.fixture("births_alone"))
        parts = ["waiting for the kernel", "reading and resuming", "model", "handing to the outputs"]
        self.assertEqual(list(rows)[-7:], ["time", *parts, "held up by a full one", "formatting and writing"])
        self.assertAlmostEqual(sum(float(rows[name][0]) for name in parts), float(rows["time"][0]), delta=0.01)
        self.assertTrue(all(float(rows[name][0]) > 0 for name in parts), rows)

    def test_it_comes_last_on_stderr_and_nowhere_else(self):
        for quiet in [], ["-q"], ["-qq"], ["-qq", "-F", "tree"], ["-o", self.path("log")]:
            with self.subTest(quiet):
                result = self.lwptrace(*quiet, "--stats", support.fixture("births_alone"))
                self.assertEqual(result.out, b"3 threads, 3 processes, 0 forks\n")
                self.assertEqual(result.err.count(b"\nstops  ") + result.err.startswith(b"stops"), 1)
                self.assertTrue(result.err.splitlines()[-1].startswith(b"formatting and writing"))

    def test_the_programs_exit_status_stays(self):
        self.assertEqual(self.lwptrace("-qq", "--stats", "sh", "-c", "exit 7").status, 7)
        self.assertEqual(self.lwptrace("-qq", "--stats", "sh", "-c", "kill -9 $$").status, -9)


if __name__ == "__main__":
    unittest.main()
