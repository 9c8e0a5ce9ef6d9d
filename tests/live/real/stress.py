"""Many at once, and each way of being born and of ending in a loop."""

import support
from real import Case, as_user, folder_of, program, without_numbers


@program("5,000 threads alive at once (fixtures/threads_5000)")
def threads_5000(folder):
    return Case([support.fixture("threads_5000")], limit=120)


# What one worker of each does, and how often: it ends by itself. exec refuses root, and starts 4,096 at once if let.
# --schedmix came after Debian 12's stress-ng: --schedpolicy is nearest, few times: SCHED_IDLE waits on a busy CPU.
STRESSORS = {
    "clone": ["--clone-ops", "60"],
    "fork": ["--fork-ops", "100"],
    "vfork": ["--vfork-ops", "100"],
    "pthread": ["--pthread-ops", "20"],
    "zombie": ["--zombie-ops", "100"],
    "kill": ["--kill-ops", "200"],
    "sigq": ["--sigq-ops", "200"],
    "daemon": ["--daemon-ops", "50"],
    "exec": ["--exec-ops", "40", "--exec-max", "8"],
    "schedpolicy": ["--schedpolicy-ops", "30"],
}


def stressor(name, options):
    def make(folder):
        home = folder_of("nobody", folder)
        argv = ["stress-ng", f"--{name}", "1", *options, "--temp-path", home]
        return Case(as_user("nobody", *argv) if name == "exec" else argv, same_output=without_numbers,
                    note="numbers taken out")

    make.__name__ = f"stress_ng_{name}"
    program(f"stress-ng --{name}", "stress-ng", "setpriv")(make)


for one, its_options in STRESSORS.items():
    stressor(one, its_options)
