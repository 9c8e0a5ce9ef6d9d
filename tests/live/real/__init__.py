"""The table of real programs, and what its rows are made of; a file a kind of program. real_programs.py runs them.

To add one, write a function that prepares files in `folder` and returns a Case, and mark it @program("what it is",
"executables that it needs"). A server's Case has a `talk`: a client that drives it, whose results are its output.
`status` is what it ends with when all is well: two ways to fail alike are no result. `same_output` takes away what is
different on every run.
"""

import collections
import os
import pwd
import re
import shutil
import textwrap

import support

PROGRAMS = {}

Case = collections.namedtuple("Case", "argv talk status same_output note reference limit",
                              defaults=(None, 0, lambda out: out, "", None, support.LIMIT))


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


def folder_of(user, folder):
    """A folder of this user's own in `folder`, which we alone could enter before."""
    os.chmod(folder, 0o755)
    home = os.path.join(folder, user)
    os.mkdir(home, 0o700)
    shutil.chown(home, user)
    return home


def as_user(user, *argv):
    return ["setpriv", "--reuid", user, "--regid", str(pwd.getpwnam(user).pw_gid), "--clear-groups", *argv]


def sorted_lines(out):
    return b"\n".join(sorted(out.split(b"\n")))


def without_numbers(out):
    """Process ids and durations."""
    return re.sub(rb"\d+(\.\d+)?", b"N", out)
