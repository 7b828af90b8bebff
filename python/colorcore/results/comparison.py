"""Conditions of the experiment against each other, paired by seed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from colorcore.errors import InputError, unknown
from colorcore.experiment.loading import Experiment
from colorcore.results.files import Results

RESAMPLES = 4999
LEVEL = 0.95  # of one interval; with all of a table, some miss what they are about

# Which conditions are compared with each other, under which name, and in which order.
GROUPS: dict[str, dict[str, str]] = {
    "schedules": {
        "ex-2.10.1-swept": "later schedule, 8³ colours",
        "ex-2.9.1": "2.9.1: anti-anchor, 8³ colours",
        "ex-2.10.1-conflict": "constant weights",
        "ex-2.10.1-unitarity": "with unitarity",
    },
    "terms": {
        "ex-2.10.1-no-separation": "no separation",
        "ex-2.10.1-no-anti-subspace": "no anti-subspace",
        "ex-2.10.1-no-anchor": "no anchor",
        "ex-2.10.1-no-terms": "reconstruction alone",
        "ex-2.10.1-shallow": "1 hidden layer, K = 4",
    },
    "labels": {
        "ex-2.10.1-labels-quarter": "a quarter of the labels",
        "ex-2.10.1-labels-half": "half the labels",
        "ex-2.10.1-labels-double": "twice the labels",
        "ex-2.10.1-labels-fourfold": "four times the labels",
    },
    "noise": {
        "ex-2.10.1-noise-10": "10 % of labels at random",
        "ex-2.10.1-noise-30": "30 % of labels at random",
        "ex-2.10.1-noise-50": "50 % of labels at random",
        "ex-2.10.1-noise-90": "90 % of labels at random",
    },
    "reliable": {
        "ex-2.10.1-behind": "surgery behind the norm",
        "ex-reliable-before": "schedule found by search",
        "ex-reliable": "both",
    },
    "apart": {
        "ex-reliable-main-schedule": "the main schedule, stretched",
        "ex-reliable-half": "half the steps",
        "ex-reliable-batch": "batches of 64",
        "ex-reliable-labels": "the main experiment's labels",
        "ex-reliable-memory": "a shorter memory",
    },
}
MAIN = "main experiment"

# What a group is compared with where that is not the main experiment.
BASES = {"apart": ("ex-reliable", "reliable deletion")}

MEASURES = {
    "score_r2": "score",
    "ablated red": "ablated red",
    "unlike_red_max": "worst damage unlike red",
    "val_mse": "validation error",
    "red_cosine": "cosine of red",
}


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
    if list(base["seed"]) != list(other["seed"]):
        raise InputError(
            f"seeds: wanted the same in both conditions, got {len(base)} and {len(other)} that "
            "differ; train both with as many seeds"
        )
    from scipy.stats import bootstrap  # takes a second to load, which most who compare need not

    pairs = (other[column].to_numpy(), base[column].to_numpy())
    found = bootstrap(
        pairs,
        _difference_in_medians,
        paired=True,
        vectorized=True,
        n_resamples=RESAMPLES,
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


def conditions(experiment: Experiment, results: Results, group: str) -> dict[str, pd.DataFrame]:
    """The runs of a group of conditions by what they are called, what they differ from first.

    Raises: InputError for an unknown group, or when a condition was not evaluated.
    """
    if group not in GROUPS:
        raise unknown("group", group, GROUPS)
    others = {label: results.of(name).runs() for name, label in GROUPS[group].items()}
    if group in BASES:
        name, label = BASES[group]
        return {label: results.of(name).runs(), **others}
    return {MAIN: results.runs(), **others}


def published_means(
    ours: pd.DataFrame, published: pd.DataFrame, column: str = "score_r2"
) -> pd.DataFrame:
    """Our runs of an experiment beside published means and deviations of the same measure.

    Welch's t-test on the difference of means, from the summaries alone, for want of the runs.

    Returns a row for each of `published` with ours and p.
    """
    from scipy.stats import ttest_ind_from_stats

    values = ours[column]
    rows = []
    for _, row in published[published["measure"] == column].iterrows():
        test = ttest_ind_from_stats(
            values.mean(), values.std(), len(values),
            row["mean"], row["sd"], row["runs"], equal_var=False,
        )  # fmt: skip
        own = {name: float(values.agg(kind)) for name, kind in KINDS.items()}
        rows.append({"measure": column, **own, **_theirs(row), "p": float(test.pvalue)})
    return pd.DataFrame(rows)


KINDS = {"mean": "mean", "sd": "std", "min": "min", "max": "max"}


def _theirs(row: pd.Series) -> dict[str, float]:
    return {f"published {name}": float(row[name]) for name in KINDS}


def pareto(runs: pd.DataFrame, *, least: Iterable[str], most: Iterable[str]) -> pd.DataFrame:
    """The runs that no other run is better than in one measure without being worse in another.

    `least` are measures of which less is better, `most` those of which more is.
    """
    costs = np.column_stack([*(runs[name] for name in least), *(-runs[name] for name in most)])
    no_worse = (costs[:, None] <= costs[None]).all(axis=-1)
    better = (costs[:, None] < costs[None]).any(axis=-1)
    beaten = np.asarray((no_worse & better).any(axis=0))
    return runs.drop(index=runs.index[beaten])
