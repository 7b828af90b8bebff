"""Commands of the workflow, called as the command line calls them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from typer.testing import CliRunner

from colorcore.cli import app
from colorcore.writeup import opening

MAIN = Path("experiments/ex-2.10.1")
BUILD = """
import os, sys
from colorcore.workflow import warm
warm.start()
print(os.environ[warm.VARIABLE], flush=True)
sys.stdin.read()
"""


@contextmanager
def building() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """What stands for a build: it has started the process that forks commands, and waits.

    Beside it, what names that process to commands.
    """
    with subprocess.Popen(
        [sys.executable, "-c", BUILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
        process.kill()


def copy_experiments(folder: Path) -> Path:
    """The experiments of the paper in a folder, without those that anybody has added besides."""
    for name in opening.read(Path("paper")).names:
        shutil.copytree(MAIN.parent / name, folder / name)
    return folder


def run(*arguments: object) -> None:
    """Run a command as the command line does; its errors are raised."""
    CliRunner().invoke(app, [str(a) for a in arguments], catch_exceptions=False)


def run_all(folder: Path, out: Path, *, seeds: int, shards: int = 1, further=()) -> None:
    """All commands from training to cubes, the explorer left out, of each deletion."""
    for shard in range(shards):
        run("train", folder, "--out", out, "--seeds", seeds, "--shards", shards, "--shard", shard)
    run("evaluate", folder, "--out", out, "--shards", shards)
    for command in ("cubes", "interventions"):
        for deletion in ("", *further):
            run(command, folder, "--out", out, "--shards", shards, "--deletion", deletion)
