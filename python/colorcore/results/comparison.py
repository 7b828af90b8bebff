"""Conditions against each other, paired by seed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from colorcore.errors import InputError

RESAMPLES = 4999
DRAWN = 1_000_000  # seeds at a time
LEVEL = 0.95  # of one interval; with all of a table, some miss what they are about

MEASURES = ("score_r2", "ablated target", "unlike_max", "val_mse", "target_cosine")
"""Columns of the table of runs that conditions are compared in."""


class Difference(NamedTuple):
    """Median of a condition, and how far it is from that of another, over the same seeds.

    `low` and `high` are the ends of the bootstrap interval of the difference.
    """

    median: float
    difference: float
    low: float
    high: float


def paired(base: pd.DataFrame, other: pd.DataFrame, column: str) -> Difference:
    """Difference in medians between two conditions, with its interval over resampled seeds.

    A seed is drawn with both its runs. Percentile intervals, since a median's distribution is no
    bell; the same numbers each time.

    Raises: InputError when the conditions have not the same seeds.
    """
    from scipy.stats import bootstrap  # takes half a second to load, and most need none

    if list(base["seed"]) != list(other["seed"]):
        raise InputError(
            f"seeds: wanted the same in both conditions, got {len(base)} and {len(other)} that "
            "differ; train both with as many seeds"
        )
    pairs = (other[column].to_numpy(), base[column].to_numpy())
    found = bootstrap(
        pairs,
        _difference_in_medians,
        paired=True,
        vectorized=True,
        n_resamples=RESAMPLES,
        batch=max(1, DRAWN // len(base)),
        confidence_level=LEVEL,
        method="percentile",
        rng=np.random.default_rng(0),
    ).confidence_interval
    difference = float(_difference_in_medians(*pairs))
    median = float(other[column].median())
    return Difference(median, difference, float(found.low), float(found.high))


def _difference_in_medians(
    other: NDArray[np.float64], base: NDArray[np.float64], axis: int = -1
) -> NDArray[np.float64]:
    return np.median(other, axis=axis) - np.median(base, axis=axis)


def pareto(runs: pd.DataFrame, *, least: Iterable[str], most: Iterable[str]) -> pd.DataFrame:
    """The runs that no other run is better than in one measure without being worse in another.

    `least` are measures of which less is better, `most` those of which more is.
    """
    costs = np.column_stack([*(runs[name] for name in least), *(-runs[name] for name in most)])
    front: list[int] = []  # in this order, what beats a run comes before it
    for place in np.lexsort(costs.T[::-1]):
        best = costs[front]
        no_worse, better = best <= costs[place], best < costs[place]
        if not (no_worse.all(axis=1) & better.any(axis=1)).any():
            front.append(place)
    return runs.iloc[sorted(front)]
