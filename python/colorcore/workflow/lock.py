"""The lock of a build that was killed: Snakemake leaves it, and would not build again.

`note` says, when a build begins, on which machine; `python -m colorcore.workflow.lock` removes the
lock when that was this one and no build runs in the folder any more, nor a job of one on a cluster.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from base64 import urlsafe_b64encode
from pathlib import Path

import psutil

RECORDS = Path(".snakemake")
HOST = "host"  # the file with the name of the machine


def note(folder: Path = RECORDS) -> None:
    """Note the machine that builds."""
    (folder / HOST).write_text(platform.node(), encoding="utf-8")


def recorded(output: str, folder: Path = RECORDS) -> bool:
    """Whether Snakemake knows from what an output was made, by a file of its records.

    That is called by the output, and lies in folders where the name is longer than one can be.
    """
    name = urlsafe_b64encode(output.encode()).decode()
    most = os.pathconf(folder, "PC_NAME_MAX") - 1 if folder.is_dir() else len(name)
    *parts, last = (name[i : i + most] for i in range(0, len(name), most))
    return folder.joinpath("metadata", *(f"@{part}" for part in parts), last).exists()


def left_behind(folder: Path = RECORDS) -> bool:
    """Whether there is a lock that nobody holds. A lock from another machine may be held."""
    locked = any((folder / "locks").glob("*.lock"))
    if not locked or _host(folder) != platform.node():
        return False
    return not any(map(_builds, _others())) and os.getcwd() not in _folders_of_jobs()


def _host(folder: Path) -> str:
    noted = folder / HOST
    return noted.read_text(encoding="utf-8") if noted.is_file() else platform.node()


def _others() -> list[psutil.Process]:
    return [process for process in psutil.process_iter() if process.pid != os.getpid()]


def _builds(process: psutil.Process) -> bool:
    try:
        named = any(Path(word).name == "snakemake" for word in process.cmdline()[:3])
        return named and process.cwd() == os.getcwd()
    except psutil.Error:  # has ended, or is somebody else's
        return False


def _folders_of_jobs() -> list[str]:
    """Where jobs of this user's were submitted to Slurm that have not ended, if there is one."""
    if shutil.which("squeue") is None:
        return []
    asked = ["squeue", "--me", "--noheader", "--format=%Z"]
    return subprocess.run(asked, capture_output=True, text=True).stdout.splitlines()


if __name__ == "__main__" and left_behind():
    print("A build was killed here and left its lock, which nobody holds: unlocking.")
    unlocked = subprocess.run(
        [sys.executable, "-m", "snakemake", "--unlock"], capture_output=True, text=True
    )
    sys.exit(unlocked.returncode and unlocked.stderr)
