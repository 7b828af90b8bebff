"""Time the training of an experiment as the workflow runs it, beside other ways to train it.

Each is timed as whole processes, from start to exit, imports and compilation included:

- colorcore, in shards side by side, with its fused networks and objective in Rust;
- the same with both in plain torch, a matrix product a layer and a matrix of pairs;
- the port to JAX in `benches/jax_sweep.py`, as one process and in as many shards.

    python benches/train.py [--experiment experiments/ex-2.10.1] [--seeds 60] [--shards 2]
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import pandas as pd
import typer

from timing import Json, Row, print_machine, print_rows, save

BENCH = "train"
KERNEL = ["-m", "colorcore"]
PLAIN = [str(Path(__file__).with_name("plain_train.py"))]
PORT = Path(__file__).with_name("jax_sweep.py")


class Plan(NamedTuple):
    """What is to be trained: each program trains all of it."""

    experiment: Path
    seeds: int
    shards: int


def colorcore(program: list[str], plan: Plan, out: Path) -> list[list[str]]:
    """The commands that train the shards with the package."""
    arguments = ["train", str(plan.experiment), "--out", str(out)]
    return [[sys.executable, *program, *arguments, *share] for share in _shares(plan)]


def port(plan: Plan, out: Path) -> list[list[str]]:
    """The commands that train the shards with JAX."""
    start = [sys.executable, str(PORT), "--experiment", str(plan.experiment)]
    return [
        [*start, *share, "--json", str(out / f"jax-{shard}.json")]
        for shard, share in enumerate(_shares(plan))
    ]


def _shares(plan: Plan) -> list[list[str]]:
    split = ["--seeds", str(plan.seeds), "--shards", str(plan.shards)]
    return [[*split, "--shard", str(shard)] for shard in range(plan.shards)]


def run(commands: list[list[str]]) -> float:
    """Seconds until the last of some commands, run side by side, has ended."""
    quiet = subprocess.DEVNULL
    started = time.perf_counter()
    jobs = [subprocess.Popen(command, stdout=quiet, stderr=quiet) for command in commands]
    codes = [job.wait() for job in jobs]
    seconds = time.perf_counter() - started
    if any(codes):
        raise SystemExit(f"failed; run it by hand to see why: {' '.join(commands[0])}")
    return seconds


def package_errors(out: Path) -> tuple[list[float], list[float]]:
    """Each run's error on the validation grid and on its last batch, as the package trained it."""
    from colorcore.colors.cubes import flat_colors, validation_grid
    from colorcore.results.response import respond
    from colorcore.training import checkpoint

    model, _ = checkpoint.load(list(out.glob("weights-*")))
    grid = respond(model, flat_colors(validation_grid())).mse.mean(axis=1)
    history = pd.concat(map(pd.read_parquet, out.glob("history-*")))
    last = history["recon"][history["step"] == history["step"].max()]
    return grid.tolist(), last.tolist()


def port_errors(out: Path) -> tuple[list[float], list[float]]:
    """The same of the runs that JAX trained."""
    found = [json.loads(path.read_text()) for path in sorted(out.glob("jax-*"))]
    grid, last = ([error for one in found for error in one[key]] for key in ("val_mse", "recon"))
    return grid, last


def port_phases(out: Path) -> tuple[float, float]:
    """Seconds that JAX compiled, and that it then trained; of the slowest shard."""
    found = [json.loads(path.read_text()) for path in out.glob("jax-*")]
    return max(one["compile"] for one in found), max(one["train"] for one in found)


def measure(
    programs: dict[str, Callable[[Path], list[list[str]]]], case: str, repeats: int, folder: Path
) -> list[Row]:
    """Median times of programs that take turns; each leaves its results in a folder of its name."""
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(repeats):
        for name, commands in programs.items():
            (folder / name).mkdir(exist_ok=True)
            seconds[name].append(run(commands(folder / name)))
    return [Row(BENCH, case, name, statistics.median(times)) for name, times in seconds.items()]


def print_errors(programs: list[str], folder: Path) -> None:
    """How well the runs turned out, to see that all programs trained the same thing."""
    print("\nmean squared error, mean over runs\n  program                  validation  last batch")
    for name in programs:
        read = port_errors if name.startswith("JAX") else package_errors
        grid, last = read(folder / name)
        print(f"  {name:24}{np.mean(grid):11.2e}{np.mean(last):12.2e}")


def print_arithmetic(experiment: Path, seeds: int) -> None:
    """What there is to compute, whatever the program: products forward and back, and GELUs."""
    from itertools import pairwise

    from colorcore.experiment.loading import load
    from colorcore.training.model import network

    loaded = load(experiment)
    layers = network(**loaded.model.model_dump())
    samples = seeds * loaded.data.batch_size * loaded.schedule.steps
    products = sum(i * o for i, o in pairwise(layers.widths))
    curves = sum(
        w for w, then in zip(layers.widths[1:], layers.then, strict=True) if then == "gelu"
    )
    flops = samples * (6 * products - 2 * layers.widths[0] * layers.widths[1])
    print(
        f"\nthe arithmetic: {flops / 1e9:.0f} GFLOP of products, {samples * curves / 1e6:.0f} M erf"
    )


def main(
    experiment: Annotated[Path, typer.Option()] = Path("experiments/ex-2.10.1"),
    seeds: Annotated[int, typer.Option(min=1)] = 60,
    shards: Annotated[int, typer.Option(min=1)] = 2,
    repeats: Annotated[int, typer.Option(min=1)] = 3,
    rows_path: Json = None,
) -> None:
    """Train with each program in turn and print times, ratios and what came of it."""
    plan = Plan(experiment, seeds, shards)
    programs: dict[str, Callable[[Path], list[list[str]]]] = {
        "colorcore": lambda out: colorcore(KERNEL, plan, out),
        "plain torch": lambda out: colorcore(PLAIN, plan, out),
    }
    if find_spec("jax"):
        programs["JAX, 1 shard"] = lambda out: port(plan._replace(shards=1), out)
        programs[f"JAX, {shards} shards"] = lambda out: port(plan, out)
    case = f"{experiment.name}, {seeds} seeds"
    print_machine()
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(programs, case, repeats, Path(folder))
        title = f"{case}: whole processes, colorcore in {shards} shards, threads: as they come"
        if "JAX, 1 shard" not in programs:
            rows.append(Row(BENCH, case, "JAX", reason="not installed: pip install jax"))
        print_rows(title, rows, unit="s")
        for name in programs:
            if name.startswith("JAX"):
                compiling, training = port_phases(Path(folder) / name)
                print(f"  {name}: compiled in {compiling:.1f} s, then trained in {training:.1f} s")
        print_errors(list(programs), Path(folder))
    print_arithmetic(experiment, seeds)
    save(rows_path, rows)


if __name__ == "__main__":
    typer.run(main)
