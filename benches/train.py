"""Time the training of an experiment as the workflow runs it, beside one with a naive separation.

Both train the same runs as one batched torch model, in shards side by side, each a process of its
own from start to exit, imports included. They differ in the angular separation alone: the Rust
kernel, or the formula in plain torch with its matrix of pairs.

    python benches/train.py [--experiment experiments/ex-2.10.1] [--seeds 60] [--shards 2]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

KERNEL = "from colorcore.__main__ import main; main()"
NAIVE = (
    "from colorcore import regularizers, separation;"
    "regularizers.angular_separation = separation.formula;" + KERNEL
)


def train(code: str, experiment: Path, seeds: int, shards: int) -> float:
    """Seconds until the last shard has ended."""
    with tempfile.TemporaryDirectory() as out:
        started = time.perf_counter()
        jobs = [
            subprocess.Popen(
                [sys.executable, "-c", code, "train", experiment, "--out", out,
                 "--seeds", str(seeds), "--shards", str(shards), "--shard", str(shard)],
                stderr=subprocess.DEVNULL,
            )
            for shard in range(shards)
        ]  # fmt: skip
        if any(job.wait() for job in jobs):
            raise SystemExit("a shard failed; run colorcore train by hand to see why")
        return time.perf_counter() - started


def main(
    experiment: Annotated[Path, typer.Option()] = Path("experiments/ex-2.10.1"),
    seeds: Annotated[int, typer.Option(min=1)] = 60,
    shards: Annotated[int, typer.Option(min=1)] = 2,
) -> None:
    """Train once with each separation and print the times and their ratio."""
    print(f"{experiment.name}: {seeds} seeds in {shards} shards, whole processes")
    kernel = train(KERNEL, experiment, seeds, shards)
    print(f"  Rust separation   {kernel:6.1f} s")
    naive = train(NAIVE, experiment, seeds, shards)
    print(f"  naive separation  {naive:6.1f} s   {naive / kernel:.1f} times as long")


if __name__ == "__main__":
    typer.run(main)
