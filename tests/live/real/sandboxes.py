"""Namespaces, seccomp filters and other users: programs that take away from themselves what a tracer may lean on."""

import re

from real import Case, as_user, folder_of, program, write

# The first process of a pid namespace ends over one that sleeps: the kernel kills that before the first may be reaped.
FIRST = "echo I am $$; sh -c 'exit 3'; echo $?; (echo sub $(echo shell)) & wait $!; sleep 1000 & exit 5"


@program("unshare --pid --fork", "unshare")
def unshare(folder):
    return Case(["unshare", "--pid", "--fork", "sh", "-c", FIRST], status=5)


@program("unshare --pid --fork --mount-proc", "unshare")
def unshare_mount_proc(folder):
    return Case(["unshare", "--pid", "--fork", "--mount-proc", "sh", "-c", f"ls -d /proc/[0-9]*; {FIRST}"], status=5)


@program("unshare --user --pid --fork --mount-proc by an ordinary user", "unshare", "setpriv")
def unshare_user(folder):
    return Case(as_user("nobody", "unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc",
                        "sh", "-c", f"id -u; ls -d /proc/[0-9]*; {FIRST}"), status=5)


@program("bubblewrap: every namespace, by an ordinary user", "bwrap", "setpriv")
def bubblewrap(folder):
    return Case(as_user("nobody", "bwrap", "--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev",
                        "--die-with-parent", "sh", "-c", f"id -u; ls -d /proc/[0-9]*; {FIRST}"), status=5)


@program("su to another user", "su")
def su(folder):
    return Case(["su", "-s", "/bin/sh", "nobody", "-c", "id -un; sh -c 'exit 2'; echo $?; exit 3"], status=3)


@program("setpriv to another user, without new privileges or capabilities", "setpriv")
def setpriv(folder):
    script = "id -un; grep NoNewPrivs /proc/self/status; sh -c 'exit 2'; echo $?; exit 3"
    return Case(as_user("nobody", "--no-new-privs", "--bounding-set=-all", "sh", "-c", script), status=3)


def chromium_as_user(folder, *options):
    """Root's Chromium wants --no-sandbox. Without that word, one that can make itself no sandbox aborts."""
    home = folder_of("nobody", folder)
    page = write(folder, "page.html", """\
        <p id="answer"></p>
        <script>document.getElementById("answer").textContent = "six times seven is " + 6 * 7;</script>
        """)
    argv = ["env", f"HOME={home}", "chromium", "--headless", "--disable-gpu", *options, "--dump-dom", f"file://{page}"]
    return Case(as_user("nobody", *argv), same_output=without_log, note="without the lines of its log", limit=120)


def without_log(out):
    """Chromium's, with times and process ids, of what this machine lacks; and its launcher's, of the same."""
    return re.sub(rb"(?m)^(\[\d+:\d+:|/usr/bin/chromium:).*\n", b"", out)


@program("Chromium dumps a page: zygotes, user and pid namespaces, seccomp filters", "chromium", "setpriv")
def chromium(folder):
    return chromium_as_user(folder)


@program("Chromium in the sandbox that a setuid program of root's makes", "/usr/lib/chromium/chrome-sandbox", "setpriv")
def chromium_setuid(folder):
    return chromium_as_user(folder, "--disable-namespace-sandbox")
