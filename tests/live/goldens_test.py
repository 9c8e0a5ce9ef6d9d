#!/usr/bin/python3
"""Every golden of the fixtures holds: `lwptrace check` runs the command that it names, where the fixtures were built.

A case with more than one way to run has more than one golden: fixtures/CASE/golden and fixtures/CASE/VARIANT.golden.
"""

import pathlib
import unittest

import support


def goldens():
    """(golden, program): those whose program was built."""
    for case in support.fixtures():
        folder = support.REPOSITORY / "fixtures" / pathlib.Path(case).stem
        for golden in sorted([*folder.glob("golden"), *folder.glob("*.golden")]):
            yield golden, case


class Goldens(support.LiveTest):
    def test_each_holds(self):
        tried = 0
        for golden, case in goldens():
            with self.subTest(golden.relative_to(support.REPOSITORY)):
                result = self.lwptrace("check", "--color", "never", golden, cwd=support.fixture(""))
                self.assertEqual(result.status, 0, (result.out + result.err).decode(errors="replace"))
                tried += 1
        self.assertGreater(tried, 30)

    def test_each_runs_the_fixture_that_it_lies_beside(self):
        for golden, case in goldens():
            with self.subTest(golden.relative_to(support.REPOSITORY)):
                self.assertIn(f"\ncommand ./{case}", golden.read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
