"""The histories of shards as those of all runs: their quantiles, and every step of some.

All that is exact over any number of runs is taken from some steps at a time, since histories are
most of what training leaves: a row a step and run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from colorcore.experiment.loading import Experiment
from colorcore.results.distribution import HIGH, LOW
from colorcore.results.files import read_result, write_parquet

POOLED = 15  # steps: labels are so rare that a single one has few samples
STRIDE = 10 * POOLED  # steps that are in memory at a time
SAMPLE = 100  # runs of which every step is kept


class History(NamedTuple):
    """What becomes of every term over training.

    `curves` has a row a `term` and pooled steps, `step` the first of them: `low`, `median` and
    `high` of the term over runs and those steps, of one with labels over batches that have any.
    `labelled` has a row a seed, the index: samples that were labelled with each concept. `sample`
    has every step of the first runs and of the representative one; see `loop.Training`.
    """

    curves: pd.DataFrame
    labelled: pd.DataFrame
    sample: pd.DataFrame


def gather(paths: Iterable[Path], experiment: Experiment, *, seeds: list[int]) -> History:
    """The history of all runs, from those of the shards."""
    kept = {*seeds[:SAMPLE], experiment.representative_seed}
    counts, curves, sample = [], [], []
    for steps in _strides(list(paths), experiment.schedule.steps):
        counts.append(labelled(steps, experiment))
        curves.append(_curves(steps, experiment))
        sample.append(steps[steps["seed"].isin(kept)])
    return History(
        pd.concat(curves, ignore_index=True).sort_values("term", kind="stable", ignore_index=True),
        pd.concat(counts).groupby(level=0).sum(),
        pd.concat(sample, ignore_index=True),
    )


def labelled(history: pd.DataFrame, experiment: Experiment) -> pd.DataFrame:
    """How many samples each run labelled with each concept, by seed."""
    columns = [f"labelled_{concept}" for concept in experiment.concepts]
    return history.groupby("seed")[columns].sum()


def _strides(paths: list[Path], steps: int) -> Iterator[pd.DataFrame]:
    """All runs over some steps after others, in the order of steps and seeds."""
    for first in range(0, steps, STRIDE):
        within = [("step", ">=", first), ("step", "<", first + STRIDE)]
        reader = partial(pd.read_parquet, filters=within)
        parts = [read_result(path, reader) for path in paths]
        yield pd.concat(parts).sort_values(["step", "seed"], kind="stable", ignore_index=True)


def _curves(history: pd.DataFrame, experiment: Experiment) -> pd.DataFrame:
    curves = []
    for term in ["recon", *experiment.regularizers]:
        labels = experiment.regularizers[term].labels if term != "recon" else {}
        seen = history
        if labels:  # without a label in the batch the term is 0 and says nothing
            seen = history[history[[f"labelled_{label}" for label in labels]].any(axis=1)]
        pooled = seen.groupby(seen["step"] // POOLED * POOLED)[term]
        ends = {"low": LOW, "median": 0.5, "high": HIGH}
        curve = pd.DataFrame({end: pooled.quantile(at) for end, at in ends.items()})
        curves.append(curve.reset_index().assign(term=term))
    return pd.concat(curves, ignore_index=True)


def size(experiment: Experiment, runs: int) -> int:
    """Bytes of the histories of so many runs in memory; as files, they take about half of it."""
    columns = 6 + len(experiment.concepts) + 2 * len(experiment.regularizers)
    return 4 * columns * experiment.schedule.steps * runs


def write(path: Path, history: pd.DataFrame) -> None:
    """Write rows in the order of steps, so that some steps are read without the others."""
    write_parquet(path, history, row_group_size=STRIDE * history["seed"].nunique())
