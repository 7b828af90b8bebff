"""A copy of the repository, to edit and to build in."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Self

from editing import change

REPOSITORY = Path(__file__).parents[1]
PARTS = ("config", "experiments", "paper", "profiles", "python", "rust")
FILES = (
    "Snakefile",
    "plan.smk",
    "writeup.smk",
    "Makefile",
    "Cargo.toml",
    "Cargo.lock",
    "environment.yaml",
)
SMOKE = [sys.executable, "-m", "snakemake", "--configfile", "config/smoke.yaml"]
NOTHING = "Nothing to be done"


class Checkout:
    """A folder with all that a build needs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def copied(cls, folder: Path) -> Self:
        """The repository as it is, in a folder that it makes."""
        skipped = shutil.ignore_patterns("__pycache__")
        for part in PARTS:
            shutil.copytree(REPOSITORY / part, folder / part, ignore=skipped)
        for file in FILES:
            shutil.copy(REPOSITORY / file, folder)
        return cls(folder)

    def run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True
        )

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(self.folder / "python")}

    def snakemake(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run([*SMOKE, *arguments])

    def colorcore(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run([sys.executable, "-m", "colorcore", *arguments])

    def unlock(self) -> subprocess.CompletedProcess[str]:
        """Remove the lock of a killed build, as the Makefile does before it builds."""
        return self.run([sys.executable, "-m", "colorcore.workflow.lock"])

    def jobs(self) -> dict[str, int]:
        """How many jobs of each rule a build would run."""
        shown = self.snakemake("--dry-run").stdout
        if NOTHING in shown:
            return {}
        table = shown[shown.rindex("Job stats:") :]
        found = {rule: int(count) for rule, count in re.findall(r"^(\w+) +(\d+)$", table, re.M)}
        return {rule: n for rule, n in found.items() if rule not in ("all", "total")}

    def edit(self, name: str, old: str, new: str) -> None:
        change(self.folder, old, new, name, times=1)
