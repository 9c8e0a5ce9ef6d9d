#!/usr/bin/python3
"""The manual page: every verb and option that the help has, and no other, stands in it, and it is of this version."""

import re
import unittest

import support

MANUAL = (support.REPOSITORY / "docs/lwptrace.1").read_text(encoding="utf-8").replace("\\-", "-")


def section(name):
    return re.search(rf"^\.SH {name}\n(.*?)(?=^\.SH |\Z)", MANUAL, re.MULTILINE | re.DOTALL).group(1)


class Manual(support.LiveTest):
    def help(self, *verb):
        return self.lwptrace(*verb, "--help").out.decode()

    def verbs(self):
        return re.findall(r"^  lwptrace ([a-z]+) ", self.help(), re.MULTILINE)

    def test_has_the_verbs_that_the_help_has(self):
        self.assertEqual(re.findall(r"^\.B ([a-z]+)$", section("VERBS"), re.MULTILINE), self.verbs())
        self.assertEqual(re.findall(r"^\\fBlwptrace ([a-z]+)", section("SYNOPSIS"), re.MULTILINE), self.verbs())

    def test_has_the_options_that_the_helps_have(self):
        helped = {"-qq"}
        for verb in self.verbs():
            for names in re.findall(r"^  (-\S+)", self.help(verb), re.MULTILINE):
                helped.update(names.split(","))
        tags = re.findall(r"^\.TP\n\.\w+ (.*)", section("OPTIONS"), re.MULTILINE)
        self.assertEqual({name for tag in tags for name in re.findall(r"--?[a-zA-Z][a-zA-Z-]*", tag)}, helped)

    def test_names_each_format(self):
        formats = re.search(r"--format FORMAT +(.*)", self.help("run")).group(1).split()
        for name in formats:
            self.assertRegex(section("OPTIONS"), rf"\b{name}\b")

    def test_is_of_this_version(self):
        version = self.lwptrace("--version").out.decode().strip()
        self.assertIn(f'"{version}"', MANUAL.splitlines()[1])


if __name__ == "__main__":
    unittest.main()
