"""A Slurm cluster of two nodes on this machine, of its own keys, ports and folders."""

from __future__ import annotations

import getpass
import os
import platform
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

NODES = ("n1", "n2")
CONFIGURATION = """\
ClusterName=colorcore
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket,cred_expire=5
StateSaveLocation={folder}/state
SlurmctldPidFile={folder}/slurmctld.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmdLogFile={folder}/slurmd-%n.log
SlurmdSpoolDir={folder}/spool-%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
ReturnToService=2
SlurmdTimeout=5
SchedulerParameters=bf_interval=1,sched_interval=1
SlurmdParameters=config_overrides
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill,UsePss
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
PartitionName=short Nodes=ALL Default=YES MaxTime=60
NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[1]} CPUs=4 RealMemory=4000
NodeName=n2 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[2]} CPUs=4 RealMemory=4000
"""


class Cluster:
    """Its daemons, each a process, and its commands."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self.stack = stack
        self.nodes: dict[str, subprocess.Popen[bytes]] = {}
        self.environment = {
            **os.environ,
            "PATH": os.pathsep.join([str(folder / "bin"), os.environ["PATH"]]),
            "SLURM_CONF": str(folder / "slurm.conf"),
        }

    def daemon(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a daemon, which ends with the cluster."""
        process = subprocess.Popen(
            command,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.stack.callback(process.wait)
        self.stack.callback(process.kill)
        return process

    def heal(self) -> None:
        """Start the nodes that do not run, and wait until all are idle.

        Each has a space of its own for processes, all of which end with it.
        """
        space = ["unshare", "--pid", "--mount-proc", "--fork", "--kill-child=KILL"]
        for name in NODES:
            if name not in self.nodes:
                self.nodes[name] = self.daemon(*space, "slurmd", "-D", "-N", name)
        wait(self.idle)

    def kill_node(self, name: str) -> None:
        """End a node as a power cut does: its daemon and all that runs there."""
        self.nodes.pop(name).kill()

    def run(self, *command: str) -> str:
        """What a command of Slurm's prints, which is nothing until the cluster is up."""
        return subprocess.run(
            command,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ).stdout

    def idle(self) -> bool:
        """Whether all nodes are up, and without a job."""
        return self.run("sinfo", "--noheader", "--format=%D %t").strip() == f"{len(NODES)} idle"


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        found = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in found:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in found]


def wait(done: Callable[[], object], seconds: float = 60) -> None:
    limit = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < limit, "waited in vain"
        time.sleep(0.1)


def _stand_in_for_srun(folder: Path) -> None:
    """An `srun` that knows this cluster: Snakemake's jobs take the variable that says so away."""
    srun = folder / "bin" / "srun"
    srun.parent.mkdir()
    srun.write_text(f'#!/bin/sh\nSLURM_CONF={folder}/slurm.conf exec {shutil.which("srun")} "$@"\n')
    srun.chmod(0o755)


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A cluster, until the block ends."""
    folder.chmod(0o755)
    (folder / "munge").mkdir()
    (folder / "state").mkdir()
    key = folder / "munge" / "key"
    key.write_bytes(secrets.token_bytes(128))
    key.chmod(0o400)
    (folder / "slurm.conf").write_text(
        CONFIGURATION.format(
            host=platform.node(),
            user=getpass.getuser(),
            folder=folder,
            ports=free_ports(3),
        )
    )
    _stand_in_for_srun(folder)
    with ExitStack() as stack:
        started = Cluster(folder, stack)
        places = [
            f"--{name}={folder / 'munge' / name.removesuffix('-file')}"
            for name in ("socket", "key-file", "pid-file", "log-file", "seed-file")
        ]
        started.daemon("munged", "--force", "--foreground", *places)
        wait((folder / "munge" / "socket").exists)
        started.daemon("slurmctld", "-D")
        started.heal()
        yield started
