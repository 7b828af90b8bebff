"""What claims are about."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from colorcore.experiment.loading import Experiment
from colorcore.results.comparison import MAIN, paired
from colorcore.results.distribution import HIGH, LOW
from colorcore.results.files import Results


class Evidence(NamedTuple):
    """Runs of the main experiment, of the original and of every condition, by experiment.

    `moments` has them through training, the main experiment's as MAIN; `interventions` has the runs
    under each intervention; `summaries` what was published of sweeps.
    """

    ours: pd.DataFrame
    published: pd.DataFrame
    conditions: dict[str, pd.DataFrame]
    moments: dict[str, pd.DataFrame]
    interventions: dict[str, pd.DataFrame]
    summaries: pd.DataFrame


class Claim(NamedTuple):
    """A sentence of the text, and when evidence bears it out."""

    sentence: str
    holds: Callable[[Evidence], bool | np.bool_]


def gather(others: list[Experiment], results: Results) -> Evidence:
    """The evidence in the results of the main experiment and of those beside it."""
    interventions = results.interventions().groupby("intervention")
    return Evidence(
        ours=results.runs(),
        published=results.published_runs(),
        conditions={one.name: results.of(one.name).runs() for one in others},
        moments={
            MAIN: results.moments(),
            **{one.name: results.of(one.name).moments() for one in others},
        },
        interventions={str(name): runs for name, runs in interventions},
        summaries=results.published_summaries(),
    )


def spread(values: pd.Series) -> float:
    """Ratio of the 95th to the 5th percentile."""
    return float(values.quantile(HIGH) / values.quantile(LOW))


def rank_correlation(runs: pd.DataFrame, first: str, second: str) -> float:
    """Spearman's, of two columns over runs."""
    return float(spearmanr(runs[first], runs[second]).statistic)


def runs_of(e: Evidence, name: str) -> pd.DataFrame:
    """The runs of a condition, whose name may lack that of the main experiment before it."""
    return e.conditions[name if name in e.conditions else f"ex-2.10.1-{name}"]


def median(e: Evidence, name: str, column: str) -> float:
    """Of a condition's runs."""
    return float(runs_of(e, name)[column].median())


def rises(e: Evidence, name: str, column: str) -> bool:
    """Whether a median is above the main experiment's beyond what resampled seeds explain."""
    return paired(e.ours, runs_of(e, name), column).low > 0


def falls(e: Evidence, name: str, column: str) -> bool:
    """Whether a median is below the main experiment's beyond what resampled seeds explain."""
    return paired(e.ours, runs_of(e, name), column).high < 0


def above(e: Evidence, name: str, column: str) -> bool:
    """Whether a median is above the main experiment's, for what varies much between machines."""
    return paired(e.ours, runs_of(e, name), column).difference > 0
