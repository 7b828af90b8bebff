"""What claims are about."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from colorcore.distribution import HIGH, LOW
from colorcore.experiment import Experiment
from colorcore.results import Results


class Evidence(NamedTuple):
    """Runs of the main experiment, of the original and of every condition, by experiment.

    `interventions` has the runs under each intervention; `summaries` what was published of sweeps.
    """

    ours: pd.DataFrame
    published: pd.DataFrame
    conditions: dict[str, pd.DataFrame]
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
        interventions={str(name): runs for name, runs in interventions},
        summaries=results.published_summaries(),
    )


def spread(values: pd.Series) -> float:
    """Ratio of the 95th to the 5th percentile."""
    return float(values.quantile(HIGH) / values.quantile(LOW))
