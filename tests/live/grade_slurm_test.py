#!/usr/bin/python3
"""docs/examples/grade.sbatch grades a class as a Slurm array, on a slurmctld and a slurmd of this test's own: without
munge, cgroups or accounting, on ports of its own, all in its own folder. Only root may run a slurmd."""

import csv
import os
import pathlib
import shutil
import socket
import subprocess
import time
import unittest

import support

HOSTILE = pathlib.Path(__file__).resolve().parent / "hostile"
SCRIPT = support.REPOSITORY / "docs/examples/grade.sbatch"
RUBRIC = """\
title: One child
build: cc -o prog main.c
command: ./prog
checks:
  - { name: A child ends with 22, points: 10, reaps: { count: 1, of: 1.1, code: 22 } }
  - { name: It ends well, points: 5, exit status: 0 }
"""
CONF = """\
ClusterName=local
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
AuthType=auth/none
CryptoType=crypto/none
CredType=cred/none
SlurmUser=root
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
ReturnToService=2
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} State=UNKNOWN
PartitionName=main Nodes={host} Default=YES State=UP
"""


def free_ports(number):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Slurm(support.LiveTest):
    def setUp(self):
        super().setUp()
        folder = self.path("slurm")
        for name in ("slurm", "slurm/state", "slurm/spool", "class"):
            os.mkdir(self.path(name))
        host = socket.gethostname().split(".")[0]
        conf = pathlib.Path(folder, "slurm.conf")
        conf.write_text(CONF.format(host=host, ports=free_ports(2), folder=folder, cpus=os.cpu_count()), encoding="utf-8")
        path = f"{os.path.dirname(support.lwptrace())}:{os.environ['PATH']}:/usr/sbin"
        self.env = {**os.environ, "SLURM_CONF": str(conf), "PATH": path, "HOME": "/nonexistent"}
        for daemon in (["slurmctld", "-D", "-i"], ["slurmd", "-D", "-f", str(conf)]):
            with open(self.path(f"{daemon[0]}.log"), "wb") as log:
                process = support.start(daemon, env=self.env, stdout=log, stderr=log)
            self.addCleanup(self.end, process)

    @staticmethod
    def end(process):
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def log(self, name):
        return pathlib.Path(self.path(name)).read_text(errors="replace")

    def wait_for_node(self):
        deadline = time.monotonic() + support.LIMIT
        while b"idle" not in support.run(["sinfo", "-h", "-o", "%T"], env=self.env).out:
            self.assertLess(time.monotonic(), deadline, self.log("slurmctld.log") + self.log("slurmd.log"))
            time.sleep(0.1)

    def test_an_array_of_shards_is_a_class(self):
        pathlib.Path(self.path("rubric.yaml")).write_text(RUBRIC, encoding="utf-8")
        for i, of in enumerate(("right", "wrong", "right", "wrong", "right")):
            shutil.copytree(HOSTILE / of, self.path(f"class/s{i}"))
        self.wait_for_node()
        words = [SCRIPT, self.path("rubric.yaml"), self.path("class"), self.path("out")]
        job = support.run(
            ["sbatch", "--wait", "--array=1-3", f"--output={self.path('task-%a.log')}", *words],
            cwd=self._folder.name,
            env=self.env,
            limit=120,
        )
        told = job.err.decode() + "".join(self.log(f.name) for f in pathlib.Path(self._folder.name).glob("*.log"))
        self.assertEqual(job.status, 0, told)
        folders = sorted(str(folder) for folder in pathlib.Path(self.path("out")).iterdir())
        self.assertEqual([os.path.basename(folder) for folder in folders], ["1", "2", "3"])
        merged = self.lwptrace("grade", "--merge", *folders, "--csv", self.path("class.csv"))
        self.assertEqual((merged.status, merged.err), (1, b""))
        with open(self.path("class.csv"), newline="", encoding="utf-8") as file:
            rows = [(row["submission"], row["points"]) for row in csv.DictReader(file)]
        self.assertEqual(rows, [("s0", "15"), ("s1", "5"), ("s2", "15"), ("s3", "5"), ("s4", "15")])


if __name__ == "__main__":
    if os.geteuid() != 0 or not all(shutil.which(p, path="/usr/sbin:/usr/bin") for p in ("slurmctld", "slurmd", "sbatch")):
        print("takes root, and the package slurm-wlm")
        raise SystemExit(support.SKIP)
    unittest.main()
