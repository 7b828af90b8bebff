"""Time the steps of an experiment from few seeds to many, and their peaks of memory.

Each is the command of the workflow, in a process of its own, with so many seeds a shard; as many
shards are trained side by side as there are processors. Figures are drawn one after another.

    python benches/scale.py [--experiment experiments/ex-2.10.1] [--seeds 60 --seeds 600] [--json …]
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from colorcore import provenance
from colorcore.outputs import write_text
from colorcore.writeup import opening
from timing import Json

A_SHARD = 200  # seeds
MANY = [60, 600, 2_000, 10_000]


class Cost(NamedTuple):
    """Of a step: seconds until it is done, and MiB that its largest process takes."""

    seconds: float
    memory: float


def run(arguments: Iterable[object]) -> float:
    """Run a command of colorcore: MiB that it took at most."""
    command = [sys.executable, "-m", "colorcore", *map(str, arguments)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"failed; run it by hand to see why: {' '.join(command)}")
    return usage.ru_maxrss / 1024


def cost(commands: list[list[object]], *, beside: int = 1) -> Cost:
    """Of commands, so many of which run side by side."""
    started = time.perf_counter()
    with ThreadPoolExecutor(beside) as pool:
        peaks = list(pool.map(run, commands))
    return Cost(time.perf_counter() - started, max(peaks))


def measure(experiment: Path, seeds: int, build: Path) -> dict[str, Cost]:
    """What each step costs with so many seeds, in the order of the workflow."""
    out, shards = build / experiment.name, -(-seeds // A_SHARD)
    split = ["--out", out, "--shards", shards]
    document = opening.read(experiment)
    train = [
        ["train", experiment, *split, "--seeds", seeds, "--shard", shard] for shard in range(shards)
    ]
    found = {"train": cost(train, beside=len(os.sched_getaffinity(0)))}
    for step in ("evaluate", "cubes", "interventions", "explorer"):
        found[step] = cost([[step, experiment, *split]])
    for kind in ("figure", "table"):
        names = getattr(document, f"{kind}s")
        found[f"{kind}s"] = cost([[kind, experiment, name, "--build", build] for name in names])
    found["numbers"] = cost([["numbers", experiment, "--build", build]])
    found["report"] = cost([["report", experiment, "--build", build]])
    return found


def size(build: Path) -> float:
    """MB of all files in a folder."""
    return sum(path.stat().st_size for path in build.rglob("*") if path.is_file()) / 1e6


def main(
    experiment: Path = Path("experiments/ex-2.10.1"),
    seeds: Annotated[list[int], typer.Option()] = MANY,
    file: Json = None,
) -> None:
    """Measure, print as it comes, and write it as JSON."""
    rows: list[dict[str, Any]] = []
    for count in seeds:
        with tempfile.TemporaryDirectory() as folder:
            costs = measure(experiment, count, Path(folder))
            total, megabytes = sum(c.seconds for c in costs.values()), size(Path(folder))
        print(f"\n{count} seeds: {total:.0f} s, {megabytes:.0f} MB of results")
        for step, found in costs.items():
            print(f"  {step:14}{found.seconds:8.1f} s{found.memory:8.0f} MiB")
        steps = {step: found._asdict() for step, found in costs.items()}
        rows.append({"seeds": count, "megabytes": megabytes, "steps": steps})
        save(file, experiment, rows)  # a machine may be gone before the end


def save(file: Path | None, experiment: Path, rows: list[dict[str, Any]]) -> None:
    """Write what was measured, and on what, when there is a path to write it to."""
    if file is not None:
        said = {
            "experiment": experiment.name,
            "a_shard": A_SHARD,
            "machine": provenance.hardware(),
            "date": date.today().isoformat(),
            "rows": rows,
        }
        write_text(file, json.dumps(said, indent=1) + "\n")


if __name__ == "__main__":
    typer.run(main)
