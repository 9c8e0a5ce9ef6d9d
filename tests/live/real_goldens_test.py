#!/usr/bin/python3
"""Goldens of real programs: what chance decides is written into them as an author would, and then they hold."""

import os
import re
import unittest

import support

RUNS = os.environ.get("RUNS", "10")


class RealGoldens(support.LiveTest):
    def hold(self, *command, author=(), update=()):
        """Writes the golden of the command, edits it, and holds several runs against it."""
        golden, folder = self.path("golden"), self.path("")
        written = self.lwptrace("check", "--cd", folder, *update, "--update", golden, "--", *command)
        self.assertEqual(written.status, 0, written.err)
        with open(golden, encoding="utf-8") as file:
            text = file.read()
        for wanted, lines in author:
            text, found = re.subn(wanted, lines, text, flags=re.MULTILINE)
            self.assertTrue(found, (wanted, text))
        with open(golden, "w", encoding="utf-8") as file:
            file.write(text)
        result = self.lwptrace("check", "--cd", folder, "--color", "never", "--repeat", RUNS, golden, limit=120)
        self.assertEqual(result.status, 0, result.out.decode() + text)
        return text

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def test_make_side_by_side(self):
        for i in range(6):
            self.write(f"f{i}.c", f"int f{i}(void) {{ return {i}; }}\n")
        self.write("main.c", "int main(void) { return 0; }\n")
        self.write("Makefile", "all: clean\n\t$(MAKE) prog\nprog: main.o " + " ".join(f"f{i}.o" for i in range(6)) +
                   "\n\tgcc -o $@ $^\n%.o: %.c\n\tgcc -c -o $@ $<\nclean:\n\trm -f *.o prog\n")
        # Temporary files have a new name each time. Whether a SIGCHLD comes before make looks for children is chance.
        text = self.hold("make", "-j4", update=("--repeat", "5"), author=[(r"^(command .*\n)", r"\1signals: ignore\n")])
        self.assertIn("as --64 -o f0.o /tmp/cc*.s\n", text)

    def test_a_pool_of_python_processes(self):
        self.write("pool.py", "import multiprocessing\n\ndef square(x):\n    return x * x\n\nif __name__ == '__main__':\n"
                   "    with multiprocessing.get_context('fork').Pool(4) as pool:\n"
                   "        print(sum(pool.map(square, range(100))))\n")
        # The pool is told to end while its workers end by themselves.
        sends = "".join(f"  sends SIGTERM to process 1.{i} or none\n" for i in range(1, 5))
        text = self.hold("/usr/bin/python3", "pool.py", author=[
            (r"(?:^  (?:sends SIGTERM|reaps) .*\n)*(?=  takes SIGCHLD|  ends exit_group 0\n\n1/)", sends),
            (r"(?:^  takes SIGTERM .*\n)?^  ends (?:exit_group 0|signal SIGTERM)\n(?=  reaped)",
             "  takes SIGTERM terminate from 1 for the process or none\n  ends exit_group 0 or signal SIGTERM\n")])
        self.assertIn("1/5..7 thread", text)

    def test_nginx_starts_and_stops(self):
        self.write("nginx.conf", f"worker_processes 2;\npid {self.path('nginx.pid')};\nerror_log {self.path('error.log')};\n"
                   "events { worker_connections 64; }\n"
                   f"http {{ access_log off; server {{ listen unix:{self.path('sock')}; }} }}\n")
        nginx = f"nginx -c {self.path('nginx.conf')}"
        self.write("cycle.sh", f"{nginx} || exit 1\nwhile ! [ -S sock ]; do :; done\n{nginx} -s quit\n"
                   "while [ -e nginx.pid ]; do :; done\n")
        # The workers tell the master by SIGIO that they have ended, and the master may be awake already.
        text = self.hold("/bin/sh", "cycle.sh", author=[
            (r"(?:^  takes SIGIO .*\n)?(?=^  takes SIGQUIT handled from 1\.2)", "  takes SIGIO handled or none\n")])
        self.assertIn("1.1.1.1..2 process ×2\n", text)


if __name__ == "__main__":
    unittest.main()
